"""What docs/operations.md says an answer of the feed costs is counted here, of a real answer."""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from valkey import Valkey

from infra.costs import answers
from reelstack.degradation import guarded_tables
from reelstack.platform.config import Config, config
from reelstack.tables.model import connection
from tests.feed.test_pages import get, publish

Call = Callable[..., Any]
CLIPS = 60


@pytest.fixture
def world(aws: Config, cached: Valkey) -> Config:
    for number in range(CLIPS):
        publish(f"v{number}", f"o{number}", tags=(f"t{number % 9}",))
    return aws


@contextmanager
def units() -> Iterator[dict[str, float]]:
    """Read units by table: a half for each item, one if it is read consistently. Items are below 4 KB."""
    seen: dict[str, float] = defaultdict(float)
    with guarded_tables.deadline(config().feed_tables_ms / 1000):
        wires = [connection().client.meta.events]  # the feed's, which gives up sooner
    wires.append(connection().client.meta.events)

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        for table, asked in params.get("RequestItems", {}).items():
            seen[table] += len(asked.get("Keys", ())) * (1 if asked.get("ConsistentRead") else 0.5)
        if "TableName" in params:
            seen[params["TableName"]] += 1 if params.get("ConsistentRead") else 0.5

    for wire in wires:
        wire.register("provide-client-params.dynamodb", note)
    try:
        yield seen
    finally:
        for wire in wires:
            wire.unregister("provide-client-params.dynamodb", note)


def watch(call: Call, user: str, pages: int) -> dict[str, Any]:
    """The last of some pages."""
    session, page = "", dict[str, Any]()
    for _ in range(pages):
        page = get(call, f"limit={answers.CLIPS}&session={session}", user=user)
        session = page["session"]
    return page


def commands(valkey: Valkey) -> int:
    stats: Any = valkey.info("commandstats")
    return sum(one["calls"] for name, one in stats.items() if name != "cmdstat_info")


def test_an_answer_costs_no_more_than_it_is_said_to(world: Config, call: Call, valkey_url: str) -> None:
    get(call, "limit=1", user="zed")  # of a process that has begun
    with units() as of_table:
        watch(call, "bob", 1)
        cold = sum(of_table.values())
    watch(call, "dan", CLIPS // answers.CLIPS)
    watch(call, "eve", 1)
    with Valkey.from_url(valkey_url) as patient, units() as of_table:
        before = commands(patient)
        page = watch(call, "eve", 1)
        asked = commands(patient) - before
    warm = sum(of_table.values())
    assert len(page["items"]) == answers.CLIPS
    assert warm <= answers.READ_UNITS, of_table
    assert cold - warm <= answers.COLD_READ_UNITS
    assert asked <= answers.CACHE_COMMANDS
    # These clips have two renditions and no descriptions.
    assert 2 * len(gzip.compress(json.dumps(page).encode(), 6)) <= answers.BYTES
