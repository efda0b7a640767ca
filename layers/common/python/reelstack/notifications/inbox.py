"""What a user reads of their notifications. The inbox is the truth: whatever is pushed is in it already.

Blocks, accounts that are gone and videos that are not for the reader any more take effect here, when it is read.
"""

from dataclasses import dataclass

from pydantic import BaseModel

from reelstack.cards import user_cards
from reelstack.cards.user_cards import UserCard
from reelstack.counters import counters, deltas
from reelstack.notifications import preferences
from reelstack.notifications.activities import NotificationKind
from reelstack.notifications.ledger import NOBODY, Ledger
from reelstack.notifications.notifications import Pushed, ledger_of
from reelstack.platform import cursors, sharding
from reelstack.tables.notifications import Notification
from reelstack.tables.videos import Video
from reelstack.videos import access
from reelstack.videos.videos import State

SHOWN_PEOPLE = 3
MOST_UNREAD = 50
COUNTED = {
    NotificationKind.LIKE: "likes",
    NotificationKind.COMMENT: "comments",
    NotificationKind.REPLY: "replies",
    NotificationKind.COMMENT_LIKE: "likes",
    NotificationKind.FOLLOW: "followers",
}
"""What the counter of the thing calls those who did it."""


class NotificationView(BaseModel):
    """What people did about one thing: "`people` and `count` - n others liked your video"."""

    subject: str
    """Which notification this is; the same one comes again, higher up, when more people do it."""
    kind: NotificationKind
    video_id: str | None
    about_comment_id: str | None
    """The caller's comment that was liked or answered, or the one that names them."""
    comment_id: str | None
    """What the newest of them wrote."""
    people: list[str]
    """The newest three; nobody when the service did it."""
    users: list[UserCard]
    """The same, with their names."""
    count: int
    """How many did it. Up to 16 it counts people; above, what the thing's own counter says."""
    at: int
    """Unix milliseconds: when the last of it came into the inbox. What is taken back takes this back."""
    unread: bool
    pushed: Pushed
    """What became of telling the caller at once."""


def read(user_id: str, limit: int, cursor: str | None) -> tuple[list[NotificationView], str | None]:
    """A page, newest first, and the cursor of the next. Of `limit` notifications those that may be shown: fewer, even
    none, when some may not. Eventually consistent, by milliseconds."""
    before = cursors.decode(cursor, int, str)
    found = Notification.by_time.query(
        user_id,
        Notification.changed_at <= before[0] if before else None,
        scan_index_forward=False,
        page_size=limit + 2,
    )
    page = sharding.first(limit + 1, (item for item in found if not before or _position(item) < before))
    shown = page[:limit]
    return show(user_id, shown), cursors.encode(*_position(shown[-1])) if len(page) > limit else None


def unread(user_id: str) -> int:
    """How many may be shown that came in since the user last marked any read; MOST_UNREAD stands for that or more."""
    since, hidden = preferences.reading(user_id)
    found = Notification.by_time.query(
        user_id, Notification.changed_at > since, scan_index_forward=False, limit=MOST_UNREAD
    )
    return sum(one.at > since for one in _shown(user_id, list(found), hidden))


def show(user_id: str, items: list[Notification]) -> list[NotificationView]:
    """What the user may see of these, in the same order."""
    since, hidden = preferences.reading(user_id) if items else (0, {})
    shown = _shown(user_id, items, hidden)
    cards = user_cards.of((actor for one in shown for actor in one.newest), user_id)
    return [
        NotificationView(
            subject=one.item.subject,
            kind=one.kind,
            video_id=one.video_id,
            about_comment_id=one.about_comment_id,
            comment_id=one.comment_id,
            people=one.newest,
            users=[cards[actor] for actor in one.newest],
            count=one.count,
            at=one.at,
            unread=one.at > since,
            pushed=Pushed(one.item.pushed),
        )
        for one in shown
    ]


@dataclass(frozen=True)
class _Shown:
    """A notification as its user may see it."""

    item: Notification
    ledger: Ledger
    """What of it is there for its user."""
    counted: int
    """By the thing's own counter, where more people did it than are kept."""

    @property
    def count(self) -> int:
        return max(len(self.ledger.people), self.counted)

    @property
    def at(self) -> int:
        return self.ledger.came_at or int(self.item.changed_at or 0)

    @property
    def comment_id(self) -> str | None:
        return (self.ledger.acts[0].comment_id or None) if self.ledger.acts else None

    @property
    def kind(self) -> NotificationKind:
        return _about(self.item)[0]

    @property
    def video_id(self) -> str | None:
        return _about(self.item)[1]

    @property
    def about_comment_id(self) -> str | None:
        return _about(self.item)[2]

    @property
    def newest(self) -> list[str]:
        return [actor for _, actor in self.ledger.people if actor != NOBODY][:SHOWN_PEOPLE]


def _shown(user_id: str, items: list[Notification], hidden: dict[str, int]) -> list[_Shown]:
    """`hidden`: of people with whom a block stood, until when what they did is not shown."""
    ledgers = {item.subject: ledger_of(item) for item in items}
    actors = {act.actor_id for one in ledgers.values() for act in one.acts} - {NOBODY}
    there = access.filter_present(actors, user_id) | {NOBODY}
    visible = _visible({video for item in items if (video := _about(item)[1])}, user_id)
    keys = {item.subject: _counter(item) for item in items if item.many and _about(item)[0] in COUNTED}
    counts = counters.read(list(keys.values()))
    entries = []
    for item in items:
        kind, video_id, _ = _about(item)
        if video_id and video_id not in visible:
            continue
        known = ledgers[item.subject]
        acts = tuple(act for act in known.acts if act.actor_id in there and act.at > hidden.get(act.actor_id, 0))
        counted = getattr(counts[keys[item.subject]], COUNTED[kind]) if item.subject in keys else 0
        if acts or (counted and not known.acts):  # of many, those who are kept have taken it back
            entries.append(_Shown(item, Ledger(acts), counted))
    return entries


def _about(item: Notification) -> tuple[NotificationKind, str | None, str | None]:
    kind, _, about = item.subject.partition("#")
    video_id, _, comment_id = about.partition("/")
    return NotificationKind(kind), video_id or None, comment_id or None


def _counter(item: Notification) -> str:
    about = item.subject.partition("#")[2]
    return about or deltas.of_user(item.user_id)


def _visible(video_ids: set[str], user_id: str) -> set[str]:
    found = [video for video in Video.batch_get(sorted(video_ids)) if video.state != State.DELETED] if video_ids else []
    out = [video for video in found if video.owner_id == user_id or video.state == State.PUBLISHED]
    return {video.video_id for video in access.filter_visible(out, user_id)}


def _position(item: Notification) -> tuple[int, str]:
    return int(item.changed_at or 0), item.subject
