"""The facts of a deployment over a real Valkey that is a cluster: exact with many threads, and without it a view."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import valkey

from bench import _valkey
from reelstack.degradation import health as subject
from reelstack.degradation.health import Health, Turn, View
from reelstack.degradation.levels import HISTORY_SECONDS, Level, Reason

RESERVATION = 100
DEADLINE_SECONDS = 2
"""Of these tests' client: the machine is busy. A time-out is tried where it is meant."""


@pytest.fixture
def client(valkey_url: str) -> Iterator[Any]:
    with valkey.Valkey.from_url(valkey_url, socket_timeout=DEADLINE_SECONDS) as made:
        made.flushall()
        yield made


def begin(client: Any, health: Health, now_ms: int) -> tuple[Turn, View]:
    """The clock stands still meanwhile, so that no answer of a busy machine is slow."""
    pipeline = client.pipeline(transaction=False)
    pipeline.get("{another slot}")
    turn = health.begin(pipeline, now_ms)
    return turn, health.receive(turn, pipeline.execute() if turn.commands else [], now_ms)


def finish(client: Any, health: Health, turn: Turn, now_ms: int) -> None:
    pipeline = client.pipeline(transaction=False)
    health.finish(pipeline, turn, now_ms)
    pipeline.execute()


def second(client: Any, deployment: str, now_ms: int) -> dict[str, int]:
    found = client.hgetall(f"rs:health:{{feed:{deployment}}}:{now_ms // 1000}")
    return {name.decode(): int(value) for name, value in found.items()}


def now() -> int:
    return time.time_ns() // 1_000_000_000 * 1000 + 500


def test_what_one_process_wrote_another_decides_by(client: Any) -> None:
    first, other = Health("a", RESERVATION), Health("a", RESERVATION)
    start = now()
    for at in range(start, start + 3000, 1000):
        turn, view = begin(client, first, at)
        assert view.look
        first.looked(at, shard_share=0.89)
        first.heard(at, written_at_ms=at, lag_ms=0, records_flow=False)
        first.searched(at, ok=True)
        finish(client, first, turn, at)
    _, view = begin(client, other, start + 3000)
    assert (view.decision.level, view.decision.reasons) == (Level.HOT_LIST, (Reason.SHARDS_MISSING,))
    assert begin(client, first, start + 3000)[1].decision == view.decision
    assert begin(client, Health("b", RESERVATION), start + 3000)[1].decision.level is Level.NORMAL


def test_a_heartbeat_that_nobody_wrote_is_old(client: Any) -> None:
    health, start = Health("a", RESERVATION), now()
    for at in range(start, start + 2000, 1000):
        turn, _ = begin(client, health, at)
        health.heard(at, written_at_ms=0, lag_ms=0, records_flow=False)
        finish(client, health, turn, at)
    assert begin(client, health, start + 2000)[1].decision.reasons == (Reason.HEARTBEAT_OLD,)


def test_one_process_looks_in_a_second_and_ten_answers_search_at_level_2(client: Any) -> None:
    processes, start = [Health("a", RESERVATION) for _ in range(30)], now()
    for at in (start, start + 1000):
        turn, _ = begin(client, processes[0], at)
        processes[0].looked(at, shard_share=None)
        finish(client, processes[0], turn, at)
    views = [begin(client, process, start + 2000)[1] for process in processes]
    assert {view.decision.level for view in views} == {Level.HOT_LIST}
    assert (sum(view.look for view in views), sum(view.search for view in views)) == (1, subject.TRIALS)


def test_answers_in_flight_are_exact_and_heal(client: Any) -> None:
    health, start = Health("a", RESERVATION), now()
    turns = [begin(client, health, start)[0] for _ in range(7)]
    finish(client, health, turns[0], start)
    health.finish(None, turns[1], start)  # goes with the next answer
    begin(client, health, start)
    assert client.zcard("rs:health:{feed:a}:in_flight") == 6
    assert second(client, "a", start)["in_flight"] == 7
    begin(client, health, start + subject.FLIGHT_MS + 1000)
    assert client.zcard("rs:health:{feed:a}:in_flight") == 1


def test_most_of_a_reservation_in_flight_is_level_3(client: Any) -> None:
    health, start = Health("a", reservation=10), now()
    for at in (start, start + 1000):
        for _ in range(9):
            begin(client, health, at)
    view = begin(client, Health("a", reservation=10), start + 2000)[1]
    assert view.decision.reasons == (Reason.CONCURRENCY_HIGH,)


def test_64_threads_get_exactly_the_tokens_of_a_second(client: Any) -> None:
    """As 64 processes, 40 answers each: slack 0."""
    at, tokens, lock = now(), Counter[bool](), threading.Lock()

    def answer() -> None:
        health = Health("a", RESERVATION)
        found = Counter(begin(client, health, at)[1].token for _ in range(40))
        finish(client, health, begin(client, health, at)[0], at)
        with lock:
            tokens.update(found)

    threads = [threading.Thread(target=answer) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.9 * subject.RATE < tokens[True] <= subject.RATE
    facts = second(client, "a", at)
    assert facts["tokens"] == subject.RATE
    assert facts["begun"] == 64 * 41
    assert facts["empty"] >= 64 * 40 - subject.RATE


def test_a_flood_asks_valkey_for_less_than_a_fifth_of_its_answers_and_few_answers_waste_no_tokens(client: Any) -> None:
    flooded, start, asked = Health("a", RESERVATION, rate=30), now(), 0
    for at in range(start, start + 3000, 1000):
        for _ in range(50):
            begin(client, flooded, at)
    assert begin(client, flooded, start + 3000)[1].decision.level is Level.READY_MADE
    for tick in range(200):
        turn, view = begin(client, flooded, start + 4000 + 2 * tick)
        asked += turn.commands > 0
        assert view.decision.level is Level.READY_MADE or not turn.ready_made
    assert asked <= 40
    idle = [Health("b", RESERVATION) for _ in range(50)]
    for at in range(start, start + 2000, 1000):
        assert all(begin(client, process, at)[1].token for process in idle)
    assert second(client, "b", start + 1000)["tokens"] == len(idle)


def test_history_is_read_once_and_keys_end(client: Any) -> None:
    health, at = Health("a", RESERVATION), now()
    assert len(begin(client, health, at)[0].seconds) == HISTORY_SECONDS
    assert begin(client, health, at)[0].seconds == ()
    assert len(begin(client, health, at + 1000)[0].seconds) == 1
    for key in client.scan_iter():
        assert 0 < client.ttl(key) <= subject.KEPT_SECONDS


def test_counts_of_a_frozen_process_belong_to_no_later_second(client: Any) -> None:
    health, start = Health("a", RESERVATION), now()
    begin(client, health, start)
    health.searched(start, ok=False)
    begin(client, health, start + 60_000)
    assert "failed" not in second(client, "a", start + 60_000)


def test_a_field_of_another_release_is_left_out(client: Any) -> None:
    at = now()
    client.hset(f"rs:health:{{feed:a}}:{at // 1000 - 1}", mapping={"mood": "fine", "held:9": 4, "begun": 1})
    assert begin(client, Health("a", RESERVATION), at)[1].decision.level is Level.NORMAL


def test_without_valkey_the_view_is_level_2_at_once_and_few_requests_wait_for_it() -> None:
    with _valkey.server() as url, valkey.Valkey.from_url(url, socket_timeout=0.02) as client:
        client.ping()
        health, at, waited = Health("a", RESERVATION), now(), 0
        client.client_pause(600_000)
        for tick in range(100):
            pipeline, moment = client.pipeline(transaction=False), at + tick * 20
            turn = health.begin(pipeline, moment)
            if turn.asks:
                waited += 1
                with pytest.raises(valkey.exceptions.TimeoutError):
                    pipeline.execute()
            view = health.lost(turn, moment)
            assert view == View(subject.AWAY, search=False)
        assert waited <= 5  # three that open the breaker, then one a second


def test_when_valkey_answers_again_so_does_the_level(client: Any) -> None:
    health, at = Health("a", RESERVATION), now()
    for _ in range(5):
        health.lost(health.begin(client.pipeline(transaction=False), at), at)
    assert not health.begin(client.pipeline(transaction=False), at).asks
    assert begin(client, health, at + 1000)[1].decision.level is Level.NORMAL
    begin(client, health, at + 1000)
    assert all(begin(client, health, at + 1000)[0].asks for _ in range(5))


def test_a_valkey_that_is_slow_is_not_waited_for_either(client: Any) -> None:
    health, at = Health("a", RESERVATION), now()
    for _ in range(3):
        pipeline = client.pipeline(transaction=False)
        turn = health.begin(pipeline, at)
        health.receive(turn, pipeline.execute(), at + 500)
    assert not health.begin(client.pipeline(transaction=False), at + 500).asks
