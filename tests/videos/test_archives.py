"""Archive and restore through the handlers, with moto's storage. S3's lifecycle and its restores are acted here."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import boto3
import pytest

from functions.notifications.notify.handler import handler as notify
from functions.videos.move_archives.handler import handler as move
from reelstack.events import ArchiveOrdered, ArchiveRestored, VideoListingChanged
from reelstack.moderation import takedowns
from reelstack.platform import storage_classes
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config
from reelstack.platform.stream_records import StreamRecord
from reelstack.tables.accounts import User
from reelstack.tables.notifications import Notification
from reelstack.tables.production import Lease
from reelstack.tables.videos import Video
from reelstack.videos import archive_objects, archives, change_events, listings, videos
from reelstack.videos.archive_prices import MINIMUM_DAYS
from tests.support.edge_store import edge_store
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
MIB = 1024 * 1024
BIG = {"avc-480.mp4": MIB, "avc-720.mp4": 2 * MIB}
SMALL = {"master.m3u8": 100, "poster.jpg": 300 * 1024, "sound.mp4": 1000}
AT = "v/vid/1/"


def s3() -> Any:
    return boto3.client("s3")


@pytest.fixture
def clip(aws: Config) -> Config:
    User("ann", created_at=1).save()
    make()
    for name, size in {**BIG, **SMALL}.items():
        s3().put_object(Bucket="media", Key=AT + name, Body=b"x" * size, ContentType="video/mp4", CacheControl="a")
    return aws


def at(call: Call, method: str = "GET", what: str = "", **given: Any) -> Any:
    return call("videos", method, f"/v1/videos/vid/archive{what}", **given)


def kinds() -> dict[str, str]:
    return {one.key.removeprefix(AT): one.storage_class for one in storage_classes.list_objects("media", AT)}


def tags(name: str) -> dict[str, str]:
    found = s3().get_object_tagging(Bucket="media", Key=AT + name)["TagSet"]
    return {one["Key"]: one["Value"] for one in found}


def lifecycle() -> None:
    """What S3 does at midnight."""
    for name in kinds():
        if tags(name).get("tier") == "archive":
            held = tags(name)
            s3().copy_object(
                Bucket="media",
                Key=AT + name,
                CopySource=f"media/{AT}{name}",
                StorageClass="GLACIER",
                Tagging="&".join(f"{key}={value}" for key, value in held.items()),
                TaggingDirective="REPLACE",
            )


def notice(name: str) -> dict[str, Any]:
    body = {"Records": [{"eventName": "ObjectRestore:Completed", "s3": {"object": {"key": AT + name}}}]}
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(body)}}]}


def restored(name: str) -> dict[str, Any]:
    """S3 restores one object and tells of it."""
    s3().restore_object(Bucket="media", Key=AT + name, RestoreRequest={"Days": 1})
    return notice(name)


@pytest.fixture
def archived(clip: Config, call: Call, context: Any) -> Config:
    """In the archive, moved by lifecycle."""
    assert at(call, "PUT").status == 202
    archive_objects.carry_out("vid")
    lifecycle()
    return clip


def test_an_archive_shows_what_it_would_cost_before(clip: Config, call: Call) -> None:
    shown = at(call).json
    assert shown["state"] is None
    assert (shown["bytes"], shown["objects"]) == (3 * MIB, 2)
    assert shown["archived_microdollars_per_month"] < shown["standard_microdollars_per_month"]
    assert [one["tier"] for one in shown["restores"]] == ["Expedited", "Standard", "Bulk"]
    assert [one["seconds"] for one in shown["restores"]] == [300, 5 * 3600, 12 * 3600]
    prices = [one["price_microdollars"] for one in shown["restores"]]
    assert prices == sorted(prices, reverse=True)


def test_renditions_are_marked_and_the_rest_stays(clip: Config, call: Call) -> None:
    put = at(call, "PUT")
    assert (put.status, put.json["state"]) == (202, "archiving")
    archive_objects.carry_out("vid")
    assert at(call).json["state"] == "archived"
    assert {name for name in kinds() if tags(name)} == set(BIG)
    lifecycle()
    assert {name for name, kind in kinds().items() if kind == "GLACIER"} == set(BIG)
    assert not list(Lease.query(archives.ARCHIVES))


def test_players_get_the_poster_and_nothing_to_play(archived: Config, call: Call) -> None:
    played = call("videos", "GET", "/v1/videos/vid/playback", user="bob").json
    assert played["archived"] is True
    assert (played["master_url"], played["sprites_url"], played["renditions"]) == (None, None, [])
    assert played["poster_url"].endswith("/1/poster.jpg")
    card = call("videos", "GET", "/v1/videos/vid", user="bob").json
    assert (card["archived"], card["ready_by"], card["playable"], card["state"]) == (True, None, False, "published")


def test_an_archived_video_is_in_its_owners_lists_only(archived: Config, call: Call) -> None:
    assert Video.get("vid").shard is None
    assert listings.feed("bob", 10, None)[0] == []
    assert [one["video_id"] for one in call("videos", "GET", "/v1/users/ann/videos", user="bob").json["items"]] == []
    assert [one["video_id"] for one in call("videos", "GET", "/v1/users/ann/videos").json["items"]] == ["vid"]
    assert [one["video_id"] for one in call("videos", "GET", "/v1/videos").json["items"]] == ["vid"]
    call("videos", "PATCH", "/v1/videos/vid", body={"visibility": "unlisted"})
    call("videos", "PATCH", "/v1/videos/vid", body={"visibility": "public"})
    assert Video.get("vid").shard is None


def test_an_archive_and_its_restore_leave_the_address_and_the_objects_as_they_were(
    clip: Config, call: Call, context: Any
) -> None:
    def path() -> str:
        url = call("videos", "GET", "/v1/videos/vid/playback", user="bob").json["master_url"]
        return str(url.rpartition("/1/")[2])

    before, heads = path(), {name: s3().head_object(Bucket="media", Key=AT + name) for name in BIG}
    at(call, "PUT")
    archive_objects.carry_out("vid")
    lifecycle()
    asked = at(call, "POST", "/restore", body={"tier": "Bulk"})
    assert (asked.status, asked.json["state"], asked.json["tier"]) == (202, "restoring", "Bulk")
    card = call("videos", "GET", "/v1/videos/vid", user="bob").json
    assert 11 * 3600 * 1000 < card["ready_by"] - now_ms() <= 12 * 3600 * 1000
    archive_objects.carry_out("vid")
    for name in BIG:
        for _ in range(2):  # the event comes twice
            move(restored(name) if kinds()[name] == "GLACIER" else notice(name), context)
    assert path() == before
    assert set(kinds().values()) == {"STANDARD"}  # for good: no copy that ends
    for name, head in heads.items():
        now = s3().head_object(Bucket="media", Key=AT + name)
        assert "Restore" not in now
        assert all(now[field] == head[field] for field in ("ContentType", "CacheControl", "ContentLength", "ETag"))
        assert tags(name) == {}
    video = Video.get("vid")
    assert (video.archive_state, video.ready_by, video.shard) == (None, None, videos.shard_of("vid"))
    assert not list(Lease.query(archives.ARCHIVES))


def test_twice_is_once(archived: Config, call: Call) -> None:
    first = at(call, "PUT")
    assert (first.status, first.json) == (202, at(call, "PUT").json)
    once = at(call, "POST", "/restore", body={"tier": "Standard"}).json
    assert at(call, "POST", "/restore", body={"tier": "Standard"}).json["ready_by"] == once["ready_by"]


def test_what_cannot_be_is_refused_with_one_answer(clip: Config, call: Call) -> None:
    ask = {"tier": "Bulk"}
    assert problem(at(call, "POST", "/restore", body=ask)) == (409, "not-archived")
    assert problem(at(call, "PUT", user="bob")) == (403, "not-your-video")
    at(call, "PUT")
    assert problem(at(call, "POST", "/restore", body=ask)) == (409, "archive-in-progress")
    archive_objects.carry_out("vid")
    lifecycle()
    refused = at(call, "POST", "/restore", body={"tier": "Expedited", "limit_dollars": 0.01})
    assert problem(refused) == (409, "restore-too-costly")
    assert refused.json["price_microdollars"] == at(call).json["restores"][0]["price_microdollars"]
    assert at(call).json["state"] == "archived"
    assert at(call, "POST", "/restore", body={"tier": "Bulk", "limit_dollars": 0.01}).status == 202
    assert problem(at(call, "POST", "/restore", body={"tier": "Expedited"})) == (409, "restore-in-progress")
    assert problem(at(call, "PUT")) == (409, "restore-in-progress")
    assert at(call, "POST", "/restore", body={"tier": "Slow"}).status == 422


def test_who_may_not_see_a_video_learns_nothing(clip: Config, call: Call) -> None:
    Video("vid").update([Video.visibility.set("private")])
    told = [
        problem(at(call, method, what, user="bob", body=body))
        for method, what, body in (("GET", "", None), ("PUT", "", None), ("POST", "/restore", {"tier": "Bulk"}))
    ]
    assert set(told) == {(404, "video-not-found")}


@pytest.mark.parametrize("state", ["processing", "review", "rejected", "failed"])
def test_only_what_is_published_can_be_archived(clip: Config, call: Call, state: str) -> None:
    Video("vid").update([Video.state.set(state)])
    assert problem(at(call, "PUT")) == (409, "video-not-archivable")


def test_what_is_too_small_for_an_archive_is_not_archived(aws: Config, call: Call) -> None:
    make()
    s3().put_object(Bucket="media", Key=AT + "avc-480.mp4", Body=b"x" * 1000)
    assert problem(at(call, "PUT")) == (409, "nothing-to-archive")


def test_a_run_that_died_is_followed_by_the_reconciler(clip: Config, call: Call, context: Any, event: Any) -> None:
    at(call, "PUT")
    storage_classes.tag("media", AT + "avc-480.mp4", "tier", "archive")  # and then it died
    scheduled = event("videos/move_archives.scheduled")
    assert move(scheduled, context) == {"late": 0}  # not late yet
    Lease(archives.ARCHIVES, "vid", taken_at=now_ms() - 1).save()
    assert move(scheduled, context) == {"late": 1}
    assert {name for name in kinds() if tags(name)} == set(BIG)
    assert at(call).json["state"] == "archived"


def test_a_restore_whose_events_were_lost_is_finished_by_the_reconciler(
    archived: Config, call: Call, context: Any, event: Any
) -> None:
    at(call, "POST", "/restore", body={"tier": "Bulk"})
    archive_objects.carry_out("vid")
    (noted,) = Lease.query(archives.ARCHIVES)
    assert noted.taken_at > at(call).json["ready_by"]
    for name in BIG:
        restored(name)
    Lease(archives.ARCHIVES, "vid", taken_at=now_ms() - 1).save()
    move(event("videos/move_archives.scheduled"), context)
    assert set(kinds().values()) == {"STANDARD"}
    assert at(call).json["state"] is None


def test_an_object_that_went_meanwhile_stops_nothing(archived: Config, call: Call, context: Any) -> None:
    s3().delete_object(Bucket="media", Key=AT + "avc-720.mp4")
    at(call, "POST", "/restore", body={"tier": "Bulk"})
    archive_objects.carry_out("vid")
    move(restored("avc-480.mp4"), context)
    move(notice("avc-720.mp4"), context)
    assert at(call).json["state"] is None


def test_an_object_without_room_for_a_tag_goes_by_a_copy(clip: Config, call: Call) -> None:
    full = {"TagSet": [{"Key": f"k{number}", "Value": "v"} for number in range(10)]}
    s3().put_object_tagging(Bucket="media", Key=AT + "avc-480.mp4", Tagging=full)
    at(call, "PUT")
    archive_objects.carry_out("vid")
    assert kinds()["avc-480.mp4"] == "GLACIER"
    assert s3().head_object(Bucket="media", Key=AT + "avc-480.mp4")["TagCount"] == 10
    assert tags("avc-720.mp4") == {"tier": "archive"}


def test_other_tags_stay(clip: Config, call: Call) -> None:
    s3().put_object_tagging(Bucket="media", Key=AT + "avc-480.mp4", Tagging={"TagSet": [{"Key": "mine", "Value": "1"}]})
    at(call, "PUT")
    archive_objects.carry_out("vid")
    assert tags("avc-480.mp4") == {"mine": "1", "tier": "archive"}
    at(call, "POST", "/restore", body={"tier": "Bulk"})
    archive_objects.carry_out("vid")  # nothing was moved yet: it is back at once, and for nothing
    assert tags("avc-480.mp4") == {"mine": "1"}
    assert at(call).json["state"] is None


def test_what_was_not_moved_yet_comes_back_for_nothing(clip: Config, call: Call) -> None:
    at(call, "PUT")
    archive_objects.carry_out("vid")
    assert {one["price_microdollars"] for one in at(call).json["restores"]} == {0}


def test_the_end_of_the_minimum_makes_a_restore_cheaper_and_a_clock_that_is_behind_no_dearer(
    archived: Config, call: Call
) -> None:
    def bulk() -> int:
        return int(at(call).json["restores"][2]["price_microdollars"])

    at_once = bulk()
    day = 24 * 3600 * 1000
    Video("vid").update([Video.archived_at.set(now_ms() + 3 * day)])
    assert bulk() == at_once
    Video("vid").update([Video.archived_at.set(now_ms() - MINIMUM_DAYS * day)])
    assert bulk() < at_once


def test_a_takedown_of_an_archived_video_denies_it_and_its_restore_withdraws_it(
    archived: Config, call: Call, context: Any
) -> None:
    with edge_store():
        at(call, "POST", "/restore", body={"tier": "Bulk"})
        takedowns.take_down("vid", "no", "mia")
        takedowns.withdraw("vid")
        assert set(kinds()) == set(BIG)  # S3 moves nothing that cannot be read
        archive_objects.carry_out("vid")
        for name in BIG:
            move(restored(name), context)
        assert Video.get("vid").archive_state is None
        assert (Video.get("vid").shard, int(Video.get("vid").leftovers)) == (None, 1)
        takedowns.withdraw("vid")
        assert kinds() == {}


def test_a_deleted_video_is_brought_back_by_nobody(archived: Config, call: Call, context: Any) -> None:
    at(call, "POST", "/restore", body={"tier": "Bulk"})
    archive_objects.carry_out("vid")
    videos.delete(Video.get("vid"))
    move(restored("avc-480.mp4"), context)
    assert kinds()["avc-480.mp4"] == "GLACIER"
    archive_objects.carry_out("vid")
    assert not list(Lease.query(archives.ARCHIVES))


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[Any]:
    return change_events.read(StreamRecord({"dynamodb": {"OldImage": before, "NewImage": after}}))


def test_each_change_tells_the_bus(clip: Config, call: Call) -> None:
    seen = [Video.get("vid").serialize()]
    at(call, "PUT")
    seen.append(Video.get("vid").serialize())
    archive_objects.carry_out("vid")
    lifecycle()
    at(call, "POST", "/restore", body={"tier": "Bulk"})
    seen.append(Video.get("vid").serialize())
    for name in BIG:
        restored(name)
    archive_objects.carry_out("vid")
    seen.append(Video.get("vid").serialize())
    put_away, asked, back = (changed(*pair) for pair in pairwise(seen))
    assert [type(one) for one in put_away] == [ArchiveOrdered, VideoListingChanged]
    assert [type(one) for one in asked] == [ArchiveOrdered]
    assert [type(one) for one in back] == [ArchiveRestored, VideoListingChanged]


def test_its_owner_is_told_once_however_often_the_event_comes(clip: Config, context: Any) -> None:
    told = ArchiveRestored(video_id="vid", owner_id="ann", restored_at=now_ms())
    event = {"detail-type": told.name, "detail": told.model_dump(), "time": "2026-11-30T00:00:00Z"}
    for _ in range(3):
        notify(event, context)
    (item,) = Notification.query("ann")
    assert (item.subject, len(item.acts)) == ("restored#vid", 1)
