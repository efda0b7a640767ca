"""Whatever is read is still there: for each reader of a prefix that expires, the longest time since the object was
written, derived from the state machines and the catalogue, against the lifecycle rules of the template.

Lifecycle is the one clock that no run on a laptop shows: an approved clip was lost to it after a weekend.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from infra.catalogue import FUNCTIONS
from infra.settings import Settings
from infra.workflows import definitions
from reelstack.privacy import exports
from tests.infra.templates import Assembly

State = dict[str, Any]
DAY = 24 * 3600
LINES = {line.name: line for line in FUNCTIONS}
MACHINES = ("production", "decision", "export", "erasure", "event_erasure")
REDRIVEN = {"decision"}
"""Machines whose failed executions people redrive (docs/operations.md), for 14 days. A production has stored its
failure and is tried again as a new attempt, with work objects of its own; exports and erasures are asked for again."""
REDRIVE_SECONDS = 14 * DAY
WHATEVER_HAPPENED = {"States.ALL", "States.TaskFailed", "States.Timeout"}
EVENT_SECONDS = DAY + 6 * 3600
"""For how long EventBridge (24 h) and then Lambda (6 h) deliver an event unless its line says otherwise."""
APPEAL_WAIT = 30 * DAY
"""The longest that an appeal waits for a moderator; ReviewWait has been in alarm for weeks by then."""
MISSING_IS_ANSWERED = {
    ("compose_upload", "intermediates:chunks/"): "the client is told which chunks it must send again",
    ("feed", "media:hot-lists/"): "a page is then made of what is followed, and of the newest",
    ("feed", "media:feed/"): "the page that is packed with the deployment answers",
    ("update_hot_lists", "media:hot-lists/"): "it makes them anew",
    ("update_hot_lists", "media:feed/"): "it makes them anew",
}


# --- how long a state machine takes ----------------------------------------------------------------------------------


class Machine:
    """The longest time from the start of an execution to the end of each of its states, in seconds."""

    def __init__(self, definition: State, settings: Settings) -> None:
        self.definition, self.settings = definition, settings
        self.limit: float = definition["TimeoutSeconds"]
        self.ends: dict[str, float] = {}
        self._follow(definition, definition["StartAt"], 0, ())

    def _follow(self, scope: State, name: str, begins: float, before: tuple[str, ...]) -> None:
        if name in before:  # a loop goes on until the execution's own limit
            for looped in before[before.index(name) :]:
                self.ends[looped] = self.limit
            return
        state = scope["States"][name]
        for inner in (*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])):
            self._follow(inner, inner["StartAt"], begins, ())
        end = min(begins + self._own(state), self.limit)
        self.ends[name] = max(end, self.ends.get(name, 0))
        for after in _nexts(state):
            self._follow(scope, after, self.ends[name], (*before, name))

    def _own(self, state: State) -> float:
        if state["Type"] == "Task":
            return state["TimeoutSeconds"] + sum(_tries(retry, state["TimeoutSeconds"]) for retry in state["Retry"])
        if state["Type"] == "Map":
            inner = self._alone(state["ItemProcessor"])
            return self._rounds(state) * inner + sum(_tries(r, inner) for r in state.get("Retry", []))
        if state["Type"] == "Parallel":
            return max(self._alone(branch) for branch in state["Branches"])
        return float(state.get("Seconds", 0)) if state["Type"] == "Wait" else 0

    def _alone(self, scope: State) -> float:
        return max(Machine({"TimeoutSeconds": self.limit, **scope}, self.settings).ends.values())

    def _rounds(self, state: State) -> float:
        """How many items are worked on one after another."""
        if state.get("ItemsPath") not in ("$.probe.out.segments", "$.probe.out.first_segments"):
            return math.inf
        segments = math.ceil(self.settings.max_duration_seconds / self.settings.segment_seconds) + 1
        return math.ceil(segments / self.settings.segment_workers)


def _nexts(state: State) -> set[str]:
    ways = [state, *state.get("Choices", []), *state.get("Catch", [])]
    return {way["Next"] for way in ways if "Next" in way} | ({state["Default"]} if "Default" in state else set())


def _tries(retry: State, seconds: float) -> float:
    """Pauses, and for errors of any kind a whole try each. What is named by name is refused before it begins."""
    most, pause, rate = retry["MaxAttempts"], retry["IntervalSeconds"], retry.get("BackoffRate", 2)
    pauses = sum(min(pause * rate**number, retry.get("MaxDelaySeconds", math.inf)) for number in range(most))
    return float(pauses + (most * seconds if WHATEVER_HAPPENED & set(retry["ErrorEquals"]) else 0))


def _definition(name: str, settings: Settings) -> State:
    text, _ = definitions.read(name)
    numbers = {"segment_workers": settings.segment_workers}
    read: State = json.loads(definitions.with_numbers(text, {k: v for k, v in numbers.items() if f"${{{k}}}" in text}))
    return read


# --- who reads what, how long after it was written -------------------------------------------------------------------


def _steps(settings: Settings) -> Iterator[tuple[str, str, float]]:
    """(reader, prefix, seconds) of each state that can name an object: it is given a key or the upload or the request.
    Its objects are at most as old as the execution."""
    for name in MACHINES:
        definition = _definition(name, settings)
        longest = Machine(definition, settings).ends
        for state, told in definitions.states(definition).items():
            if told["Type"] != "Task":
                continue
            given = json.dumps(told["Parameters"])
            if not any(word in given for word in ('"Payload.$"', "_key", "upload_id", "request_id", "prefix")):
                continue
            function = told["Parameters"]["FunctionName"].removeprefix("${").removesuffix("_arn}")
            redriven = REDRIVE_SECONDS if name in REDRIVEN else 0
            for prefix in _prefixes(function):
                yield f"{name}: {state}", prefix, longest[state] + redriven


def _others(settings: Settings) -> dict[tuple[str, str], float]:
    """Of functions that no state machine calls. A new reader of what expires must say here how late it may come."""
    event = 2 * LINES["make_avatar"].event_seconds or EVENT_SECONDS
    appealed = settings.appeal_days * DAY + APPEAL_WAIT
    return {
        ("make_avatar", "uploads:avatars/"): event,
        ("privacy", "uploads:exports/"): exports.DAYS * DAY,
        ("moderation", "media:quarantine/"): appealed,
        ("restore_video", "media:quarantine/"): appealed + EVENT_SECONDS,
    }


def _prefixes(function: str) -> list[str]:
    return [target for target in LINES[function].reads if isinstance(target, str)]


def _kept(assembly: Assembly) -> dict[str, int]:
    """intermediates:work/ -> seconds until S3 may remove an object: its days are whole, from its creation."""
    return {
        f"{bucket.lower()}:{rule['Prefix']}": rule["ExpirationInDays"] * DAY
        for bucket in ("Uploads", "Intermediates", "Media")
        for rule in assembly.at(f"State/{bucket}").properties["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    }


def _expired(assembly: Assembly, readers: list[tuple[str, str, float]]) -> list[str]:
    kept = _kept(assembly)
    return [
        f"{reader} may read {prefix} {seconds / DAY:.1f} days after it was written, and it is kept for {left / DAY:.0f}"
        for reader, prefix, seconds in readers
        for left in [kept.get(prefix, math.inf)]
        if seconds > left
    ]


def test_whatever_is_read_has_not_expired(variant: Assembly) -> None:
    others = [(reader, prefix, seconds) for (reader, prefix), seconds in _others(variant.settings).items()]
    readers = [*_steps(variant.settings), *others]
    assert {prefix for _, prefix, _ in readers} >= {"intermediates:work/", "uploads:exports/", "media:quarantine/"}
    assert _expired(variant, readers) == []


def test_every_reader_of_what_expires_is_known(prod: Assembly) -> None:
    known = {*_others(prod.settings), *MISSING_IS_ANSWERED}
    reading = {
        (line.name, prefix)
        for line in FUNCTIONS
        for prefix in _prefixes(line.name)
        if line.trigger != "step" and prefix in _kept(prod)
    }
    assert reading == known


def test_a_decision_may_come_at_any_time(prod: Assembly) -> None:
    """Its states name no object at all: what they need lies in the execution's input."""
    assert [reader for reader, _, _ in _steps(prod.settings) if reader.startswith("decision")] == []


@pytest.mark.parametrize("days", [2, 14])
def test_a_reader_after_a_wait_for_a_person_would_be_found(prod: Assembly, days: int) -> None:
    """As production was in 0.2.0: Publish came after a task token that is answered within 14 days."""
    waiting = {
        "StartAt": "Wait",
        "TimeoutSeconds": 30 * DAY,
        "States": {
            "Wait": {"Type": "Task", "TimeoutSeconds": days * DAY, "Retry": [], "Next": "Publish"},
            "Publish": {"Type": "Task", "TimeoutSeconds": 30, "Retry": [], "End": True},
        },
    }
    late = Machine(waiting, prod.settings).ends["Publish"]
    assert len(_expired(prod, [("Publish", "intermediates:work/", late)])) == 1
