"""Erasing an account, store by store: whatever holds something of a user has a line here, or a reason why not.

A store finds what it still has of somebody by a key or an index, never by a scan, and removes it page by page. What was
removed is not found again: a run that broke off goes on by beginning anew, and verifying is looking once more. Counts
follow from the tables' streams. Videos, with their objects and what lies below them, are `privacy.video_erasure`.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pynamodb.models import Model

from reelstack.accounts import avatars, handles, user_pool
from reelstack.counters import deltas
from reelstack.interactions import comment_ids
from reelstack.notifications import devices
from reelstack.platform import storage
from reelstack.privacy import data_requests, exports, personal_data
from reelstack.privacy.data_requests import Kind
from reelstack.tables.accounts import Handle, Session, User
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.counters import Counter, DailyPlays
from reelstack.tables.feed import FeedChoices, LargeAccount, TimelineEntry, ViewerProfile
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Like, Pin, Share
from reelstack.tables.moderation import AuditEntry, Report, Strike
from reelstack.tables.notifications import Connection, ConnectionTicket, Device, Notification, NotificationPreference
from reelstack.tables.privacy import DataRequest
from reelstack.tables.production import BacklogEntry, EngineJob, Spending, Turn
from reelstack.tables.social import Block, Follow
from reelstack.tables.uploads import Usage
from reelstack.tables.web import IdempotencyRecord, RateWindow
from reelstack.uploads.priorities import Priority

PAGE = 100

NOT_ERASED: dict[type[Model], str] = {
    AuditEntry: "acts of staff and of the account's owner, by ids that lead to nobody any more; six years, by TTL",
    RateWindow: "counts of requests; minutes, by TTL",
    ConnectionTicket: "permission to open a connection, found by a digest only; a minute, by TTL",
    IdempotencyRecord: "answers under Idempotency-Keys, found by a digest only; a day, by TTL",
    EngineJob: "what an engine was asked about an upload; by TTL",
    BacklogEntry: "orders of uploads that wait; each is taken out when its turn comes",
    Spending: "what a day's productions cost; nothing of a user",
}
"""Tables that erasing leaves alone, and why: docs/privacy.md."""


@dataclass(frozen=True)
class Store:
    """One place that holds something of users. `find` yields what it has of one; `erase` removes a page of that."""

    name: str
    holds: tuple[type[Model], ...]
    find: Callable[[str], Iterable[Any]]
    erase: Callable[[list[Any]], None]


def run(user_id: str, until: float) -> list[str]:
    """Erases store after store until the time (time.time()) is over; returns the stores that are left."""
    for number, store in enumerate(STORES):
        while found := list(islice(store.find(user_id), PAGE)):
            if time.time() >= until:
                return [one.name for one in STORES[number:]]
            store.erase(found)
    return []


def verify(user_id: str) -> list[str]:
    """The stores that still hold something."""
    return [store.name for store in STORES if any(True for _ in islice(store.find(user_id), 1))]


# --- items -----------------------------------------------------------------------------------------------------------


def _delete(found: list[Model]) -> None:
    with type(found[0]).batch_write() as batch:
        for item in found:
            batch.delete(item)


def _erase_comments(found: list[Comment]) -> None:
    for comment in found:
        named = comment_ids.counter_of(comment.video_id, comment.comment_id)
        if reports := list(Report.by_subject.query(named)):
            _delete(list(reports))
        pin = next(iter(Pin.query(comment.video_id, filter_condition=Pin.comment_id == comment.comment_id)), None)
        if pin:
            pin.delete()
        if _answered(comment):
            # Others' replies stay readable below what nobody wrote.
            gone: list[Any] = [Comment.text, Comment.mentions, Comment.rank, Comment.queue, Comment.deleted_by]
            actions = [one.remove() for one in (*gone, Comment.author_id)]
            comment.update(actions=[Comment.state.set("deleted"), *actions])
        else:
            comment.delete()


def _erase_devices(found: list[Device]) -> None:
    for device in found:
        devices.remove(device.user_id, device.device_id)


def _answered(comment: Comment) -> bool:
    if comment_ids.answered(comment.comment_id):
        return False
    thread = comment_ids.thread_of_replies(comment.video_id, comment.comment_id)
    return any(True for _ in Comment.query(thread, limit=1))


def _follows(user_id: str) -> Iterator[Follow]:
    yield from personal_data.following(user_id)
    yield from personal_data.followers(user_id)


def _preferences(user_id: str) -> Iterator[NotificationPreference]:
    """The user's own, and others' that name the user."""
    yield from personal_data.notification_preferences(user_id)
    yield from personal_data.mutes_of(user_id)


def _blocks(user_id: str) -> Iterator[Block]:
    """Both items of each block, whoever set it."""
    for block in Block.query(user_id, consistent_read=True):
        yield Block(block.other_id, user_id)
        yield block


def _turns(user_id: str) -> Iterator[Turn]:
    yield from Turn.batch_get([f"{priority}/{user_id}" for priority in Priority], consistent_read=True)


def _counters(user_id: str) -> Iterator[Counter]:
    for first in Counter.query(key := deltas.of_user(user_id), consistent_read=True):
        names = [f"{key}#{number}" for number in range(1, int(first.parts or 1))]
        yield from Counter.batch_get(names) if names else ()
        yield first


def _handles(user_id: str) -> Iterator[Handle]:
    """The present one. Those given up before are found by their own key only, and end by TTL."""
    for user in User.query(user_id, consistent_read=True):
        if user.handle:
            held = Handle.query(user.handle, consistent_read=True)
            yield from (one for one in held if one.user_id == user_id)


def _hold_handles(found: list[Handle]) -> None:
    for handle in found:
        handles.hold(handle)


def _exports(user_id: str) -> Iterator[DataRequest]:
    request = data_requests.find(user_id, Kind.EXPORT)
    yield from [request] if request else []


# --- objects, the user pool, the account -----------------------------------------------------------------------------


def _objects(bucket: storage.Bucket, prefix: str) -> Callable[[str], Iterator[tuple[storage.Bucket, str]]]:
    def find(user_id: str) -> Iterator[tuple[storage.Bucket, str]]:
        yield from ((bucket, key) for key in storage.list_keys(bucket, f"{prefix}{user_id}/"))

    return find


def _remove_objects(found: list[tuple[storage.Bucket, str]]) -> None:
    for bucket, key in found:
        storage.delete(bucket, key)


def _sign_in(user_id: str) -> Iterator[str]:
    yield from [user_id] if user_pool.attributes(user_id) else []


def _delete_sign_in(found: list[str]) -> None:
    for user_id in found:
        user_pool.delete(user_id)


def _account(user_id: str) -> Iterator[User]:
    """The item, as long as it is more than a tombstone."""
    yield from (user for user in User.query(user_id, consistent_read=True) if not user.expires_at)


def _leave_tombstone(found: list[User]) -> None:
    """Until the last token has expired the item says that the account is deleted, and nothing else; then it goes."""
    for user in found:
        ends = int(time.time()) + data_requests.TOMBSTONE_SECONDS
        User(user.user_id, created_at=user.deleted_at, deleted_at=user.deleted_at, expires_at=ends).save(
            User.deleted_at.exists()
        )


STORES: tuple[Store, ...] = (
    Store("likes", (Like,), personal_data.likes, _delete),
    Store("comment likes", (CommentLike,), personal_data.comment_likes, _delete),
    Store("bookmarks", (Bookmark,), personal_data.bookmarks, _delete),
    Store("shares", (Share,), personal_data.shares, _delete),
    Store("watch positions", (WatchPosition,), personal_data.watch_positions, _delete),
    Store("reports", (Report,), personal_data.reports, _delete),
    Store("strikes", (Strike,), personal_data.strikes, _delete),
    Store("comments", (Comment, Pin), personal_data.comments, _erase_comments),
    Store("follows", (Follow,), _follows, _delete),
    Store("blocks", (Block,), _blocks, _delete),
    Store("timeline", (TimelineEntry,), lambda user_id: TimelineEntry.query(user_id, consistent_read=True), _delete),
    Store("large account", (LargeAccount,), lambda user_id: LargeAccount.query(user_id), _delete),
    Store("viewer profile", (ViewerProfile,), personal_data.viewer_profile, _delete),
    Store("feed choices", (FeedChoices,), personal_data.feed_choices, _delete),
    Store("daily plays", (DailyPlays,), personal_data.daily_plays, _delete),
    Store("notifications", (Notification,), personal_data.notifications, _delete),
    Store("notification preferences", (NotificationPreference,), _preferences, _delete),
    Store("devices", (Device,), personal_data.devices, _erase_devices),
    Store("connections", (Connection,), lambda user_id: Connection.query(user_id, consistent_read=True), _delete),
    Store("sessions", (Session,), personal_data.sessions, _delete),
    Store("usage", (Usage,), lambda user_id: Usage.query(user_id, consistent_read=True), _delete),
    Store("turns", (Turn,), _turns, _delete),
    Store("avatars as sent", (), _objects("uploads", avatars.SENT), _remove_objects),
    Store("avatars", (), _objects("media", avatars.SHOWN), _remove_objects),
    Store("export files", (), _objects("uploads", exports.PREFIX), _remove_objects),
    Store("exports", (DataRequest,), _exports, _delete),
    Store("handle", (Handle,), _handles, _hold_handles),
    Store("counters", (Counter,), _counters, _delete),
    Store("sign-in", (), _sign_in, _delete_sign_in),
    # Last: while it is there, whoever holds a token is refused, and a broken run finds the rest by it.
    Store("account", (User,), _account, _leave_tombstone),
)
"""In the order of erasing. A new table that holds something of users is a line here, and the tests ask for it."""
