"""The stream of behavior events, as profile `full` has it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from reelstack.platform import aws as seam
from reelstack.platform.config import PREFIX, config

NAME = "events"


def make_stream(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, Any]]]:
    """Makes it and configures its name. The answer reads what is in it; each record lies under its viewer."""
    monkeypatch.setenv(f"{PREFIX}EVENT_STREAM", NAME)
    config.cache_clear()
    kinesis = seam.client("kinesis")
    kinesis.create_stream(StreamName=NAME, StreamModeDetails={"StreamMode": "ON_DEMAND"})

    def read() -> list[dict[str, Any]]:
        found = []
        for shard in kinesis.list_shards(StreamName=NAME)["Shards"]:
            where = {"StreamName": NAME, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
            at = kinesis.get_shard_iterator(**where)["ShardIterator"]
            for record in kinesis.get_records(ShardIterator=at)["Records"]:
                line = json.loads(record["Data"])
                assert record["PartitionKey"] == line["viewer"]
                found.append(line)
        return found

    return read


def delete_stream() -> None:
    """The stream is away: every put is refused."""
    seam.client("kinesis").delete_stream(StreamName=NAME)
