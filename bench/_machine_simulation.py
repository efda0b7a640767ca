"""Executions of a state machine over a pool of concurrent Lambda executions, in simulated time. Pure.

The definition is the file that is deployed. Choices, branches, maps and retries are followed as the States Language
says; a function takes the seconds it is told to and answers what it is told to. A call that finds its pool full gets
Lambda.TooManyRequestsException at once, as Lambda answers.
"""

import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from bench._map import START_SECONDS

FULL = "Lambda.TooManyRequestsException"

State = Mapping[str, Any]
Walk = Generator["float | list[Process]", None, Any]
"""Yields seconds to wait, or processes to wait for."""


class StepFailed(Exception):
    """A step's error that no retry was left for."""


@dataclass(eq=False)
class Process:
    walk: Walk
    result: Any = None
    failed: bool = False
    done: bool = False
    waits_for: int = 0
    then: "Callable[[Process], None] | None" = None
    waiters: "list[Process]" = field(default_factory=list)


class Clock:
    """Runs processes in the order of their simulated time."""

    def __init__(self) -> None:
        self.now = 0.0
        self._order = 0
        self._due: list[tuple[float, int, Process]] = []

    def start(self, walk: Walk, then: Callable[[Process], None] | None = None) -> Process:
        process = Process(walk, then=then)
        self._later(0, process)
        return process

    def run(self) -> None:
        while self._due:
            self.now, _, process = heappop(self._due)
            self._step(process)

    def _later(self, seconds: float, process: Process) -> None:
        self._order += 1
        heappush(self._due, (self.now + seconds, self._order, process))

    def _step(self, process: Process) -> None:
        try:
            wanted = next(process.walk)
        except StopIteration as end:
            self._end(process, end.value)
        except StepFailed:
            process.failed = True
            self._end(process, None)
        else:
            if isinstance(wanted, list):
                self._wait_for(process, wanted)
            else:
                self._later(wanted, process)

    def _wait_for(self, process: Process, others: list[Process]) -> None:
        open_ones = [other for other in others if not other.done]
        process.waits_for = len(open_ones)
        for other in open_ones:
            other.waiters.append(process)
        if not open_ones:
            self._later(0, process)

    def _end(self, process: Process, result: Any) -> None:
        process.done, process.result = True, result
        for waiter in process.waiters:
            waiter.waits_for -= 1
            if not waiter.waits_for:
                self._later(0, waiter)
        if process.then:
            process.then(process)


@dataclass
class Pool:
    """The account's concurrent executions: `reserved` by function, the rest for everybody.

    The API's calls last some hundredths of a second, so what it has for itself is whatever steps leave at a moment.
    While it is `flooded` (from, until), it takes all that nobody reserved.
    """

    limit: int
    reserved: Mapping[str, int]
    flooded: tuple[float, float] = (0, 0)
    used: dict[str, int] = field(default_factory=dict)
    in_unreserved: int = 0
    least_for_api: int = 0
    most_used: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unreserved = self.least_for_api = self.limit - sum(self.reserved.values())

    def take(self, function: str, now: float) -> bool:
        """Whether there was an execution to take."""
        own = self.reserved.get(function)
        used = self.used.get(function, 0)
        if own is None:
            if self.flooded[0] <= now < self.flooded[1] or self.in_unreserved >= self.unreserved:
                return False
            self.in_unreserved += 1
            self.least_for_api = min(self.least_for_api, self.unreserved - self.in_unreserved)
        elif used >= own:
            return False
        self.used[function] = used + 1
        self.most_used[function] = max(self.most_used.get(function, 0), used + 1)
        return True

    def give_back(self, function: str) -> None:
        self.used[function] -= 1
        if function not in self.reserved:
            self.in_unreserved -= 1


@dataclass
class Machine:
    """`answers`: what a function gives for an execution's data; `seconds`: how long it takes for it."""

    definition: Mapping[str, Any]
    clock: Clock
    pool: Pool
    answers: Callable[[str, Mapping[str, Any]], dict[str, Any]]
    seconds: Callable[[str, Mapping[str, Any]], float]
    chance: random.Random
    throttled: int = 0

    def walk(self, data: dict[str, Any], definition: Mapping[str, Any] | None = None) -> Walk:
        """One execution, or one branch of it. Raises StepFailed in the place of every Catch: the clip has failed."""
        states = (definition or self.definition)["States"]
        name = (definition or self.definition)["StartAt"]
        while True:
            state = states[name]
            result = yield from getattr(self, f"_{state['Type'].lower()}")(state, data)
            name = result if state["Type"] == "Choice" else state.get("Next")
            if name is None or state.get("End"):
                return result

    def _task(self, state: State, data: dict[str, Any]) -> Walk:
        function = state["Parameters"]["FunctionName"].removeprefix("${").removesuffix("_arn}")
        tries = [0] * len(state["Retry"])
        while not self.pool.take(function, self.clock.now):
            self.throttled += 1
            yield self._pause(state["Retry"], tries)
        yield self.seconds(function, data)
        self.pool.give_back(function)
        answer = self.answers(function, data)
        if path := state.get("ResultPath"):
            data[path.removeprefix("$.")] = {"out": answer} if "ResultSelector" in state else answer
        return answer

    def _pause(self, retries: list[State], tries: list[int]) -> float:
        """Seconds to the next try, by the first retrier that names the error."""
        for number, retry in enumerate(retries):
            if {FULL, "States.ALL"} & set(retry["ErrorEquals"]):
                if tries[number] >= retry.get("MaxAttempts", 3):
                    raise StepFailed(FULL)
                pause = retry.get("IntervalSeconds", 1) * retry.get("BackoffRate", 2) ** tries[number]
                pause = min(pause, retry.get("MaxDelaySeconds", pause))
                tries[number] += 1
                return float(pause * (self.chance.random() if retry.get("JitterStrategy") == "FULL" else 1))
        raise StepFailed(FULL)

    def _choice(self, state: State, data: dict[str, Any]) -> Walk:
        yield 0
        return next((rule["Next"] for rule in state["Choices"] if _holds(rule, data)), state["Default"])

    def _parallel(self, state: State, data: dict[str, Any]) -> Walk:
        branches = [self.clock.start(self.walk(dict(data), branch)) for branch in state["Branches"]]
        yield branches
        _raise_for(branches)
        made = [branch.result for branch in branches]
        if path := state.get("ResultPath"):
            data[path.removeprefix("$.")] = {
                name.removesuffix(".$"): made[int(where[2:-1])] for name, where in state["ResultSelector"].items()
            }
        return made

    def _map(self, state: State, data: dict[str, Any]) -> Walk:
        """So many items at a time; a worker that is free takes the next. One item that failed fails the map."""
        items = iter(_at(state["ItemsPath"], data))
        workers = [self.clock.start(self._worker(state, data, items)) for _ in range(state["MaxConcurrency"])]
        yield workers
        _raise_for(workers)
        return None

    def _worker(self, state: State, data: dict[str, Any], items: Any) -> Walk:
        for item in items:
            yield START_SECONDS
            yield from self.walk({**data, "segment": item}, state["ItemProcessor"])

    def _pass(self, _state: State, _data: dict[str, Any]) -> Walk:
        yield 0

    def _fail(self, state: State, _data: dict[str, Any]) -> Walk:
        yield 0
        raise StepFailed(state["Error"])


def _raise_for(processes: list[Process]) -> None:
    if any(process.failed for process in processes):
        raise StepFailed(FULL)


def _at(path: str, data: Any) -> Any:
    for name in path.removeprefix("$.").split("."):
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def _holds(rule: State, data: dict[str, Any]) -> bool:
    if "And" in rule:
        return all(_holds(part, data) for part in rule["And"])
    value = _at(rule["Variable"], data)
    if "IsPresent" in rule:
        return (value is not None) == rule["IsPresent"]
    return any(rule.get(kind) == value for kind in ("StringEquals", "BooleanEquals") if kind in rule)
