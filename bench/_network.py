"""Mobile networks to upload over: recorded bandwidth (or bandwidth drawn at random), and what goes wrong on them. Pure.

A recording is a JSON list of `{"duration_ms", "bandwidth_kbps", "latency_ms"}`, replayed in order and looped.
"""

import json
import random
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

MINUTE = 60.0
CUT_SECONDS = (5.0, 30.0)
FAILING = 0.05
SLOWEST = 250_000 / 8
"""Bytes a second a recording must reach on average: below, 10 MB alone take longer than five minutes."""
UPWARDS_4G = 0.25
"""Recordings are of the way down. LTE's way up is about a quarter of it; 3G's (HSPA) is much like its way down."""
GENERATED = 24


@dataclass(frozen=True)
class Network:
    """Bandwidth over time: `seconds[i]` long `rates[i]` bytes a second, over and over; `latency` is one way."""

    name: str
    seconds: tuple[float, ...]
    rates: tuple[float, ...]
    latency: float
    ends: tuple[float, ...] = field(init=False, repr=False, compare=False)
    """When each period of the first round is over."""
    sums: tuple[float, ...] = field(init=False, repr=False, compare=False)
    """Bytes that got over until then."""

    def __post_init__(self) -> None:
        each = (length * rate for length, rate in zip(self.seconds, self.rates, strict=True))
        object.__setattr__(self, "ends", tuple(accumulate(self.seconds)))
        object.__setattr__(self, "sums", tuple(accumulate(each)))

    @property
    def mean(self) -> float:
        """Bytes a second."""
        return self.sums[-1] / self.ends[-1]

    def arrival(self, start: float, size: float) -> float:
        """When the last of `size` bytes is over if the first leaves at `start`."""
        rounds, within = divmod(start, self.ends[-1])
        at = bisect_right(self.ends, within)
        target = self.sums[at] - (self.ends[at] - within) * self.rates[at] + size
        more, target = divmod(target, self.sums[-1])
        at = min(bisect_right(self.sums, target), len(self.ends) - 1)
        left = (self.sums[at] - target) / self.rates[at] if self.rates[at] else 0.0
        return (rounds + more) * self.ends[-1] + self.ends[at] - left

    def carried(self, start: float, end: float) -> float:
        """Bytes that get over from `start` to `end`."""
        return self._until(end) - self._until(start)

    def _until(self, moment: float) -> float:
        rounds, within = divmod(moment, self.ends[-1])
        at = min(bisect_right(self.ends, within), len(self.ends) - 1)
        return float(rounds * self.sums[-1] + self.sums[at] - (self.ends[at] - within) * self.rates[at])

    def faster(self, factor: float) -> "Network":
        seconds = tuple(length / factor for length in self.seconds)
        return Network(self.name, seconds, tuple(rate * factor for rate in self.rates), self.latency / factor)


@dataclass(frozen=True)
class Cut:
    start: float
    end: float


@dataclass
class Trouble:
    """What goes wrong on one link, drawn from `rng`: 5 % of the requests, a cut each minute, one end of all URLs."""

    rng: random.Random
    factor: float
    expiry: float
    """Seconds after which every URL signed until then is refused."""

    def __post_init__(self) -> None:
        self._cuts: list[Cut] = []
        # Of their own: how many requests failed before must not move a cut.
        self._when = random.Random(self.rng.random())

    def cut(self, number: int) -> Cut:
        """The cut of minute `number`, anywhere within it."""
        while len(self._cuts) <= number:
            length = self._when.uniform(*CUT_SECONDS)
            start = len(self._cuts) * MINUTE + self._when.uniform(0, MINUTE - length)
            self._cuts.append(Cut(start / self.factor, (start + length) / self.factor))
        return self._cuts[number]

    def outage(self, until: float) -> float:
        """Seconds of cuts before `until`."""
        total, number = 0.0, 0
        while (cut := self.cut(number)).start < until:
            total, number = total + min(cut.end, until) - cut.start, number + 1
        return total

    def failure(self) -> str | None:
        """How the next request fails: "error" (503 after all of it was sent), "reset" (in the middle) or "unheard"
        (it is done, but the answer is lost)."""
        return self.rng.choice(("error", "reset", "unheard")) if self.rng.random() < FAILING else None


def recorded(folder: Path) -> list[Network]:
    """The recordings below `folder` that are not too slow to be uploaded over at all."""
    found = [_parse(file, json.loads(file.read_text())) for file in sorted(folder.rglob("*.json"))]
    return [network for network in found if network.mean >= SLOWEST]


def generated(seed: int) -> list[Network]:
    """Two thirds like 3G (about 1.3 Mbit/s), one third like 4G (about 7.5): ten minutes each, with holes."""
    rng = random.Random(seed)
    made = []
    for number in range(GENERATED):
        fast = number % 3 == 2
        mean, latency = (7.5e6 / 8, 0.020) if fast else (rng.uniform(0.5e6, 2.2e6) / 8, 0.100)
        rates, level = [], 1.0
        for _ in range(600):
            level = min(2.0, max(0.05, level + rng.gauss(0, 0.25) + (1 - level) * 0.1))
            rates.append(0.0 if rng.random() < 0.02 else mean * level)
        name = f"{'4g' if fast else '3g'}-like {number}"
        made.append(Network(name, (1.0,) * len(rates), tuple(rates), latency))
    return made


def _parse(file: Path, periods: list[dict[str, Any]]) -> Network:
    share = UPWARDS_4G if file.parent.name == "4g" else 1.0
    return Network(
        file.stem,
        tuple(period["duration_ms"] / 1000 for period in periods),
        tuple(period["bandwidth_kbps"] * 125.0 * share for period in periods),
        periods[0]["latency_ms"] / 1000,
    )
