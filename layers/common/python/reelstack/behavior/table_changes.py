"""What people did, read off the streams of the tables that hold it: likes, comments, shares, bookmarks, follows,
blocks, reports and hides. Pure.

A table says exactly what happened, and nobody can forge it. Each change has one event, whose id is made of the item's
key and its own time: the same record read again, by anybody, gives the same id, and readers of events count an id once.

An item that only changes inside (a like on another shard, an edited comment) is no event. Deleting a comment, a share,
a block, a report or a hide is none either: nothing is learned from that.
"""

import uuid
from collections.abc import Callable
from urllib.parse import unquote

from reelstack.behavior.plausibility import OLDEST_MS
from reelstack.behavior.stored_event import TableChange
from reelstack.platform.stream_records import EventName, Image, StreamRecord

NAMESPACE = uuid.UUID("6f1d9c3e-5b0a-5c47-9e0b-2f6f0c8d4a17")
"""Of the ids of events. With another one every change that is read again would count twice."""
VISIBLE = "visible"
"""The state of a comment that everybody can read: interactions.comments.CommentState."""
FOLLOWING = "following"
"""The state of a follow that was accepted: social.relationships.Following."""


def read(table: str, record: StreamRecord) -> TableChange | None:
    """The event of a stream record; None if it is none. `table`: the field of Config that names the record's table.

    Raises KeyError for a table without events.
    """
    return RULES[table](record)


def _event_id(kind: str, *parts: object) -> str:
    return str(uuid.uuid5(NAMESPACE, "\n".join((kind, *map(str, parts)))))


def _likes(record: StreamRecord) -> TableChange | None:
    return _kept(record, "like", "liked_at")


def _bookmarks(record: StreamRecord) -> TableChange | None:
    return _kept(record, "bookmark", "saved_at")


def _kept(record: StreamRecord, kind: str, time: str) -> TableChange | None:
    """An item that is there for as long as somebody likes, or keeps, a clip."""
    user_id, video_id = record.keys["user_id"], record.keys["video_id"]
    if record.event_name is EventName.INSERT:
        at = int(record.new[time])
        return TableChange(kind, _event_id(kind, user_id, video_id, at), user_id, at, video_id)
    if record.event_name is EventName.REMOVE:
        since, kind = int(record.old[time]), f"un{kind}"
        return TableChange(kind, _event_id(kind, user_id, video_id, since), user_id, _ended_at(record, since), video_id)
    return None


def _ended_at(record: StreamRecord, since: int) -> int:
    """The item says when it began; its end is the record's time, whose fractions of a second are lost."""
    return max(since + 1, record.changed_at_ms)


def _shares(record: StreamRecord) -> TableChange | None:
    """`what`: the channel."""
    if record.event_name is not EventName.INSERT:
        return None
    user_id, (video_id, _, channel) = record.keys["user_id"], record.keys["share"].rpartition("#")
    at = int(record.new["shared_at"])
    return TableChange("share", _event_id("share", user_id, record.keys["share"], at), user_id, at, video_id, channel)


def _comments(record: StreamRecord) -> TableChange | None:
    """Once everybody can read it: at first, or when a moderator has let it through. Its id is always the same, so one
    that is held again after an edit, and let through again, is the same event. `target`: the comment's id."""
    if record.new.get("state") != VISIBLE or record.old.get("state") == VISIBLE:
        return None
    if not (author_id := record.new.get("author_id")):
        return None
    video_id, comment_id = record.new["video_id"], record.keys["comment_id"]
    # It may have waited for a moderator longer than readers of events look back.
    at = max(int(record.new["created_at"]), record.changed_at_ms - OLDEST_MS)
    event_id = _event_id("comment", video_id, comment_id)
    return TableChange("comment", event_id, author_id, at, video_id, target=comment_id)


def _follows(record: StreamRecord) -> TableChange | None:
    """A request to follow is none before it is accepted. `target`: who is followed."""
    was, now = (image.get("state") == FOLLOWING for image in (record.old, record.new))
    if was == now:
        return None
    follower_id, followee_id = record.keys["follower_id"], record.keys["followee_id"]
    since = int((record.new if now else record.old)["since"])
    kind, at = ("follow", since) if now else ("unfollow", _ended_at(record, since))
    event_id = _event_id(kind, follower_id, followee_id, since)
    return TableChange(kind, event_id, follower_id, at, target=followee_id)


def _blocks(record: StreamRecord) -> TableChange | None:
    """A block has an item under each of the two users; the one under who blocked says so. `target`: who is blocked."""
    user_id, other_id = record.keys["user_id"], record.keys["other_id"]
    if _blocks_since(record.new, user_id) in (0, _blocks_since(record.old, user_id)):
        return None
    at = _blocks_since(record.new, user_id)
    return TableChange("block", _event_id("block", user_id, other_id, at), user_id, at, target=other_id)


def _blocks_since(image: Image, user_id: str) -> int:
    """0: they do not block."""
    return int(image.get("blocked_at") or 0) if image.get("blocker_id") == user_id else 0


def _reports(record: StreamRecord) -> TableChange | None:
    """`what`: "video", or "comment" with its id as `target`. A report of a comment names no clip: it is not the clip
    that was reported, and no sum over clips may take it for that."""
    if record.event_name is not EventName.INSERT:
        return None
    user_id, subject = record.keys["reporter_id"], record.keys["subject"]
    at, (video_id, _, comment_id) = int(record.new["reported_at"]), subject.partition("/")
    event_id = _event_id("report", user_id, subject, at)
    if comment_id:
        return TableChange("report", event_id, user_id, at, what="comment", target=comment_id)
    return TableChange("report", event_id, user_id, at, video_id, what="video")


def hide_id(viewer_id: str, what: str, named: str) -> str:
    """The id of "not interested", whoever tells of it. A client may report what it asked the API for, in any order:
    both are the same event, and count once. `named`: a video's id, a creator's, or a tag, as `what` says."""
    return _event_id("hide", viewer_id, what, named)


def key_of(tag: str) -> str:
    """A tag as a key of a map, where an expression would read brackets as a place in a list."""
    return tag.replace("%", "%25").replace("[", "%5B").replace("]", "%5D")


def _feed_choices(record: StreamRecord) -> TableChange | None:
    """A write hides one thing, and may drop the oldest for it. `what`: "video", "creator" or "tag"; `target`: the tag.
    A hidden creator is the event's `owner_id`, as where a client tells of one with a clip of theirs."""
    viewer_id = record.keys["viewer_id"]
    for what, held in HIDES.items():
        was = record.old.get(held) or {}
        added = {key: at for key, at in (record.new.get(held) or {}).items() if key not in was}
        if not added:
            continue
        key = max(added, key=lambda one: (added[one], one))
        named, at = (unquote(key) if what == "tag" else key), int(added[key])
        event_id = hide_id(viewer_id, what, named)
        if what == "video":
            return TableChange("hide", event_id, viewer_id, at, named, what)
        if what == "creator":
            return TableChange("hide", event_id, viewer_id, at, what=what, owner_id=named)
        return TableChange("hide", event_id, viewer_id, at, what=what, target=named)
    return None


HIDES = {"video": "hidden_videos", "creator": "hidden_creators", "tag": "hidden_tags"}
"""What is hidden -> the attribute that says when each was."""
RULES: dict[str, Callable[[StreamRecord], TableChange | None]] = {
    "likes_table": _likes,
    "comments_table": _comments,
    "bookmarks_table": _bookmarks,
    "shares_table": _shares,
    "follows_table": _follows,
    "blocks_table": _blocks,
    "reports_table": _reports,
    "feed_choices_table": _feed_choices,
}
"""Field of Config that names a table -> what its records mean."""
