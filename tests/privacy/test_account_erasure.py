"""Erasing an account: afterwards no table, bucket or user pool holds anything of it, and counts are corrected."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.privacy.erase_items.handler import handler as erase_items
from functions.privacy.erase_videos.handler import handler as erase_videos
from functions.privacy.finish_data_request.handler import handler as finish_data_request
from reelstack.accounts import handles, sessions, users
from reelstack.accounts.errors import HandleTaken, UserNotFound
from reelstack.counters import counters
from reelstack.feed import choices
from reelstack.interactions import comments, likes
from reelstack.moderation import reports, takedowns
from reelstack.notifications import devices, preferences, websockets
from reelstack.platform import aws as seam
from reelstack.platform.config import Config, config
from reelstack.privacy import account_deletion, account_erasure, data_requests, video_erasure
from reelstack.privacy.data_requests import Kind, Progress
from reelstack.privacy.errors import NothingToRecover
from reelstack.production import slots
from reelstack.social import blocks, follows
from reelstack.tables.accounts import User
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.counters import DailyPlays
from reelstack.tables.feed import LargeAccount, TimelineEntry, ViewerProfile
from reelstack.tables.interactions import Bookmark, Comment, Share
from reelstack.tables.model import deployed
from reelstack.tables.moderation import Strike
from reelstack.tables.notifications import Connection, Device, Notification, NotificationPreference
from reelstack.tables.privacy import DataRequest
from reelstack.tables.production import Lease, Turn
from reelstack.tables.registry import TABLES
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.videos import access
from tests.accounts.test_administration import pool
from tests.moderation.test_takedowns import store
from tests.support.edge_store import EdgeStore
from tests.support.streams import Streams
from tests.videos.test_videos import make

__all__ = ["pool", "store"]  # fixtures
Event = Callable[[str], dict[str, Any]]
ANN, BOB = "ann-4d1f7c", "bob-93a2e0"
PLAYED = {"plays": 3, "watched_ms": 9, "finishes": 1, "sources": {"feed": 3}, "loaded_at": 1, "expires_at": 2}
EXPIRING = {deployed(model).field for model in account_erasure.NOT_ERASED}


@pytest.fixture
def context(context: Any) -> Any:
    """As long as the steps have."""
    context.get_remaining_time_in_millis = lambda: 900_000
    return context


def scan(user_id: str) -> dict[str, list[str]]:
    """Everything in every table and bucket that names the user, but for what expires by itself."""
    dynamodb, s3 = seam.client("dynamodb"), seam.client("s3")
    found: dict[str, list[str]] = {}
    for model in TABLES:
        table = deployed(model).field
        items = [json.dumps(item, default=str) for item in dynamodb.scan(TableName=table)["Items"]]
        found[table] = [item for item in items if user_id in item]
    for bucket in ("uploads", "intermediates", "media"):
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        found[bucket] = [key for key in keys if user_id in key or "vid" in key]
    return {place: things for place, things in found.items() if things and place not in EXPIRING}


def clip_of(owner: str) -> Video:
    """The published video vid with its plays by day, upload, original and work files."""
    video = make(owner=owner)
    DailyPlays("vid", "2026-11-28", viewers=2, **PLAYED).save()
    s3 = seam.client("s3")
    s3.put_object(Bucket="uploads", Key="originals/normal/up-vid", Body=b"x")
    s3.put_object(Bucket="intermediates", Key="work/up-vid/1/plan.json", Body=b"x")
    Upload(
        "up-vid",
        owner_id=owner,
        video_id="vid",
        key="originals/normal/up-vid",
        s3_upload_id="s3",
        size_bytes=1,
        part_size_bytes=1,
        content_type="video/mp4",
        state="completed",
        created_at=1,
    ).save()
    return video


def lively(user_id: str, other: str) -> None:
    """Somebody who did everything one can do to another's video `vid`."""
    User(user_id, created_at=1, display_name="Somebody").save()
    handles.claim(user_id, "somebody")
    likes.like(user_id, "vid")
    first = comments.write("vid", other, "First")
    comments.write("vid", user_id, "Mine, alone")
    thread = comments.write("vid", user_id, "Mine, answered")
    comments.write("vid", other, "An answer", thread.comment_id)
    comments.write("vid", user_id, "An answer of mine", first.comment_id)
    reports.report_comment(user_id, "vid", first.comment_id, reports.Reason.SPAM, "that one")
    Bookmark(user_id, "vid", saved_at=1).save()
    Strike(user_id, "gone", kind="rejected", at=1, expires_at=2).save()
    WatchPosition(user_id, "vid", position_ms=9, seen_at=1, view_id="v", view_event="1", expires_at=2).save()
    Share(user_id, "vid#link", share_id="s", shared_at=1).save()
    users.find_or_create(other)
    follows.follow(user_id, other)
    follows.follow(other, user_id)
    blocks.block("somebody-else", user_id)
    blocks.block(user_id, "somebody-else")
    TimelineEntry(user_id, "v#0000000000005#vid").save()
    LargeAccount(user_id, since=1).save()
    ViewerProfile(user_id, as_of=1, totals={"plays": 1}, interests={"t:cats": 1.5}, expires_at=2).save()
    choices.hide(user_id, choices.HiddenKind.VIDEOS, "vid")
    DailyPlays(f"user/{user_id}", "2026-11-28", **PLAYED).save()
    Turn(f"normal/{user_id}", round=1).save()
    sessions._note(user_id, "s1", "Pixel")
    preferences.switch_off(user_id, ["like"])
    preferences.mute(user_id, other)
    preferences.mute(other, user_id)
    Notification(user_id, "follow#", people=[[1, other]], changed_at=1, pushed="sent", expires_at=2).save()
    devices.register(user_id, "phone", devices.Platform.IOS, "0123456789abcdef", "s1")
    websockets.keep(user_id, "YJ1pGeXpoAMCE-A=", "s1")
    s3 = seam.client("s3")
    s3.put_object(Bucket="media", Key=f"u/{user_id}/1-a.jpg", Body=b"x")
    s3.put_object(Bucket="uploads", Key=f"avatars/{user_id}/1-a", Body=b"x")
    s3.put_object(Bucket="uploads", Key=f"exports/{user_id}/e1/reelstack-1.zip", Body=b"x")
    data_requests.new(user_id, Kind.EXPORT, Progress.DONE, 1).save()


def begun(user_id: str) -> dict[str, str]:
    """What the steps of an erasure are told from when it is due."""
    request = account_deletion.find(user_id)
    request.update([DataRequest.state.set(Progress.RUNNING)])
    return {"user_id": user_id, "request_id": request.request_id}


def erase(user_id: str, event: Event, context: Any, meanwhile: Callable[[], Any]) -> dict[str, Any]:
    """What the state machine does: each step until it is done, then both look again. Returns what is left."""
    given = begun(user_id)
    for step in (erase_videos, erase_items):
        for _ in range(10):
            if step(event("privacy/erase_videos.ok") | given, context)["done"]:
                break
            meanwhile()
        meanwhile()
    looked = event("privacy/erase_items.verify") | given
    for _ in range(3):
        left = [step(looked, context)["left"] for step in (erase_videos, erase_items)]
        if not any(left):
            break
        erase_items(given, context)
    finish_data_request(event("privacy/finish_data_request.left") | given | {"left": left}, context)
    return {"left": left}


def test_nothing_is_left_of_who_only_looked_and_talked_and_counts_are_corrected(
    aws: Config, event: Event, context: Any
) -> None:
    streams = Streams(context)
    make(owner="owner")
    likes.like("other", "vid")
    lively(BOB, "other")
    streams.flow()
    before = counters.load(["vid", "user/other"])
    assert (before["vid"].likes, before["vid"].comments, before["user/other"].followers) == (2, 5, 1)
    account_deletion.delete_own(BOB)
    assert scan(BOB)
    assert erase(BOB, event, context, streams.flow) == {"left": [[], []]}
    streams.flow()
    after = counters.load(["vid", "user/other"])
    assert (after["vid"].likes, after["vid"].comments, after["vid"].shares, after["vid"].bookmarks) == (1, 2, 0, 0)
    assert (after["user/other"].followers, after["user/other"].following) == (0, 0)
    assert scan(BOB) == {
        # Both say that the account is deleted, and nothing else, until its last token has expired.
        "users_table": scan(BOB)["users_table"],
        "data_requests_table": scan(BOB)["data_requests_table"],
    }
    tombstone = User.get(BOB)
    assert set(tombstone.attribute_values) - {"links"} == {
        *("user_id", "created_at", "deleted_at", "expires_at", "display_name", "bio", "private", "friends_only"),
        "personalised",
    }
    assert (tombstone.display_name, tombstone.handle, tombstone.created_at) == ("", None, tombstone.deleted_at)
    assert time.time() < tombstone.expires_at < time.time() + 3 * 3600
    assert account_deletion.find(BOB).state == Progress.DONE
    users.find_or_create("impostor")
    with pytest.raises(HandleTaken):  # others' mentions of it must not lead to whoever comes first
        handles.claim("impostor", "somebody")


def test_neither_what_others_chose_about_somebody_nor_a_phone_outlives_the_account(
    aws: Config, event: Event, context: Any
) -> None:
    make(owner="owner")
    lively(BOB, "other")
    preferences.mute("other", "owner")
    (phone,) = Device.query(BOB)
    account_deletion.delete_own(BOB)
    assert not {"notification preferences", "notifications", "devices", "connections"} - {*account_erasure.verify(BOB)}
    erase(BOB, event, context, lambda: None)
    assert [(one.user_id, one.preference) for one in NotificationPreference.scan()] == [("other", "mute#owner")]
    assert [*Device.scan(), *Notification.scan(), *Connection.scan()] == []
    with pytest.raises(seam.client("sns").exceptions.NotFoundException):
        seam.client("sns").get_endpoint_attributes(EndpointArn=phone.endpoint)


def test_what_others_answered_stays_below_a_comment_without_author(aws: Config, event: Event, context: Any) -> None:
    make(owner="owner")
    lively(BOB, "other")
    account_deletion.delete_own(BOB)
    erase(BOB, event, context, lambda: None)
    texts = sorted(comment.text or "" for comment in Comment.scan())
    assert texts == ["", "An answer", "First"]
    (kept,) = (comment for comment in Comment.scan() if not comment.text)
    assert (kept.author_id, kept.state) == (None, "deleted")


def test_a_creators_videos_go_with_all_that_belongs_to_them(
    aws: Config, store: EdgeStore, event: Event, context: Any
) -> None:
    User(ANN, created_at=1).save()
    clip_of(ANN)
    comments.write("vid", "other", "Nice")
    reports.report_video("other", "vid", reports.Reason.SPAM, "is hers")
    likes.like("other", "vid")
    Streams(context).flow()
    Lease("production", "up-vid-1", owner_id=ANN).save()
    account_deletion.delete_own(ANN)
    given = begun(ANN)
    assert erase_videos(given, context)["left"] == ["videos"], "it is marked, and withdrawn by what follows"
    assert Video.get("vid").state == "deleted"
    takedowns.withdraw("vid")
    assert erase_videos(given, context)["left"] == ["videos"], "its production may still write"
    slots.release("up-vid-1")
    assert erase_videos(given, context)["left"] == ["videos"], "a pass that removed something is followed by another"
    assert erase_videos(given, context)["done"]
    erase_items(given, context)
    assert scan(ANN).keys() <= {"users_table", "data_requests_table"}
    assert scan('"vid"').keys() <= {"likes_table", "counters_table"}, "others' likes, by an id that leads nowhere"
    assert not list(Comment.scan())


def test_a_step_that_broke_off_goes_on_where_it_was(aws: Config, event: Event, context: Any) -> None:
    make(owner="owner")
    lively(BOB, "other")
    account_deletion.delete_own(BOB)
    assert account_erasure.run(BOB, until=0)[0] == "likes", "no time left: nothing was done"
    assert "likes" in account_erasure.verify(BOB)
    account_erasure.run(BOB, until=time.time() + 60)
    assert account_erasure.run(BOB, until=time.time() + 60) == [] == account_erasure.verify(BOB)
    assert video_erasure.verify(BOB) == []


def test_the_sign_in_goes_with_the_account(aws: Config, pool: str, event: Event, context: Any) -> None:
    cognito = seam.client("cognito-idp")
    account_deletion.delete_own(pool)
    (user,) = cognito.list_users(UserPoolId=config_pool())["Users"]
    assert not user["Enabled"]
    erase(pool, event, context, lambda: None)
    assert cognito.list_users(UserPoolId=config_pool())["Users"] == []
    account_deletion.delete_own(pool)


def config_pool() -> str:
    return config().user_pool_id


def test_what_verifying_finds_is_kept_and_the_erasure_begins_again(aws: Config, event: Event, context: Any) -> None:
    User(BOB, created_at=1).save()
    request = account_deletion.delete_own(BOB)
    given = {"user_id": BOB, "request_id": request.request_id}
    assert finish_data_request(event("privacy/finish_data_request.left") | given, context) == {"settled": True}
    failed = account_deletion.find(BOB)
    assert (failed.state, failed.left, failed.queue) == (Progress.FAILED, ["counters"], "erasures")
    assert finish_data_request(
        event("privacy/finish_data_request.left") | {**given, "request_id": "another"}, context
    ) == {"settled": False}


def test_due_erasures_start_once_and_hanging_ones_again(aws: Config, event: Event, context: Any) -> None:
    from functions.privacy.start_erasures.handler import handler as start_erasures

    for user_id in (ANN, BOB):
        User(user_id, created_at=1).save()
        account_deletion.delete_own(user_id)
    due = account_deletion.find(ANN)
    due.update([DataRequest.due_at.set(1)])
    assert start_erasures(event("privacy/start_erasures.scheduled"), context) == {"started": 1}
    assert start_erasures(event("privacy/start_erasures.scheduled"), context) == {"started": 0}
    assert account_deletion.find(ANN).state == Progress.RUNNING
    due.update([DataRequest.due_at.set(1)])
    assert start_erasures(event("privacy/start_erasures.scheduled"), context) == {"started": 1}
    states = seam.client("stepfunctions")
    names = {e["name"] for e in states.list_executions(stateMachineArn=aws.erasure_machine_arn)["executions"]}
    assert names == {f"{due.request_id}-0", f"{due.request_id}-1"}


def test_whoever_was_recovered_is_not_erased_whatever_execution_asks(
    aws: Config, pool: str, event: Event, context: Any
) -> None:
    users.find_or_create(pool)
    make(owner="owner")
    likes.like(pool, "vid")
    request = account_deletion.delete_own(pool)
    given = {"user_id": pool, "request_id": request.request_id}
    for step in (erase_videos, erase_items):
        with pytest.raises(data_requests.ErasureNotRunning):
            step(given, context)
    account_deletion.recover(pool, "Asked for it", "ada")
    for told in (given, {**given, "request_id": "another"}):
        with pytest.raises(data_requests.ErasureNotRunning):
            erase_items(told, context)
    assert likes.liked(pool, "vid")


def test_whoever_is_being_erased_cannot_be_recovered_even_if_the_machine_did_not_start(
    aws: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    User(BOB, created_at=1).save()
    account_deletion.delete_own(BOB).update([DataRequest.due_at.set(1)])
    monkeypatch.setenv("REELSTACK_ERASURE_MACHINE_ARN", aws.erasure_machine_arn + "-gone")
    config.cache_clear()
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        account_deletion.start_due()
    with pytest.raises(NothingToRecover):
        account_deletion.recover(BOB, "Too late", "ada")
    assert account_deletion.find(BOB).due_at > time.time() * 1000, "it is due again"


def test_every_table_is_erased_or_says_why_not() -> None:
    """A new table is a line of erasure.STORES, of what goes with a video, or of erasure.NOT_ERASED."""
    with_a_video = {"Video", "Upload", "Claim", "Lease", "Review"}
    erased = {model for one in account_erasure.STORES for model in one.holds}
    assert not erased & account_erasure.NOT_ERASED.keys()
    told = {model.__name__ for model in erased | account_erasure.NOT_ERASED.keys()} | with_a_video
    assert told == {model.__name__ for model in TABLES}


@pytest.mark.parametrize("model", [*account_erasure.NOT_ERASED], ids=lambda model: model.__name__)
def test_what_is_kept_ends_by_itself_or_names_nobody(model: Any) -> None:
    assert deployed(model).ttl or model.__name__ in ("BacklogEntry", "Spending")


def test_a_deleted_account_is_gone_for_everybody_at_once(aws: Config) -> None:
    make(owner=ANN)
    User(ANN, created_at=1).save()
    account_deletion.delete_own(ANN)
    assert access.filter_present({ANN}, BOB) == set()
    assert access.filter_visible([Video.get("vid")], BOB) == []
    with pytest.raises(UserNotFound):
        users.find(ANN)
