"""DynamoDB for bench feed: what GetItem, BatchGetItem and Query answer from dictionaries in this process.

A request ends where pynamodb hands it to botocore. Neither the client's work nor a server's is in what is measured: a
feed's budget is without DynamoDB, and a server in this process would take ten times as long as the answer itself.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
EQUALS = re.compile(r"\(?(#\d+) = (:\d+)")
BEGINS = re.compile(r"begins_with \((#\d+), (:\d+)\)")


class Tables:
    def __init__(self) -> None:
        self.items: dict[str, dict[str, dict[str, Item]]] = defaultdict(lambda: defaultdict(dict))
        """Table -> value of the hash key -> value of the range key, if there is one."""
        self.keys: dict[str, tuple[str, str]] = {}

    def put(self, one: Any) -> None:
        """A model, as its table would have it."""
        name = type(one).Meta.table_name
        sorts = type(one)._range_keyname
        self.keys[name] = (type(one)._hash_keyname, sorts or "")
        item = one.serialize()
        hash_key, range_key = self._of(name, item)
        self.items[name][hash_key][range_key] = item

    def call(self, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "GetItem":
            one = self._get(asked["TableName"], asked["Key"])
            return {"Item": one} if one else {}
        if operation == "BatchGetItem":
            answers = {
                name: [found for key in each["Keys"] if (found := self._get(name, key))]
                for name, each in asked["RequestItems"].items()
            }
            return {"Responses": answers, "UnprocessedKeys": {}}
        if operation == "Query" and "IndexName" not in asked:
            items = self._query(asked)
            return {"Items": items, "Count": len(items), "ScannedCount": len(items)}
        raise NotImplementedError(f"{operation} {asked}")

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Within, pynamodb asks these."""
        from pynamodb.connection.base import Connection

        before = Connection._make_api_call
        Connection._make_api_call = lambda _, operation, asked, *_args: self.call(operation, asked)  # type: ignore[method-assign]
        try:
            yield
        finally:
            Connection._make_api_call = before  # type: ignore[method-assign]

    def _get(self, name: str, key: Item) -> Item | None:
        if name not in self.keys:
            return None
        hash_key, range_key = self._of(name, key)
        return self.items[name].get(hash_key, {}).get(range_key)

    def _of(self, name: str, item: Item) -> tuple[str, str]:
        hashes, sorts = self.keys[name]
        return _value(item[hashes]), _value(item[sorts]) if sorts else ""

    def _query(self, asked: Mapping[str, Any]) -> list[Item]:
        condition, values = asked["KeyConditionExpression"], asked["ExpressionAttributeValues"]
        equals, begins = EQUALS.search(condition), BEGINS.search(condition)
        if not equals or (" AND " in condition and not begins):
            raise NotImplementedError(condition)
        own = self.items[asked["TableName"]].get(_value(values[equals[2]]), {})
        start = _value(values[begins[2]]) if begins else ""
        found = sorted((key for key in own if key.startswith(start)), reverse=not asked.get("ScanIndexForward", True))
        return [own[key] for key in found[: asked.get("Limit")]]


def _value(typed: Mapping[str, Any]) -> str:
    return str(next(iter(typed.values())))
