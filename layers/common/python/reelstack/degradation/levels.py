"""`decide` says at which level the feed answers, from the facts of the last 20 seconds and from which levels held in
the 55 before them. Pure.

No state is kept: a level is entered after two bad seconds of three and left after five good ones in a row, both read
from the same history, so that every process with that history decides the same. A second that is neither holds what is;
what held before the history began is what its first answers were given at, a fact like others. A second nobody knows of
is left out. Without any history the level is NORMAL: the first answers then find out.

The running second is never judged, nor one that ended less than GRACE_MS ago: writes to it are still on their way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

REPLAYED_SECONDS, AGAIN_SECONDS = 20, 55
HISTORY_SECONDS = REPLAYED_SECONDS + AGAIN_SECONDS
"""The last of these are judged; of those before only the levels that held are looked at."""
GRACE_MS = 200
BAD_SECONDS, OF_SECONDS, GOOD_SECONDS = 2, 3, 5
HELD_FROM = HISTORY_SECONDS - 6
"""What held is read from the first answers from here on. The seconds before them begin the runs that are counted."""
REMEMBERED_SECONDS = 5
"""How far the bad seconds that lead to a level may lie apart where seconds between them are unknown."""

HEARTBEAT_MS, LAG_MS, CALM_MS = 5000, 5000, 3000
"""A heartbeat or a lag above the first two is bad, up to the third it is good."""
HEALTHY_SHARE, CALM_SHARE = 0.9, 0.95
SUCCESS_SECONDS = 10
STEEP_SECONDS, STEEP_SHARE = 5, 0.85
"""Searches that begin to fail are noticed sooner by a shorter window, which takes more failures to be bad."""
LEAST_FAILED, STEEP_LEAST_FAILED = 4, 8
"""Failed searches within a window: below, they say nothing of an outage, whatever their share."""
AGAIN_SHARE, AGAIN_LEAST_FAILED = 0.75, 10
"""A level that held within AGAIN_SECONDS and was left is entered again only by searches of which fewer succeed: those
that fail about as often as the threshold would else have it swing."""
BUSY_SHARE, CALM_BUSY_SHARE = 0.8, 0.7
CALM_BUCKET_SHARE = 0.9
"""Of the tokens of a second: who takes no more may be let in again."""


class Level(IntEnum):
    NORMAL = 0
    """All sources."""
    NO_LIVE = 1
    """Without the signals of the real-time job: long-term interests and the last actions that are cached."""
    HOT_LIST = 2
    """Without the search: hot lists, ten minutes old at most."""
    READY_MADE = 3
    """Bytes that were made before."""


class Reason(StrEnum):
    HEARTBEAT_OLD = "heartbeat-old"
    EVENTS_LATE = "events-late"
    SEARCHES_FAIL = "searches-fail"
    SHARDS_MISSING = "shards-missing"
    SEARCH_AWAY = "search-away"
    RATE_EXCEEDED = "rate-exceeded"
    CONCURRENCY_HIGH = "concurrency-high"
    # What one process finds for itself (Decision.at_least).
    CACHE_AWAY = "cache-away"
    TABLES_AWAY = "tables-away"
    RANKER_BAD = "ranker-bad"
    NO_ENGINES = "no-engines"


@dataclass(frozen=True)
class Second:
    """One second's facts, of all processes of a deployment. None: nobody looked."""

    at: int
    """Unix second."""
    searches_ok: int = 0
    searches_failed: int = 0
    shard_share: float | None = None
    """Active shards, 0 to 1."""
    breaker_open: bool | None = None
    """Whether the search did not answer the one who looked."""
    begun: int = 0
    empty: int = 0
    """Answers that found no token left."""
    bucket_share: float = 0.0
    """Tokens that were taken, of those that a second has."""
    in_flight_share: float = 0.0
    """Most answers at once, of the reservation."""
    heartbeat_age_ms: int | None = None
    """At the end of the second."""
    lag_ms: int | None = None
    records_flow: bool = False
    """An idle stream is not late, whatever the lag."""
    held: tuple[Level, ...] | None = None
    """The levels that held for most of the second's answers (Decision.held); None: there was no answer."""


@dataclass(frozen=True)
class Decision:
    level: Level
    reasons: tuple[Reason, ...] = ()
    """Of all levels that hold."""
    held: tuple[Level, ...] = ()
    """By the history: a level that holds may be hidden by a higher one."""

    def at_least(self, level: Level, reason: Reason) -> Decision:
        """With what the process finds itself: its cache, its tables or its ranker are away."""
        reasons = self.reasons if reason in self.reasons else (*self.reasons, reason)
        return Decision(max(self.level, level), reasons, self.held)


class _Verdict(IntEnum):
    GOOD = 0
    BETWEEN = 1
    BAD = 2


_Rule = Callable[[Sequence[Second], int, bool], _Verdict | None]
"""Of the history, a place in it, and whether the level held before and was left: good, bad, or nobody knows."""


def decide(history: Sequence[Second], now: float) -> Decision:
    """`history`: oldest first; a second that is missing had no traffic. `now`: unix seconds."""
    end = judged_until(now)
    known = {second.at: second for second in history}
    seconds = [known.get(at) or Second(at) for at in range(end - HISTORY_SECONDS, end)]
    held, reasons = [], []
    for level in _RULES:
        holds, why = _replayed(seconds, level)
        if holds:
            held.append(level)
            reasons += why
    return Decision(max(held, default=Level.NORMAL), tuple(reasons), tuple(held))


def judged_until(now: float) -> int:
    """The first second that is not judged yet."""
    return int((now * 1000 - GRACE_MS) // 1000)


def _replayed(seconds: Sequence[Second], level: Level) -> tuple[bool, list[Reason]]:
    """Whether the level holds at the end of these seconds, and what was wrong when something last was."""
    told = next((index for index in range(HELD_FROM, len(seconds)) if seconds[index].held is not None), None)
    holds, good, why = False, 0, []
    recent: list[tuple[int, bool]] = []
    first = HISTORY_SECONDS - REPLAYED_SECONDS + _LOOKBACK.get(level, 0)
    held_at = max([at for at in range(first) if level in (seconds[at].held or ())], default=-HISTORY_SECONDS)
    for index in range(first, len(seconds)):
        known = seconds[index].held
        if known is not None and told is not None and index <= told:
            holds = level in known
        held_at = index if holds else held_at
        again = 0 < index - held_at <= AGAIN_SECONDS
        found = [(rule(seconds, index, again), reason) for reason, rule in _RULES[level].items()]
        worst = max([verdict for verdict, _ in found if verdict is not None], default=None)
        if worst is None:
            continue
        bad = worst is _Verdict.BAD
        good = good + 1 if worst is _Verdict.GOOD else 0
        recent = [*recent, (index, bad)][-OF_SECONDS:]
        if bad:
            why = [reason for verdict, reason in found if verdict is worst]
        if bad and sum([one[1] and index - one[0] < REMEMBERED_SECONDS for one in recent]) >= BAD_SECONDS:
            holds = True
        elif good >= GOOD_SECONDS:
            holds = False
    return holds, why


def _above(value: float | None, bad: float, good: float) -> _Verdict | None:
    if value is None:
        return None
    if value > bad:
        return _Verdict.BAD
    return _Verdict.GOOD if value <= good else _Verdict.BETWEEN


def _heartbeat(seconds: Sequence[Second], index: int, _again: bool) -> _Verdict | None:
    return _above(seconds[index].heartbeat_age_ms, HEARTBEAT_MS, CALM_MS)


def _lag(seconds: Sequence[Second], index: int, _again: bool) -> _Verdict | None:
    lag_ms = seconds[index].lag_ms
    return _above(lag_ms if lag_ms is None or seconds[index].records_flow else 0, LAG_MS, CALM_MS)


def _searches(seconds: Sequence[Second], index: int, again: bool) -> _Verdict | None:
    success, failed = _success(seconds[index - SUCCESS_SECONDS + 1 : index + 1])
    if success is None:
        return None
    if success < HEALTHY_SHARE and failed >= LEAST_FAILED and not again:
        return _Verdict.BAD
    if again and success < AGAIN_SHARE and failed >= AGAIN_LEAST_FAILED:
        return _Verdict.BAD
    if not again and failed >= STEEP_LEAST_FAILED:
        steep, failed = _success(seconds[index - STEEP_SECONDS + 1 : index + 1])
        if steep is not None and steep < STEEP_SHARE and failed >= STEEP_LEAST_FAILED:
            return _Verdict.BAD
    return _Verdict.GOOD if success >= CALM_SHARE else _Verdict.BETWEEN


def _success(window: Sequence[Second]) -> tuple[float | None, int]:
    """Share of searches that succeeded, None without any; and how many failed."""
    failed = sum([second.searches_failed for second in window])
    total = failed + sum([second.searches_ok for second in window])
    return 1 - failed / total if total else None, failed


def _shards(seconds: Sequence[Second], index: int, _again: bool) -> _Verdict | None:
    share = seconds[index].shard_share
    return _above(None if share is None else -share, -HEALTHY_SHARE, -HEALTHY_SHARE)


def _breaker(seconds: Sequence[Second], index: int, _again: bool) -> _Verdict | None:
    return _above(seconds[index].breaker_open, 0, 0)


def _rate(seconds: Sequence[Second], index: int, _again: bool) -> _Verdict:
    if seconds[index].empty:
        return _Verdict.BAD
    return _Verdict.GOOD if seconds[index].bucket_share <= CALM_BUCKET_SHARE else _Verdict.BETWEEN


def _concurrency(seconds: Sequence[Second], index: int, _again: bool) -> _Verdict | None:
    return _above(seconds[index].in_flight_share, BUSY_SHARE, CALM_BUSY_SHARE)


_RULES: dict[Level, dict[Reason, _Rule]] = {
    Level.NO_LIVE: {Reason.HEARTBEAT_OLD: _heartbeat, Reason.EVENTS_LATE: _lag},
    Level.HOT_LIST: {Reason.SEARCHES_FAIL: _searches, Reason.SHARDS_MISSING: _shards, Reason.SEARCH_AWAY: _breaker},
    Level.READY_MADE: {Reason.RATE_EXCEEDED: _rate, Reason.CONCURRENCY_HIGH: _concurrency},
}
_LOOKBACK = {Level.HOT_LIST: SUCCESS_SECONDS - 1}
"""Seconds at the start of the history that are only looked back at: a window cut short there would be judged as another
one than it was when it was whole."""
