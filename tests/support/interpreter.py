"""MiniStack's interpreter of the States Language in this process, with scripted functions in the place of Lambda's.

A script says, per state-machine function, what its calls do one after another; after the last it keeps answering well.
"""

import json
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ministack.services import stepfunctions as engine

HANG_SECONDS, SHORT_SECONDS = 6.0, 1.5
"""Far apart: on a busy machine a function that answers at once may take a second to be called."""
WELL: dict[str, Any] = {
    "probe": {
        "outcome": "ok",
        "plan_key": "work/u/1/plan.json",
        "segments": [0, 1],
        "first_rung": "whole",
        "first_segments": [],
        "duration_ms": 8000,
    },
    "encode_first_rung": {"outcome": "ok"},
    "transcode": {"segment": 0},
    "package": {"asset_key": "work/u/1/asset.json"},
    "sample_frames": {"frames_prefix": "work/u/1/frames/", "frames": 1, "unseen": 0, "turned": False},
    "inspect_frames": {"verdict": "approve", "reason": "", "detail": "", "labels": {}},
    "submit_mediaconvert": {"job_id": "j"},
    "submit_transcription": {"done": True, "labels": {"speech": 0.5}},
    "read_transcription": {"done": True, "labels": {"speech": 0.75}},
    "submit_rekognition": {"job_id": "j"},
    "read_rekognition": {"verdict": "approve", "reason": "", "detail": "", "labels": {}},
    "request_review": {"asked": True},
    "publish": {"published": True},
    "reject": {"rejected": True},
    "fail": {"failed": True},
    "collect_export_part": {"lines": 3},
    "plan_export": {"volumes": [0, 1]},
    "zip_export": {"name": "reelstack-1.zip", "size_bytes": 9},
    "erase_videos": {"done": True, "left": [], "round": 1},
    "erase_items": {"done": True, "left": [], "round": 1},
    "finish_data_request": {"settled": True},
    "erase_events": {"done": True, "run": "2026-11-26", "prefix": "p/", "after": "", "prefixes": ["p/", "q/"]},
}


@dataclass(frozen=True)
class Raises:
    """The function, or Lambda in its place, fails with this error."""

    error: str


@dataclass(frozen=True)
class Hangs:
    """It answers well, but long after a shortened time limit."""


@dataclass(frozen=True)
class Silent:
    """Its call succeeds, and nobody ever answers the task token."""


Outcome = Raises | Hangs | Silent | dict[str, Any]


@dataclass
class Run:
    """One execution: how it ended, and what was called with what."""

    status: str = ""
    error: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        return Counter(name for name, _ in self.calls)

    def last(self) -> tuple[str, dict[str, Any]]:
        return self.calls[-1]


class Scripted:
    """Answers for the functions of one execution."""

    def __init__(self, script: dict[str, list[Outcome]]) -> None:
        self.left = {name: list(outcomes) for name, outcomes in script.items()}
        self.run, self.lock = Run(), threading.Lock()

    def call(self, name: str, payload: dict[str, Any]) -> Any:
        with self.lock:
            self.run.calls.append((name, payload))
            outcomes = self.left.get(name)
            outcome: Outcome = outcomes.pop(0) if outcomes else WELL[name]
        if isinstance(outcome, Hangs):
            time.sleep(HANG_SECONDS)
            outcome = WELL[name]
        if "task_token" in payload:
            return self._answer(payload["task_token"], outcome)
        if isinstance(outcome, Raises):
            raise engine._ExecutionError(outcome.error, "scripted")
        return outcome

    def _answer(self, token: str, outcome: Outcome) -> dict[str, Any]:
        self.run.tokens.append(token)
        if isinstance(outcome, Raises):
            # The emulator waits for the token even when the function raised; on AWS the error is the task's.
            engine._send_task_failure({"taskToken": token, "error": outcome.error, "cause": "scripted"})
        elif not isinstance(outcome, Silent):
            engine._send_task_success({"taskToken": token, "output": json.dumps(outcome)})
        return {}


_running: dict[str, Scripted] = {}


def call_scripted(function: str, payload: dict[str, Any]) -> Any:
    """What the interpreter calls in the place of a Lambda: `function` is "<execution's key>.<function>"."""
    key, _, name = function.rpartition(":")[2].partition(".")
    return _running[key].call(name, payload)


def execute(definition: dict[str, Any], script: dict[str, list[Outcome]], given: dict[str, Any]) -> Run:
    """Runs the definition, whose functions are named `${<function>_arn}`, to its end."""
    key, scripted = uuid.uuid4().hex, Scripted(script)
    text = json.dumps(definition)
    for name in WELL:
        text = text.replace(f"${{{name}_arn}}", f"{key}.{name}")
    _running[key] = scripted
    made = json.loads(
        engine._create_state_machine({"name": key, "roleArn": "arn:aws:iam::1:role/r", "definition": text})[2]
    )
    started = json.loads(
        engine._start_execution({"stateMachineArn": made["stateMachineArn"], "input": json.dumps(given)})[2]
    )
    execution = engine._executions[started["executionArn"]]
    deadline = time.monotonic() + 60
    while execution["status"] == "RUNNING" and time.monotonic() < deadline:
        time.sleep(0.02)
    scripted.run.status, scripted.run.error = execution["status"], execution.get("error") or ""
    return scripted.run
