"""Every path of the machines of exports and erasures is walked by MiniStack's interpreter, without its waiting."""

import copy
import json
from typing import Any

import pytest
from ministack.services import stepfunctions as engine

from infra.workflows import definitions
from tests.support.interpreter import Outcome, Raises, Run, call_scripted, execute

TRIES = 5
EXPORT = {"user_id": "ann", "request_id": "r", "parts": ["likes", "profile"]}
ERASURE = {"user_id": "ann", "request_id": "r", "round": 0}
EVENTS = {"run": "2026-11-26"}
BUSY: Outcome = {"done": False, "left": ["videos"], "round": 0}
DONE: Outcome = {"done": True, "left": [], "round": 0}


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_call_lambda", call_scripted)
    monkeypatch.setattr(engine, "_SFN_WAIT_SCALE", 0)


def walk(name: str, script: dict[str, list[Outcome]]) -> Run:
    definition: dict[str, Any] = copy.deepcopy(json.loads(definitions.read(name)[0]))
    given: dict[str, dict[str, Any]] = {"export": EXPORT, "erasure": ERASURE, "event_erasure": EVENTS}[name]
    return execute(definition, script, dict(given))


def test_an_export_gathers_every_part_zips_every_archive_and_is_settled() -> None:
    run = walk("export", {})
    assert run.status == "SUCCEEDED"
    assert sorted(told["part"] for name, told in run.calls if name == "collect_export_part") == ["likes", "profile"]
    assert sorted(told["volume"] for name, told in run.calls if name == "zip_export") == [0, 1]
    file = {"name": "reelstack-1.zip", "size_bytes": 9}
    assert run.last() == (
        "finish_data_request",
        {"user_id": "ann", "request_id": "r", "kind": "export", "files": [file, file]},
    )


@pytest.mark.parametrize("step", ["collect_export_part", "plan_export", "zip_export", "finish_data_request"])
def test_a_step_of_an_export_is_tried_again_and_then_the_export_fails_and_says_so(step: str) -> None:
    once = walk("export", {step: [Raises("Boom")]})
    assert once.status == "SUCCEEDED"
    broken = walk(
        "export", {step: [Raises("Boom")] * (TRIES * 2 if step in ("collect_export_part", "zip_export") else TRIES)}
    )
    assert (broken.status, broken.last()[0], broken.last()[1]["error"]["Error"]) == (
        "FAILED",
        "finish_data_request",
        "Boom",
    )


def test_an_erasure_erases_looks_again_and_is_settled() -> None:
    run = walk("erasure", {"erase_videos": [BUSY, DONE], "erase_items": [BUSY, DONE]})
    called = [(name, told.get("verify", False)) for name, told in run.calls]
    assert called == [
        *[("erase_videos", False)] * 2,
        *[("erase_items", False)] * 2,
        *[("erase_videos", True), ("erase_items", True)],
        ("finish_data_request", False),
    ]
    assert (run.status, "left" in run.last()[1]) == ("SUCCEEDED", False)


@pytest.mark.parametrize("step", ["erase_videos", "erase_items"])
def test_what_verifying_finds_is_erased_in_another_round(step: str) -> None:
    run = walk("erasure", {step: [DONE, {"done": False, "left": ["x"], "round": 1}]})
    assert (run.status, run.counts["erase_videos"], run.counts["erase_items"]) == ("SUCCEEDED", 4, 4)
    rounds = [told["round"] for name, told in run.calls if name == "erase_items" and told.get("verify")]
    assert rounds[0] == 0
    assert len(rounds) == 2


def test_after_five_rounds_an_erasure_fails_and_says_what_is_left() -> None:
    rounds: list[Outcome] = []
    for number in range(1, 6):
        rounds += [DONE, {"done": False, "left": ["counters"], "round": number}]
    run = walk("erasure", {"erase_items": rounds})
    assert run.status == "FAILED"
    assert (run.last()[0], run.last()[1]["left"]) == ("finish_data_request", [[], ["counters"]])


@pytest.mark.parametrize("step", ["erase_videos", "erase_items", "finish_data_request"])
def test_a_step_of_an_erasure_is_tried_again_and_then_the_erasure_fails_and_says_so(step: str) -> None:
    assert walk("erasure", {step: [Raises("Boom")]}).status == "SUCCEEDED"
    broken = walk("erasure", {step: [Raises("Boom")] * TRIES})
    assert (broken.status, broken.last()[0], broken.last()[1]["error"]["Error"]) == (
        "FAILED",
        "finish_data_request",
        "Boom",
    )
    if step != "finish_data_request":
        late = walk("erasure", {step: [DONE, *[Raises("Boom")] * TRIES]})
        assert (late.status, late.last()[1]["error"]["Error"]) == ("FAILED", "Boom"), "also while it verifies"


def planned(*then: Outcome) -> dict[str, list[Outcome]]:
    return {"erase_events": [{"prefixes": ["p/"]}, *then]}


def day(after: str, *, done: bool) -> Outcome:
    return {"run": "2026-11-26", "prefix": "p/", "after": after, "done": done}


def test_a_pass_over_events_reads_each_day_to_its_end_and_waits_for_parquet() -> None:
    later: Outcome = {"done": False}
    run = walk("event_erasure", planned(day("a", done=False), day("b", done=True), later, {"done": True}))
    assert run.status == "SUCCEEDED"
    assert [(told["do"], told.get("after")) for _, told in run.calls] == [
        *[("plan", None), ("day", ""), ("day", "a")],
        *[("finish", None)] * 2,
    ]


def test_a_pass_over_events_without_a_day_ends() -> None:
    assert walk("event_erasure", {"erase_events": [{"prefixes": []}, {"done": True}]}).status == "SUCCEEDED"


def test_a_step_of_a_pass_over_events_is_tried_again_and_then_the_pass_fails() -> None:
    boom: list[Outcome] = [Raises("Boom")]
    assert walk("event_erasure", planned(*boom, day("a", done=True), {"done": True})).status == "SUCCEEDED"
    assert walk("event_erasure", planned(*boom * TRIES)).status == "FAILED"
