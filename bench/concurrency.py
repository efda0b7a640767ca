"""What a rush does to the account's pool of Lambda executions: 200 creators upload at once, one of them fifty clips.

Simulated: the machine's own definition with its Retry rules, its inputs as the dispatcher writes them, segments as a
plan has them, the product's own choice of who is next (reelstack.production.fair_queue), the settings of prod, and
reservations as they are deployed. In the same run the settings and Retry rules before there were bulkheads. Times of
steps are assumed from what production.cost_estimate reckons for 1080p; they are printed nowhere as results.
"""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

from bench import _report
from bench._machine_simulation import FULL, Clock, Machine, Pool, Process
from bench._report import Check, Report
from infra import ROOT
from infra.catalogue import FUNCTIONS
from infra.functions import concurrency
from infra.stages import STAGES
from infra.workflows import definitions
from reelstack.production import fair_queue
from reelstack.uploads.priorities import Priority

CREATORS, OF_ONE_CREATOR = 200, 50
ORDINARY = {15: 40, 30: 25, 60: 20, 180: 10, 600: 5}
"""Seconds of a clip -> how many of a hundred clips have it."""
LONGEST = {600: 100}
SEGMENT_SECONDS, HEAVY_SEGMENT_SECONDS = 9.0, 240.0
"""What a segment of 1080p takes, and one of 4K HDR at 60 fps."""
STEP_SECONDS = {
    "probe": 3.0,
    "encode_first_rung": 3.0,
    "transcode": 9.0,
    "package": 3.0,
    "sample_frames": 3.0,
    "inspect_frames": 5.0,
}
PER_CLIP_SECOND = {"encode_first_rung": 0.07, "package": 1 / 60, "probe": 1 / 100, "sample_frames": 1 / 100}
SMALL_SECONDS = 0.3
API_PERCENT = 15
FLOOD = (30.0, 330.0)
"""Five minutes in which the API takes everything that nobody reserved."""
SEED = 14


@dataclass(frozen=True)
class World:
    """Settings that decide how much runs at a time. `patient`: steps have the Retry rules of today."""

    slots: int
    per_creator: int
    workers: int
    reserved: Mapping[str, int]
    patient: bool = True
    limit: int = 1000
    flooded: tuple[float, float] = (0, 0)


@dataclass(frozen=True)
class Rush:
    """Uploads that all arrive at once: (creator, seconds of the clip). `segment_seconds`: what a segment takes;
    `steps`: what other steps take, whatever the clip."""

    uploads: list[tuple[str, int]]
    segment_seconds: float = SEGMENT_SECONDS
    steps: Mapping[str, float] = field(default_factory=dict)


@dataclass
class Outcome:
    clips: int = 0
    failed: int = 0
    throttled: int = 0
    least_for_api: int = 0
    waits: list[float] = field(default_factory=list)
    """Seconds from the upload to the end, of every clip that was made."""


def today(**changed: Any) -> World:
    """As prod is deployed."""
    prod = STAGES["prod"]
    return World(
        slots=prod.production_slots,
        per_creator=prod.production_slots_per_creator,
        workers=prod.segment_workers,
        reserved=concurrency.reservations(prod, FUNCTIONS),
        limit=prod.lambda_concurrency,
        **changed,
    )


def before() -> World:
    """As it was deployed until 0.2.0."""
    return World(slots=200, per_creator=50, workers=40, reserved={}, patient=False)


def rush(
    creators: int,
    of_one: int,
    lengths: Mapping[int, int],
    segment_seconds: float = SEGMENT_SECONDS,
    steps: Mapping[str, float] | None = None,
) -> Rush:
    """One clip of each creator, and `of_one` of the first; `lengths`: seconds -> how many of a hundred."""
    chance = random.Random(SEED)
    owners = [f"creator-{number}" for number in range(creators)] + ["creator-0"] * (of_one - 1)
    drawn = chance.choices(list(lengths), list(lengths.values()), k=len(owners))
    return Rush(list(zip(owners, drawn, strict=True)), segment_seconds, steps or {})


def simulate(world: World, rush: Rush) -> Outcome:
    def seconds(function: str, data: Mapping[str, Any]) -> float:
        if function == "transcode":
            return rush.segment_seconds
        return rush.steps[function] if function in rush.steps else _seconds(function, data)

    clock, pool = Clock(), Pool(world.limit, world.reserved, world.flooded)
    machine = Machine(_definition(world), clock, pool, _answer, seconds, random.Random(SEED))
    dispatcher = _Dispatcher(world, rush.uploads, machine)
    dispatcher.dispatch()
    clock.run()
    outcome = dispatcher.outcome
    outcome.throttled, outcome.least_for_api = machine.throttled, pool.least_for_api
    return outcome


class _Dispatcher:
    """Starts productions while there are slots, creators in turn, as reelstack.production.dispatcher does."""

    def __init__(self, world: World, uploads: list[tuple[str, int]], machine: Machine) -> None:
        self._world, self._machine = world, machine
        self._running: dict[str, int] = {}
        self._waiting: list[tuple[int, int, str, int]] = []
        self.outcome = Outcome(clips=len(uploads))
        rounds: dict[str, int] = {}
        for order, (owner, seconds) in enumerate(uploads):
            rounds[owner] = fair_queue.round_of_next(0, rounds.get(owner))
            self._waiting.append((rounds[owner], order, owner, seconds))
        self._waiting.sort()

    def dispatch(self) -> None:
        while chosen := self._next():
            self._waiting.remove(chosen)
            _, order, owner, seconds = chosen
            self._running[owner] = self._running.get(owner, 0) + 1
            self._machine.clock.start(self._machine.walk(_input(order, seconds)), self._ended(owner))

    def _next(self) -> tuple[int, int, str, int] | None:
        running = [Priority.NORMAL] * sum(self._running.values())
        if not fair_queue.open_to(Priority.NORMAL, running, slots=self._world.slots, low_slots=0):
            return None
        free = (job for job in self._waiting if self._running.get(job[2], 0) < self._world.per_creator)
        return next(free, None)

    def _ended(self, owner: str) -> Any:
        def end(process: Process) -> None:
            self._running[owner] -= 1
            if process.failed:
                self.outcome.failed += 1
            else:
                self.outcome.waits.append(self._machine.clock.now)
            self.dispatch()

        return end


def _input(order: int, seconds: int) -> dict[str, Any]:
    """What an execution starts with, and the length that its probe will find."""
    given = json.loads((ROOT / "events" / "production" / "probe.ok.json").read_text())
    return {**given, "video_id": f"v{order}", "upload_id": f"u{order}", "reencode": False, "clip_seconds": seconds}


def _definition(world: World) -> dict[str, Any]:
    numbers = {"segment_workers": world.workers, "review_seconds": 1}
    text = definitions.read("production")[0]
    numbers = {name: number for name, number in numbers.items() if f"${{{name}}}" in text}
    definition: dict[str, Any] = json.loads(definitions.with_numbers(text, numbers))
    if not world.patient:
        for state in definitions.states(definition).values():
            if "Retry" in state:
                state["Retry"] = _impatient(state["Retry"])
    return definition


def _impatient(retries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The Retry rules before: a full pool was one of Lambda's errors, tried again six times, or fewer, in a minute."""
    rest = [retry for retry in retries if retry["ErrorEquals"] != [FULL]]
    named = ("Lambda.ServiceException",)
    return [
        {**retry, "ErrorEquals": [*retry["ErrorEquals"], FULL]} if set(named) & set(retry["ErrorEquals"]) else retry
        for retry in rest
    ]


def _answer(function: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """All is well; the segments are those of the clip."""
    if function == "probe":
        return {"outcome": "ok", "segments": list(range(_segments(data)))}
    return {"outcome": "ok", "verdict": "approve"}


def _segments(data: Mapping[str, Any]) -> int:
    return ceil(float(data["clip_seconds"]) / STAGES["prod"].segment_seconds)


def _seconds(function: str, data: Mapping[str, Any]) -> float:
    fixed = STEP_SECONDS.get(function, SMALL_SECONDS)
    return fixed + PER_CLIP_SECOND.get(function, 0) * float(data["clip_seconds"])


def measure(_quick: bool) -> Report:
    """The same in either case: it takes two seconds."""
    ordinary, longest = rush(CREATORS, OF_ONE_CREATOR, ORDINARY), rush(CREATORS, OF_ONE_CREATOR, LONGEST)
    heavy = rush(CREATORS, OF_ONE_CREATOR, LONGEST, HEAVY_SEGMENT_SECONDS)
    now = {
        "ordinary clips": simulate(today(), ordinary),
        "ordinary clips, API flooded for 5 min": simulate(today(flooded=FLOOD), ordinary),
        "clips of 10 min": simulate(today(), longest),
        "4K HDR clips of 10 min": simulate(today(), heavy),
    }
    then = {
        "before: ordinary clips": simulate(before(), ordinary),
        "before: ordinary clips, API flooded": simulate(replace(before(), flooded=FLOOD), ordinary),
        "before: clips of 10 min": simulate(before(), longest),
    }
    report = Report("concurrency", rows=[_row(name, outcome) for name, outcome in (now | then).items()])
    share = today().limit * API_PERCENT / 100
    for name, outcome in now.items():
        report.checks.append(Check(f"failed of {outcome.clips} {name}", outcome.failed, "clips", 0))
    least = min(outcome.least_for_api for outcome in now.values())
    worst = max(outcome.failed for outcome in then.values())
    report.checks += [
        Check("least that steps ever left to the API", least, "executions", share, least=True),
        Check("failed before there were bulkheads, in the worst of the same rushes", worst, "clips", 1, least=True),
        Check(
            "least that steps left to the API before",
            min(o.least_for_api for o in then.values()),
            "executions",
            share - 1,
        ),
    ]
    return report


def _row(name: str, outcome: Outcome) -> dict[str, Any]:
    waits = sorted(outcome.waits) or [0.0]
    return {
        "world": name,
        "clips": outcome.clips,
        "failed": outcome.failed,
        "throttled_calls": outcome.throttled,
        "least_for_api": outcome.least_for_api,
        "median_seconds": round(waits[len(waits) // 2]),
        "last_seconds": round(waits[-1]),
    }


if __name__ == "__main__":
    _report.run(measure)
