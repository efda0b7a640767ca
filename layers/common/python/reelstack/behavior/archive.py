"""The archive of behavior events: which objects a batch of stream records becomes, and what is in them.

An object's name follows from what it holds: the hour in which Kinesis took the records, their shard, the first and the
last sequence number. So a batch that is delivered again writes the same objects with the same bytes. A batch that was
halved in between may store an event under two names; readers count an event's id once.
"""

import gzip
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

from reelstack.platform.stream_records import EventRecord

PREFIX = "events/"
BUCKETS = 64
"""Parts of each day's compacted events, by viewer: an erasure or an export reads one of them a day."""
COMPACTED = "profiles/events/"
"""day=/bucket=NN/*.parquet, written by the daily job."""
BY_VIEWER = "profiles/events_by_viewer/"
"""day=/bucket=NN.jsonl.gz, written by the daily job: the same events, for functions that read no Parquet."""


class EventUnreadable(ValueError):
    """A record is not a JSON object in UTF-8. Names its shard and sequence number, and none of its content."""


@dataclass(frozen=True)
class ArchiveObject:
    """`content`: gzip of one JSON object a line."""

    key: str
    content: bytes


def objects(records: Iterable[EventRecord]) -> list[ArchiveObject]:
    """One object for each shard and hour. Every record is read before any object is made, so that a batch with one that
    cannot be read stores nothing before it is halved. Raises EventUnreadable."""
    hours: dict[tuple[str, str], list[tuple[EventRecord, bytes]]] = {}
    for record in records:
        hours.setdefault((_hour(record.arrived_at), record.shard), []).append((record, _line(record)))
    return [
        # Without the time of writing, which gzip would note, the same lines are the same bytes.
        ArchiveObject(_key(hour, held[0][0], held[-1][0]), gzip.compress(b"".join(line for _, line in held), mtime=0))
        for (hour, _), held in hours.items()
    ]


def viewer_bucket(viewer: str) -> int:
    """CRC-32 of the id in UTF-8, which Spark's `crc32(viewer) % 64` gives as well."""
    return zlib.crc32(viewer.encode()) % BUCKETS


def by_viewer_key(day: str, bucket: int) -> str:
    """`day`: 2026-11-29, in UTC, on which Kinesis took the events. Two digits, so that names sort as numbers do."""
    return f"{BY_VIEWER}day={day}/bucket={bucket:02}.jsonl.gz"


def _key(hour: str, first: EventRecord, last: EventRecord) -> str:
    return f"{PREFIX}{hour}/{first.shard}-{first.sequence_number}-{last.sequence_number}.jsonl.gz"


def _hour(arrived_at: float) -> str:
    """By UTC; Hive's form, which Spark and Athena read as two columns."""
    return datetime.fromtimestamp(arrived_at, UTC).strftime("day=%Y-%m-%d/hour=%H")


def _line(record: EventRecord) -> bytes:
    """The record as it came, on one line: JSON has line breaks between its tokens only, in a text they are escaped."""
    try:
        read = json.loads(record.data.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise EventUnreadable(f"{record.shard}: the record {record.sequence_number} is no JSON object")
    return b" ".join(record.data.splitlines()) + b"\n"


def _refuse(name: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(name)
