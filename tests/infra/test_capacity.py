"""Every quota of the table has a need, a source and a date, and what does not fit says so."""

import json

import pytest
from typer.testing import CliRunner

from cli.main import app
from infra.capacity import quotas, table
from infra.capacity.needs import NEEDS
from infra.capacity.quotas import QUOTAS
from infra.capacity.table import Row
from infra.checks import cost_model
from infra.costs.model.demand import Given
from infra.costs.model.estimate import estimate
from infra.costs.model.habits import Habits
from infra.stages import STAGES


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    """A million viewers, a thousand uploads a second; the busiest hour is twice that."""
    found = estimate(STAGES["prod"], cost_model.SIZES["middle"], Habits())
    return {row.quota.name: row for row in table.rows(found)}


def test_every_quota_has_a_need_and_every_need_a_quota() -> None:
    assert QUOTAS.keys() == NEEDS.keys()
    assert all(quota.limit > 0 and quota.unit for quota in QUOTAS.values())
    assert all(quota.source.startswith("docs.aws.amazon.com/") for quota in QUOTAS.values())
    assert quotas.AS_OF


def test_needs_are_what_a_hand_adds_up_to(rows: dict[str, Row]) -> None:
    assert rows["CDN bits"].need.amount == pytest.approx(2 * 1028 * 1.05, rel=0.001)  # Gbit/s
    assert rows["executions started"].need.amount == pytest.approx(2000)
    assert rows["state transitions"].need.amount == pytest.approx(2000 * 36, rel=0.01)
    assert rows["events to targets"].need.amount == pytest.approx(2000 * 5)
    assert rows["sockets that open"].need.amount == pytest.approx(2_000_000 / 600)
    assert rows["accounts"].need.amount == pytest.approx(48e6)
    assert rows["denied videos at the edge"].need.amount == pytest.approx(2.628e9 * 0.02 / 30 / 4)
    assert rows["event stream"].need.amount == pytest.approx(2 * 238_096 / 1000, rel=0.001)  # MB/s


def test_a_quota_that_is_too_small_says_by_how_much(rows: dict[str, Row]) -> None:
    assert table.said(rows["CDN bits"]) == "raise 14.4 ×"
    assert table.said(rows["wildcard invalidations"]) == "1.3 × over", "no request raises it"
    denials = rows["denied videos at the edge"]
    assert denials.quota.limit == 4096 * 36, "a shard refuses long before the store is full"
    assert table.said(denials) == "3.0 × over"
    assert table.said(rows["events put"]) == "1.7 ×"
    assert [row.headroom for row in rows.values()] == sorted(row.headroom for row in rows.values())


def test_a_service_of_a_thousand_users_meets_no_quota() -> None:
    found = estimate(STAGES["prod"], Given(daily_users=1000, minutes_a_day=30, uploads_a_second=0.001), Habits())
    assert [row.quota.name for row in table.rows(found) if row.headroom < 1] == []


def test_the_command_tells_every_quota() -> None:
    told = json.loads(CliRunner().invoke(app, ["capacity", "--json"]).output)
    assert {row["name"] for row in told["quotas"]} == QUOTAS.keys()
    assert told["as_of"] == quotas.AS_OF
    shown = CliRunner().invoke(app, ["capacity", "--daily-users", "1000", "--uploads", "0.01"])
    assert shown.exit_code == 0, shown.output
    assert all(name in shown.output for name in QUOTAS)


def test_what_is_not_needed_has_no_headroom_in_numbers() -> None:
    told = json.loads(CliRunner().invoke(app, ["capacity", "--json", "--set", "pushes_a_day=0"]).output)
    (pushes,) = (row for row in told["quotas"] if row["name"] == "pushes")
    assert (pushes["need"], pushes["headroom"]) == (0, None)
