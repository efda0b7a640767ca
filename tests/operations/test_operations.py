"""The production line over HTTP: admins look at it, send dead letters back, have videos made anew. Nobody else does."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from functions.operations.api.handler import handler
from functions.production.publish.handler import handler as publish
from functions.production.reconcile_production.handler import handler as reconcile
from functions.production.reject.handler import handler as reject
from reelstack.events import ProductionRequested
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.platform.stream_records import StreamRecord
from reelstack.production import executions, leftovers, queues, reencodes, slots
from reelstack.production.jobs import Order
from reelstack.tables.production import Lease
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority
from reelstack.videos import change_events, videos

Call = Callable[..., Any]
ADMIN = {"user": "ada", "roles": ("admin",)}
ROUTES = [
    ("GET", "/v1/production", None),
    ("GET", "/v1/production/dead-letters", None),
    ("POST", "/v1/production/redrive", {}),
    ("POST", "/v1/production/reencode", {}),
    ("POST", "/v1/videos/v1/produce", {}),
]
RENDITIONS = [{"name": "avc-480", "codec": "avc"}, {"name": "hevc-720", "codec": "hevc"}]
OLD, NEW = "v/v1/1/", "v/v1/2/"


def asset(prefix: str) -> dict[str, Any]:
    return {
        "prefix": prefix,
        "master": "master.m3u8",
        "duration_ms": 1000,
        "width": 1280,
        "height": 720,
        "renditions": RENDITIONS,
        "cost_microdollars": 1234,
    }


@pytest.fixture
def video(aws: Config) -> Video:
    """A published video with its objects."""
    made = Video("v1", owner_id="ann", title="Bunny", state="published", upload_id="u1", created_at=1, attempt=1)
    made.asset, made.published_at, made.shard = asset(OLD), 1000, videos.shard_of("v1")
    made.save()
    Upload(
        "u1",
        owner_id="ann",
        video_id="v1",
        key="originals/normal/u1",
        s3_upload_id="s3",
        size_bytes=10,
        part_size_bytes=10,
        content_type="video/mp4",
        state="completed",
        created_at=1,
    ).save()
    seam.client("s3").put_object(Bucket="uploads", Key="originals/normal/u1", Body=b"x")
    for prefix in (OLD, NEW):
        seam.client("s3").put_object(Bucket="media", Key=prefix + "master.m3u8", Body=b"#EXTM3U")
    seam.client("s3").put_object(
        Bucket="intermediates", Key="work/u1/2/asset.json", Body=json.dumps(asset(NEW)).encode()
    )
    return made


def objects() -> list[str]:
    found = seam.client("s3").list_objects_v2(Bucket="media").get("Contents", [])
    return [one["Key"] for one in found]


# --- who may, and what -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_only_an_admin_is_answered(call: Call, method: str, path: str, body: Any) -> None:
    for roles in (("viewer",), ("creator",), ("moderator",)):
        answer = call("operations", method, path, user="mia", roles=roles, body=body)
        assert (answer.status, answer.json["type"].rsplit("/", 1)[1]) == (403, "role-missing")
    assert call("operations", method, path, user=None, body=body).status == 401
    assert call("operations", method, path, **ADMIN, body=body, through_cdn=False).status == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/production/redrive", {"priority": "urgent"}, 422),
        ("/v1/production/redrive", {"limit": 1000}, 422),
        ("/v1/production/reencode", {"limit": 0}, 422),
        ("/v1/production/reencode", {"without_codec": "../etc"}, 422),
        ("/v1/production/reencode", {"cursor": "not-one"}, 422),
        ("/v1/videos/v1/produce", {"renditions": ["HEVC 720; rm"]}, 422),
        ("/v1/videos/v1/produce", {"renditions": ["hevc-720"] * 13}, 422),
        ("/v1/videos/v1/produce", {"unknown": 1}, 422),
        ("/v1/videos/v1/produce", "{", 400),
        ("/v1/videos/v1/produce", {"priority": "x" * 70_000}, 413),
        ("/v1/videos/nobody/produce", {}, 404),
    ],
)
def test_what_cannot_be_is_refused(call: Call, path: str, body: Any, status: int) -> None:
    assert call("operations", "POST", path, **ADMIN, body=body).status == status


def test_the_line_shows_who_waits_what_is_dead_and_what_the_day_cost(call: Call, event: Any, context: Any) -> None:
    queues.dead_letter(Priority.LOW, Order("u9", 1, Priority.LOW).to_message(), "because")
    answer = handler(event("operations/api.production"), context)
    line = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert (line["slots"], line["running"], line["queues"]["low"]["dead"]) == (2, 0, 1)
    assert line["today"]["low_stopped"] is False


def test_dead_letters_are_listed_with_reasons_and_sent_back(call: Call) -> None:
    for priority in (Priority.LOW, Priority.HIGH):
        queues.dead_letter(priority, Order("u9", 3, priority).to_message(), "because")
    listed = call("operations", "GET", "/v1/production/dead-letters?priority=low", **ADMIN).json["items"]
    assert [(one["upload_id"], one["attempt"], one["reason"]) for one in listed] == [("u9", 3, "because")]
    moved = call("operations", "POST", "/v1/production/redrive", **ADMIN, body={"priority": "low"}).json["moved"]
    assert moved == {"low": 1}
    moved = call("operations", "POST", "/v1/production/redrive", **ADMIN, body={}).json["moved"]
    assert moved == {"high": 1, "normal": 0, "low": 0}


# --- made anew -------------------------------------------------------------------------------------------------------


def test_a_remake_is_ordered_by_the_change_itself(video: Video, call: Call, event: Any, context: Any) -> None:
    answer = handler(event("operations/api.produce"), context)
    assert answer["statusCode"] == 202
    assert json.loads(answer["body"])["reencoding"] is True
    after = Video.get("v1").serialize()
    record = StreamRecord({"dynamodb": {"OldImage": video.serialize(), "NewImage": after}})
    assert change_events.read(record) == [
        ProductionRequested(upload_id="u1", video_id="v1", attempt=2, priority="normal", renditions=("hevc-720",))
    ]
    assert change_events.read(StreamRecord({"dynamodb": {"OldImage": after, "NewImage": after}})) == []


def test_asking_twice_is_one_remake(video: Video, call: Call) -> None:
    for _ in range(2):
        assert call("operations", "POST", "/v1/videos/v1/produce", **ADMIN, body={}).status == 202
    assert int(Video.get("v1").attempts) == 2


def test_a_rendition_it_has_not_and_a_video_that_is_not_public_are_refused(video: Video, call: Call) -> None:
    body = {"renditions": ["av1-720"]}
    assert call("operations", "POST", "/v1/videos/v1/produce", **ADMIN, body=body).status == 422
    video.update(actions=[Video.state.set("rejected")])
    assert call("operations", "POST", "/v1/videos/v1/produce", **ADMIN, body={}).status == 409


def test_viewers_keep_the_old_asset_until_the_new_one_is_there_and_for_as_long_as_its_addresses_work(
    video: Video, event: Any, context: Any
) -> None:
    reencodes.request(video, Priority.LOW)
    assert executions.start(Order("u1", 2, Priority.LOW))
    seen = Video.get("v1")
    assert (seen.state, seen.asset["prefix"]) == ("published", OLD)
    step = event("production/publish.ok") | {"video_id": "v1", "attempt": 2, "asset_key": "work/u1/2/asset.json"}
    for _ in range(2):
        assert publish(step, context) == {"published": True}
    seen = Video.get("v1")
    assert (seen.state, seen.asset["prefix"], int(seen.attempt), int(seen.published_at)) == ("published", NEW, 2, 1000)
    assert int(seen.cost_microdollars) == 1234
    assert reconcile({}, context)["removed"] == 0
    assert len(objects()) == 2
    (kept,) = Lease.query(leftovers.REPLACED)
    kept.update(actions=[Lease.taken_at.set(int(time.time() * 1000) - 1)])
    assert reconcile({}, context)["removed"] == 1
    assert objects() == [NEW + "master.m3u8"]


def test_a_remake_that_fails_leaves_the_video_as_it_was_and_can_be_asked_for_again(
    video: Video, event: Any, context: Any
) -> None:
    reencodes.request(video, Priority.LOW)
    assert executions.start(Order("u1", 2, Priority.LOW))
    assert reject(event("production/reject.file") | {"video_id": "v1", "attempt": 2}, context) == {"rejected": True}
    seen = Video.get("v1")
    assert (seen.state, seen.asset["prefix"], seen.reencode_reason) == ("published", OLD, "not-a-video")
    executions.finish("u1-2", "FAILED")
    reencodes.request(seen, Priority.LOW)
    assert executions.start(Order("u1", 3, Priority.LOW))
    executions.finish("u1-3", "TIMED_OUT")
    assert Video.get("v1").reencode_reason == "production-timeout"


def test_a_video_taken_down_meanwhile_stays_down(video: Video, event: Any, context: Any) -> None:
    reencodes.request(video, Priority.LOW)
    video.update(actions=[Video.state.set("rejected"), Video.shard.remove()])
    assert executions.start(Order("u1", 2, Priority.LOW))
    assert slots.running() == [], "nothing is made for it any more"
    step = event("production/publish.ok") | {"video_id": "v1", "attempt": 2, "asset_key": "work/u1/2/asset.json"}
    publish(step, context)
    assert Video.get("v1").state == "rejected"
    for lease in Lease.query(leftovers.REPLACED):
        lease.update(actions=[Lease.taken_at.set(0)])
    reconcile({}, context)
    assert OLD + "master.m3u8" in objects(), "what the item names is not removed"


def test_old_videos_are_asked_for_in_bulk_at_low_priority(video: Video, call: Call) -> None:
    body = {"without_codec": "av1", "before": 2000}
    answer = call("operations", "POST", "/v1/production/reencode", **ADMIN, body=body)
    assert (answer.status, answer.json) == (202, {"asked": ["v1"], "seen": 1, "cursor": None})
    assert Video.get("v1").reencode_priority == "low"
    for other in ({"without_codec": "hevc"}, {"before": 1000}):
        assert call("operations", "POST", "/v1/production/reencode", **ADMIN, body=other).json["asked"] == []
