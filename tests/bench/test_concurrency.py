"""A small rush through the simulated pool: nothing fails today, and the rules before would have failed it."""

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bench._machine_simulation import Clock, Machine, Pool, Process
from bench.concurrency import LONGEST, before, rush, simulate, today
from infra.functions import concurrency as infra_concurrency
from infra.stages import STAGES

RETRY = [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "IntervalSeconds": 2, "MaxAttempts": 2, "BackoffRate": 2}]


def _run(pool: Pool, clips: int, retry: list[dict[str, Any]] = RETRY) -> tuple[list[Process], float]:
    """Each of `clips` calls one function that takes 5 s."""
    task = {"Type": "Task", "Parameters": {"FunctionName": "${step_arn}"}, "Retry": retry, "End": True}
    clock = Clock()

    def seconds(_function: str, _data: Mapping[str, Any]) -> float:
        return 5.0

    definition = {"StartAt": "Step", "States": {"Step": task}}
    machine = Machine(definition, clock, pool, lambda _f, _d: {}, seconds, random.Random(1))
    made = [clock.start(machine.walk({})) for _ in range(clips)]
    clock.run()
    return made, clock.now


def test_what_finds_the_pool_full_comes_again_as_its_rule_says() -> None:
    made, ended = _run(Pool(1, {}), 2)
    assert not any(one.failed for one in made)
    assert ended == 2 + 4 + 5, "refused at 0 and 2 s, taken at 6 s"


def test_what_was_refused_too_often_fails() -> None:
    made, _ = _run(Pool(1, {}), 3, [{**RETRY[0], "MaxAttempts": 1}])
    assert [one.failed for one in made] == [False, True, True]


def test_a_reservation_is_a_limit_and_leaves_the_rest_alone() -> None:
    pool = Pool(10, {"step": 2})
    _run(pool, 3)
    assert pool.most_used == {"step": 2}
    assert pool.least_for_api == 8


def test_forty_creators_lose_no_clip_and_leave_the_api_its_part() -> None:
    outcome = simulate(today(), rush(40, 20, LONGEST))
    assert (outcome.clips, outcome.failed) == (59, 0)
    assert outcome.least_for_api >= 150


@pytest.mark.parametrize("seconds", [60, 120, 240])
@pytest.mark.parametrize("workers", [1, 10])
def test_as_many_slots_as_are_accepted_lose_no_clip_to_long_steps(seconds: int, workers: int) -> None:
    """Probe accepts no clip of which a step takes longer than some 95 s; and ten times as many slots lose clips."""
    prod = STAGES["prod"]
    slots = int(infra_concurrency.SLOTS_PER_EXECUTION * today().reserved["sample_frames"])
    changed = {"production_slots": slots, "segment_workers": workers}
    infra_concurrency.check(prod.model_copy(update=changed))
    with pytest.raises(infra_concurrency.PoolTooSmall):
        infra_concurrency.check(prod.model_copy(update={"production_slots": slots + 1, "segment_workers": 1}))
    many = rush(800, 50, {15: 100}, steps=dict.fromkeys(infra_concurrency.STEPS, float(seconds)))
    allowed = replace(today(), slots=slots, per_creator=slots, workers=workers)
    assert simulate(allowed, many).failed == 0
    assert simulate(replace(allowed, slots=10 * slots), many).failed > 0


def test_the_same_rush_failed_clips_and_took_the_api_down_before() -> None:
    outcome = simulate(before(), rush(40, 20, LONGEST))
    assert outcome.failed > 0
    assert outcome.least_for_api == 0


def test_one_creator_cannot_take_more_than_a_quarter_of_the_segments() -> None:
    world = today()
    assert world.per_creator * world.workers <= world.reserved["transcode"] / 4


def test_the_rules_are_those_of_the_deployed_definition() -> None:
    from bench.concurrency import _definition
    from infra.workflows import definitions

    deployed = definitions.states(json.loads(definitions.read("production")[0]))
    simulated = definitions.states(_definition(today()))
    assert {name: state.get("Retry") for name, state in simulated.items()} == {
        name: state.get("Retry") for name, state in deployed.items()
    }
