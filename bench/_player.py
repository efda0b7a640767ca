"""Runs the player's policies, the very TypeScript of the page, in Node over networks, for `bench abr` and `preload`.

Networks are recorded ones (`--traces`) or drawn at random. Half of them are held back, by a hash of their names.
"""

import hashlib
import json
import math
import random
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from local.errors import LocalError
from local.programs import node
from reelstack.media import ffmpeg_args, ladder

MAIN = Path(__file__).parent / "player" / "main.mjs"
SOUND_KBPS = ffmpeg_args.AUDIO_KBPS
RESAMPLES = 2000
Row = dict[str, Any]

KNOWN: dict[str, Any] = {"kbps": [500, 1000, 1500], "sides": [480, 720, 1080], "segmentSeconds": 2, "unitSeconds": 2}
OURS: dict[str, Any] = {
    "kbps": [cap + SOUND_KBPS for cap in ladder.CAPS_KBPS.values()],
    "sides": list(ladder.CAPS_KBPS),
    "segmentSeconds": ladder.GOP_SECONDS,
    "unitSeconds": 8,
}


@dataclass(frozen=True)
class Trace:
    """`periods` are (seconds, bits per second, latency in seconds)."""

    name: str
    kind: str
    periods: tuple[tuple[float, float, float], ...]
    is_drawn: bool = False

    @property
    def is_held_back(self) -> bool:
        return hashlib.sha256(self.name.encode()).digest()[-1] % 2 == 1

    @property
    def kbps(self) -> float:
        return sum(s * bits for s, bits, _ in self.periods) / sum(s for s, _, _ in self.periods) / 1000


def recorded(folder: Path) -> list[Trace]:
    """Every recording below `folder`; its kind is the folder it lies in."""
    found = [
        Trace(
            file.name,
            file.parent.name,
            tuple(
                (p["duration_ms"] / 1000, p["bandwidth_kbps"] * 1000, p["latency_ms"] / 1000)
                for p in json.loads(file.read_text())
            ),
        )
        for file in sorted(folder.rglob("*.json"))
    ]
    if not found:
        raise LocalError(f"{folder} has no recordings")
    return found


@dataclass(frozen=True)
class Kind:
    """A network that stays in a state for a while: the logarithm of its speed wanders about the state's."""

    name: str
    states_kbps: tuple[float, ...]
    stay_seconds: float
    sigma: float
    latency: float = 0.08


KINDS = (
    Kind("slow", (700, 1100), 20, 0.3),
    Kind("medium", (1500, 2500), 20, 0.3),
    Kind("fast", (8000, 20000), 20, 0.3, 0.03),
    Kind("bursty", (400, 3000), 5, 0.5),
    Kind("outages", (2500, 2500, 2500, 60), 12, 0.3),
)


def generated(each: int, seconds: int = 600) -> list[Trace]:
    return [_drawn(kind, number, seconds) for kind in KINDS for number in range(each)]


def _drawn(kind: Kind, number: int, seconds: int) -> Trace:
    name = f"{kind.name}-{number}"
    draw = random.Random(name)
    state, wander, periods = draw.choice(kind.states_kbps), 0.0, []
    for _ in range(seconds):
        if draw.random() < 1 / kind.stay_seconds:
            state = draw.choice(kind.states_kbps)
        wander = 0.8 * wander + draw.gauss(0, kind.sigma * 0.6)
        periods.append((1.0, state * 1000 * math.exp(wander), kind.latency))
    return Trace(name, kind.name, tuple(periods), is_drawn=True)


def run(traces: Iterable[Trace], runs: list[dict[str, Any]]) -> list[list[Row]]:
    """The rows of each run: one for each trace, session and policy (bench/player/scenarios.ts)."""
    job = {"traces": [{"name": t.name, "periods": t.periods} for t in traces], "runs": runs}
    done = subprocess.run(
        [str(node().path), "--no-warnings", str(MAIN)],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LocalError(f"the player's code failed in Node: {done.stderr[-2000:]}")
    rows: list[list[Row]] = json.loads(done.stdout)
    return rows


Measure = Callable[[Row], float]


def stall_percent(row: Row) -> float:
    return float(100 * row["stallSeconds"] / max(1e-9, row["stallSeconds"] + row["playedSeconds"]))


def kbps(row: Row) -> float:
    return float(row["kbps"])


def qoe(row: Row) -> float:
    return float(row["qoe"])


def by_trace(rows: Iterable[Row], policy: str, measure: Measure) -> dict[str, float]:
    """The mean over a trace's sessions."""
    found: dict[str, list[float]] = {}
    for row in rows:
        if row["policy"] == policy:
            found.setdefault(row["trace"], []).append(measure(row))
    return {trace: sum(values) / len(values) for trace, values in found.items()}


def mean(rows: Iterable[Row], policy: str, measure: Measure) -> float:
    """The mean over traces, each of which counts the same."""
    values = by_trace(rows, policy, measure).values()
    return sum(values) / max(1, len(values))


@dataclass(frozen=True)
class Difference:
    """Of two policies on the same traces, with its 95 % confidence interval by bootstrap over traces."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.2f} [{self.low:+.2f}, {self.high:+.2f}]"


def paired(rows: list[Row], policy: str, other: str, measure: Measure) -> Difference:
    ours, theirs = by_trace(rows, policy, measure), by_trace(rows, other, measure)
    apart = np.array([ours[trace] - theirs[trace] for trace in sorted(ours)])
    draws = np.random.default_rng(0).choice(apart, (RESAMPLES, len(apart))).mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975))
    return Difference(float(apart.mean()), float(low), float(high))
