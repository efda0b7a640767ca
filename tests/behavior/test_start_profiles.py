"""Each night the jobs of yesterday begin; a day can be begun again by hand."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.behavior.start_profiles.handler import handler as start_profiles
from reelstack.platform import aws as seam
from reelstack.platform import storage
from reelstack.platform.config import Config, config
from reelstack.privacy import event_erasure

Event = Callable[[str], dict[str, Any]]


@pytest.fixture
def executions(aws: Config) -> Callable[[], dict[str, str]]:
    """Name -> input, of what was begun."""
    states, made = seam.client("stepfunctions"), aws.profiles_machine_arn

    def begun() -> dict[str, str]:
        found = states.list_executions(stateMachineArn=made)["executions"]
        arns = {one["name"]: one["executionArn"] for one in found}
        return {name: states.describe_execution(executionArn=arn)["input"] for name, arn in arns.items()}

    return begun


def test_the_schedule_begins_yesterday_once(
    executions: Callable[[], dict[str, str]], event: Event, context: Any
) -> None:
    yesterday = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    for _ in range(2):
        answer = start_profiles(event("behavior/start_profiles.scheduled"), context)
        assert answer == {"execution": f"{yesterday}-1"}
    assert executions() == {f"{yesterday}-1": json.dumps({"day": yesterday})}


def test_a_day_is_begun_again_as_another_attempt(
    executions: Callable[[], dict[str, str]], event: Event, context: Any
) -> None:
    assert start_profiles({"day": "2026-11-20"}, context) == {"execution": "2026-11-20-1"}
    assert start_profiles(event("behavior/start_profiles.by_hand"), context) == {"execution": "2026-11-20-2"}
    assert set(executions().values()) == {'{"day": "2026-11-20"}'}


def test_an_erasure_that_waits_for_parquet_is_told_until_it_is_done(
    executions: Callable[[], dict[str, str]], context: Any
) -> None:
    storage.write("data", "erasures/2026-11-12/viewers.json", b"{}", "", "")
    storage.write("data", "erasures/2026-11-19/viewers.json", b"{}", "", "")
    start_profiles({"day": "2026-11-20"}, context)
    storage.write("data", event_erasure.parquet_note("2026-11-19"), b"{}", "", "")
    start_profiles({"day": "2026-11-21"}, context)
    assert {name: json.loads(given) for name, given in executions().items()} == {
        "2026-11-20-1": {"day": "2026-11-20", "erasure": "erasures/2026-11-19"},
        "2026-11-21-1": {"day": "2026-11-21"},
    }


def test_where_there_is_no_machine_nothing_begins(
    aws: Config, monkeypatch: pytest.MonkeyPatch, event: Event, context: Any
) -> None:
    monkeypatch.setenv("REELSTACK_PROFILES_MACHINE_ARN", "")
    config.cache_clear()
    assert start_profiles(event("behavior/start_profiles.scheduled"), context) == {"execution": None}
