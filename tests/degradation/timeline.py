"""A deployment's seconds, simulated: requests come at random, searches fail as told; `decide` sees what is written."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from reelstack.degradation.health import RATE, TRIALS
from reelstack.degradation.levels import GRACE_MS, HISTORY_SECONDS, Decision, Level, Second, decide

T = TypeVar("T")


def between(start: float, end: float, value: T, otherwise: T) -> Callable[[float], T]:
    return lambda at: value if start <= at < end else otherwise


@dataclass
class World:
    """What is true at a time. `answers`: of one second."""

    answers: float = 50
    failing: Callable[[float], float] = lambda at: 0.0
    shards: Callable[[float], float | None] = lambda at: 1.0
    load: Callable[[float], float] = lambda at: 0.0
    """Requests a second as the bucket meets them, drawn apart: searches of so many would only cost time."""
    beats_until: float = math.inf
    beats_from: float = math.inf
    lag_ms: Callable[[float], int] = lambda at: 0


@dataclass
class Timeline:
    changes: list[tuple[float, Level]] = field(default_factory=list)

    def after(self, start: float, level: Level) -> float:
        """Seconds from `start` until the level was first reached (or left, for a lower one)."""
        up = [at - start for at, now in self.changes if at > start and now >= level > 0]
        down = [at - start for at, now in self.changes if at > start and now == level == 0]
        return next(iter(up or down), math.inf)

    @property
    def worst_minute(self) -> int:
        times = [at for at, _ in self.changes]
        return max((sum(at <= other < at + 60 for other in times) for at in times), default=0)


def play(world: World, seconds: int, seed: int) -> Timeline:
    chance, history, timeline = random.Random(seed), [Second(-1)], Timeline()
    level = Level.NORMAL
    for at in range(seconds):
        decision = decide(history[-HISTORY_SECONDS:], at + (GRACE_MS + 1) / 1000)
        if decision.level != level:
            level = decision.level
            timeline.changes.append((at + GRACE_MS / 1000, level))
        history.append(_second(world, at, chance, decision))
    return timeline


def _second(world: World, at: int, chance: random.Random, decision: Decision) -> Second:
    times = sorted(at + chance.random() for _ in range(_poisson(world.answers, chance)))
    searching = times[:TRIALS] if decision.level >= Level.HOT_LIST else times
    failed = sum(chance.random() < world.failing(time) for time in searching)
    load = _poisson(world.load(at), chance)
    shards = world.shards(times[0]) if times else None
    beat = math.floor(times[0]) if times and (times[0] < world.beats_until or times[0] >= world.beats_from) else None
    if times and beat is None:
        beat = math.floor(world.beats_until)
    return Second(
        at=at,
        searches_ok=len(searching) - failed,
        searches_failed=failed,
        shard_share=shards,
        breaker_open=shards is None if times else None,
        begun=load,
        empty=max(load - RATE, 0),
        bucket_share=min(load / RATE, 1.0),
        heartbeat_age_ms=None if beat is None else (at + 1 - beat) * 1000,
        lag_ms=world.lag_ms(times[0]) if times else None,
        records_flow=True,
        held=decision.held if times else None,
    )


def _poisson(mean: float, chance: random.Random) -> int:
    if mean > 100:
        return round(chance.gauss(mean, math.sqrt(mean)))
    count, left = 0, math.exp(-mean)
    product = chance.random()
    while product > left:
        count, product = count + 1, product * chance.random()
    return count
