"""Every path of production.asl.json is walked: each retry, catch, choice and time limit, by MiniStack's interpreter.

That none is forgotten is shown by taking it away: each path removed from the file must make a scenario fail. Whoever
adds one without a scenario finds its name here.
"""

import copy
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from ministack.services import stepfunctions as engine

from infra.workflows import definitions
from tests.support.interpreter import SHORT_SECONDS, WELL, Hangs, Outcome, Raises, Run, Silent, call_scripted, execute

Definition = dict[str, Any]
AT_ONCE = 24
TEXT = definitions.with_numbers(definitions.read("production")[0], {"segment_workers": 4})
DEFINITION: Definition = json.loads(TEXT)
GIVEN = {
    "video_id": "v",
    "upload_id": "u",
    "attempt": 1,
    "key": "originals/normal/u",
    "reencode": False,
    "renditions": [],
}

FULL = {"Lambda.TooManyRequestsException": 60}
"""No function of the account's pool is free: waited out by every step, and cheap, since nothing ran."""
BUSY = (
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
)
ANY = "Anything"
REVIEW = {**WELL["inspect_frames"], "verdict": "review"}
REJECTED = {"outcome": "rejected", "reason": "not-a-video", "detail": "text"}
MODERATED = {**WELL["inspect_frames"], "verdict": "reject", "reason": "moderated"}

MANAGED: dict[str, list[Outcome]] = {"probe": [{**WELL["probe"], "engine": "mediaconvert"}]}
WATCHED: dict[str, list[Outcome]] = {"probe": [{**WELL["probe"], "watcher": "rekognition"}]}

LONG: dict[str, list[Outcome]] = {
    "probe": [{**WELL["probe"], "first_rung": "segments", "first_segments": [0, 1]}],
}

HEARD: dict[str, list[Outcome]] = {"probe": [{**WELL["probe"], "listener": "transcribe"}]}
LATER: dict[str, Any] = {"done": False, "labels": {"speech": 0.5}}
TRANSCRIBED: dict[str, list[Outcome]] = {**HEARD, "submit_transcription": [LATER]}

RETRIES: dict[str, tuple[dict[str, list[Outcome]], dict[str, int]]] = {
    # state: (what leads there, error -> how often it is tried again)
    "Probe": ({}, dict.fromkeys(BUSY, 6) | {ANY: 0}),
    "RejectFile": ({"probe": [REJECTED]}, {ANY: 4}),
    "EncodeFirstRung": ({}, dict.fromkeys(BUSY, 6) | {ANY: 1}),
    "RejectDamaged": ({"encode_first_rung": [REJECTED]}, {ANY: 4}),
    "Transcode": ({}, dict.fromkeys(BUSY, 6) | {ANY: 2}),
    "TranscodeFirstRung": (LONG, dict.fromkeys(BUSY, 6) | {ANY: 2}),
    "Package": ({}, {ANY: 3}),
    "SubmitMediaconvert": (
        MANAGED,
        dict.fromkeys((*BUSY, "TooManyRequestsException", "InternalServerErrorException"), 6) | {ANY: 0},
    ),
    "PackageManaged": (MANAGED, {ANY: 3}),
    "SubmitRekognition": (
        WATCHED,
        dict.fromkeys(
            (*BUSY, "LimitExceededException", "ProvisionedThroughputExceededException", "ThrottlingException"), 6
        )
        | {ANY: 0},
    ),
    "ReadRekognition": (WATCHED, {ANY: 5}),
    "SubmitTranscription": (HEARD, {"LimitExceededException": 6, ANY: 3}),
    "ReadTranscription": (TRANSCRIBED, {"LimitExceededException": 6, ANY: 3}),
    "SampleFrames": ({}, {ANY: 3}),
    "InspectFrames": ({}, {ANY: 3}),
    "RequestReview": ({"inspect_frames": [REVIEW]}, {ANY: 4}),
    "Publish": ({}, {ANY: 4}),
    "Reject": ({"inspect_frames": [MODERATED]}, {ANY: 4}),
    "Fail": ({"probe": [Raises("Boom")]}, {ANY: 6}),
}
"""How often each step is tried again, said a second time."""


@dataclass(frozen=True)
class Scenario:
    """`ends`: the function that is called last; `says`: part of what it is told; `counts`: calls of one function."""

    name: str
    ends: str
    script: dict[str, list[Outcome]] = field(default_factory=dict)
    says: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    short: str = ""
    """The state whose time limit is shortened."""
    status: str = "SUCCEEDED"

    def holds(self, run: Run) -> bool:
        if not run.calls or run.status != self.status:
            return False
        name, told = run.last()
        return (
            name == self.ends
            and all(told.get(key) == value for key, value in self.says.items())
            and all(run.counts[function] == number for function, number in self.counts.items())
        )


def function_of(state: str) -> str:
    return str(definitions.states(DEFINITION)[state]["Parameters"]["FunctionName"])[2:-5]


def failed(error: str) -> dict[str, Any]:
    return {"error": {"Error": error, "Cause": "scripted"}}


def late(cause: str) -> dict[str, Any]:
    return {"error": {"Error": "States.Timeout", "Cause": cause}}


def ending(state: str) -> str:
    """The function called last when `state` goes well at last."""
    ends = {"Fail": "fail", "RequestReview": "request_review"}
    return ends.get(state, "reject" if state.startswith("Reject") else "publish")


def scenarios() -> Iterator[Scenario]:
    review = {"inspect_frames": [REVIEW]}
    told = {"asset_key": "work/u/1/asset.json"}
    yield Scenario("a good clip", "publish", {}, told, {"transcode": 2, "reject": 0, "request_review": 0})
    yield Scenario("no video", "reject", {"probe": [REJECTED]}, {"reason": "not-a-video"}, {"encode_first_rung": 0})
    yield Scenario("long or heavy", "publish", LONG, told, {"transcode": 4, "encode_first_rung": 1})
    yield Scenario("damaged", "reject", {"encode_first_rung": [REJECTED]}, {"detail": "text"}, {"package": 0})
    yield Scenario(
        "moderated", "reject", {"inspect_frames": [MODERATED]}, {"reason": "moderated"}, {"request_review": 0}
    )
    asks = {"request_review": 1, "publish": 0, "reject": 0}
    yield Scenario("left open", "request_review", review, {"labels": {}}, asks)
    unknown: dict[str, list[Outcome]] = {"inspect_frames": [{**REVIEW, "verdict": "?"}]}
    yield Scenario("a verdict nobody thought of", "request_review", unknown, {}, asks)
    yield Scenario("made by MediaConvert", "publish", MANAGED, told, {"submit_mediaconvert": 1, "transcode": 0})
    looked = {"submit_rekognition": 1, "read_rekognition": 1, "inspect_frames": 0}
    yield Scenario("looked at by Rekognition", "publish", WATCHED, told, looked)
    yield from heard()
    for state, script in (("SubmitMediaconvert", MANAGED), ("SubmitRekognition", WATCHED)):
        silent: dict[str, list[Outcome]] = {**script, function_of(state): [Silent()]}
        yield Scenario(
            f"{state}: no answer",
            "fail",
            silent,
            late("Task timed out waiting for callback"),
            short=state,
            status="FAILED",
        )
    again: dict[str, Any] = {"reencode": True}
    yield Scenario("a reencode was approved before", "publish", review, {}, {"request_review": 0}, again)
    yield Scenario("a reencode is not declined", "publish", {"inspect_frames": [MODERATED]}, {}, {"reject": 0}, again)
    for state, (before, errors) in RETRIES.items():
        for error, tries in {**FULL, **errors}.items():
            yield from tried_again(state, before, error, tries)
        yield from hanging(state, before, errors)


def heard() -> Iterator[Scenario]:
    """What is said in a clip goes to the step that judges it, whoever wrote it down."""
    silent: dict[str, list[Outcome]] = {"probe": [{**WELL["probe"], "listener": "none"}]}
    yield Scenario("without sound", "publish", silent, {}, {"submit_transcription": 0, "inspect_frames": 1})
    counts = {"submit_transcription": 1, "read_transcription": 0}
    yield Scenario("written down at once", "publish", HEARD, {}, counts)
    polled: dict[str, list[Outcome]] = {**TRANSCRIBED, "read_transcription": [LATER]}
    counts = {"submit_transcription": 1, "read_transcription": 2}
    yield Scenario("written down later", "publish", polled, {}, counts)


def tried_again(state: str, before: dict[str, list[Outcome]], error: str, tries: int) -> Iterator[Scenario]:
    function, raised = function_of(state), Raises("Boom" if error == ANY else error)
    # The other segment's call, and with a first rung by segments those of the other map.
    segments = (1 + 2 * (state == "TranscodeFirstRung")) if function == "transcode" else 0
    ends = ending(state)
    status = "FAILED" if ends == "fail" else "SUCCEEDED"
    if tries:
        script = {**before, function: [raised] * tries}
        counts = {function: tries + 1 + segments}
        yield Scenario(f"{state}: {error} goes away", ends, script, {}, counts, status=status)
    script = {**before, function: [raised] * (tries + 1)}
    counts = {} if segments else {function: tries + 1}
    says = failed(raised.error) if state != "Fail" else {}
    if function == "transcode":
        script = {**before, function: [raised] * 2 * (tries + 1)}
        says = {}  # the map's own error: too many of its items failed
    yield Scenario(f"{state}: {error} stays", "fail", script, says, counts, status="FAILED")


def hanging(state: str, before: dict[str, list[Outcome]], errors: dict[str, int]) -> Iterator[Scenario]:
    function = function_of(state)
    if "waitForTaskToken" in definitions.states(DEFINITION)[state]["Resource"]:
        return  # "no answer"
    script: dict[str, list[Outcome]] = {**before, function: [Hangs()]}
    if errors[ANY]:
        calls = {function: 2 + (function == "transcode") + 2 * (state == "TranscodeFirstRung")}
        ends = ending(state)
        status = "FAILED" if ends == "fail" else "SUCCEEDED"
        yield Scenario(f"{state} hangs once", ends, script, {}, calls, short=state, status=status)
    else:
        says = late(f"Task timed out after {SHORT_SECONDS} seconds")
        yield Scenario(f"{state} hangs", "fail", script, says, short=state, status="FAILED")


SCENARIOS = list(scenarios())


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreter asks scripted functions, and waits for nothing between tries."""
    monkeypatch.setattr(engine, "_call_lambda", call_scripted)
    monkeypatch.setattr(engine, "_SFN_WAIT_SCALE", 0)


def walk(scenario: Scenario, definition: Definition = DEFINITION) -> Run:
    limited = copy.deepcopy(definition)
    if scenario.short:
        state = definitions.states(limited)[scenario.short]
        if "TimeoutSeconds" in state:
            state["TimeoutSeconds"] = SHORT_SECONDS
    return execute(limited, scenario.script, {**GIVEN, **scenario.given})


def test_every_scenario_ends_as_it_should() -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = list(pool.map(walk, SCENARIOS))
    wrong = {
        scenario.name: (run.status, run.error, run.calls[-1:], dict(run.counts))
        for scenario, run in zip(SCENARIOS, runs, strict=True)
        if not scenario.holds(run)
    }
    assert wrong == {}


def mutants() -> Iterator[tuple[str, Definition]]:
    """The definition without one of its paths, for each of them."""
    for name, state in definitions.states(DEFINITION).items():
        for kind in ("Retry", "Catch"):
            for number, rule in enumerate(state.get(kind, [])):
                for error in rule["ErrorEquals"]:
                    without = copy.deepcopy(DEFINITION)
                    definitions.states(without)[name][kind][number]["ErrorEquals"].remove(error)
                    yield f"{name}.{kind}[{number}] {error}", without
        for number in range(len(state.get("Choices", []))):
            without = copy.deepcopy(DEFINITION)
            del definitions.states(without)[name]["Choices"][number]
            yield f"{name}.Choices[{number}]", without
        for limit in {"Default", "TimeoutSeconds"} & state.keys():
            without = copy.deepcopy(DEFINITION)
            del definitions.states(without)[name][limit]
            yield f"{name}.{limit}", without


@pytest.mark.engines
def test_no_path_can_be_taken_away_unnoticed() -> None:
    """The machine's own TimeoutSeconds, which the emulator ignores, ends as TIMED_OUT: test_production.py has that."""

    def survives(mutant: tuple[str, Definition]) -> str | None:
        label, definition = mutant
        near = sorted(SCENARIOS, key=lambda scenario: label.split(".")[0] not in scenario.name)
        for scenario in near:
            if not scenario.holds(walk(scenario, definition)):
                return None
        return label

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert [label for label in pool.map(survives, mutants()) if label] == []


def test_an_answer_after_the_token_expired_changes_nothing() -> None:
    (scenario,) = (s for s in SCENARIOS if s.name == "SubmitRekognition: no answer")
    run = walk(scenario)
    late = engine._send_task_success({"taskToken": run.tokens[0], "output": json.dumps(WELL["submit_rekognition"])})
    assert late[0] == 400
    assert scenario.holds(run)


# --- the machine of decisions ----------------------------------------------------------------------------------------

DECISION: Definition = json.loads(definitions.read("decision")[0])
DECIDED = {
    "video_id": "v",
    "attempt": 1,
    "verdict": "approve",
    "reason": "seen",
    "by": "mia",
    "asset": {},
    "labels": {},
}
DECISIONS = (
    Scenario("approved", "publish", says={"asset": {}, "labels": {}}, counts={"reject": 0}),
    Scenario("declined", "reject", given={"verdict": "reject"}, says={"reason": "review-declined", "detail": "seen"}),
    Scenario("unknown", "reject", given={"verdict": "?"}, counts={"publish": 0}),
    *(
        Scenario(f"{name} fails for hours", name, {name: [Raises("Boom")] * 30}, given={"verdict": verdict})
        for name, verdict in (("publish", "approve"), ("reject", "reject"))
    ),
    Scenario(
        "a decision that cannot be carried out fails and gives nothing up",
        "reject",
        {"reject": [Raises("Boom")] * 31},
        given={"verdict": "reject"},
        counts={"fail": 0},
        status="FAILED",
    ),
)


@pytest.mark.parametrize("scenario", DECISIONS, ids=lambda scenario: scenario.name)
def test_a_decision_is_carried_out(scenario: Scenario) -> None:
    run = execute(DECISION, scenario.script, {**DECIDED, **scenario.given})
    assert scenario.holds(run), (run.status, run.error, run.calls[-1:])
