"""What a page of the feed reads from tables: at most half a read unit a card once its viewer and clips are known."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from valkey import Valkey

from reelstack.feed import artefacts
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from reelstack.tables.interactions import Bookmark, Like
from reelstack.tables.model import connection
from reelstack.tables.social import Follow
from tests.feed.test_pages import publish

Call = Callable[..., Any]
CARDS, KNOWN = 20, 100
WARM, COLD = 0.5, 4.0
UNIT = 4096


@contextmanager
def units() -> Iterator[dict[str, float]]:
    """Read units by table, as DynamoDB counts them: items of a BatchGetItem each alone, those of a Query together."""
    found: dict[str, float] = {}
    wire, asked = connection().client.meta.events, list[dict[str, Any]]()

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(params)

    def add(table: str, sizes: list[int], consistent: bool) -> None:
        cost = sum(max(1, -(-size // UNIT)) for size in sizes or [0]) * (1 if consistent else 0.5)
        found[table] = found.get(table, 0) + cost

    def answered(parsed: dict[str, Any], **_: Any) -> None:
        params = asked.pop()
        for table, wanted in params.get("RequestItems", {}).items():
            sizes = [_size(item) for item in parsed["Responses"].get(table, [])]
            missing = [0] * (len(wanted["Keys"]) - len(sizes))
            add(table, sizes + missing, wanted.get("ConsistentRead", False))
        if "TableName" in params:
            items = parsed.get("Items", [parsed.get("Item", {})])
            add(params["TableName"], [sum(map(_size, items))], params.get("ConsistentRead", False))

    wire.register("provide-client-params.dynamodb", note)
    wire.register("after-call.dynamodb", answered)
    try:
        yield found
    finally:
        wire.unregister("provide-client-params.dynamodb", note)
        wire.unregister("after-call.dynamodb", answered)


def _size(item: dict[str, Any]) -> int:
    return sum(len(name) + len(str(value)) for name, value in item.items())


@pytest.fixture
def crowd(aws: Config, cached: Valkey) -> Config:
    """Clips for some pages, and bob, who likes, keeps and follows a hundred each."""
    artefacts.forget()
    for number in range(3 * CARDS):
        publish(f"v{number}", owner=f"o{number}")
        User(f"o{number}", created_at=1).save()
    User("bob", created_at=1).save()
    for number in range(KNOWN):
        Like("bob", f"other{number}", liked_at=number, shard=f"other{number}#1").save()
        Bookmark("bob", f"other{number}", saved_at=number, shard=f"other{number}#1").save()
        Follow("bob", f"p{number}", state="following", since=1, shard=f"following#p{number}#1").save()
    return aws


def test_a_card_costs_half_a_read_unit_warm_and_four_cold(crowd: Config, call: Call) -> None:
    def page(user: str, limit: int = CARDS, session: str = "") -> dict[str, Any]:
        path = f"/v1/feed?limit={limit}&session={session}"
        found: dict[str, Any] = call("feed", "GET", path, user=user, roles=("viewer",)).json
        assert len(found["items"]) == limit
        return found

    page("ann", limit=1)  # the process loads its artefacts
    with units() as cold:
        page("bob")
    assert sum(cold.values()) <= COLD * CARDS, cold
    session = ""
    for _ in range(3):  # every clip is shown to somebody
        session = page("ann", session=session)["session"]
    with units() as warm:
        page("bob")
    assert sum(warm.values()) <= WARM * CARDS, warm


def test_who_has_seen_all_there_is_costs_no_more(crowd: Config, call: Call) -> None:
    def page(session: str) -> dict[str, Any]:
        path = f"/v1/feed?limit={CARDS}&session={session}"
        found: dict[str, Any] = call("feed", "GET", path, user="ann", roles=("viewer",)).json
        return found

    session = ""
    for _ in range(4):
        session = page(session)["session"]
    with units() as spent:
        again = page(session)
    assert len(again["items"]) == CARDS
    assert all(one["repeated"] for one in again["items"])
    assert sum(spent.values()) <= WARM * CARDS, spent
