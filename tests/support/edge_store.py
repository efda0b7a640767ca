"""A CloudFront KeyValueStore in memory, behind boto3's wire, since moto has none; and the queue before its writer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from reelstack.delivery import denylist
from reelstack.delivery import edge_store as store
from reelstack.delivery.edge_shards import Denial, Shard, place
from reelstack.platform import aws
from reelstack.platform.config import config
from tests.support.functions import handler_of

OK = SimpleNamespace(status_code=200, headers={})


class EdgeStore:
    """Entries, and a version that every write must name. `disturb` is how many writes another writer comes before.

    `entries` are those once the queue of denials is empty. `writes` are how many entries each write changed,
    `reads` how many requests there were besides.
    """

    def __init__(self) -> None:
        self._entries: dict[str, str] = {}
        self.version = 0
        self.disturb = 0
        self.writes: list[int] = []
        self.reads = 0

    @property
    def entries(self) -> dict[str, str]:
        while deliver():
            pass
        return self._entries

    @entries.setter
    def entries(self, entries: dict[str, str]) -> None:
        self._entries = entries
        self.version += 1
        store.forget()

    def denied(self, video_id: str) -> Denial | None:
        """The denial in the video's shard, once the queue of denials is empty."""
        name, in_record = place(video_id)
        return Shard.of(self.entries[name]).denials.get(in_record)

    def describe(self, **_: Any) -> Any:
        self.reads += 1
        return OK, {"ETag": str(self.version)}

    def get_key(self, params: dict[str, Any], **_: Any) -> Any:
        self.reads += 1
        key = unquote(params["url_path"].rpartition("/")[2])
        if key not in self._entries:
            raise _refusal("ResourceNotFoundException", "GetKey")
        return OK, {"Key": key, "Value": self._entries[key]}

    def list_keys(self, params: dict[str, Any], **_: Any) -> Any:
        self.reads += 1
        asked = params["query_string"]
        after, most = asked.get("NextToken", ""), int(asked["MaxResults"])
        assert most <= 50
        later = [{"Key": key, "Value": value} for key, value in sorted(self._entries.items()) if key > after]
        following = {"NextToken": later[most - 1]["Key"]} if len(later) > most else {}
        return OK, {"Items": later[:most], **following}

    def update(self, params: dict[str, Any], **_: Any) -> Any:
        if self.disturb:
            self.disturb -= 1
            self.version += 1
        if params["headers"]["If-Match"] != str(self.version):
            raise _refusal("ConflictException")
        body = json.loads(params["body"])
        self.writes.append(len(body.get("Puts", [])) + len(body.get("Deletes", [])))
        assert self.writes[-1] <= 50
        assert all(len(item["Value"].encode()) <= 1024 for item in body.get("Puts", []))
        self._entries |= {item["Key"]: item["Value"] for item in body.get("Puts", [])}
        for item in body.get("Deletes", []):
            self._entries.pop(item["Key"], None)
        self.version += 1
        return OK, {"ETag": str(self.version)}


def _refusal(code: str, operation: str = "UpdateKeys") -> Exception:
    kind = getattr(aws.client("cloudfront-keyvaluestore").exceptions, code)
    made: Exception = kind({"Error": {"Code": code, "Message": code}}, operation)
    return made


def deliver() -> int:
    """Hands the writer of denials one batch of its queue, as Lambda does: what it names as failed stays in the queue.
    Returns how many messages were done."""
    sqs, queue = aws.client("sqs"), config().denials_queue_url
    taken = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    if not taken:
        return 0
    records = [
        {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"]}
        for message in taken
    ]
    answer = handler_of("write_denials")({"Records": records}, None)
    again = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    done = [message for message in taken if message["MessageId"] not in again]
    for message in done:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return len(done)


@contextmanager
def edge_store() -> Iterator[EdgeStore]:
    """Meanwhile the writer of denials keeps no pace, and nothing waits before it tries again."""
    store.forget()
    made, wire, pace = EdgeStore(), aws.client("cloudfront-keyvaluestore").meta.events, denylist.PACE_SECONDS
    pause, denylist.PACE_SECONDS, store.WRITE_PAUSE_SECONDS = store.WRITE_PAUSE_SECONDS, 0.0, 0
    answers = {
        "DescribeKeyValueStore": made.describe,
        "GetKey": made.get_key,
        "ListKeys": made.list_keys,
        "UpdateKeys": made.update,
    }
    for operation, answer in answers.items():
        wire.register(f"before-call.cloudfront-keyvaluestore.{operation}", answer)
    try:
        yield made
    finally:
        denylist.PACE_SECONDS, store.WRITE_PAUSE_SECONDS = pace, pause
        store.forget()
        for operation, answer in answers.items():
            wire.unregister(f"before-call.cloudfront-keyvaluestore.{operation}", answer)
