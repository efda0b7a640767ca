"""What an export says, part by part. It holds what is the user's own: what they are, made, wrote and did.

Of others it names ids only, and of those only who are there for the user: nobody behind a block, suspended or deleted.
Who blocked or reported the user is never told, nor which member of staff decided something.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from pynamodb.models import Model

from reelstack.accounts import user_pool
from reelstack.feed import choices
from reelstack.privacy import event_export, interest_export, personal_data
from reelstack.tables.accounts import User
from reelstack.tables.moderation import AuditEntry
from reelstack.tables.social import Block, Follow
from reelstack.tables.uploads import Upload
from reelstack.videos import access

AT_ONCE = 100
MOST = 1_000_000
"""Lines of one part; the newest or first so many of what is more."""
Line = dict[str, Any]


def read(part: str, user_id: str) -> Iterator[Line]:
    """The lines of a part; times are unix milliseconds unless their name says otherwise."""
    return islice(PARTS[part](user_id), MOST)


def _told(items: Iterable[Model], *names: str) -> Iterator[Line]:
    for item in items:
        values = item.attribute_values
        yield {name: values[name] for name in names if values.get(name) is not None}


def _profile(user_id: str) -> Iterator[Line]:
    names = (
        "user_id",
        "handle",
        "display_name",
        "bio",
        "links",
        "avatar",
        "private",
        "friends_only",
        "language",
        "created_at",
    )
    for line in _told(User.query(user_id, consistent_read=True), *names, "suspended_at", "suspended_reason"):
        yield {**line, "sign_in": user_pool.attributes(user_id)}


def _videos(user_id: str) -> Iterator[Line]:
    names = ("video_id", "title", "description", "tags", "visibility", "state", "reason", "created_at", "published_at")
    more = ("language", "region", "duration_ms", "width", "height", "labels")
    yield from _told(personal_data.videos(user_id), *names, *more)


def _uploads(user_id: str) -> Iterator[Line]:
    named = personal_data.videos(user_id)
    while page := list(islice(named, AT_ONCE)):
        found = Upload.batch_get([video.upload_id for video in page])
        yield from _told(found, "upload_id", "video_id", "size_bytes", "content_type", "sha256", "state", "created_at")


def _tied(user_id: str, follows: Iterator[Follow], other: str) -> Iterator[Line]:
    while page := list(islice(follows, AT_ONCE)):
        there = access.filter_present({getattr(one, other) for one in page}, user_id)
        kept = [one for one in page if getattr(one, other) in there]
        yield from _told(kept, other, "state", "since")


def _blocks(user_id: str) -> Iterator[Line]:
    """Those the user set: they know whom."""
    yield from _told(Block.by_blocker.query(user_id), "other_id", "blocked_at")


def _feed_choices(user_id: str) -> Iterator[Line]:
    """A line for each thing that the user hides, then one for what they said they like."""
    for item in personal_data.feed_choices(user_id):
        hidden = choices.entries(item)
        creators = [entry.named for entry in hidden if entry.kind is choices.HiddenKind.CREATORS]
        there = access.filter_present(creators, user_id) if creators else set()
        for entry in hidden:
            if entry.kind is not choices.HiddenKind.CREATORS or entry.named in there:
                yield {"kind": entry.kind, "hidden": entry.named, "hidden_at": entry.hidden_at}
        yield from _told([item] if item.chosen_at else [], "interests", "languages", "chosen_at")


def _audit(user_id: str) -> Iterator[Line]:
    yield from _told(AuditEntry.query(f"user:{user_id}"), "at", "action", "reason")


PARTS: dict[str, Callable[[str], Iterator[Line]]] = {
    "profile": _profile,
    "sessions": lambda user: _told(personal_data.sessions(user), "agent", "created_at", "seen_at", "revoked_at"),
    "videos": _videos,
    "uploads": _uploads,
    "likes": lambda user: _told(personal_data.likes(user), "video_id", "liked_at"),
    "comments": lambda user: _told(
        personal_data.comments(user), "video_id", "comment_id", "text", "mentions", "state", "created_at", "edited_at"
    ),
    "comment-likes": lambda user: _told(personal_data.comment_likes(user), "comment", "liked_at"),
    "bookmarks": lambda user: _told(personal_data.bookmarks(user), "video_id", "saved_at"),
    "shares": lambda user: _told(personal_data.shares(user), "share", "shared_at"),
    "watch-positions": lambda user: _told(personal_data.watch_positions(user), "video_id", "position_ms", "seen_at"),
    "feed-choices": _feed_choices,
    "interests": interest_export.read_long_term,
    "live-interests": interest_export.read_live,
    "daily-plays": lambda user: _told(
        personal_data.daily_plays(user), "day", "plays", "viewers", "watched_ms", "finishes", "sources"
    ),
    "events": event_export.read,
    "reports": lambda user: _told(personal_data.reports(user), "subject", "reason", "detail", "reported_at"),
    "strikes": lambda user: _told(personal_data.strikes(user), "video_id", "kind", "at"),
    "following": lambda user: _tied(user, personal_data.following(user), "followee_id"),
    "followers": lambda user: _tied(user, personal_data.followers(user), "follower_id"),
    "blocks": _blocks,
    "notifications": lambda user: _told(personal_data.notifications(user), "subject", "changed_at", "comment_id"),
    "notification-preferences": lambda user: _told(
        personal_data.notification_preferences(user), "preference", "off", "read_to", "muted_at"
    ),
    "devices": lambda user: _told(personal_data.devices(user), "device_id", "platform", "registered_at"),
    "account": _audit,
}
"""Name of the file -> its lines. A new table that holds something of users' own is a line here."""
FROM_CACHE = frozenset({"live-interests"})
"""Parts that only a function inside the VPC can read: plan_export writes them, not collect_export_part."""
