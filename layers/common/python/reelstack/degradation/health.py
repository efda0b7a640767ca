"""The facts behind the level, shared in Valkey by all processes of a deployment: a hash for each second, answers in
flight, and the bucket of tokens.

`begin` and `finish` add commands to the caller's own pipeline and send nothing, so that health costs no round trip:

    turn = health.begin(pipeline, now_ms)
    view = health.receive(turn, pipeline.execute(), now_ms)      # or health.lost(turn, now_ms), when it raised
    health.searched(now_ms, ok=True)
    health.finish(pipeline, turn, now_ms)                        # with whatever is written at the end

All keys have one hash tag, the deployment's. Tokens, in flight and the order of a second's answers are taken by one
script, so they are exact. An answer whose end nobody tells leaves the answers in flight after FLIGHT_MS.

A Valkey that does not answer: this process's own view is HOT_LIST until it answers again, and a breaker keeps requests
from waiting for it. No view of a process is written down, only facts.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol

from reelstack.degradation import facts, levels
from reelstack.degradation.lease import Lease
from reelstack.degradation.levels import Decision, Level, Reason, Second
from reelstack.platform import breaker

RATE = 1000
"""Tokens of a deployment in a second."""
TRIALS = 10
"""Answers a second that search although the level is without the search: else it would never return, and with fewer a
search of which a tenth fails would look well every minute."""
FLIGHT_MS, KEPT_SECONDS = 5000, 90
STALE_MS = 2000
"""Counts that a process did not send for so long (it was frozen) belong to no second any more."""
AWAY = Decision(Level.HOT_LIST, (Reason.CACHE_AWAY,))

BEGIN = """
local second, flights = KEYS[1], KEYS[2]
local wanted, rate = tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('ZREMRANGEBYSCORE', flights, '-inf', ARGV[1])
redis.call('ZADD', flights, ARGV[2], ARGV[3])
local flying = redis.call('ZCARD', flights)
if flying > tonumber(redis.call('HGET', second, 'in_flight') or 0) then
  redis.call('HSET', second, 'in_flight', flying)
end
local given = math.max(math.min(wanted, rate - tonumber(redis.call('HGET', second, 'tokens') or 0)), 0)
if given > 0 then redis.call('HINCRBY', second, 'tokens', given) end
if wanted > 0 and given == 0 then redis.call('HINCRBY', second, 'empty', 1) end
local order = redis.call('HINCRBY', second, 'order', 1)
redis.call('EXPIRE', second, ARGV[6])
redis.call('EXPIRE', flights, ARGV[6])
return {given, order}
"""
"""Now, end and name of the answer, tokens wanted, tokens of a second, seconds kept -> tokens given, the answer's place
among those of this second."""


class Pipeline(Protocol):
    """What is needed of a pipeline of Valkey, without a transaction; with or without `decode_responses`."""

    def __len__(self) -> int: ...
    def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Any: ...
    def hgetall(self, name: str) -> Any: ...
    def hincrby(self, name: str, key: str, amount: int = 1) -> Any: ...
    def hset(self, name: str, *, mapping: Mapping[str, int]) -> Any: ...
    def zrem(self, name: str, *values: str) -> Any: ...
    def expire(self, name: str, time: int) -> Any: ...


@dataclass(frozen=True)
class Turn:
    """One answer, from `begin` to `finish`."""

    name: str
    began_ms: int
    asks: bool
    """Whether the pipeline may be sent: not while Valkey is away."""
    first: int = 0
    """Where its commands begin in the pipeline."""
    commands: int = 0
    """None of its own: the level and a token are known here already. `receive` takes any answers then."""
    seconds: tuple[int, ...] = ()
    """Whose facts it asks for."""
    wanted: int = 0
    token: bool = False
    ready_made: bool = False
    """It is known here that this second's answers are ready-made: nothing needs to be asked for a page."""


@dataclass(frozen=True)
class View:
    decision: Decision
    token: bool = True
    """False: the bucket was empty."""
    look: bool = False
    """This process alone looks in this second: `looked`, `heard`."""
    search: bool = True
    """By the level, or because this answer is one of the second's trials."""


@dataclass
class _Unsent:
    since_ms: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    values: dict[str, int] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)


class Health:
    """One process's part in the health of a deployment; safe to share between threads. All times: unix milliseconds."""

    def __init__(
        self, deployment: str, reservation: int, rate: int = RATE, policy: breaker.Policy = breaker.VALKEY
    ) -> None:
        self._tag, self._reservation, self._rate = f"rs:health:{{feed:{deployment}}}", reservation, rate
        self._lock = Lock()
        self.cache = breaker.Breaker(policy)
        self._lease = Lease()
        self._known: dict[int, Second] = {}
        self._decided: tuple[int, Decision] | None = None
        self._away = False
        self._unsent = _Unsent()

    def begin(self, pipeline: Pipeline, now_ms: int) -> Turn:
        with self._lock:
            name = os.urandom(9).hex()
            token = self._lease.take(now_ms)
            self._note(now_ms, {facts.BEGUN: 1} | ({facts.EMPTY: 1} if token is False else {}))
            current = self._current(now_ms)
            ready_made = current is not None and current.level is Level.READY_MADE
            if current and ready_made and token is not None:
                self._note(now_ms, {facts.held_field(current.held): 1})
                return Turn(name, now_ms, asks=True, token=token, ready_made=True)
            if not self.cache.allows(now_ms / 1000):
                return Turn(name, now_ms, asks=False)
            first, wanted = len(pipeline), self._lease.wanted(now_ms) if token is None else 0
            self._flush(pipeline, now_ms)
            ends = now_ms + FLIGHT_MS
            keys = self._second(now_ms // 1000), self._flights
            pipeline.eval(BEGIN, len(keys), *keys, now_ms, ends, name, wanted, self._rate, KEPT_SECONDS)
            seconds = self._missing(now_ms)
            for second in seconds:
                pipeline.hgetall(self._second(second))
            return Turn(name, now_ms, True, first, len(pipeline) - first, seconds, wanted, bool(token), ready_made)

    def receive(self, turn: Turn, answers: Sequence[Any], now_ms: int) -> View:
        """`answers` of the whole pipeline, as soon as they are there: what Valkey took is told by `now_ms`."""
        with self._lock:
            if not turn.commands:
                current = self._current(turn.began_ms) if turn.asks else None
                return self._view(current or AWAY, turn.token, order=0)
            self.cache.succeeded(now_ms / 1000, now_ms - turn.began_ms)
            self._away = False
            mine = answers[turn.first : turn.first + turn.commands]
            found = mine[len(mine) - len(turn.seconds) :]
            for at, hash_ in zip(turn.seconds, found, strict=True):
                self._known[at] = facts.parse(at, hash_, self._rate, self._reservation)
            given, order = mine[len(mine) - len(turn.seconds) - 1]
            token = turn.token
            if turn.wanted:
                token = self._lease.given(turn.began_ms, int(given))
            decision = self._decide(turn.began_ms)
            self._note(turn.began_ms, {facts.held_field(decision.held): 1})
            return self._view(decision, token, int(order))

    def lost(self, turn: Turn, now_ms: int) -> View:
        """The pipeline was not answered in time, or `turn.asks` is False and it was not sent."""
        with self._lock:
            if turn.asks:
                self.cache.failed(now_ms / 1000)
                self._away = True
            return View(AWAY, search=False)

    def searched(self, now_ms: int, *, ok: bool) -> None:
        """Each search of an answer, also one that this process's breaker refused: that one failed."""
        with self._lock:
            self._note(now_ms, {facts.OK if ok else facts.FAILED: 1})

    def looked(self, now_ms: int, shard_share: float | None) -> None:
        """By the one whose view says `look`: the share of active shards; None if the search did not answer."""
        values = {facts.AWAY: int(shard_share is None)}
        if shard_share is not None:
            values[facts.SHARDS] = int(shard_share * facts.PER_MILLE)  # down: 89.99 % is below 90 %
        with self._lock:
            self._note(now_ms, values=values)

    def heard(self, now_ms: int, written_at_ms: int, lag_ms: int, *, records_flow: bool) -> None:
        """The real-time job's heartbeat, by the same one; written at 0 if there is none."""
        values = {facts.BEAT: written_at_ms, facts.LAG: lag_ms, facts.FLOW: int(records_flow)}
        with self._lock:
            self._note(now_ms, values=values)

    def tell(self, pipeline: Pipeline, now_ms: int) -> None:
        """What was noted, without an answer: what one process sees for all must not wait for its next one."""
        with self._lock:
            self._flush(pipeline, now_ms)

    def finish(self, pipeline: Pipeline | None, turn: Turn, now_ms: int) -> None:
        """Without a pipeline, what there is to write goes with the next answer's."""
        with self._lock:
            if turn.commands:
                self._unsent.ended.append(turn.name)
            if pipeline is not None and turn.asks:
                self._flush(pipeline, now_ms)

    def _view(self, decision: Decision, token: bool, order: int) -> View:
        trial = 0 < order <= TRIALS
        return View(decision, token, look=order == 1, search=decision.level < Level.HOT_LIST or trial)

    def _current(self, now_ms: int) -> Decision | None:
        """The decision by all seconds that are over, if it was made already and Valkey answers."""
        end, closed = levels.judged_until(now_ms / 1000), self.cache.state(now_ms / 1000) is breaker.State.CLOSED
        return self._decided[1] if self._decided and self._decided[0] == end and closed and not self._away else None

    def _decide(self, now_ms: int) -> Decision:
        if current := self._current(now_ms):
            return current
        end = levels.judged_until(now_ms / 1000)
        self._known = {at: second for at, second in self._known.items() if at >= end - levels.HISTORY_SECONDS}
        decision = levels.decide([self._known[at] for at in sorted(self._known)], now_ms / 1000)
        self._decided = end, decision
        return decision

    def _missing(self, now_ms: int) -> tuple[int, ...]:
        end = levels.judged_until(now_ms / 1000)
        return tuple(at for at in range(end - levels.HISTORY_SECONDS, end) if at not in self._known)

    def _note(
        self, now_ms: int, counts: Mapping[str, int] | None = None, values: Mapping[str, int] | None = None
    ) -> None:
        if now_ms - self._unsent.since_ms > STALE_MS:
            self._unsent = _Unsent(now_ms, ended=self._unsent.ended[-facts.PER_MILLE :])
        self._unsent.counts.update(counts or {})  # adds
        self._unsent.values.update(values or {})

    def _flush(self, pipeline: Pipeline, now_ms: int) -> None:
        self._note(now_ms)
        unsent, self._unsent = self._unsent, _Unsent(now_ms)
        second = self._second(now_ms // 1000)
        for name, amount in unsent.counts.items():
            pipeline.hincrby(second, name, amount)
        if unsent.values:
            pipeline.hset(second, mapping=unsent.values)
        if unsent.counts or unsent.values:
            pipeline.expire(second, KEPT_SECONDS)
        if unsent.ended:
            pipeline.zrem(self._flights, *unsent.ended)

    def _second(self, at: int) -> str:
        return f"{self._tag}:{at}"

    @property
    def _flights(self) -> str:
        return f"{self._tag}:in_flight"
