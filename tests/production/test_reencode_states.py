"""(state × event) of a re-encode: each cell is held against the product."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from reelstack.platform.config import PREFIX, Config, config
from reelstack.production import attempts, reencodes
from reelstack.tables.production import Claim
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority
from reelstack.videos import videos
from tests.support import state_table
from tests.support.clip_world import UNCLEAR, ClipWorld

NUMBERS = count()
STATES = ["none", "asked", "running", "stale"]
"""`stale`: an earlier release left the mark of a re-encode that ended."""
TABLE = state_table.read(
    STATES,
    """
request   asked     =         =         asked
start     =         running   =         =
publish   =         none      none      none
reject    =         none      none      none
fail      =         none      none      none
lost      =         none      none      none
takedown  =         none      none      none
delete    =         none      none      none
hide      =         none      none      none
close     =         =         =         =
""",
)


def make(state: str) -> ClipWorld:
    name = f"r{next(NUMBERS)}"
    clip = ClipWorld(name, "published", published_at=5, labels={})
    Video(name).update([Video.asset.set(clip.asset(1))])
    if state != "none":
        reencodes.request(clip.video, Priority.NORMAL)
    if state in ("running", "stale"):
        clip.start(2)
    if state == "stale":
        reencodes.slots.release(f"{clip.upload_id}-2")
    return clip


def look(clip: ClipWorld) -> str:
    video = clip.video
    if not video.reencode_attempt:
        return "none"
    if clip.runs(int(video.reencode_attempt)):
        return "running"
    return "stale" if reencodes._is_over(video) else "asked"


def lost(clip: ClipWorld) -> None:
    if not any(True for _ in Claim.query(clip.upload_id)):
        Claim(clip.upload_id, video_id=clip.name, attempt=2, claimed_at=1).save()
    clip.end(2, "ABORTED")


EVENTS: dict[str, Callable[[ClipWorld], Any]] = {
    "request": lambda clip: reencodes.request(clip.video, Priority.NORMAL),
    "start": lambda clip: clip.start(2),
    "publish": lambda clip: attempts.publish(clip.name, 2, clip.asset(2), {}),
    "reject": lambda clip: clip.reject(2),
    "fail": lambda clip: clip.fail(2),
    "lost": lost,
    "takedown": ClipWorld.take_down,
    "delete": ClipWorld.delete,
    "hide": lambda clip: clip.judge_again(UNCLEAR),
    "close": lambda clip: videos.edit(clip.video, {"visibility": "private"}),
}


@pytest.mark.parametrize("event", state_table.rows(EVENTS, "takedown request"))
def test_each_event_does_with_each_reencode_what_the_table_says(
    aws: Config, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    monkeypatch.setenv(f"{PREFIX}PRODUCTION_SLOTS", "9")
    config.cache_clear()
    assert state_table.observe(STATES, make, EVENTS[event], look) == TABLE[event]


def test_the_table_is_complete_and_each_reencode_ends() -> None:
    assert set(TABLE) == set(EVENTS)
    for state in STATES:
        assert {"none", "running"} <= state_table.reachable(TABLE, state)
