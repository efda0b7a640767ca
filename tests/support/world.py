"""The small world in which every route can be asked for: what ann has, what bob has, and what a route needs besides.

It is written once a test and laid out anew for every request, so that no request finds what another one left.
"""

import pickle
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from reelstack.accounts import handles, sessions
from reelstack.feed import choices
from reelstack.feed.choices import HiddenKind
from reelstack.interactions import comment_ids, comment_ranking
from reelstack.moderation import review_queue
from reelstack.platform import aws as seam
from reelstack.platform.clock import now_ms
from reelstack.platform.config import PREFIX, Config, config
from reelstack.platform.s3_prices import SMALLEST_BYTES
from reelstack.privacy import account_deletion, data_requests
from reelstack.social import blocks
from reelstack.tables.accounts import Session, User
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Like, Pin
from reelstack.tables.model import deployed
from reelstack.tables.moderation import Review
from reelstack.tables.notifications import Device, NotificationPreference
from reelstack.tables.social import Follow
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.tables.web import RateWindow
from reelstack.web import ROLES
from tests.conftest import ACCOUNT, REGION
from tests.search_engine import osmem
from tests.videos.test_videos import ASSET, make

COMMENT = "1795420800000-3f2a9c01d4e7"
IDS = {
    "video_id": "vid",
    "upload_id": "upl",
    "comment_id": COMMENT,
    "user_id": "ann",
    "session_id": "s1",
    "role": "creator",
    "channel": "link",
    "device_id": "phone",
    "tag": "cats",
}
PASSWORD = "Correct-horse-7"
"""bob's."""
ORIGINAL = {"Bucket": "uploads", "Key": "originals/normal/upl"}
COUNTED = {deployed(RateWindow).field}
"""What the door writes of every request, also of one that it refuses."""


@pytest.fixture
def world(aws: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator["World"]:
    """With a search engine and a user pool: what needs one says so before it says anything else."""
    with osmem() as url:
        monkeypatch.setenv(f"{PREFIX}SEARCH_URL", url)
        pool_id, client_id = _user_pool()
        monkeypatch.setenv(f"{PREFIX}USER_POOL_ID", pool_id)
        monkeypatch.setenv(f"{PREFIX}PASSWORD_CLIENT_ID", client_id)
        config.cache_clear()
        yield World()


class World:
    """ann's: a published video, a comment of hers pinned to it, which people reported, a question about the video, an
    upload. bob's: a session, a phone, that he muted ann, and her request to follow him. cyd has nothing."""

    def __init__(self) -> None:
        for user_id in ("ann", "bob", "cyd"):
            User(user_id, created_at=1).save()
        make(labels={}).update([Video.asset.set(ASSET)])
        _question_about_the_video()
        _comment()
        _upload()
        _what_is_bobs()
        self._before: dict[str, list[str]] = {}
        self.keep()

    def keep(self) -> None:
        """From now on it begins as it is."""
        # Pickled: that is read five times faster than a deep copy is made.
        self._first = {name: pickle.dumps(table.items) if table.items else None for name, table in _tables().items()}

    def begin(self, route: str = "") -> None:
        """As it was at first, and so that `route` does what it is there for."""
        for name, table in _tables().items():
            first = self._first[name]
            table.items = pickle.loads(first) if first else defaultdict(dict)
        sessions._kept.clear()
        NEEDED.get(route, lambda: None)()

    def mark(self) -> None:
        self._before = _written()

    def changed(self) -> list[str]:
        """Tables in which something is not as it was at the mark."""
        now = _written()
        return sorted(name for name in now.keys() | self._before.keys() if now.get(name) != self._before.get(name))

    def naming(self, user_id: str) -> list[str]:
        """Every item that names the user."""
        items = [item for table in _written().values() for item in table]
        return [item for item in items if f"'{user_id}'" in item]


def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = dynamodb_backends[ACCOUNT][REGION].tables
    return tables


def _written() -> dict[str, list[str]]:
    """The items of every table that has some."""
    found = {}
    for name, table in _tables().items():
        ranges = table.items.values() if table.has_range_key else [table.items]
        if items := [repr(item) for within in ranges for item in within.values()]:
            found[name] = items
    return {name: items for name, items in found.items() if name not in COUNTED}


def _user_pool() -> tuple[str, str]:
    """With ann and bob in it, whose ids there are those of the world, and the client that proves passwords."""
    cognito = seam.client("cognito-idp")
    pool: dict[str, str] = {"UserPoolId": cognito.create_user_pool(PoolName="users")["UserPool"]["Id"]}
    for role in ROLES:
        cognito.create_group(**pool, GroupName=role)
    for name in ("ann", "bob"):
        cognito.admin_create_user(**pool, Username=name, MessageAction="SUPPRESS")
        cognito.admin_update_user_attributes(**pool, Username=name, UserAttributes=[{"Name": "sub", "Value": name}])
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    client = cognito.create_user_pool_client(**pool, ClientName="passwords", ExplicitAuthFlows=flows)["UserPoolClient"]
    return pool["UserPoolId"], client["ClientId"]


def _question_about_the_video() -> None:
    Review("vid", owner_id="ann", queue="reviews", kind="policy", attempt=1, asked_at=1, urgency=1).save()


def _comment() -> None:
    Comment(
        comment_ids.thread_of("vid", COMMENT),
        COMMENT,
        video_id="vid",
        author_id="ann",
        text="Mine",
        state="visible",
        queue="reported",
        created_at=1,
        rank=comment_ranking.rank(0, COMMENT),
    ).save()
    Pin("vid", comment_id=COMMENT, pinned_at=1).save()


def _upload() -> None:
    Upload(
        "upl",
        owner_id="ann",
        video_id="vid",
        key=ORIGINAL["Key"],
        s3_upload_id="s3",
        size_bytes=10,
        part_size_bytes=10,
        content_type="video/mp4",
        state="open",
        created_at=1,
    ).save()


def _what_is_bobs() -> None:
    Session("bob", IDS["session_id"], created_at=1, seen_at=1, expires_at=now_ms()).save()
    Device("bob", IDS["device_id"], platform="ios", token="fedcba9876543210", registered_at=1).save()
    NotificationPreference("bob", "mute#ann", muted_at=1).save()
    Follow("ann", "bob", state="requested", since=1, shard="requested#bob#0").save()


# --- what a route needs besides --------------------------------------------------------------------------------------


def _all_parts_sent() -> None:
    s3 = seam.client("s3")
    sending = s3.create_multipart_upload(**ORIGINAL, ChecksumAlgorithm="CRC64NVME", ChecksumType="FULL_OBJECT")
    s3.upload_part(**ORIGINAL, UploadId=sending["UploadId"], PartNumber=1, Body=b"0123456789")
    Upload("upl").update([Upload.s3_upload_id.set(sending["UploadId"])])


def _change(item: Any, **to: Any) -> Callable[[], object]:
    return lambda: item.update([getattr(type(item), name).set(value) for name, value in to.items()])


def _claimed() -> None:
    _change(Video("vid"), state="review")()
    _change(Review("vid"), held_by="mia", held_until=1)()


def _taken_down() -> None:
    """After which nobody asks any more what was asked about it."""
    _change(Video("vid"), state="rejected", reason="taken-down", rejected_at=now_ms())()
    review_queue.close("vid")


def _export() -> None:
    data_requests.new("bob", data_requests.Kind.EXPORT, data_requests.Progress.RUNNING, 1).save()


def _deleted_account() -> None:
    account_deletion.delete("ann", "asked us to", "ada")


def _password() -> None:
    """Which no table has, and another request changed."""
    seam.client("cognito-idp").admin_set_user_password(
        UserPoolId=config().user_pool_id, Username="bob", Password=PASSWORD, Permanent=True
    )


def original_kept() -> None:
    """Of the published video."""
    key = "originals/normal/up-vid"
    Upload(
        "up-vid",
        owner_id="ann",
        video_id="vid",
        key=key,
        s3_upload_id="s3",
        size_bytes=10,
        part_size_bytes=10,
        content_type="video/mp4",
        state="completed",
        created_at=1,
    ).save()
    seam.client("s3").put_object(Bucket="uploads", Key=key, Body=b"0123456789")


def _rendition() -> None:
    """Of a size that an archive takes."""
    seam.client("s3").put_object(Bucket="media", Key="v/vid/1/avc-480.mp4", Body=b"x" * SMALLEST_BYTES)


FOLLOWS = Follow("bob", "ann", state="following", since=1, shard="following#ann#0")
LIKES_COMMENT = CommentLike("bob", comment_ids.counter_of("vid", COMMENT), liked_at=1)
NEEDED: dict[str, Callable[[], object]] = {
    "GET /v1/uploads/{upload_id}": _all_parts_sent,
    "POST /v1/uploads/{upload_id}/complete": _all_parts_sent,
    "DELETE /v1/uploads/{upload_id}": _all_parts_sent,
    "POST /v1/videos/{video_id}/produce": original_kept,
    "PUT /v1/videos/{video_id}/archive": _rendition,
    "POST /v1/videos/{video_id}/archive/restore": _change(Video("vid"), archive_state="archived", archived_at=1),
    "POST /v1/videos/{video_id}/retry": _change(Video("vid"), state="failed"),
    "POST /v1/videos/{video_id}/verdict": _change(Video("vid"), state="review"),
    "GET /v1/reviews/{video_id}": _change(Video("vid"), state="review"),
    "POST /v1/reviews/{video_id}/claim": _change(Video("vid"), state="review"),
    "POST /v1/videos/{video_id}/appeal": _taken_down,
    "POST /v1/remoderations": _change(Video("vid"), labels={"sexual": 1.0}),
    "DELETE /v1/reviews/{video_id}/claim": _claimed,
    "DELETE /v1/videos/{video_id}/like": Like("bob", "vid", liked_at=1).save,
    "DELETE /v1/videos/{video_id}/bookmark": Bookmark("bob", "vid", saved_at=1).save,
    "DELETE /v1/feed/hidden/videos/{video_id}": lambda: choices.hide("bob", HiddenKind.VIDEOS, "vid"),
    "DELETE /v1/feed/hidden/creators/{user_id}": lambda: choices.hide("bob", HiddenKind.CREATORS, "ann"),
    "DELETE /v1/feed/hidden/tags/{tag}": lambda: choices.hide("ann", HiddenKind.TAGS, "cats"),
    "DELETE /v1/videos/{video_id}/comments/{comment_id}/like": LIKES_COMMENT.save,
    "DELETE /v1/users/{user_id}/follow": FOLLOWS.save,
    "POST /v1/users/{user_id}/recount": FOLLOWS.save,
    "DELETE /v1/users/{user_id}/block": lambda: blocks.block("bob", "ann"),
    "DELETE /v1/me/handle": lambda: handles.claim("bob", "bobby"),
    "POST /v1/me/password": _password,
    "DELETE /v1/me/avatar": _change(User("bob"), avatar="u/bob/1.jpg"),
    "GET /v1/me/export": _export,
    "GET /v1/users/{user_id}/erasure": _deleted_account,
    "POST /v1/users/{user_id}/recover": _deleted_account,
    "POST /v1/users/{user_id}/restore": _change(User("ann"), suspended_at=2),
}
"""Where the route would otherwise find nothing to do."""
