"""Segments hold what the stream does, each record once, whatever happens to the feeder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.segment_feeder import SUFFIX, Feeder, newest

STREAM = "events"


@pytest.fixture
def kinesis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        make: Any = boto3.client
        client = make("kinesis", region_name="us-east-1")
        client.create_stream(StreamName=STREAM, ShardCount=2)
        yield client
        client.close()


def _put(kinesis: Any, *numbers: int) -> None:
    records = [{"Data": f'{{"n": {number}}}'.encode(), "PartitionKey": str(number)} for number in numbers]
    kinesis.put_records(StreamName=STREAM, Records=records)


def _lines(folder: Path) -> list[str]:
    return sorted(line for path in folder.glob(f"*{SUFFIX}") for line in path.read_text().splitlines())


def _fed(feeder: Feeder) -> None:
    while feeder.feed():
        pass


def test_each_record_is_a_line_of_one_segment(kinesis: Any, tmp_path: Path) -> None:
    _put(kinesis, *range(20))
    _fed(Feeder(kinesis, STREAM, tmp_path))
    assert _lines(tmp_path) == sorted(f'{{"n": {number}}}' for number in range(20))


def test_a_feeder_that_was_killed_goes_on_after_its_newest_segments(kinesis: Any, tmp_path: Path) -> None:
    _put(kinesis, *range(10))
    _fed(Feeder(kinesis, STREAM, tmp_path))
    _put(kinesis, *range(10, 15))
    _fed(Feeder(kinesis, STREAM, tmp_path))
    assert _lines(tmp_path) == sorted(f'{{"n": {number}}}' for number in range(15))


def test_a_half_written_segment_is_not_seen(kinesis: Any, tmp_path: Path) -> None:
    (tmp_path / f".shardId-000000000000-1-2{SUFFIX}.new").write_text('{"n"')
    assert newest(tmp_path, "shardId-000000000000") == ""
    _put(kinesis, 1)
    _fed(Feeder(kinesis, STREAM, tmp_path))
    assert _lines(tmp_path) == ['{"n": 1}']
