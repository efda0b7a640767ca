"""The cache over a real Valkey that is a cluster, as ElastiCache Serverless is: keys of several slots, and refusals."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
import valkey
from valkey import Valkey

from local import ports
from reelstack.platform import cache, cache_aside, cache_health, cache_leases
from reelstack.platform.breaker import State
from reelstack.platform.config import PREFIX, Config, config
from reelstack.platform.process_flights import Flights

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


def test_values_whose_keys_have_hash_tags_of_their_own_are_kept_and_forgotten(cached: Valkey) -> None:
    kept = [cache.remember("live:{u:ann}", 60, lambda number=number: number) for number in (1, 2)]
    cache.invalidate("live:{u:ann}", "ann")
    assert [*kept, cache.remember("live:{u:ann}", 60, lambda: 3)] == [1, 1, 3]


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


# --- one loads --------------------------------------------------------------------------------------------------------

CROWD = 64
PATIENCE_SECONDS = 20


@pytest.fixture
def patient(cached: Valkey, monkeypatch: pytest.MonkeyPatch) -> Valkey:
    """A cache that a busy machine may keep waiting."""
    monkeypatch.setattr(cache, "TIMEOUT_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(cache_aside, "WAIT_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(cache_aside, "_flights", Flights(PATIENCE_SECONDS))
    cache.connected.cache_clear()
    return cached


class Table:
    """Something slow to read that counts its reads; `gate` holds them back."""

    def __init__(self, value: Any = "value") -> None:
        self.value = value
        self.reads = 0
        self.begun, self.gate = Event(), Event()
        self.gate.set()

    def read(self) -> Any:
        self.reads += 1
        value = self.value
        self.begun.set()
        assert self.gate.wait(20)
        return value


def test_of_500_readers_of_one_expired_key_one_reads_the_table(patient: Valkey) -> None:
    table = Table()
    patient.set("rs:hot", '"old"', px=1)
    while patient.exists("rs:hot"):
        time.sleep(0.001)
    with ThreadPoolExecutor(CROWD) as pool:
        read = [pool.submit(cache.remember, "hot", 60, table.read) for _ in range(500)]
        assert {one.result() for one in read} == {"value"}
    assert table.reads == 1


def test_of_many_processes_one_reads_the_table(patient: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each thread is a process here: it joins no other's flight."""
    monkeypatch.setattr(cache_aside, "_flights", Alone())
    table = Table()
    table.gate.clear()
    with ThreadPoolExecutor(8) as pool:
        read = [pool.submit(cache.remember, "hot", 60, table.read) for _ in range(8)]
        table.begun.wait(20)
        table.gate.set()
        assert {one.result() for one in read} == {"value"}
    assert table.reads == 1


def test_a_value_of_one_key_among_many_kinds_is_loaded_by_one(patient: Valkey) -> None:
    table = Table()
    with ThreadPoolExecutor(CROWD) as pool:
        read = [
            pool.submit(cache.remember_many, "counts", ["v"], 60, lambda _: {"v": table.read()}) for _ in range(CROWD)
        ]
        assert all(one.result() == {"v": "value"} for one in read)
    assert table.reads == 1


def test_a_holder_that_died_holds_nobody_up_for_long(cached: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_aside, "WAIT_SECONDS", 0.05)
    cached.set(cache_leases.beside("rs:hot"), "of the dead", px=60_000)
    table = Table()
    assert cache.remember("hot", 60, table.read) == "value"
    assert cache.remember("hot", 60, table.read) == "value"
    assert table.reads == 1, "the lease was taken over, so the value is kept"


def test_a_load_that_fails_leaves_no_lease(cached: Valkey) -> None:
    def fails() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        cache.remember("hot", 60, fails)
    assert cached.keys("rs:*") == []


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_who_began_to_load_before_an_invalidation_keeps_nothing(patient: Valkey) -> None:
    table = Table("old")
    table.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(cache.remember, "hot", 60, table.read)
        table.begun.wait(20)
        table.value = "new"
        cache.invalidate("hot")
        table.gate.set()
        assert slow.result() == "old"
    assert cache.remember("hot", 60, table.read) == "new"


def test_a_value_near_its_end_is_loaded_early_by_one_reader(patient: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table("new")
    patient.set("rs:hot", '"old"', px=60_000)
    monkeypatch.setattr(cache_aside.cache_lifetimes, "BETA", 1e9)  # every read is due
    table.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        early = pool.submit(cache.remember, "hot", 60, table.read)
        table.begun.wait(20)
        assert [cache.remember("hot", 60, table.read) for _ in range(3)] == ["old"] * 3
        table.gate.set()
        assert early.result() == "new"
    assert patient.get("rs:hot") == '"new"'
    assert table.reads == 1


def test_an_early_load_is_not_kept_over_a_change(cached: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_aside.cache_lifetimes, "BETA", 1e9)
    cached.set("rs:hot", '"old"', px=60_000)

    def load() -> str:
        cache.changing("hot")
        return "before the change"

    assert cache.remember("hot", 60, load) == "before the change"
    assert cached.get("rs:hot") == cache.CHANGING


def test_that_there_is_nothing_is_kept_if_asked_for(cached: Valkey) -> None:
    table = Table(None)
    for _ in range(3):
        assert cache.remember("ghost", 60, table.read) is None
    assert table.reads == 3
    for _ in range(3):
        assert cache.remember("ghost", 60, table.read, absent_seconds=5) is None
    assert table.reads == 4
    assert 0 < cached.pttl("rs:ghost") <= 5000  # type: ignore[operator]
    cache.invalidate("ghost")
    table.value = "there"
    assert cache.remember("ghost", 60, table.read, absent_seconds=5) == "there"


def test_values_that_were_kept_together_do_not_expire_together(cached: Valkey) -> None:
    for key in range(20):
        cache.remember(f"k{key}", 100, lambda: 1)
    ends = [int(cached.pttl(f"rs:k{key}")) for key in range(20)]  # type: ignore[arg-type]
    assert max(ends) <= 100_000
    assert max(ends) - min(ends) > 1000


# --- away -------------------------------------------------------------------------------------------------------------


def test_a_cache_that_stopped_costs_a_process_a_few_attempts_and_no_error(
    aws: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = ports.free(1)
    monkeypatch.setenv(f"{PREFIX}CACHE_URL", f"valkey://127.0.0.1:{port}")
    config.cache_clear()
    assert [cache.remember("hot", 60, lambda: "read") for _ in range(20)] == ["read"] * 20
    assert cache.remember_many("who", KEYS, 60, lambda keys: dict.fromkeys(keys, 1)) == dict.fromkeys(KEYS, 1)
    assert cache_health.breaker().state(time.monotonic()) is State.OPEN
    with pytest.raises(valkey.exceptions.ConnectionError):
        cache.invalidate("hot")  # asks all the same: its caller must know


def test_a_command_that_is_refused_opens_no_breaker(cached: Valkey) -> None:
    cached.lpush("rs:odd", "of another type")
    for _ in range(20):
        assert cache.remember("odd", 60, lambda: "read") == "read"
    assert cache_health.breaker().state(time.monotonic()) is State.CLOSED


class Alone:
    """In place of a process's flights: nobody joins."""

    def run(self, key: str, fetch: Callable[[], str]) -> str:
        return fetch()
