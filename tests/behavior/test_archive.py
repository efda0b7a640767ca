"""Streamed events are archived once: named by hour, shard and sequence numbers, so that a batch again is the same."""

import base64
import copy
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from reelstack.behavior import archive, stored_event
from reelstack.behavior.archive import EventUnreadable
from reelstack.platform import aws as seam
from reelstack.platform import stream_records
from reelstack.platform.config import Config
from reelstack.platform.stream_records import EventRecord
from tests.support.functions import handler_of, sample_of

LAST_OF_8 = 1795424399.999  # 2026-11-23T08:59:59.999Z
SHARD = "shardId-000000000006"
FIRST, SECOND, THIRD = (str(49590338271490256608559692538361571095921575989136588898 + 15 * n) for n in range(3))
Lines = list[dict[str, Any]]
UNREADABLE = [b"", b"\xff\xfe", b"{", b"3", b"null", b"[1]", b'{"x": NaN}', b'{"a": 1}{"b": 2}', b"[" * 100_000]


def record(
    number: int = 0, arrived_at: float = LAST_OF_8, data: bytes = b'{"id":"a"}', shard: str = SHARD
) -> EventRecord:
    return EventRecord(shard, str(100 + number), arrived_at, data)


def lines(content: bytes) -> Lines:
    return [json.loads(line) for line in gzip.decompress(content).splitlines()]


def keys(*records: EventRecord) -> list[str]:
    return [made.key for made in archive.objects(records)]


# --- names and content -----------------------------------------------------------------------------------------------


def test_an_object_is_named_by_hour_shard_and_the_numbers_of_its_first_and_last_record() -> None:
    assert keys(record(0), record(1), record(7)) == [f"events/day=2026-11-23/hour=08/{SHARD}-100-107.jsonl.gz"]
    assert keys(record(3)) == [f"events/day=2026-11-23/hour=08/{SHARD}-103-103.jsonl.gz"]


def test_a_batch_over_a_full_hour_is_two_objects_each_with_its_own_numbers() -> None:
    batch = [record(0), record(1), record(2, LAST_OF_8 + 0.001), record(3, LAST_OF_8 + 1)]
    assert keys(*batch) == [
        f"events/day=2026-11-23/hour=08/{SHARD}-100-101.jsonl.gz",
        f"events/day=2026-11-23/hour=09/{SHARD}-102-103.jsonl.gz",
    ]


def test_the_day_is_utcs() -> None:
    assert keys(record(arrived_at=1795478400)) == [f"events/day=2026-11-24/hour=00/{SHARD}-100-100.jsonl.gz"]
    assert keys(record(arrived_at=1795478399.999)) == [f"events/day=2026-11-23/hour=23/{SHARD}-100-100.jsonl.gz"]


def test_shards_do_not_share_an_object() -> None:
    assert len(keys(record(0), record(0, shard="shardId-000000000007"))) == 2


def test_a_line_is_the_event_as_it_was_streamed() -> None:
    event = {**stored_event.FIELDS, "id": "1", "tags": ["käse\n", "\u2028"], "extra": '{"a": "b"}'}
    (made,) = archive.objects([record(data=stored_event.line(event)), record(1, data=b'{\r\n "id":\n"2" }')])
    assert lines(made.content) == [event, {"id": "2"}]


def test_the_same_batch_is_the_same_bytes_at_another_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = archive.objects([record(0), record(1)])
    monkeypatch.setattr("time.time", lambda: LAST_OF_8 + 86_400)
    assert archive.objects([record(0), record(1)]) == first


@pytest.mark.parametrize("data", UNREADABLE, ids=lambda data: repr(data[:12]))
def test_what_is_no_json_object_is_refused_without_telling_what_it_is(data: bytes) -> None:
    with pytest.raises(EventUnreadable, match=f"{SHARD}: the record 101 is no JSON object$"):
        archive.objects([record(0), record(1, data=data)])


def test_a_record_of_kinesis_is_read(event: Callable[[str], Any]) -> None:
    first, *_ = stream_records.read_events(event(sample_of("archive_events", "over_an_hour")))
    assert (first.shard, first.sequence_number, first.arrived_at) == (SHARD, FIRST, 1795424399.25)
    assert json.loads(first.data)["video_id"] == "vid"


# --- the function ----------------------------------------------------------------------------------------------------


@pytest.fixture
def batch(event: Callable[[str], Any]) -> dict[str, Any]:
    found: dict[str, Any] = event(sample_of("archive_events", "over_an_hour"))
    return found


@pytest.fixture
def run(aws: Config, context: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda event: handler_of("archive_events")(event, context)


@pytest.fixture
def deliver(run: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], list[str]]:
    """Delivers a batch as Lambda does with BisectBatchOnFunctionError; answers the numbers of the records that are left
    for the dead letters."""

    def halve(batch: dict[str, Any]) -> list[str]:
        try:
            run(batch)
        except EventUnreadable:
            records = batch["Records"]
            if len(records) == 1:
                return [records[0]["kinesis"]["sequenceNumber"]]
            middle = len(records) // 2
            return [one for half in (records[:middle], records[middle:]) for one in halve({"Records": half})]
        return []

    return halve


def archived() -> dict[str, Lines]:
    s3 = seam.client("s3")
    found = s3.list_objects_v2(Bucket="data").get("Contents", [])
    return {one["Key"]: lines(s3.get_object(Bucket="data", Key=one["Key"])["Body"].read()) for one in found}


def with_data(batch: dict[str, Any], number: int, data: bytes) -> dict[str, Any]:
    changed = copy.deepcopy(batch)
    changed["Records"][number]["kinesis"]["data"] = base64.b64encode(data).decode()
    return changed


def test_events_lie_in_the_hour_in_which_kinesis_took_them(
    run: Callable[[dict[str, Any]], Any], batch: dict[str, Any]
) -> None:
    assert run(batch) is None
    assert {key: [line["type"] for line in held] for key, held in archived().items()} == {
        f"events/day=2026-11-23/hour=08/{SHARD}-{FIRST}-{SECOND}.jsonl.gz": ["play", "skip"],
        f"events/day=2026-11-23/hour=09/{SHARD}-{THIRD}-{THIRD}.jsonl.gz": ["play"],
    }


def test_a_batch_that_comes_again_overwrites_what_it_wrote(
    run: Callable[[dict[str, Any]], Any], batch: dict[str, Any]
) -> None:
    run(batch)
    before = archived()
    run(batch)
    assert archived() == before
    assert sum(map(len, before.values())) == 3


def test_one_record_that_is_no_json_ends_alone_and_costs_no_other(
    deliver: Callable[[dict[str, Any]], list[str]], batch: dict[str, Any]
) -> None:
    records = [copy.deepcopy(batch["Records"][0]) for _ in range(9)]
    for number, one in enumerate(records):
        one["kinesis"]["sequenceNumber"] = str(number)
    assert deliver(with_data({"Records": records}, 5, b"no json")) == ["5"]
    found = archived()
    assert sum(map(len, found.values())) == 8
    assert all("-5-" not in key and not key.endswith("-5.jsonl.gz") for key in found)


def test_a_batch_that_cannot_be_read_writes_nothing_of_any_hour(
    run: Callable[[dict[str, Any]], Any], batch: dict[str, Any]
) -> None:
    """What is written before the batch is halved would be written again under other names."""
    with pytest.raises(EventUnreadable):
        run(with_data(batch, 2, b"no json"))
    assert archived() == {}
