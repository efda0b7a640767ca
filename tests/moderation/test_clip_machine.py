"""Whatever production, moderators, the owner and new thresholds do to a clip, in whatever order: one question at most
is open, it is about what holds, nothing is left where viewers look, and there is a way out of each state."""

import contextlib
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from reelstack.errors import Conflict, Forbidden, NotFound
from reelstack.moderation import appeals, decisions, reports, review_queue
from reelstack.moderation.decisions import Answer
from reelstack.platform import aws as seam
from reelstack.platform.config import PREFIX, Config, config
from reelstack.production import attempts, reencodes, retries, slots
from reelstack.tables.moderation import Review
from reelstack.tables.production import Claim
from reelstack.uploads.priorities import Priority
from reelstack.videos import videos
from tests.support.clip_world import BAD, UNCLEAR, ClipWorld

NUMBERS = count()
MODERATORS = st.sampled_from(["mia", "max"])


def refused(act: Callable[..., Any], *given: Any) -> None:
    """An act that may come at a wrong moment, and is refused then by its cause."""
    with contextlib.suppress(NotFound, Forbidden, Conflict):
        act(*given)


class Clip(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clip = ClipWorld(f"c{next(NUMBERS)}", labels={})
        self.clip.start(1)

    @initialize(how=st.sampled_from(["publish", "publish", "publish", "ask", ""]))
    def it_begins(self, how: str) -> None:
        if how:
            self.an_attempt_ends(how)

    # --- production --------------------------------------------------------------------------------------------------

    def running(self) -> list[int]:
        """The attempts that run, the oldest first."""
        own = [lease.execution for lease in slots.running() if lease.upload_id == self.clip.upload_id]
        return sorted(int(execution.rpartition("-")[2]) for execution in own)

    @rule(how=st.sampled_from(["publish", "publish", "ask", "reject", "fail", "lost"]))
    def an_attempt_ends(self, how: str) -> None:
        for attempt in self.running()[:1]:
            clip, status = self.clip, "SUCCEEDED"
            clip.write(attempt)
            if how == "publish":
                attempts.publish(clip.name, attempt, clip.asset(attempt), {})
            elif how == "ask" and clip.video.reencode_attempt != attempt:
                decisions.ask(clip.name, attempt, {}, clip.asset(attempt))
            elif how == "reject":
                clip.reject(attempt)
            elif how == "fail":
                clip.fail(attempt)
            else:
                status = "FAILED"
            clip.end(attempt, status)

    @rule()
    def it_is_made_anew_or_tried_again(self) -> None:
        """Whichever its state allows."""
        refused(lambda: reencodes.request(videos.find(self.clip.name), Priority.NORMAL))
        refused(lambda: retries.request(videos.find(self.clip.name), "ada"))

    @rule()
    def what_follows_follows(self) -> None:
        self.clip.follow()
        self.clip.carry_out_decisions()

    # --- people ------------------------------------------------------------------------------------------------------

    @rule(people=st.integers(1, 4))
    def people_report_it(self, people: int) -> None:
        reports._ask_video(self.clip.name, people)

    @rule(by=MODERATORS)
    def a_moderator_claims(self, by: str) -> None:
        refused(review_queue.claim, self.clip.name, by)

    @rule(by=MODERATORS, answer=st.sampled_from(Answer), breaks=st.booleans())
    def a_moderator_decides(self, by: str, answer: Answer, breaks: bool) -> None:
        """What carries the decision out may break."""
        refused(decisions.decide, self.clip.name, answer, "", by)
        states = seam.client("stepfunctions")
        for run in states.list_executions(stateMachineArn=config().decision_machine_arn)["executions"]:
            if breaks and run["status"] == "RUNNING":
                states.stop_execution(executionArn=run["executionArn"])

    @rule(how=st.sampled_from(["takedown", "takedown", "unclear", "bad"]))
    def it_is_taken_from_viewers(self, how: str) -> None:
        if how == "takedown":
            refused(self.clip.take_down)
        else:
            self.clip.judge_again(UNCLEAR if how == "unclear" else BAD)

    @rule()
    def its_owner_appeals(self) -> None:
        refused(appeals.appeal, self.clip.name, "ann", "mine")

    @rule(chance=st.integers(0, 7))
    def its_owner_deletes_it(self, chance: int) -> None:
        if chance == 7:  # else most runs would end at once
            refused(self.clip.delete)

    # --- what always holds -------------------------------------------------------------------------------------------

    @invariant()
    def what_is_open_is_about_what_holds(self) -> None:
        video, review = self.clip.video, review_queue.find_or_none(self.clip.name)
        assert review is None or not review.queue or review_queue.is_open(review, video), (video.state, review.kind)
        assert video.state == "published" or not video.reencode_attempt
        assert (video.state == "restoring") <= bool(video.asset)

    def teardown(self) -> None:
        """The way out: everything that is under way comes to its end, and then its people have something to do."""
        clip = self.clip
        self.come_to_rest()
        state = clip.video.state
        assert state in ("published", "rejected", "failed", "deleted"), state
        if state == "rejected" and not clip.video.appealed_at:
            appeals.appeal(clip.name, "ann", "mine")
            self.come_to_rest()
            assert clip.video.state == "published"
        if state == "failed":
            retries.request(clip.video, "ada")
            clip.follow()
            self.an_attempt_ends("publish")
            assert clip.video.state == "published"
        if clip.video.state == "published":
            self.is_made_anew_indeed()
        if clip.video.state != "deleted":
            clip.delete()
        self.come_to_rest()
        assert clip.objects() == set()
        assert not any(review.queue for review in Review.query(clip.name))

    def come_to_rest(self) -> None:
        clip = self.clip
        for _ in range(4):
            clip.follow()
            while self.running():
                self.an_attempt_ends("lost")
            for review in Review.query(clip.name):
                if review.queue:
                    by = review.held_by or ("max" if review.judged_by != "max" else "eve")
                    by = by if by != review.judged_by else "eve"
                    review_queue.release(clip.name, "ada", anybodys=True)
                    decisions.decide(clip.name, Answer.APPROVE, "", by)
            clip.carry_out_decisions()
            clip.follow()

    def is_made_anew_indeed(self) -> None:
        clip = self.clip
        attempt = int(reencodes.request(clip.video, Priority.NORMAL).reencode_attempt)
        clip.follow()
        assert self.running() == [attempt]
        self.an_attempt_ends("publish")
        clip.follow()
        clip.tidy()
        assert {key.split("/")[2] for key in clip.objects()} == {str(attempt)}
        assert int(Claim.get(clip.upload_id).attempt) == attempt


@pytest.fixture
def many_slots(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}PRODUCTION_SLOTS", "9")
    config.cache_clear()


EACH = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@pytest.mark.engines
def test_a_clip_always_has_a_way_out(many_slots: None) -> None:
    run_state_machine_as_test(Clip, settings=settings(EACH, max_examples=3, stateful_step_count=8, derandomize=True))


@pytest.mark.engines
def test_a_clip_has_a_way_out_of_all_that_may_happen_to_it(many_slots: None) -> None:
    run_state_machine_as_test(Clip, settings=settings(EACH, max_examples=25, stateful_step_count=25))
