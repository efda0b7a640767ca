"""One pool of concurrent executions, and bulkheads in it: production waits when it is full, the API never does."""

import json
import re
from typing import Any

import pytest

from bench.concurrency import World, rush, simulate
from infra.catalogue import FUNCTIONS, Fn, copies
from infra.functions import concurrency
from infra.functions.concurrency import PoolTooSmall
from infra.names import camel
from infra.settings import Settings
from infra.stages import STAGES
from infra.workflows import definitions
from tests.infra.templates import Assembly, place

PROD = STAGES["prod"]
MACHINES = {path.name.split(".")[0] for path in definitions.FOLDER.glob("*/*.asl.json")}
TASKS = [
    pytest.param(machine, state, id=f"{machine}.{name}")
    for machine in sorted(MACHINES)
    for name, state in definitions.states(json.loads(definitions.read(machine)[0])).items()
    if ":lambda:" in state.get("Resource", "")
]
LINES = [*FUNCTIONS, *copies(FUNCTIONS)]
API_PERCENT = 15
LONG_SECONDS = 30


def _with(**changed: Any) -> Settings:
    return Settings.model_validate({**PROD.model_dump(), **changed})


def _reserved(assembly: Assembly) -> dict[str, int]:
    found = {line.name: assembly.at(place(line)).properties for line in LINES}
    key = "ReservedConcurrentExecutions"
    return {name: properties[key] for name, properties in found.items() if key in properties}


def test_reservations_follow_from_the_accounts_concurrency(prod: Assembly) -> None:
    reserved = _reserved(prod)
    assert reserved == concurrency.reservations(PROD, LINES)
    assert (reserved["transcode"], reserved["encode_first_rung"], reserved["feed_a"]) == (520, 80, 25)
    assert concurrency.reservations(_with(lambda_concurrency=4000), LINES)["transcode"] == 2080


def test_a_share_is_of_a_function_that_there_is() -> None:
    assert concurrency.SHARES.keys() <= {line.name for line in LINES}


def test_the_api_is_limited_by_no_reservation_and_keeps_its_part_of_the_pool(prod: Assembly) -> None:
    reserved = _reserved(prod)
    assert not {line.name for line in FUNCTIONS if line.trigger in ("http", "socket")} & reserved.keys()
    assert reserved["feed_a"] == reserved["feed_b"] > 0
    left = concurrency.unreserved(PROD, reserved)
    assert left >= max(concurrency.UNRESERVED, PROD.lambda_concurrency * API_PERCENT / 100)


@pytest.mark.parametrize("line", FUNCTIONS, ids=lambda line: line.name)
def test_what_runs_long_and_is_started_by_many_is_reserved_for(line: Fn) -> None:
    """A schedule starts one at a time; API Gateway waits 30 s, and its stage has a throttle."""
    started_by_many = line.trigger not in ("http", "socket", "schedule")
    assert (line.name in concurrency.SHARES) == (started_by_many and line.timeout > LONG_SECONDS)


@pytest.mark.parametrize("limit", [10, 100, 500, 1000, 3000])
def test_aws_would_accept_the_reservations_of_any_account(limit: int) -> None:
    reserved = concurrency.reservations(_with(lambda_concurrency=limit), LINES)
    assert not reserved or limit - sum(reserved.values()) >= 100
    assert bool(reserved) == (limit >= 1000)


def test_a_new_accounts_ten_are_not_reserved_and_dev_needs_no_more(assemblies: dict[str, Assembly]) -> None:
    dev = assemblies["dev-core"]
    assert dev.settings.lambda_concurrency == 10
    assert _reserved(dev) == {}
    assert dev.settings.production_slots * dev.settings.segment_workers <= 5


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_fits_its_pool(stage: str) -> None:
    concurrency.check(STAGES[stage])


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"production_slots": 50, "segment_workers": 40}, "Lower production_slots to 13 or segment_workers to 10, or"),
        (
            {"production_slots": 550, "segment_workers": 1},
            r"has 15 .* 3.5 productions. Lower production_slots to 52, or",
        ),
        ({"production_slots_per_creator": 50}, "Lower production_slots_per_creator to 11"),
        ({"lambda_concurrency": 400}, "208 segments may be made at a time. Lower production_slots to 18"),
        ({"lambda_concurrency": 10}, "Lower production_slots to 3 and segment_workers to 1, or"),
        ({"compose_workers": 50}, "compose_workers 50 is more than 20"),
    ],
)
def test_more_at_a_time_than_the_pool_holds_is_refused_with_what_to_change(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(PoolTooSmall, match=says):
        concurrency.check(_with(**changed))


@pytest.mark.parametrize("pool", [10, 20, 100, 400, 554, 555, 1000, 3000])
@pytest.mark.parametrize(("slots", "workers"), [(1, 1000), (1000, 1), (50, 11), (1000, 1000), (2, 6)])
def test_who_does_what_the_message_says_ends_with_settings_that_are_accepted(
    pool: int, slots: int, workers: int
) -> None:
    settings = _with(lambda_concurrency=pool, production_slots=slots, segment_workers=workers)
    for _ in range(5):
        try:
            return concurrency.check(settings)
        except PoolTooSmall as small:
            advice = re.split(r",? or ", str(small).lower().split("lower ")[1])[0]
        found = {name: int(number) for name, number in re.findall(r"(\w+) to (\d+)", advice)}
        settings = _with(**{**settings.model_dump(), **found})
    pytest.fail(f"still refused: {settings}")


@pytest.mark.parametrize(
    ("pool", "slots", "workers"), [(100, 41, 1), (100, 25, 2), (100, 4, 11), (10, 2, 2), (520, 23, 11)]
)
def test_production_leaves_the_api_its_part_where_nothing_is_reserved(pool: int, slots: int, workers: int) -> None:
    """The most that is accepted, simulated: each production has its workers and one execution beside them."""
    least, joined = max(4, pool * API_PERCENT // 100), max(2, pool // 50)
    one_creators = max(1, max(2, pool * 52 // 400) // workers)
    settings = _with(
        lambda_concurrency=pool,
        production_slots=slots,
        production_slots_per_creator=one_creators,
        segment_workers=workers,
        compose_workers=joined,
    )
    concurrency.check(settings)
    world = World(slots, slots, workers, reserved=concurrency.reservations(settings, LINES), limit=pool)
    outcome = simulate(world, rush(2 * slots, 20, {60: 100}))
    assert (outcome.failed, outcome.least_for_api >= least) == (0, True)


def test_slots_that_would_take_the_whole_of_a_small_pool_are_refused() -> None:
    with pytest.raises(PoolTooSmall, match="17 stay with the API"):
        concurrency.check(_with(lambda_concurrency=100, production_slots=55, segment_workers=1, compose_workers=2))


def test_a_queue_calls_no_more_than_its_functions_reservation(variant: Assembly) -> None:
    """SQS counts a throttled message as received: after five it is a dead letter."""
    mappings = [m for m in variant.of("AWS::Lambda::EventSourceMapping") if "ScalingConfig" in m.properties]
    called = {camel(name): name for name in ("compose_upload", "count_plays", "send_table_events")}
    assert len(mappings) == len(called)
    for mapping in mappings:
        name = called[mapping.path.split("/")[1]]
        most = mapping.properties["ScalingConfig"]["MaximumConcurrency"]
        assert most <= _reserved(variant).get(name, variant.settings.lambda_concurrency // 5), mapping.path


@pytest.mark.parametrize(("machine", "state"), TASKS)
def test_a_full_pool_delays_every_step_of_every_machine_and_fails_none(machine: str, state: dict[str, Any]) -> None:
    first = state["Retry"][0]
    assert first["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
    assert first["MaxAttempts"] >= 30
    assert (first["MaxDelaySeconds"], first["JitterStrategy"]) == (60, "FULL")


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_a_machine_outlives_the_waiting_of_its_steps(machine: str) -> None:
    """As long as every step waits on average: with full jitter half of the longest."""
    definition = json.loads(definitions.read(machine)[0])
    tasks = [state for state in definitions.states(definition).values() if ":lambda:" in state.get("Resource", "")]
    waiting = sum(state["Retry"][0]["MaxAttempts"] * state["Retry"][0]["MaxDelaySeconds"] / 2 for state in tasks)
    assert waiting < definition["TimeoutSeconds"]
