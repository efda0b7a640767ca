"""Activities: what other users did, or took back, that a user is told of: read from stream records and events, one per
recipient.

An activity needs the owner of the video or comment, which is read from its table. A record that comes twice gives the
same activity twice; notifications.notifications merges it into the same item.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from reelstack.accounts import handles
from reelstack.accounts.errors import UserNotFound
from reelstack.interactions import comment_ids, comments
from reelstack.interactions.comments import CommentState
from reelstack.interactions.errors import CommentNotFound
from reelstack.notifications.ledger import GONE_MS, NOBODY, Act
from reelstack.platform.config import config
from reelstack.platform.stream_records import Image, StreamRecord
from reelstack.social.relationships import Following
from reelstack.tables.videos import Video
from reelstack.videos import access, videos


class NotificationKind(StrEnum):
    LIKE = "like"
    COMMENT = "comment"
    REPLY = "reply"
    MENTION = "mention"
    COMMENT_LIKE = "comment-like"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow-request"
    FOLLOW_ACCEPTED = "follow-accepted"
    PUBLISHED = "published"
    REFUSED = "refused"
    RESTORED = "restored"
    """It came back from its archive."""


@dataclass(frozen=True)
class Activity:
    """`user_id` may want to know that `actor_id` did something about a thing of theirs, `at` in unix milliseconds; or
    that it is undone."""

    user_id: str
    kind: NotificationKind
    about: str
    """<video>, <video>/<comment>, or nothing: the user themselves."""
    actor_id: str
    at: int
    comment_id: str | None = None
    """What the actor wrote."""
    withdrawn: bool = False
    """It was deleted, edited out, unliked or unfollowed."""
    sequence: int = 0
    """Of what changes more than once by itself: its stream record's. Of all else, `at` says which was done later."""

    @property
    def act(self) -> Act:
        version = self.sequence or 2 * self.at + self.withdrawn
        return Act(self.at, self.actor_id, self.comment_id or "", version)

    def may_overtake(self, now: int) -> bool:
        """Comments change long after they were written; these changes are few."""
        return self.sequence > 0 or self.at > now - GONE_MS

    @property
    def subject(self) -> str:
        return f"{self.kind}#{self.about}"


def of_records(records: list[StreamRecord]) -> list[Activity]:
    """Of a batch of one table's stream: likes, comments or likes of comments. Of another's there are none."""
    reads = {
        config().likes_table: _of_like,
        config().comments_table: _of_comment,
        config().comment_likes_table: _of_comment_like,
    }
    known: dict[str, str | None] = {}
    read = [(record, reads[record.table]) for record in records if record.table in reads]
    found = (one for record, of in read for one in of(record, known))
    return [one for one in found if one.user_id != one.actor_id]


def gone_subjects(records: list[StreamRecord]) -> list[tuple[str, str]]:
    """The notifications, by user and subject, that were about comments which these records delete."""
    found = []
    for record in records:
        before, after = record.old, record.new
        deleted = not after or after.get("state") == CommentState.DELETED
        if record.table == config().comments_table and deleted and before.get("author_id"):
            about = comment_ids.counter_of(before["video_id"], before["comment_id"])
            kinds = (NotificationKind.REPLY, NotificationKind.COMMENT_LIKE)
            found += [(before["author_id"], f"{kind}#{about}") for kind in kinds]
    return found


def of_event(event: dict[str, Any]) -> list[Activity]:
    """Of FollowChanged, FollowEnded, VideoPublished, ArchiveRestored or VideoRefused, as the bus hands them over."""
    detail = event["detail"]
    match event["detail-type"]:
        case "FollowChanged":
            return _of_follow(detail)
        case "FollowEnded":
            return _of_end(detail)
        case "VideoPublished":
            published_at = int(detail["published_at"])
            return [Activity(detail["owner_id"], NotificationKind.PUBLISHED, detail["video_id"], NOBODY, published_at)]
        case "ArchiveRestored":
            restored_at = int(detail["restored_at"])
            return [Activity(detail["owner_id"], NotificationKind.RESTORED, detail["video_id"], NOBODY, restored_at)]
        case "VideoRefused":
            refused_at = int(datetime.fromisoformat(event["time"]).timestamp() * 1000)
            return [Activity(detail["owner_id"], NotificationKind.REFUSED, detail["video_id"], NOBODY, refused_at)]
    return []


def _of_follow(detail: dict[str, Any]) -> list[Activity]:
    follower, followee, since = detail["follower_id"], detail["followee_id"], int(detail["since"])
    if detail["accepted"]:
        return [
            Activity(follower, NotificationKind.FOLLOW_ACCEPTED, "", followee, since),
            Activity(followee, NotificationKind.FOLLOW_REQUEST, "", follower, since, withdrawn=True),
        ]
    kind = NotificationKind.FOLLOW if detail["state"] == Following.FOLLOWING else NotificationKind.FOLLOW_REQUEST
    return [Activity(followee, kind, "", follower, since)]


def _of_end(detail: dict[str, Any]) -> list[Activity]:
    follower, followee, since = detail["follower_id"], detail["followee_id"], int(detail["since"])
    if detail["state"] == Following.REQUESTED:
        return [Activity(followee, NotificationKind.FOLLOW_REQUEST, "", follower, since, withdrawn=True)]
    return [
        Activity(followee, NotificationKind.FOLLOW, "", follower, since, withdrawn=True),
        Activity(follower, NotificationKind.FOLLOW_ACCEPTED, "", followee, since, withdrawn=True),
    ]


def _of_like(record: StreamRecord, known: dict[str, str | None]) -> Iterator[Activity]:
    item, ended = record.new or record.old, not record.new
    if (ended or not record.old) and (owner := _owner(item["video_id"], known)):
        at = int(item["liked_at"])
        yield Activity(owner, NotificationKind.LIKE, item["video_id"], item["user_id"], at, withdrawn=ended)


def _of_comment_like(record: StreamRecord, known: dict[str, str | None]) -> Iterator[Activity]:
    item, ended = record.new or record.old, not record.new
    if (ended or not record.old) and (author := _author(item["comment"], known)):
        at = int(item["liked_at"])
        yield Activity(author, NotificationKind.COMMENT_LIKE, item["comment"], item["user_id"], at, withdrawn=ended)


def _of_comment(record: StreamRecord, known: dict[str, str | None]) -> Iterator[Activity]:
    """When it is seen first, which may be after a moderator's decision, and when it is seen no more; mentions also when
    it is edited."""
    was, now = _seen(record.old), _seen(record.new)
    item = record.new if now else record.old
    if not (was or now) or not item.get("author_id"):
        return
    say = partial(_say, item, record.sequence_number)
    told = {item["author_id"]}
    if was != now and (found := _answered(item, known)):
        user_id, kind, about = found
        told |= {user_id} if now else set()
        yield say(user_id, kind, about, withdrawn=was)
    about = comment_ids.counter_of(item["video_id"], item["comment_id"])
    before, after = _mentioned(record.old), _mentioned(record.new)
    for user_id in filter(None, map(handles.last_holder, before - after)):
        yield say(user_id, NotificationKind.MENTION, about, withdrawn=True)
    for user_id in filter(None, map(_holder, after - before)):
        if user_id not in told and access.can_view(item["video_id"], user_id):
            yield say(user_id, NotificationKind.MENTION, about, withdrawn=False)


def _say(
    item: Image, sequence_number: str, user_id: str, kind: NotificationKind, about: str, *, withdrawn: bool
) -> Activity:
    comment_id, at, sequence = item["comment_id"], int(item["created_at"]), int(sequence_number)
    return Activity(user_id, kind, about, item["author_id"], at, comment_id, withdrawn, sequence)


def _seen(image: Image) -> bool:
    return image.get("state") == CommentState.VISIBLE


def _mentioned(image: Image) -> set[str]:
    return set(image.get("mentions") or ()) if _seen(image) else set()


def _answered(item: Image, known: dict[str, str | None]) -> tuple[str, NotificationKind, str] | None:
    """Who is told of a comment or reply, as what, about what."""
    video_id, answered = item["video_id"], comment_ids.answered(item["comment_id"])
    if answered is None:
        owner = _owner(video_id, known)
        return (owner, NotificationKind.COMMENT, video_id) if owner else None
    about = comment_ids.counter_of(video_id, answered)
    author = _author(about, known)
    return (author, NotificationKind.REPLY, about) if author else None


def _owner(video_id: str, known: dict[str, str | None]) -> str | None:
    if video_id not in known:
        video: Video | None = videos.find_or_none(video_id)
        known[video_id] = video.owner_id if video else None
    return known[video_id]


def _author(comment: str, known: dict[str, str | None]) -> str | None:
    if comment not in known:
        try:
            known[comment] = comments.find(*comment.split("/")).author_id
        except CommentNotFound:
            known[comment] = None
    return known[comment]


def _holder(handle: str) -> str | None:
    try:
        return handles.find_holder(handle).user_id
    except UserNotFound:
        return None
