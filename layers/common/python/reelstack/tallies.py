"""What a table's stream records add up to: per thing that is counted, how much of what. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
Changes = Iterable[tuple[str, str, int]]
"""(key of the counter, attribute of the counter, change)"""
EXISTENCE = {"INSERT": 1, "REMOVE": -1}
COUNTED = "visible"
"""The state in which a comment counts: reelstack.comments.CommentState."""
FOLLOWING, REQUESTED = "following", "requested"
"""The states of a follow: reelstack.ties.Following."""


@dataclass
class Tally:
    """What one counter is to be changed by, and how many records that stands for."""

    changes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    records: int = 0


def _likes(record: Record) -> Changes:
    yield record["dynamodb"]["Keys"]["video_id"]["S"], "likes", EXISTENCE.get(record["eventName"], 0)


def _bookmarks(record: Record) -> Changes:
    yield record["dynamodb"]["Keys"]["video_id"]["S"], "bookmarks", EXISTENCE.get(record["eventName"], 0)


def _comment_likes(record: Record) -> Changes:
    yield record["dynamodb"]["Keys"]["comment"]["S"], "likes", EXISTENCE.get(record["eventName"], 0)


def _shares(record: Record) -> Changes:
    video_id, _, _ = record["dynamodb"]["Keys"]["share"]["S"].rpartition("#")
    yield video_id, "shares", EXISTENCE.get(record["eventName"], 0)


def _comments(record: Record) -> Changes:
    """A comment counts while everybody can read it; a reply also for the comment it answers."""
    images = [record["dynamodb"].get(name) or {} for name in ("OldImage", "NewImage")]
    before, after = (image.get("state", {}).get("S") == COUNTED for image in images)
    video_id = next(image["video_id"]["S"] for image in reversed(images) if image)
    answered, reply, _ = record["dynamodb"]["Keys"]["comment_id"]["S"].rpartition(".")
    yield video_id, "comments", after - before
    if reply:
        yield f"{video_id}/{answered}", "replies", after - before


def _follows(record: Record) -> Changes:
    """A request to follow is no follow before it is accepted; until then it counts for who asks."""
    images = [record["dynamodb"].get(name) or {} for name in ("OldImage", "NewImage")]
    was, now = (image.get("state", {}).get("S") for image in images)
    keys = record["dynamodb"]["Keys"]
    follows = (now == FOLLOWING) - (was == FOLLOWING)
    yield of_user(keys["followee_id"]["S"]), "followers", follows
    yield of_user(keys["follower_id"]["S"]), "following", follows
    yield of_user(keys["follower_id"]["S"]), "requested", (now == REQUESTED) - (was == REQUESTED)


def of_user(user_id: str) -> str:
    """The key of what is counted about a user."""
    return f"user/{user_id}"


RULES: dict[str, Callable[[Record], Changes]] = {
    "likes_table": _likes,
    "comments_table": _comments,
    "comment_likes_table": _comment_likes,
    "bookmarks_table": _bookmarks,
    "shares_table": _shares,
    "follows_table": _follows,
}
"""Field of Config that names a table -> what its records mean. Whatever is counted has a line here."""


def sequence(record: Record) -> int:
    return int(record["dynamodb"]["SequenceNumber"])


def batches(table: str, records: list[Record], most: int) -> Iterator[tuple[str, dict[str, Tally]]]:
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
        reached = record["dynamodb"]["SequenceNumber"]
    if reached:
        yield reached, _changed(tallies)


def _changed(tallies: dict[str, Tally]) -> dict[str, Tally]:
    return {key: tally for key, tally in tallies.items() if any(tally.changes.values())}
