# ruff: noqa: E501 -- a table is read across
"""(state × event) of a video: each cell is held against the product."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from reelstack.moderation import appeals, decisions, review_queue, takedowns
from reelstack.moderation.decisions import Answer
from reelstack.moderation.review_queue import Kind
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config
from reelstack.production import attempts, reencodes, retries
from reelstack.tables.model import Table
from reelstack.tables.production import Claim
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads import completion
from reelstack.uploads.priorities import Priority
from reelstack.videos import lifecycle, videos
from reelstack.videos.videos import State
from tests.support import state_table
from tests.support.clip_world import BAD, UNCLEAR, ClipWorld

STATES = [state.value for state in State]
TABLE = state_table.read(
    STATES,
    """
begin     processing  processing  =           =           =           =           =           =       =
preview   =           =           =           =           =           =           =           =       =
ask       =           =           review      =           =           =           =           =       =
publish   =           =           published   published   =           =           =           =       =
reject    =           rejected    rejected    rejected    =           =           =           =       =
fail      =           failed      failed      =           =           =           =           =       =
lost      =           failed      failed      =           =           =           =           =       =
retry     !nothing-to-retry = !nothing-to-retry !nothing-to-retry !nothing-to-retry !nothing-to-retry !nothing-to-retry queued !video-not-found
reencode  !nothing-to-reencode !nothing-to-reencode !nothing-to-reencode !nothing-to-reencode = !nothing-to-reencode !nothing-to-reencode !nothing-to-reencode !video-not-found
abort     deleted     deleted     deleted     =           =           =           =           =       =
edit      =           =           =           =           =           =           =           =       !video-not-found
delete    deleted     deleted     deleted     deleted     deleted     deleted     deleted     deleted !video-not-found
takedown  !nothing-to-take-down !nothing-to-take-down !nothing-to-take-down !nothing-to-take-down rejected rejected = !nothing-to-take-down !video-not-found
appeal    !nothing-to-appeal !nothing-to-appeal !nothing-to-appeal !nothing-to-appeal !nothing-to-appeal !nothing-to-appeal = !nothing-to-appeal !video-not-found
approve   !nothing-to-decide !nothing-to-decide !nothing-to-decide published = !nothing-to-decide restoring !nothing-to-decide !video-not-found
decline   !nothing-to-decide !nothing-to-decide !nothing-to-decide rejected rejected !nothing-to-decide = !nothing-to-decide !video-not-found
unclear   =           =           =           =           review      =           =           =       =
bad       =           =           =           =           rejected    =           =           =       =
withdrawn =           =           =           =           =           =           =           =       =
restored  =           =           =           =           =           published   =           =       =
""",
)
NUMBERS = count()
ASKED = {State.REVIEW: Kind.PRODUCTION, State.PUBLISHED: Kind.REPORTS, State.REJECTED: Kind.APPEAL}


def make(state: str, *, asked: bool = False) -> ClipWorld:
    """A clip in that state, with what belongs to it; `asked`: with the question that stands in it."""
    more: dict[str, Any] = {"labels": {}}
    if state in ("review", "published", "restoring", "rejected"):
        more["asset"] = {"prefix": "v/x/1/", "master": "m", "duration_ms": 1, "width": 1, "height": 1}
    if state in ("published", "restoring", "rejected"):
        more |= {"published_at": 5}
    if state in ("restoring", "rejected"):
        more |= {"reason": "taken-down", "rejected_at": now_ms(), "rejected_by": "eve", "quarantined_at": 1}
    clip = ClipWorld(f"v{next(NUMBERS)}", state, **more)
    if asked and (kind := ASKED.get(State(state))):
        Claim(clip.upload_id, video_id=clip.name, attempt=1, started=True, claimed_at=1).save()
        save(review_queue.question(clip.video, kind, {}).item)
    return clip


def save(item: Any) -> None:
    assert isinstance(item, Table)
    item.save()


def abort(clip: ClipWorld) -> None:
    completion.discard(Upload.get(clip.upload_id))


def restored(clip: ClipWorld) -> None:
    if clip.video.state == "restoring":
        clip.write(1)
        Video(clip.name).update([Video.asset.set(clip.asset(1))])
    takedowns.restore(clip.name)


def decide(clip: ClipWorld, answer: Answer) -> None:
    decisions.decide(clip.name, answer, "", "max")
    clip.carry_out_decisions()


EVENTS: dict[str, Callable[[ClipWorld], Any]] = {
    "begin": lambda clip: lifecycle.begin(clip.name, 1),
    "preview": lambda clip: lifecycle.show_preview(clip.name, 1, {}),
    "ask": lambda clip: decisions.ask(clip.name, 1, {}, clip.asset(1)),
    "publish": lambda clip: attempts.publish(clip.name, 1, clip.asset(1), {}),
    "reject": lambda clip: clip.reject(1),
    "fail": lambda clip: clip.fail(1),
    "lost": lambda clip: (
        Claim(clip.upload_id, video_id=clip.name, attempt=1, claimed_at=1).save(),
        clip.end(1, "TIMED_OUT"),
    ),
    "retry": lambda clip: retries.request(videos.find(clip.name), "ann"),
    "reencode": lambda clip: reencodes.request(videos.find(clip.name), Priority.LOW),
    "abort": abort,
    "edit": lambda clip: videos.edit(videos.find(clip.name), {"visibility": "private"}),
    "delete": lambda clip: videos.delete(videos.find(clip.name)),
    "takedown": ClipWorld.take_down,
    "appeal": lambda clip: appeals.appeal(clip.name, "ann", "mine"),
    "approve": lambda clip: decide(clip, Answer.APPROVE),
    "decline": lambda clip: decide(clip, Answer.REJECT),
    "unclear": lambda clip: clip.judge_again(UNCLEAR),
    "bad": lambda clip: clip.judge_again(BAD),
    "withdrawn": lambda clip: takedowns.withdraw(clip.name),
    "restored": restored,
}
ABOUT_A_QUESTION = ("approve", "decline")


@pytest.mark.parametrize("event", state_table.rows(EVENTS, "takedown approve delete"))
def test_each_event_does_in_each_state_what_the_table_says(aws: Config, event: str) -> None:
    seen = state_table.observe(
        STATES,
        lambda state: make(state, asked=event in ABOUT_A_QUESTION),
        EVENTS[event],
        lambda clip: str(clip.video.state),
    )
    assert seen == TABLE[event]


def test_the_table_has_a_cell_for_each_state_and_event() -> None:
    assert (set(TABLE), STATES) == (set(EVENTS), [state.value for state in State])


@pytest.mark.parametrize("state", [state for state in STATES if state != "deleted"])
def test_each_state_has_a_way_to_the_end_that_its_owner_or_the_service_can_go(state: str) -> None:
    by_itself = {event: row for event, row in TABLE.items() if event not in ("delete", "abort")}
    ends = {"published", "rejected", "failed"}
    assert state in ends or state_table.reachable(by_itself, state) & ends
    assert "deleted" in state_table.exits(TABLE, state)


def test_an_execution_of_0_2_0_fails_a_clip_in_review_whose_question_closes_with_it(aws: Config) -> None:
    clip = make("review", asked=True)
    Video(clip.name).update([Video.asset.remove()])
    assert clip.fail(1)
    assert clip.video.state == "failed"
    assert not review_queue.is_open(review_queue.find(clip.name), clip.video)
