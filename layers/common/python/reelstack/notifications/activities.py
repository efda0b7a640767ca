"""Activities: what other users did that a user is told of, read from stream records and events, one per recipient.

An activity needs the owner of the video or comment, which is read from its table. A record that comes twice gives the
same activity twice; notifications.notifications merges it into the same item.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from reelstack.accounts import handles
from reelstack.accounts.errors import UserNotFound
from reelstack.interactions import comment_ids, comments
from reelstack.interactions.comments import CommentState
from reelstack.interactions.errors import CommentNotFound
from reelstack.platform.config import config
from reelstack.platform.stream_records import StreamRecord
from reelstack.social.relationships import Following
from reelstack.tables.videos import Video
from reelstack.videos import access, videos

NOBODY = ""
"""Who did what the service did."""


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


@dataclass(frozen=True)
class Activity:
    """`user_id` may want to know that `actor_id` did something about a thing of theirs, `at` in unix milliseconds."""

    user_id: str
    kind: NotificationKind
    about: str
    """<video>, <video>/<comment>, or nothing: the user themselves."""
    actor_id: str
    at: int
    comment_id: str | None = None
    """What the actor wrote."""

    @property
    def subject(self) -> str:
        return f"{self.kind}#{self.about}"


def of_records(records: list[StreamRecord]) -> list[Activity]:
    """Of a batch of one table's stream: likes, comments or likes of comments."""
    reads = {
        config().likes_table: _of_like,
        config().comments_table: _of_comment,
        config().comment_likes_table: _of_comment_like,
    }
    known: dict[str, str | None] = {}
    found = (one for record in records if record.new for one in reads[record.table](record, known))
    return [one for one in found if one.user_id != one.actor_id]


def of_event(event: dict[str, Any]) -> list[Activity]:
    """Of FollowChanged, VideoPublished or VideoRefused, as the bus hands them over."""
    detail = event["detail"]
    match event["detail-type"]:
        case "FollowChanged":
            return [_of_follow(detail)]
        case "VideoPublished":
            published_at = int(detail["published_at"])
            return [Activity(detail["owner_id"], NotificationKind.PUBLISHED, detail["video_id"], NOBODY, published_at)]
        case "VideoRefused":
            refused_at = int(datetime.fromisoformat(event["time"]).timestamp() * 1000)
            return [Activity(detail["owner_id"], NotificationKind.REFUSED, detail["video_id"], NOBODY, refused_at)]
    return []


def _of_follow(detail: dict[str, Any]) -> Activity:
    follower, followee, since = detail["follower_id"], detail["followee_id"], int(detail["since"])
    if detail["accepted"]:
        return Activity(follower, NotificationKind.FOLLOW_ACCEPTED, "", followee, since)
    kind = NotificationKind.FOLLOW if detail["state"] == Following.FOLLOWING else NotificationKind.FOLLOW_REQUEST
    return Activity(followee, kind, "", follower, since)


def _of_like(record: StreamRecord, known: dict[str, str | None]) -> Iterator[Activity]:
    after = record.new
    if not record.old and (owner := _owner(after["video_id"], known)):
        yield Activity(owner, NotificationKind.LIKE, after["video_id"], after["user_id"], int(after["liked_at"]))


def _of_comment_like(record: StreamRecord, known: dict[str, str | None]) -> Iterator[Activity]:
    after = record.new
    if not record.old and (author := _author(after["comment"], known)):
        yield Activity(
            author, NotificationKind.COMMENT_LIKE, after["comment"], after["user_id"], int(after["liked_at"])
        )


def _of_comment(record: StreamRecord, known: dict[str, str | None]) -> Iterator[Activity]:
    """When it is seen first, which may be after a moderator's decision; mentions also when it is edited."""
    before, after = record.old, record.new
    if after["state"] != CommentState.VISIBLE:
        return
    video_id, comment_id, author_id = after["video_id"], after["comment_id"], after["author_id"]
    appeared = before.get("state") != CommentState.VISIBLE
    at = int(after["created_at"])
    told = {author_id}
    if appeared:
        answered = comment_ids.answered(comment_id)
        about = comment_ids.counter_of(video_id, answered) if answered else video_id
        user_id = _author(about, known) if answered else _owner(video_id, known)
        if user_id:
            told.add(user_id)
            yield Activity(
                user_id,
                NotificationKind.REPLY if answered else NotificationKind.COMMENT,
                about,
                author_id,
                at,
                comment_id,
            )
    for handle in set(after.get("mentions", ())) - set(() if appeared else before.get("mentions", ())):
        user_id = _holder(handle)
        if user_id and user_id not in told and access.can_view(video_id, user_id):
            about = comment_ids.counter_of(video_id, comment_id)
            yield Activity(user_id, NotificationKind.MENTION, about, author_id, at, comment_id)


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
