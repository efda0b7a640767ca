"""A CloudFront KeyValueStore in memory, behind boto3's wire, since moto has none; and the queue before its writer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from reelstack.platform import aws
from reelstack.platform.config import config
from tests.support.functions import handler_of

OK = SimpleNamespace(status_code=200, headers={})


class EdgeStore:
    """Entries, and a version that every write must name. `disturb` is how many writes another writer comes before.

    `entries` are those once the queue of denials is empty. `writes` are how many entries each write changed.
    """

    def __init__(self) -> None:
        self._entries: dict[str, str] = {}
        self.version = 0
        self.disturb = 0
        self.writes: list[int] = []

    @property
    def entries(self) -> dict[str, str]:
        while deliver():
            pass
        return self._entries

    @entries.setter
    def entries(self, entries: dict[str, str]) -> None:
        self._entries = entries

    def describe(self, **_: Any) -> Any:
        return OK, {"ETag": str(self.version)}

    def list_keys(self, params: dict[str, Any], **_: Any) -> Any:
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
            raise aws.client("cloudfront-keyvaluestore").exceptions.ConflictException(
                {"Error": {"Code": "ConflictException", "Message": "another version"}}, "UpdateKeys"
            )
        body = json.loads(params["body"])
        self.writes.append(len(body.get("Puts", [])) + len(body.get("Deletes", [])))
        assert self.writes[-1] <= 50
        self._entries |= {item["Key"]: item["Value"] for item in body.get("Puts", [])}
        for item in body.get("Deletes", []):
            self._entries.pop(item["Key"], None)
        self.version += 1
        return OK, {"ETag": str(self.version)}


def deliver() -> int:
    """Hands the writer of denials one batch of its queue, as Lambda does. Returns how many messages that were."""
    sqs, queue = aws.client("sqs"), config().denials_queue_url
    taken = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    if taken:
        handler_of("write_denials")({"Records": [{"body": message["Body"]} for message in taken]}, None)
    for message in taken:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return len(taken)


@contextmanager
def edge_store() -> Iterator[EdgeStore]:
    made, wire = EdgeStore(), aws.client("cloudfront-keyvaluestore").meta.events
    answers = {"DescribeKeyValueStore": made.describe, "ListKeys": made.list_keys, "UpdateKeys": made.update}
    for operation, answer in answers.items():
        wire.register(f"before-call.cloudfront-keyvaluestore.{operation}", answer)
    try:
        yield made
    finally:
        for operation, answer in answers.items():
            wire.unregister(f"before-call.cloudfront-keyvaluestore.{operation}", answer)
