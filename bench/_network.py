"""Mobile networks to upload over: recorded bandwidth (or bandwidth drawn at random), and what goes wrong on them. Pure.

A recording is a JSON list of `{"duration_ms", "bandwidth_kbps", "latency_ms"}`, replayed in order and looped.
"""

import random
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

MINUTE = 60.0
CUT_SECONDS = (5.0, 30.0)
FAILING = 0.05


@dataclass(frozen=True)
class Network:
    """Bandwidth over time: `seconds[i]` long `rates[i]` bytes a second, over and over; `latency` is one way."""

    name: str
    seconds: tuple[float, ...]
    rates: tuple[float, ...]
    latency: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ends", list(accumulate(self.seconds)))
        carried = [length * rate for length, rate in zip(self.seconds, self.rates, strict=True)]
        object.__setattr__(self, "_carried", list(accumulate(carried)))

    @property
    def mean(self) -> float:
        """Bytes a second."""
        return float(self._carried[-1] / self._ends[-1])  # type: ignore[attr-defined]

    def arrival(self, start: float, size: float) -> float:
        """When the last of `size` bytes is over if the first leaves at `start`."""
        ends: list[float] = self._ends  # type: ignore[attr-defined]
        carried: list[float] = self._carried  # type: ignore[attr-defined]
        rounds, within = divmod(start, ends[-1])
        at = bisect_right(ends, within)
        target = carried[at] - (ends[at] - within) * self.rates[at] + size
        more, target = divmod(target, carried[-1])
        at = min(bisect_right(carried, target), len(ends) - 1)
        left = (carried[at] - target) / self.rates[at] if self.rates[at] else 0.0
        return (rounds + more) * ends[-1] + ends[at] - left

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

    def cut(self, number: int) -> Cut:
        """The cut of minute `number`, anywhere within it."""
        while len(self._cuts) <= number:
            length = self.rng.uniform(*CUT_SECONDS)
            start = len(self._cuts) * MINUTE + self.rng.uniform(0, MINUTE - length)
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
