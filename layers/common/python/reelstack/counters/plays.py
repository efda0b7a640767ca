"""Plays of videos: each event counts once, however often it is delivered.

A play and the mark that it was counted are written in one transaction, with the day's sum over all clips. Marks are
kept a week; an event that is delivered again later than that counts twice.
"""

import json
import time
from collections import Counter as Tallied
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from reelstack.counters import shards
from reelstack.counters.counters import ATTEMPTS, PAUSE_SECONDS
from reelstack.platform import aws, retry
from reelstack.platform.clock import CHANCE, DAY_SECONDS
from reelstack.platform.config import config
from reelstack.platform.telemetry import count
from reelstack.tables import transactions
from reelstack.tables.counters import Counter

MARK_DAYS = 7
AT_ONCE = 49
"""A transaction takes 100 items; a play needs its mark and, in the worst case, a counter of its own, and all of them
the sum of their day."""
DAY_PARTS = 16
"""Items over which a day's sum is spread, so that transactions rarely meet: one item takes 1,000 writes a second."""
DAY_KEPT_DAYS = 30

Play = tuple[str, str]
"""(event id, video id)"""


class PlaysContended(RuntimeError):
    """Others were writing the same counters all the time. Nothing of this part is counted; delivered again, it will."""


def enqueue(plays: Sequence[Play]) -> bool:
    """Has them counted soon. False if the queue did not take them."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        aws.client("sqs").send_message(QueueUrl=config().plays_queue_url, MessageBody=json.dumps({"plays": plays}))
    except (ClientError, BotoCoreError):
        count("PlaysNotTaken", len(plays))
        return False
    return True


def count_plays(plays: Iterable[Play], day: str) -> int:
    """Counts those that were not counted before, and returns how many. `day`: YYYY-MM-DD by UTC, on which they came.
    Raises PlaysContended."""
    waiting = iter(dict(plays).items())
    counted = 0
    while some := dict(islice(waiting, AT_ONCE)):
        counted += _count(some, day)
    return counted


def of_day(day: str) -> int:
    """How many plays came on a day, of all clips."""
    found = Counter.batch_get([_of_day(day, part) for part in range(DAY_PARTS)], consistent_read=True)
    return sum(int(one.plays or 0) for one in found)


def _of_day(day: str, part: int) -> str:
    return f"plays/{day}/{part}"


def _count(plays: dict[str, str], day: str) -> int:
    """`plays`: event id -> video id."""
    left = dict(plays)
    for _ in retry.attempts(ATTEMPTS, PAUSE_SECONDS):
        marks, tally = sorted(left), Tallied(left.values())
        parts = {video_id: shards.some_part(video_id) for video_id in tally}
        stopped = transactions.attempt(lambda write: _build(write, marks, tally, parts, day))  # noqa: B023
        if stopped is None:
            return len(left)
        # Updates alone: their places are in the order they were added, marks before counters; the day's sum, which
        # is last, has no condition.
        for place in stopped.refused:
            if place < len(marks):
                del left[marks[place]]
            else:
                shards.invalidate(list(tally)[place - len(marks)])
        if not left:
            return 0
    raise PlaysContended(f"{len(left)} plays")


def _build(
    write: TransactWrite,
    marks: list[str],
    tally: "Tallied[str]",
    parts: Mapping[str, tuple[str, Condition | None]],
    day: str,
) -> None:
    expires_at = int(time.time()) + MARK_DAYS * DAY_SECONDS
    for event_id in marks:
        mark = Counter(f"play#{event_id}")
        write.update(mark, actions=[Counter.expires_at.set(expires_at)], condition=Counter.key.does_not_exist())
    for video_id, number in tally.items():
        part, condition = parts[video_id]
        actions: list[Action] = [Counter.plays.add(number), Counter.writes.add(1), Counter.records.add(number)]
        write.update(Counter(part), actions=actions, condition=condition)
    some = Counter(_of_day(day, CHANCE.randrange(DAY_PARTS)))
    kept: list[Action] = [
        Counter.plays.add(len(marks)),
        Counter.expires_at.set(int(time.time()) + DAY_KEPT_DAYS * DAY_SECONDS),
    ]
    write.update(some, actions=kept)
