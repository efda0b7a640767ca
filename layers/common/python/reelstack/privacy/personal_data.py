"""What the tables hold of one user, table by table: read by their export, and removed by their erasure.

Each is a query by the user's key or index, read page by page as it is iterated. Base tables are read consistently.
"""

from collections.abc import Iterator
from itertools import islice

from reelstack.counters import daily_plays as plays_by_day
from reelstack.social import relationships
from reelstack.tables.accounts import Session
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.counters import DailyPlays
from reelstack.tables.feed import FeedChoices, ViewerProfile
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Like, Share
from reelstack.tables.moderation import Report, Strike
from reelstack.tables.notifications import Device, Notification, NotificationPreference
from reelstack.tables.social import FOLLOW_SHARDS, Follow
from reelstack.tables.videos import Video

AT_ONCE = 100
"""Keys of one BatchGetItem."""


def likes(user_id: str) -> Iterator[Like]:
    yield from Like.query(user_id, consistent_read=True)


def comment_likes(user_id: str) -> Iterator[CommentLike]:
    yield from CommentLike.query(user_id, consistent_read=True)


def bookmarks(user_id: str) -> Iterator[Bookmark]:
    yield from Bookmark.query(user_id, consistent_read=True)


def shares(user_id: str) -> Iterator[Share]:
    yield from Share.query(user_id, consistent_read=True)


def watch_positions(user_id: str) -> Iterator[WatchPosition]:
    yield from WatchPosition.query(user_id, consistent_read=True)


def daily_plays(user_id: str) -> Iterator[DailyPlays]:
    """Of all their clips together; those of each clip go with it."""
    yield from DailyPlays.query(plays_by_day.of_user(user_id), consistent_read=True)


def viewer_profile(user_id: str) -> Iterator[ViewerProfile]:
    yield from ViewerProfile.query(user_id, consistent_read=True)


def feed_choices(user_id: str) -> Iterator[FeedChoices]:
    yield from FeedChoices.query(user_id, consistent_read=True)


def reports(user_id: str) -> Iterator[Report]:
    """What the user reported; never what others reported of theirs."""
    yield from Report.query(user_id, consistent_read=True)


def strikes(user_id: str) -> Iterator[Strike]:
    yield from Strike.query(user_id, consistent_read=True)


def sessions(user_id: str) -> Iterator[Session]:
    yield from Session.query(user_id, consistent_read=True)


def notifications(user_id: str) -> Iterator[Notification]:
    yield from Notification.query(user_id, consistent_read=True)


def notification_preferences(user_id: str) -> Iterator[NotificationPreference]:
    yield from NotificationPreference.query(user_id, consistent_read=True)


def mutes_of(user_id: str) -> Iterator[NotificationPreference]:
    """Who muted the user, by their keys: to be removed, never to be told. The index is a moment behind."""
    yield from NotificationPreference.by_muted.query(user_id)


def devices(user_id: str) -> Iterator[Device]:
    yield from Device.query(user_id, consistent_read=True)


def comments(user_id: str) -> Iterator[Comment]:
    """Deleted ones too. The index is a moment behind; the items are as they are."""
    named = iter(Comment.by_author.query(user_id))
    while page := list(islice(named, AT_ONCE)):
        keys = [(comment.thread, comment.comment_id) for comment in page]
        yield from (comment for comment in Comment.batch_get(keys, consistent_read=True) if comment.author_id)


def following(user_id: str) -> Iterator[Follow]:
    yield from Follow.query(user_id, consistent_read=True)


def followers(user_id: str) -> Iterator[Follow]:
    """Those who ask to follow included."""
    for state in relationships.Following:
        for number in range(FOLLOW_SHARDS):
            yield from Follow.by_followee.query(f"{state}#{user_id}#{number}")


def videos(user_id: str) -> Iterator[Video]:
    """Deleted ones too."""
    yield from Video.by_owner.query(user_id)
