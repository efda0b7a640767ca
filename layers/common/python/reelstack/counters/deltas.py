"""What a table's stream records add up to: per thing that is counted, how much of what. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from reelstack.platform.stream_records import EventName, StreamRecord

Changes = Iterable[tuple[str, str, int]]
"""(key of the counter, attribute of the counter, change)"""
EXISTENCE = {EventName.INSERT: 1, EventName.REMOVE: -1}
COUNTED = "visible"
"""The state in which a comment counts: interactions.comments.CommentState."""
FOLLOWING, REQUESTED = "following", "requested"
"""The states of a follow: social.relationships.Following."""


@dataclass
class Tally:
    """What one counter is to be changed by, and how many records that stands for."""

    changes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    records: int = 0


def _likes(record: StreamRecord) -> Changes:
    yield record.keys["video_id"], "likes", EXISTENCE.get(record.event_name, 0)


def _bookmarks(record: StreamRecord) -> Changes:
    yield record.keys["video_id"], "bookmarks", EXISTENCE.get(record.event_name, 0)


def _comment_likes(record: StreamRecord) -> Changes:
    yield record.keys["comment"], "likes", EXISTENCE.get(record.event_name, 0)


def _shares(record: StreamRecord) -> Changes:
    video_id, _, _ = record.keys["share"].rpartition("#")
    yield video_id, "shares", EXISTENCE.get(record.event_name, 0)


def _comments(record: StreamRecord) -> Changes:
    """A comment counts while everybody can read it; a reply also for the comment it answers."""
    before, after = (image.get("state") == COUNTED for image in (record.old, record.new))
    video_id = (record.new or record.old)["video_id"]
    answered, reply, _ = record.keys["comment_id"].rpartition(".")
    yield video_id, "comments", after - before
    if reply:
        yield f"{video_id}/{answered}", "replies", after - before


def _follows(record: StreamRecord) -> Changes:
    """A request to follow is no follow before it is accepted; until then it counts for who asks."""
    was, now = record.old.get("state"), record.new.get("state")
    follows = (now == FOLLOWING) - (was == FOLLOWING)
    yield of_user(record.keys["followee_id"]), "followers", follows
    yield of_user(record.keys["follower_id"]), "following", follows
    yield of_user(record.keys["follower_id"]), "requested", (now == REQUESTED) - (was == REQUESTED)


def of_user(user_id: str) -> str:
    """The key of what is counted about a user."""
    return f"user/{user_id}"


RULES: dict[str, Callable[[StreamRecord], Changes]] = {
    "likes_table": _likes,
    "comments_table": _comments,
    "comment_likes_table": _comment_likes,
    "bookmarks_table": _bookmarks,
    "shares_table": _shares,
    "follows_table": _follows,
}
"""Field of Config that names a table -> what its records mean. Whatever is counted has a line here."""


def batches(table: str, records: list[StreamRecord], most: int) -> Iterator[tuple[str, dict[str, Tally]]]:
    """Records of one shard, oldest first, in pieces that touch at most `most` counters: (the last record's sequence
    number, key -> tally)."""
    tallies: dict[str, Tally] = {}
    reached = ""
    for record in records:
        changes = list(RULES[table](record))
        if len(tallies.keys() | {key for key, _, _ in changes}) > most:
            yield reached, _changed(tallies)
            tallies = {}
        for key, what, change in changes:
            tally = tallies.setdefault(key, Tally())
            tally.changes[what] += change
            tally.records += 1
        reached = record.sequence_number
    if reached:
        yield reached, _changed(tallies)


def _changed(tallies: dict[str, Tally]) -> dict[str, Tally]:
    return {key: tally for key, tally in tallies.items() if any(tally.changes.values())}
