# ruff: noqa: E501 -- a table is read across
"""(state × event) of what moderators are asked, and of an appeal: each cell is held against the product."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from reelstack.moderation import appeals, decisions, reports, review_queue, takedowns
from reelstack.moderation.decisions import Answer
from reelstack.moderation.review_queue import Kind
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from reelstack.tables.moderation import Review
from reelstack.tables.production import Claim
from reelstack.tables.videos import Video
from reelstack.videos import videos
from tests.support import state_table
from tests.support.clip_world import BAD, UNCLEAR, ClipWorld

NUMBERS = count()
DAY_MS = 24 * 3600 * 1000
STATES = ["none", *(kind.value for kind in Kind), "held", "decided", "closed"]
REVIEWS = state_table.read(
    STATES,
    """
report    reports            =                     =                     =                    =                     =                     =                     =
ask       =                  =                     =                     =                    =                     =                     =                     =
claim     !nothing-to-decide held                  held                  held                 held                  !review-held          !already-decided      !question-closed
release   !nothing-to-decide =                     =                     =                    =                     !review-held          !already-decided      !question-closed
approve   !nothing-to-decide decided               decided               decided              decided               !review-held          !already-decided      !question-closed
decline   !nothing-to-decide decided               decided               decided              decided               !review-held          !already-decided      !question-closed
takedown  =                  !nothing-to-take-down !nothing-to-take-down =                    closed                closed                =                     =
delete    =                  closed                closed                closed               closed                closed                =                     =
appeal    !nothing-to-appeal !nothing-to-appeal    !nothing-to-appeal    !already-appealed    !nothing-to-appeal    !nothing-to-appeal    !nothing-to-appeal    appeal
unclear   policy             =                     =                     =                    policy                policy                =                     =
bad       =                  =                     =                     =                    closed                closed                policy                =
fail      =                  =                     =                     =                    =                     =                     =                     =
leave     =                  closed                closed                closed               closed                closed                =                     =
""",
)
VIDEO = {"production": "review", "policy": "review", "appeal": "rejected", "closed": "rejected"}
"""The state of the video; where nothing is said, it is published."""


def make(state: str) -> ClipWorld:
    rejected = {"reason": "taken-down", "rejected_at": now_ms(), "quarantined_at": 1, "rejected_by": "eve"}
    if state == "appeal":
        rejected["appealed_at"] = 1
    more = rejected if VIDEO.get(state) == "rejected" else {}
    number = next(NUMBERS)
    asset = {"prefix": f"v/q{number}/1/", "master": "m", "duration_ms": 1, "width": 1, "height": 1}
    known: dict[str, Any] = {"labels": {}, "asset": asset, "published_at": 5, "owner_id": f"ann{number}", **more}
    clip = ClipWorld(f"q{number}", VIDEO.get(state, "published"), **known)
    Claim(clip.upload_id, video_id=clip.name, attempt=1, started=True, claimed_at=1).save()
    kinds = {"held": Kind.REPORTS, "decided": Kind.REPORTS, "closed": Kind.REPORTS}
    if state != "none":
        asked = {"reports": 1} if state in (*kinds, "reports") else {}
        review_queue.question(clip.video, kinds.get(state) or Kind(state), {}, **asked).item.save()  # type: ignore[attr-defined]
    if state == "held":
        review_queue.claim(clip.name, "mia")
    if state == "decided":
        decisions.decide(clip.name, Answer.APPROVE, "", "mia")
    if state == "closed":
        review_queue.close(clip.name)
    return clip


def look(clip: ClipWorld) -> str:
    """As moderators find it."""
    review = review_queue.find_or_none(clip.name)
    if review is None:
        return "none"
    if not review.queue and review.decision:
        return "decided"
    found = next(iter(Video.query(clip.name)))
    if clip.name not in review_queue.asked_about([review]).videos:
        assert not review_queue.is_open(review, found) or User.get(found.owner_id).deleted_at
        return "closed"
    return "held" if review.held_by else str(review.kind)


def in_the_end(clip: ClipWorld) -> None:
    User(clip.video.owner_id, created_at=1, deleted_at=2).save()


EVENTS: dict[str, Callable[[ClipWorld], Any]] = {
    "report": lambda clip: reports._ask_video(clip.name, 1),
    "ask": lambda clip: decisions.ask(clip.name, 1, {}, clip.asset(1)),
    "claim": lambda clip: review_queue.claim(clip.name, "max"),
    "release": lambda clip: review_queue.release(clip.name, "max"),
    "approve": lambda clip: decisions.decide(clip.name, Answer.APPROVE, "", "max"),
    "decline": lambda clip: decisions.decide(clip.name, Answer.REJECT, "", "max"),
    "takedown": ClipWorld.take_down,
    "delete": lambda clip: videos.delete(clip.video),
    "appeal": lambda clip: appeals.appeal(clip.name, clip.video.owner_id, "mine"),
    "unclear": lambda clip: clip.judge_again(UNCLEAR),
    "bad": lambda clip: clip.judge_again(BAD),
    "fail": lambda clip: clip.fail(1),
    "leave": in_the_end,
}


@pytest.mark.parametrize("event", state_table.rows(EVENTS, "takedown"))
def test_each_event_does_with_each_question_what_the_table_says(aws: Config, event: str) -> None:
    assert state_table.observe(STATES, make, EVENTS[event], look) == REVIEWS[event]


def test_the_table_of_questions_is_complete() -> None:
    assert set(REVIEWS) == set(EVENTS)
    assert {kind.value for kind in Kind} <= set(STATES)
    assert set(review_queue.STANDS) == set(Kind)
    for kind in Kind:
        assert {"decided", "closed"} <= state_table.reachable(REVIEWS, kind)


# --- appeals ---------------------------------------------------------------------------------------------------------

APPEAL_STATES = ["possible", "late", "lost", "withdrawing", "open", "declined", "granted", "back", "gone"]
APPEALS = state_table.read(
    APPEAL_STATES,
    """
appeal    open               !appeal-too-late   !nothing-to-restore !already-appealed       !already-appealed !already-appealed !nothing-to-appeal !nothing-to-appeal !video-not-found
approve   !nothing-to-decide !nothing-to-decide !nothing-to-decide  !withdrawal-in-progress granted           !already-decided  !already-decided   !already-decided   !video-not-found
decline   !nothing-to-decide !nothing-to-decide !nothing-to-decide  declined                declined          !already-decided  !already-decided   !already-decided   !video-not-found
takedown  =                  =                  !already-rejected   =                       =                 =                 possible           possible           !video-not-found
delete    gone               gone               gone                gone                    gone              gone              gone               gone               !video-not-found
withdrawn =                  =                  =                   open                    =                 =                 =                  =                  =
restored  =                  =                  =                   =                       =                 =                 back               =                  =
""",
)


def make_appeal(state: str) -> ClipWorld:
    name = f"a{next(NUMBERS)}"
    clip = ClipWorld(name, "rejected", reason="taken-down", rejected_at=now_ms(), quarantined_at=1, labels={})
    clip.write(1)
    Video(name).update([Video.asset.set(clip.asset(1))])
    if state == "late":
        Video(name).update([Video.rejected_at.set(now_ms() - 365 * DAY_MS)])
    if state == "lost":
        Video(name).update([Video.asset.remove(), Video.reason.set("review-declined")])
    if state in ("withdrawing", "open", "declined", "granted", "back"):
        appeals.appeal(name, "ann", "mine")
    if state == "withdrawing":
        Video(name).update([Video.quarantined_at.remove()])
    if state in ("declined", "granted", "back"):
        decisions.decide(name, Answer.REJECT if state == "declined" else Answer.APPROVE, "", "eve")
    if state == "back":
        takedowns.restore(name)
    if state == "gone":
        videos.delete(clip.video)
    return clip


def look_at_appeal(clip: ClipWorld) -> str:
    video = clip.video
    if video.state in ("restoring", "published", "deleted"):
        return {"restoring": "granted", "published": "back", "deleted": "gone"}[video.state]
    if video.appealed_at:
        asked = Review.get(clip.name)
        return "declined" if asked.decision else "open" if video.quarantined_at else "withdrawing"
    if not video.asset:
        return "lost"
    return "possible" if video.rejected_at > now_ms() - DAY_MS else "late"


APPEAL_EVENTS: dict[str, Callable[[ClipWorld], Any]] = {
    **{name: EVENTS[name] for name in ("approve", "decline", "takedown")},
    "appeal": lambda clip: appeals.appeal(clip.name, "ann", "mine"),
    "delete": lambda clip: videos.delete(videos.find(clip.name)),
    "withdrawn": lambda clip: takedowns.withdraw(clip.name),
    "restored": lambda clip: takedowns.restore(clip.name),
}


@pytest.mark.parametrize("event", state_table.rows(APPEAL_EVENTS, "appeal"))
def test_each_event_does_with_each_appeal_what_the_table_says(aws: Config, event: str) -> None:
    assert state_table.observe(APPEAL_STATES, make_appeal, APPEAL_EVENTS[event], look_at_appeal) == APPEALS[event]


def test_the_table_of_appeals_is_complete_and_each_open_appeal_can_be_answered() -> None:
    assert set(APPEALS) == set(APPEAL_EVENTS)
    for state in ("withdrawing", "open"):
        assert {"declined", "back"} <= state_table.reachable(APPEALS, state)
