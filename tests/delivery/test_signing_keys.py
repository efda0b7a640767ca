"""A rotation of the keys, step by step as days go by: what signs, what the edge knows, and what is kept."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from reelstack.delivery import signing_keys
from reelstack.delivery.edge_ring import RING
from reelstack.platform import aws as seam
from reelstack.platform.config import Config, config
from tests.support.edge_store import EdgeStore, edge_store

DAY = 24 * 3600


@pytest.fixture
def store(aws: Config) -> Iterator[EdgeStore]:
    keep({"current": "k1", "keys": {"k1": {"secret": "5ec2e7", "made_at": int(time.time())}}})
    with edge_store() as made:
        yield made


def kept() -> dict[str, Any]:
    """What is in the secret."""
    told: dict[str, Any] = json.loads(
        seam.client("secretsmanager").get_secret_value(SecretId=config().playback_secret)["SecretString"]
    )
    return told


def keep(ring: dict[str, Any]) -> None:
    seam.client("secretsmanager").put_secret_value(SecretId=config().playback_secret, SecretString=json.dumps(ring))


def pass_by(seconds: int) -> None:
    """Time goes by for the keys."""
    ring = kept()
    for key in ring["keys"].values():
        key |= {name: at - seconds for name, at in key.items() if name.endswith("_at")}
    keep(ring)


def at_edge(store: EdgeStore) -> set[str]:
    ring = store.entries[RING].partition(";")[2]
    return {key.partition(":")[0] for key in ring.split(",")}


def test_a_new_key_rests_at_the_edge_before_it_signs_and_the_old_one_stays_until_its_last_token_has_expired(
    store: EdgeStore,
) -> None:
    first = signing_keys.rotate()
    pass_by(29 * DAY)
    assert signing_keys.rotate() == first
    assert kept()["keys"].keys() == at_edge(store) == {first}
    pass_by(2 * DAY)
    assert signing_keys.rotate() == first
    (second,) = kept()["keys"].keys() - {first}
    assert at_edge(store) == {first, second}
    assert signing_keys.rotate() == first, "the same day again"
    assert kept()["keys"].keys() == {first, second}
    pass_by(DAY)
    assert signing_keys.rotate() == kept()["current"] == second
    assert at_edge(store) == {first, second}
    pass_by(DAY)
    assert signing_keys.rotate() == second
    assert kept()["keys"].keys() == at_edge(store) == {second}
    writes = len(store.writes)
    pass_by(DAY)
    assert signing_keys.rotate() == second
    assert len(store.writes) == writes, "a day without a step writes nothing"


def test_a_month_of_days_makes_one_key(store: EdgeStore) -> None:
    seen = {signing_keys.rotate()}
    for _ in range(34):
        pass_by(DAY)
        seen.add(signing_keys.rotate())
    assert len(seen) == 2
    assert kept()["keys"].keys() == {kept()["current"]}
