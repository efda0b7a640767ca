"""The feeder: copies the event stream into a folder of segments, for a Flink that has no Kinesis connector.

    python -m local.segment_feeder --endpoint URL --stream NAME --path FOLDER

A segment is a file of JSON lines named <shard>-<first>-<last sequence number>.jsonl, renamed into the folder when it is
complete, so that a reader never sees half of one. The names are the feeder's only memory: it goes on after the newest
of each shard, and a segment that it copies twice has the same name. Whatever Kinesis answers badly is tried again.
"""

import argparse
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

SUFFIX = ".jsonl"
EVERY_SECONDS = 0.2
AWAY_SECONDS = 2.0


class Feeder:
    def __init__(self, kinesis: Any, stream: str, folder: Path) -> None:
        self._kinesis, self._stream, self._folder = kinesis, stream, folder
        self._iterators: dict[str, str] = {}

    def feed(self) -> int:
        """Copies what there is now. Returns the number of records."""
        return sum(self._copy(shard) for shard in self._shards())

    def _shards(self) -> Iterator[str]:
        for page in self._kinesis.get_paginator("list_shards").paginate(StreamName=self._stream):
            for shard in page["Shards"]:
                yield shard["ShardId"]

    def _copy(self, shard: str) -> int:
        iterator = self._iterators.get(shard) or self._iterator(shard)
        try:
            answer = self._kinesis.get_records(ShardIterator=iterator)
        except self._kinesis.exceptions.ExpiredIteratorException:
            self._iterators.pop(shard, None)
            return 0
        if records := answer["Records"]:
            self._write(shard, records)
        self._iterators[shard] = answer.get("NextShardIterator") or iterator
        return len(records)

    def _iterator(self, shard: str) -> str:
        after = newest(self._folder, shard)
        where = {"ShardIteratorType": "TRIM_HORIZON"}
        if after:
            where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": after}
        given: str = self._kinesis.get_shard_iterator(StreamName=self._stream, ShardId=shard, **where)["ShardIterator"]
        return given

    def _write(self, shard: str, records: list[dict[str, Any]]) -> None:
        first, last = records[0]["SequenceNumber"], records[-1]["SequenceNumber"]
        whole = self._folder / f"{shard}-{first}-{last}{SUFFIX}"
        fresh = self._folder / f".{whole.name}.new"  # Flink reads no file whose name begins with a dot
        fresh.write_bytes(b"".join(record["Data"].rstrip(b"\n") + b"\n" for record in records))
        fresh.replace(whole)


def newest(folder: Path, shard: str) -> str:
    """The last sequence number that was copied of a shard; empty if none was."""
    names = [path.name.removesuffix(SUFFIX) for path in folder.glob(f"{shard}-*{SUFFIX}")]
    return max((name.rsplit("-", 1)[1] for name in names), key=int, default="")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.segment_feeder")
    for name in ("--endpoint", "--stream", "--path"):
        parser.add_argument(name, required=True)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    make: Any = boto3.client
    feeder = Feeder(make("kinesis", endpoint_url=given.endpoint), given.stream, Path(given.path))
    while True:
        try:
            copied = feeder.feed()
        except (BotoCoreError, ClientError) as error:
            print(f"segments: {error}", flush=True)
            time.sleep(AWAY_SECONDS)
            continue
        if not copied:
            time.sleep(EVERY_SECONDS)


def _end(_number: int, _frame: FrameType | None) -> None:
    os._exit(0)  # a segment is whole or not there: nothing is to be finished


if __name__ == "__main__":
    main()
