"""Stream records: the one reader of what Lambda hands to the consumer of a stream, DynamoDB's or Kinesis's.

Keys and images of DynamoDB come as plain values (text, int, float, bool, None, list, dict, set). They are read when a
consumer asks for them, so that a consumer which only counts keys does not pay for the images.
"""

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

Image = dict[str, Any]


class EventName(StrEnum):
    INSERT = "INSERT"
    MODIFY = "MODIFY"
    REMOVE = "REMOVE"


@dataclass(frozen=True)
class StreamRecord:
    """One change of one item."""

    raw: dict[str, Any]
    """The record as Lambda delivers it."""

    @property
    def table(self) -> str:
        """The name of the table whose stream this is."""
        return str(self.raw["eventSourceARN"]).split("/")[1]

    @property
    def event_name(self) -> EventName:
        return EventName(self.raw["eventName"])

    @property
    def sequence_number(self) -> str:
        """Grows within a shard, as a number and not as a text: it may get a digit more on the way."""
        return str(self.raw["dynamodb"]["SequenceNumber"])

    @property
    def changed_at_ms(self) -> int:
        """When the item changed, unix milliseconds; DynamoDB says it to the second, rounded down. 0 if it is not said,
        as by an emulator."""
        return int(float(self.raw["dynamodb"].get("ApproximateCreationDateTime", 0)) * 1000)

    @cached_property
    def keys(self) -> Image:
        return self._image("Keys")

    @cached_property
    def old(self) -> Image:
        """The item before the change; empty if the change created it."""
        return self._image("OldImage")

    @cached_property
    def new(self) -> Image:
        """The item after the change; empty if the change removed it."""
        return self._image("NewImage")

    def _image(self, name: str) -> Image:
        return {key: _plain(value) for key, value in (self.raw["dynamodb"].get(name) or {}).items()}


@dataclass(frozen=True)
class EventRecord:
    """One record of a Kinesis stream."""

    shard: str
    sequence_number: str
    arrived_at: float
    """When Kinesis took it, unix seconds, to the millisecond."""
    data: bytes


def read(event: dict[str, Any]) -> list[StreamRecord]:
    """The records of a batch, which are of one shard of one table, oldest first. Raises KeyError for another event."""
    return [StreamRecord(record) for record in event["Records"]]


def read_events(event: dict[str, Any]) -> list[EventRecord]:
    """The records of a batch from a Kinesis stream, which are of one shard, oldest first. An event's id is its shard's
    and its sequence number: "shardId-000000000006:4959…". Raises KeyError for another event."""
    return [
        EventRecord(
            shard=str(record["eventID"]).partition(":")[0],
            sequence_number=str(record["kinesis"]["sequenceNumber"]),
            arrived_at=float(record["kinesis"]["approximateArrivalTimestamp"]),
            data=base64.b64decode(record["kinesis"]["data"]),
        )
        for record in event["Records"]
    ]


def shard_of(event: dict[str, Any]) -> str:
    """Names the shard that a batch with a tumbling window comes from, among those of all streams.

    An emulator without windows names no shard, but its streams have only one.
    """
    return f"{event['Records'][0]['eventSourceARN']}/{event.get('shardId', '')}"


def failures(records: Iterable[StreamRecord]) -> dict[str, list[dict[str, str]]]:
    """The answer of a consumer whose mapping reports batch item failures: Lambda delivers again from the oldest of
    these records on."""
    return {"batchItemFailures": [{"itemIdentifier": record.sequence_number} for record in records]}


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _plain(value: dict[str, Any]) -> Any:
    ((kind, held),) = value.items()
    return READERS[kind](held)


READERS: dict[str, Callable[[Any], Any]] = {
    "S": str,
    "N": _number,
    "BOOL": bool,
    "NULL": lambda _: None,
    "L": lambda held: [_plain(one) for one in held],
    "M": lambda held: {key: _plain(one) for key, one in held.items()},
    "SS": set,
    "NS": lambda held: {_number(one) for one in held},
}
"""DynamoDB's name of a type -> how its value is read. No table of ours holds bytes."""
