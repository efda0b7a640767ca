"""The stream of behavior events (Kinesis): records with a partition key, at least once and in order per key.

`put` returns what Kinesis did not take after its attempts, so that the caller can tell its client to send it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reelstack.platform import aws, retry
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger

ATTEMPTS, PAUSE_SECONDS = 4, 0.1
MOST_RECORDS = 500
"""A call of PutRecords takes as many, and 5 MiB; ours have at most some kilobytes each."""


@dataclass(frozen=True)
class StreamEvent:
    key: str
    """Events of one key stay in order."""
    data: bytes


def exists() -> bool:
    """Profile `core` has no stream."""
    return bool(config().event_stream)


def put(events: Sequence[StreamEvent]) -> list[int]:
    """Indexes of the events that were not taken; empty if all were. An event may be taken twice. A stream that does not
    answer is waited for 13 s at most, however many events there are."""
    left: list[int] = []
    for start in range(0, len(events), MOST_RECORDS):
        some = list(range(start, min(start + MOST_RECORDS, len(events))))
        refused = _put(events, some)
        left += refused
        if refused == some:
            left += range(some[-1] + 1, len(events))
            break
    if left:
        count("EventsNotTaken", len(left))
    return left


def _put(events: Sequence[StreamEvent], wanted: list[int]) -> list[int]:
    """Those of the `wanted` indexes that were not taken."""
    from botocore.exceptions import BotoCoreError, ClientError

    left = wanted
    for _ in retry.attempts(ATTEMPTS, PAUSE_SECONDS):
        records = [{"Data": events[index].data, "PartitionKey": events[index].key} for index in left]
        try:
            answer = aws.event_records().put_records(StreamName=config().event_stream, Records=records)
        except (ClientError, BotoCoreError) as error:
            logger.warning("the event stream took nothing", error=str(error))
            continue
        left = [index for index, one in zip(left, answer["Records"], strict=True) if "ErrorCode" in one]
        if not left:
            break
    return left
