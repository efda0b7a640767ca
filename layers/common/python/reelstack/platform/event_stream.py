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
"""A call of PutRecords takes as many, and 5 MiB; ours are at most 100 of some kilobytes."""


@dataclass(frozen=True)
class StreamEvent:
    key: str
    """Events of one key stay in order."""
    data: bytes


def exists() -> bool:
    """Profile `core` has no stream."""
    return bool(config().event_stream)


def put(events: Sequence[StreamEvent]) -> list[int]:
    """Indexes of the events that were not taken; empty if all were. An event may be taken twice."""
    from botocore.exceptions import BotoCoreError, ClientError

    left = list(range(len(events)))
    for _ in retry.attempts(ATTEMPTS, PAUSE_SECONDS):
        if not left:
            break
        sent = left[:MOST_RECORDS]
        records = [{"Data": events[index].data, "PartitionKey": events[index].key} for index in sent]
        try:
            answer = aws.client("kinesis").put_records(StreamName=config().event_stream, Records=records)
        except (ClientError, BotoCoreError) as error:
            logger.warning("the event stream took nothing", error=str(error))
            continue
        refused = [index for index, one in zip(sent, answer["Records"], strict=True) if "ErrorCode" in one]
        left = refused + left[MOST_RECORDS:]
    if left:
        count("EventsNotTaken", len(left))
    return left
