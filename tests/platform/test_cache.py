"""The cache over a real Valkey that is a cluster, as ElastiCache Serverless is: keys of several slots, and refusals."""

import pytest
import valkey
from valkey import Valkey

from reelstack.platform import cache
from reelstack.platform.config import Config

KEYS = ["ann", "bob", "cid"]  # of three slots


def test_this_cache_refuses_one_command_for_keys_of_several_slots(cached: Valkey) -> None:
    with pytest.raises(valkey.exceptions.ResponseError, match="CROSSSLOT"):
        cached.mget(KEYS)


def test_many_values_are_kept_found_and_forgotten_whatever_their_slots(cached: Valkey) -> None:
    asked: list[list[str]] = []

    def load(keys: list[str]) -> dict[str, str]:
        asked.append(keys)
        return {key: key.upper() for key in keys}

    for _ in range(2):
        assert cache.remember_many("who", KEYS, 60, load) == {"ann": "ANN", "bob": "BOB", "cid": "CID"}
    cache.invalidate("who:ann", "who:bob")
    cache.remember_many("who", KEYS, 60, load)
    assert asked == [KEYS, ["ann", "bob"]]


def test_keys_of_several_slots_are_brought_ahead(cached: Valkey) -> None:
    for key in KEYS:
        cached.set(f"rs:{key}", f'"{key}"')
    with cache.ahead(*KEYS):
        cached.flushdb()
        assert [cache.remember(key, 60, lambda: "loaded") for key in KEYS] == KEYS


def test_a_cache_that_refuses_fails_no_read(cached: Valkey) -> None:
    cached.lpush("rs:who:ann", "of another type")
    assert cache.remember("who:ann", 60, lambda: "loaded") == "loaded"
    assert cache.remember_many("who", ["ann"], 60, lambda keys: dict.fromkeys(keys, "loaded")) == {"ann": "loaded"}


def test_forgetting_that_failed_is_heard_of(aws: Config, cached: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    cached.config_set("maxclients", 1)
    try:
        cache.connected.cache_clear()
        with pytest.raises(valkey.exceptions.ValkeyError):
            cache.invalidate("ann")
    finally:
        cached.config_set("maxclients", 1000)
