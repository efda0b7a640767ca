"""A clip is published with two renditions and becomes whole once it is watched; nobody who watches notices."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from reelstack.platform import storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import PREFIX, Config, config
from reelstack.production import attempts, ladder_completion
from reelstack.tables.production import Lease
from reelstack.tables.videos import Video
from reelstack.videos import archives
from tests.clips import drawn
from tests.support.clip_world import ClipWorld
from tests.support.functions import handler_of

ENOUGH = 3
"""`ladder_plays` of tests/conftest.py."""
NUMBERS = count()


@pytest.fixture(autouse=True)
def popular(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}LADDER_POLICY", "popular")
    monkeypatch.setenv(f"{PREFIX}PRODUCTION_SLOTS", "9")
    config.cache_clear()
    ladder_completion._settled.clear()


@pytest.fixture
def clip(aws: Config) -> ClipWorld:
    """Published, without two of its renditions."""
    made = ClipWorld(f"c{next(NUMBERS)}", "published", published_at=5, labels={})
    Video(made.name).update([Video.asset.set(made.asset(1) | {"left_out": ["hevc-480", "hevc-1080"]})])
    return made


def watch(video_id: str, times: int, context: Any) -> None:
    """As many plays, through the consumer of their queue."""
    told = [[f"event{next(NUMBERS)}", video_id] for _ in range(times)]
    record = {"messageId": "m", "body": json.dumps({"plays": told}), "attributes": {"SentTimestamp": str(now_ms())}}
    assert handler_of("count_plays")({"Records": [record]}, context) == {"batchItemFailures": []}


def asked(clip: ClipWorld) -> tuple[int | None, str | None, str | None]:
    video = clip.video
    attempt = int(video.reencode_attempt) if video.reencode_attempt else None
    return attempt, video.reencode_priority, video.reencode_renditions


ASKED, NOT_ASKED = (2, "low", "hevc-480,hevc-1080"), (None, None, None)


def test_the_last_play_that_is_needed_asks_once_for_what_is_missing(clip: ClipWorld, context: Any) -> None:
    watch(clip.name, ENOUGH - 1, context)
    assert asked(clip) == NOT_ASKED
    watch(clip.name, 1, context)
    assert asked(clip) == ASKED
    watch(clip.name, ENOUGH, context)
    assert asked(clip) == ASKED
    assert int(clip.video.ladder_tries) == 1


def test_two_readers_of_the_same_crossing_start_one_production(clip: ClipWorld) -> None:
    seen_by_both = [clip.video, clip.video]
    assert [ladder_completion._request(video) for video in seen_by_both] == [True, False]
    late = seen_by_both[1]
    clip.start(2)
    assert attempts.publish(clip.name, 2, clip.asset(2), {})
    assert not ladder_completion._request(late), "read before another one asked and finished"


def test_a_clip_that_will_be_watched_is_completed_before_and_what_cannot_be_is_passed_over(clip: ClipWorld) -> None:
    whole = ClipWorld(f"c{next(NUMBERS)}", "published", published_at=5, labels={})
    Video(whole.name).update([Video.asset.set(whole.asset(1))])
    assert ladder_completion.of_expected([clip.name, whole.name, "nobody", clip.name]) == [clip.name]
    assert (asked(clip), asked(whole)) == (ASKED, NOT_ASKED)
    assert ladder_completion.of_expected([clip.name, whole.name]) == []


def archive(clip: ClipWorld) -> None:
    key = f"{clip.asset(1)['prefix']}avc-480.mp4"
    storage.write("media", key, b"x" * 200_000, "video/mp4", storage.FOREVER)
    archives.archive(clip.video)


@pytest.mark.parametrize("withdraw", [ClipWorld.take_down, ClipWorld.delete, archive])
def test_a_clip_that_is_withdrawn_is_not_completed(clip: ClipWorld, withdraw: Any, context: Any) -> None:
    watch(clip.name, ENOUGH, context)
    withdraw(clip)
    assert not clip.start(2), "ordered before it was withdrawn"
    assert asked(clip) == NOT_ASKED
    assert ladder_completion.of_expected([clip.name]) == []


def test_a_completion_that_fails_leaves_the_clip_and_is_tried_again_later_a_few_times(
    clip: ClipWorld, context: Any
) -> None:
    asset = clip.video.asset
    for tries in range(1, ladder_completion.TRIES + 1):
        watch(clip.name, ENOUGH, context)
        assert asked(clip)[0] == tries + 1
        clip.start(tries + 1)
        assert clip.fail(tries + 1)
        clip.end(tries + 1)
        video = clip.video
        assert (video.state, video.asset, video.reencode_reason) == ("published", asset, "production-failed")
        watch(clip.name, 1, context)
        assert asked(clip) == NOT_ASKED, "too early"
        passed = int(video.ladder_tried_at) - ladder_completion.PAUSE_MS * 2 ** (tries - 1)
        Video(clip.name).update([Video.ladder_tried_at.set(passed)])
    watch(clip.name, ENOUGH, context)
    assert asked(clip) == NOT_ASKED


def test_with_the_full_ladder_nobody_reads_or_asks(
    clip: ClipWorld, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}LADDER_POLICY", "full")
    config.cache_clear()
    watch(clip.name, ENOUGH, context)
    assert ladder_completion.of_expected([clip.name]) == []
    assert asked(clip) == NOT_ASKED


def make(production: Any, attempt: int, **probe: Any) -> dict[str, Any]:
    """Runs all steps of an attempt up to its publication. Returns what it published."""
    work = {"attempt": attempt, "plan_key": f"work/u1/{attempt}/plan.json"}
    segments = production.run("probe", attempt=attempt, **probe)["segments"]
    production.run("encode_first_rung", **work)
    for segment in segments:
        production.run("transcode", segment=segment, **work)
    made = production.run("package", **work)
    published = production.run("publish", video_id="v1", attempt=attempt, asset_key=made["asset_key"], labels={})
    assert published == {"published": True}
    asset: dict[str, Any] = Video.get("v1", consistent_read=True).asset
    return asset


def names(asset: dict[str, Any]) -> list[str]:
    return [one["name"] for one in asset["renditions"]]


@pytest.mark.engines
def test_a_clip_with_two_renditions_becomes_whole_while_who_watches_goes_on(
    production: Any, context: Any, tmp_path: Path
) -> None:
    production.upload(drawn(tmp_path / "clip.mp4", size="1280x720", seconds=2.4, fps="5"))
    begun = make(production, 1)
    assert (names(begun), begun["left_out"]) == (["avc-480", "hevc-720"], ["hevc-480"])
    watched = production.objects("media", begun["prefix"])

    watch("v1", ENOUGH, context)
    video = Video.get("v1", consistent_read=True)
    whole = make(production, 2, reencode=True, renditions=video.reencode_renditions.split(","))
    assert (names(whole), whole["conformance"]) == (["avc-480", "hevc-480", "hevc-720"], [])
    assert "left_out" not in whole
    assert production.objects("media", begun["prefix"]) == watched, "whoever plays the old addresses"
    assert production.objects("media", "v/v1/2/hevc-720.mp4")["v/v1/2/hevc-720.mp4"] == watched["v/v1/1/hevc-720.mp4"]
    due = next(iter(Lease.by_age.query("replaced"))).taken_at
    assert due > now_ms() + 1000 * config().playback_seconds_public, "until every address has expired"
    watch("v1", ENOUGH, context)
    assert Video.get("v1", consistent_read=True).reencode_attempt is None


@pytest.mark.engines
def test_a_reencode_of_a_clip_that_is_not_whole_keeps_to_what_it_has(production: Any, tmp_path: Path) -> None:
    production.upload(drawn(tmp_path / "clip.mp4", size="1280x720", seconds=1, fps="5"))
    make(production, 1)
    for attempt, more in ((2, {}), (3, {"renditions": ["hevc-720"]})):
        Video("v1").update([Video.reencode_attempt.set(attempt), Video.attempts.set(attempt)])
        asset = make(production, attempt, reencode=True, **more)
        assert (names(asset), asset["left_out"]) == (["avc-480", "hevc-720"], ["hevc-480"])
