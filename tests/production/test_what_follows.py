"""Steps that settle a video, consumers of streams and rules: each with the sample events of its folder."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.interactions.count_interactions.handler import handler as count_interactions
from functions.production.fail.handler import handler as fail
from functions.production.publish.handler import handler as publish
from functions.production.reconcile_production.handler import handler as reconcile_production
from functions.production.reject.handler import handler as reject
from functions.production.start_production.handler import handler as start_production
from functions.videos.publish_video_events.handler import handler as announce
from reelstack.counters import counters
from reelstack.events import (
    ProductionRequested,
    VideoListingChanged,
    VideoPublished,
    VideoRefused,
    VideoWithdrawn,
)
from reelstack.failure_reasons import REASONS
from reelstack.platform import aws as seam
from reelstack.platform import stream_records
from reelstack.platform.config import Config
from reelstack.platform.stream_records import StreamRecord
from reelstack.tables.videos import Video
from reelstack.videos import change_events

Event = Callable[[str], dict[str, Any]]
ASSET = {"prefix": "v/vid/1/", "master": "master.m3u8", "duration_ms": 5280, "width": 1280, "height": 720}


@pytest.fixture
def video(aws: Config) -> Video:
    made = Video("vid", owner_id="ann", title="Bunny", state="processing", upload_id="up-vid", created_at=1)
    made.save()
    return made


def test_publish_makes_public_what_was_packaged(video: Video, event: Event, context: Any) -> None:
    seam.client("s3").put_object(
        Bucket="intermediates", Key="work/up-vid/1/asset.json", Body=json.dumps(ASSET).encode()
    )
    assert publish(event("production/publish.ok"), context) == {"published": True}
    video.refresh()
    assert (video.state, int(video.duration_ms), video.asset["prefix"]) == ("published", 5280, "v/vid/1/")


@pytest.mark.parametrize(
    ("case", "reason"), [("production/reject.file", "not-a-video"), ("production/reject.moderated", "moderated")]
)
def test_reject_stores_the_reason(video: Video, event: Event, context: Any, case: str, reason: str) -> None:
    assert reject(event(case), context) == {"rejected": True}
    video.refresh()
    assert (video.state, video.reason) == ("rejected", reason)


def test_fail_stores_that_it_can_be_tried_again_and_no_internals(video: Video, event: Event, context: Any) -> None:
    assert fail(event("production/fail.caught"), context) == {"failed": True}
    video.refresh()
    assert (video.state, video.reason, video.reason_detail) == (
        "failed",
        "production-failed",
        REASONS["production-failed"].message,
    )


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (
            "videos/publish_video_events.published",
            VideoPublished(video_id="vid", owner_id="ann", published_at=1795420860000),
        ),
        ("videos/publish_video_events.retry", ProductionRequested(video_id="vid", upload_id="up-vid", attempt=2)),
        ("videos/publish_video_events.deleted", VideoWithdrawn(video_id="vid", owner_id="ann", state="deleted")),
    ],
)
def test_announce_says_what_happened(aws: Config, event: Event, context: Any, case: str, expected: Any) -> None:
    assert [found for record in stream_records.read(event(case)) for found in change_events.read(record)] == [expected]
    assert announce(event(case), context) == {"events": 1}


def test_a_change_that_means_nothing_outside_is_not_announced(event: Event) -> None:
    record = event("videos/publish_video_events.published")["Records"][0]
    record["dynamodb"]["OldImage"] = record["dynamodb"]["NewImage"]
    assert change_events.read(StreamRecord(record)) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("private", "public", [VideoListingChanged]),
        ("friends", "public", [VideoListingChanged]),
        ("unlisted", "public", [VideoListingChanged]),
        ("public", "unlisted", [VideoListingChanged]),
        ("public", "private", [VideoWithdrawn]),
        ("private", "unlisted", []),
        ("public", "public", []),
    ],
)
def test_a_published_video_tells_that_lists_may_show_it_or_not_any_more(
    event: Event, before: str, after: str, expected: list[type]
) -> None:
    record = event("videos/publish_video_events.published")["Records"][0]
    image = record["dynamodb"]["NewImage"]
    record["dynamodb"] |= {
        "OldImage": image | {"visibility": {"S": before}},
        "NewImage": image | {"visibility": {"S": after}},
    }
    assert [type(found) for found in change_events.read(StreamRecord(record))] == expected


def test_the_first_attempt_is_ordered_by_its_object_alone(event: Event) -> None:
    record = event("videos/publish_video_events.retry")["Records"][0]
    record["dynamodb"]["OldImage"]["state"] = {"S": "uploading"}
    assert change_events.read(StreamRecord(record)) == []


def test_a_rejected_video_is_refused_and_withdrawn(event: Event) -> None:
    record = event("videos/publish_video_events.published")["Records"][0]
    record["dynamodb"]["NewImage"] |= {"state": {"S": "rejected"}, "reason": {"S": "moderated"}}
    assert [type(found) for found in change_events.read(StreamRecord(record))] == [VideoWithdrawn, VideoRefused]


def test_a_batch_of_a_stream_is_counted_once(aws: Config, event: Event, context: Any) -> None:
    for _ in range(2):
        assert count_interactions(event("interactions/count_interactions.likes"), context) == {"state": {}}
    assert counters.read(["vid"])["vid"].likes == 1


def test_the_end_of_a_window_needs_nothing(aws: Config, event: Event, context: Any) -> None:
    last = event("interactions/count_interactions.likes") | {"Records": [], "isFinalInvokeForWindow": True}
    assert count_interactions(last, context) == {"state": {}}


@pytest.mark.parametrize("case", ["uploaded", "ended", "scheduled"])
def test_waking_up_finds_an_empty_queue_empty(aws: Config, event: Event, context: Any, case: str) -> None:
    assert start_production(event(f"production/start_production.{case}"), context) == {"started": 0}


def test_nothing_to_reconcile_is_no_error(aws: Config, event: Event, context: Any) -> None:
    assert reconcile_production(event("production/reconcile_production.scheduled"), context) == {
        "righted": 0,
        "resent": 0,
        "removed": 0,
    }
