"""Buckets of tokens in both stores: never more than the bound, and everything the bound allows."""

import json
import math
import threading
import time
import uuid
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from valkey import Valkey

from local import ports
from reelstack.errors import ReelstackError
from reelstack.platform import aws as seam
from reelstack.platform.config import PREFIX, Config, config
from reelstack.web.rate_limits import Rate, _Away, network, take, take_cached, take_counted

RATES = st.builds(Rate, at_once=st.integers(2, 12), per_second=st.sampled_from([0.5, 3.0, 20.0]))


@pytest.fixture(scope="module")
def valkey(valkey_url: str) -> Iterator[Valkey]:
    with Valkey.from_url(valkey_url, decode_responses=True) as client:
        yield client


def check_bound(rate: Rate, admitted: list[float]) -> None:
    """In no stretch of time were more admitted than the bucket holds and what came back meanwhile."""
    admitted = sorted(admitted)
    for first in range(len(admitted)):
        for last in range(first, len(admitted)):
            allowed = rate.at_once + rate.per_second * (admitted[last] - admitted[first])
            assert last - first + 1 <= math.floor(allowed + 1e-6)


# --- counted in a table ----------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rate=RATES, pauses=st.lists(st.sampled_from([0.0, 0.0, 0.01, 0.2, 1.5]), min_size=5, max_size=30))
def test_a_table_never_admits_more_than_the_bound(aws: Config, rate: Rate, pauses: list[float]) -> None:
    whose, now, admitted = f"user:{uuid.uuid4()}", 1_795_420_800.0, []
    for pause in pauses:
        now += pause
        if take_counted(whose, rate, now) == 0:
            admitted.append(now)
    check_bound(rate, admitted)


def test_a_table_admits_again_when_it_says(aws: Config) -> None:
    rate, now, seen = Rate(at_once=4, per_second=2), 1_795_420_800.0, []
    for _ in range(40):
        wait = take_counted("user:ann", rate, now)
        seen += [now] if wait == 0 else []
        now += wait
    assert len(seen) / (seen[-1] - seen[0]) == pytest.approx(rate.per_second, rel=0.15)


# --- kept in Valkey --------------------------------------------------------------------------------------------------


def test_many_at_once_are_never_more_than_the_bound(valkey: Valkey) -> None:
    rate, admitted, lock = Rate(at_once=20, per_second=40), [], threading.Lock()
    begun = time.monotonic()

    def hammer() -> None:
        while time.monotonic() < begun + 1:
            if take_cached(valkey, [("user:many", rate)]) == 0:
                with lock:
                    admitted.append(time.monotonic())

    threads = [threading.Thread(target=hammer) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.monotonic() - begun
    assert rate.at_once < len(admitted) <= rate.at_once + math.ceil(rate.per_second * lasted)


@settings(max_examples=15, deadline=None)
@given(rate=RATES, tries=st.integers(1, 40))
def test_a_full_bucket_gives_what_it_holds_and_then_says_how_long(valkey: Valkey, rate: Rate, tries: int) -> None:
    whose, begun = f"user:{uuid.uuid4()}", time.monotonic()
    waits = [take_cached(valkey, [(whose, rate)]) for _ in range(tries)]
    came_back = rate.per_second * (time.monotonic() - begun)
    admitted = waits.count(0)
    assert min(tries, rate.at_once) <= admitted <= rate.at_once + math.ceil(came_back)
    assert all(0 <= wait <= 1 / rate.per_second + 0.001 for wait in waits)


def test_a_bucket_that_is_full_again_is_forgotten(valkey: Valkey) -> None:
    take_cached(valkey, [("user:brief", Rate(at_once=2, per_second=20))])
    assert 0 < valkey.pttl("rs:rate:user:brief") <= 51


def test_user_and_address_are_asked_together_in_one_round_trip(valkey: Valkey) -> None:
    generous, scarce = Rate(at_once=100, per_second=1), Rate(at_once=2, per_second=0.1)
    before = valkey.info("commandstats").get("cmdstat_eval", {}).get("calls", 0)
    wanted = [("user:two", generous), ("address:192.0.2.1", scarce)]
    assert [take_cached(valkey, wanted) == 0 for _ in range(4)] == [True, True, False, False]
    assert valkey.info("commandstats")["cmdstat_eval"]["calls"] - before == 8


def test_a_valkey_that_is_not_there_is_away_and_not_an_error(valkey: Valkey) -> None:
    (nobody,) = ports.free(1)
    with pytest.raises(_Away):
        take_cached(Valkey(port=nobody, socket_connect_timeout=0.1), [("user:ann", Rate(at_once=2, per_second=1))])


# --- while nobody answers --------------------------------------------------------------------------------------------


@pytest.fixture
def without_cache(aws: Config, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[[], str]]:
    """Chooses a fallback while the cache is away; returns what one more request of a user is answered."""
    (nobody,) = ports.free(1)

    def choose(fallback: str) -> Callable[[], str]:
        environment = {
            "CACHE_URL": f"valkey://127.0.0.1:{nobody}",
            "RATE_LIMITER_FALLBACK": fallback,
            "RATES": json.dumps({"user": [4, 0.001], "address": [4, 0.001]}),
        }
        for name, value in environment.items():
            monkeypatch.setenv(PREFIX + name, value)
        config.cache_clear()

        def ask() -> str:
            try:
                take("ann", "192.0.2.1", "GET /v1/feed/latest")
            except ReelstackError as refused:
                return f"{refused.status} {refused.type}, again in {refused.retry_after} s"
            return "in"

        return ask

    return choose


def test_open_lets_everybody_in_uncounted(without_cache: Callable[[str], Callable[[], str]]) -> None:
    ask = without_cache("open")
    assert [ask() for _ in range(9)] == ["in"] * 9


def test_closed_refuses_everybody_until_the_cache_may_be_asked_again(
    without_cache: Callable[[str], Callable[[], str]], caplog: pytest.LogCaptureFixture
) -> None:
    ask = without_cache("closed")
    assert [ask() for _ in range(3)] == ["503 rate-limiter-unavailable, again in 5 s"] * 3
    assert [record.store for record in caplog.records] == ["cache"]  # type: ignore[attr-defined]


def test_tables_keep_the_bound_while_the_cache_is_away(
    without_cache: Callable[[str], Callable[[], str]], caplog: pytest.LogCaptureFixture
) -> None:
    ask = without_cache("tables")
    answers = [ask() for _ in range(9)]
    assert 2 <= answers.count("in") <= 4
    assert all(answer.startswith("429 too-many-requests") for answer in answers if answer != "in")
    assert [record.store for record in caplog.records] == ["cache"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("fallback", "answer"), [("tables", "in"), ("closed", "503 rate-limiter-unavailable")])
def test_without_cache_and_table_only_closed_refuses(
    without_cache: Callable[[str], Callable[[], str]], aws: Config, fallback: str, answer: str
) -> None:
    ask = without_cache(fallback)
    seam.client("dynamodb").delete_table(TableName=aws.rate_windows_table)
    assert all(ask().startswith(answer) for _ in range(9))


# --- whom an address stands for --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("198.51.100.10", "198.51.100.10"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
    ],
)
def test_all_addresses_of_one_household_are_one(address: str, whose: str) -> None:
    assert network(address) == whose
