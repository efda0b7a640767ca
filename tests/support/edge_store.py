"""A CloudFront KeyValueStore in memory, behind boto3's wire: moto has none."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from reelstack.platform import aws

OK = SimpleNamespace(status_code=200, headers={})


class EdgeStore:
    """Entries, and a version that every write must name. `disturb` is how many writes another writer comes before."""

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}
        self.version = 0
        self.disturb = 0

    def describe(self, **_: Any) -> Any:
        return OK, {"ETag": str(self.version)}

    def list_keys(self, **_: Any) -> Any:
        return OK, {"Items": [{"Key": key, "Value": value} for key, value in self.entries.items()]}

    def update(self, params: dict[str, Any], **_: Any) -> Any:
        if self.disturb:
            self.disturb -= 1
            self.version += 1
        if params["headers"]["If-Match"] != str(self.version):
            raise aws.client("cloudfront-keyvaluestore").exceptions.ConflictException(
                {"Error": {"Code": "ConflictException", "Message": "another version"}}, "UpdateKeys"
            )
        body = json.loads(params["body"])
        self.entries |= {item["Key"]: item["Value"] for item in body.get("Puts", [])}
        for item in body.get("Deletes", []):
            self.entries.pop(item["Key"], None)
        self.version += 1
        return OK, {"ETag": str(self.version)}


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
