"""What a stage costs is known before it is deployed: nothing in a template is without a price, and dev is cheap."""

import json
from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from cli.main import app
from deployment import rehearsal
from infra.checks import clips, costs
from infra.costs import answers, events, idle, prices
from infra.costs.clips import Clip, lines
from infra.costs.idle import UnknownPrice
from infra.costs.report import idle_lines
from infra.settings import Settings
from infra.stages import STAGES
from reelstack.production.cost_estimate import estimate
from tests.infra.templates import Assembly

PROD = STAGES["prod"]
DEV_DOLLARS = 10


def _total(assembly: Assembly) -> float:
    return idle.total(idle_lines(assembly.folder))


def _of(assembly: Assembly) -> dict[str, float]:
    return {line.what: line.dollars for line in idle_lines(assembly.folder)}


def test_dev_costs_less_than_ten_dollars_a_month_while_nobody_uses_it(assemblies: dict[str, Assembly]) -> None:
    assert STAGES["dev"].profile == "core"
    assert 0 < _total(assemblies["dev-core"]) < DEV_DOLLARS


def test_every_resource_of_every_template_has_a_price_or_is_free_for_a_reason(variant: Assembly) -> None:
    assert _total(variant) > 0
    assert {resource.type for resource in variant.resources} <= idle.PRICED.keys() | idle.FREE.keys()
    assert not idle.PRICED.keys() & idle.FREE.keys()
    assert all(idle.FREE.values())


def test_a_type_that_nobody_priced_is_no_nothing() -> None:
    with pytest.raises(UnknownPrice, match="AWS::EC2::NatGateway"):
        idle.lines([{"Resources": {"Nat": {"Type": "AWS::EC2::NatGateway"}}}])


def test_what_costs_by_the_month_is_read_from_the_template(prod: Assembly) -> None:
    """By hand: snapshots of 512 MB, three of 1,536; 3 rules; nodes of 0.036 $ and 10 GiB; 3 endpoints, 2 zones."""
    found, nodes = _of(prod), PROD.search_nodes
    alarms = len(prod.of("AWS::CloudWatch::Alarm"))
    snapshots = len(prod.of("AWS::Lambda::Version"))
    assert found["SnapStart snapshots"] == pytest.approx((snapshots - 3) * 1.977 + 3 * 3 * 1.977, abs=0.01)
    assert found["alarms"] == pytest.approx(alarms * 0.10)
    assert found["firewall (WAF)"] >= 8
    assert found["OpenSearch"] == pytest.approx(nodes * (26.28 + 1.22), abs=0.01)
    assert found["interface endpoints"] == pytest.approx(58.4)
    assert found["Managed Flink"] == pytest.approx(2 * 730 * 0.11 + 5)
    assert found["Valkey (ElastiCache Serverless)"] == pytest.approx(6.13)
    assert found["KMS keys"] >= 1


@pytest.mark.parametrize(("schedule", "seconds"), [("rate(1 minute)", 60), ("rate(6 hours)", 21600)])
def test_a_schedule_is_read(schedule: str, seconds: int) -> None:
    assert idle._seconds_between(schedule) == seconds


def test_a_schedule_that_cannot_be_read_is_no_nothing() -> None:
    with pytest.raises(UnknownPrice, match="cron"):
        idle._seconds_between("cron(0 3 ? * MON *)")


def test_a_schedule_at_an_hour_of_the_day_is_daily() -> None:
    assert idle._seconds_between("cron(30 1 * * ? *)") == 24 * 3600


def test_the_metrics_of_a_scheduled_function_are_those_that_alarms_wait_for(prod: Assembly) -> None:
    waited_for = {
        alarm.properties["MetricName"]
        for alarm in prod.of("AWS::CloudWatch::Alarm")
        if {"Name": "service", "Value": "start_production"} in alarm.properties.get("Dimensions", [])
    }
    assert len(waited_for) == idle.COUNTED_EVERY_MINUTE["start_production"]


def test_the_page_says_what_the_templates_cost(assemblies: dict[str, Assembly]) -> None:
    """If not: python -m infra.checks.costs."""
    text = costs.passage({name: assembly.folder for name, assembly in assemblies.items()})
    page = costs.PAGE.read_text()
    assert costs.with_passage(page, text) == page


def test_a_rehearsed_deployment_says_what_the_stage_costs(assemblies: dict[str, Assembly]) -> None:
    month, clips_ = rehearsal.prices(STAGES["dev"], assemblies["dev-core"].folder)
    assert f" {_total(assemblies['dev-core']):.2f} $ a month" in month
    assert f" {idle.total(lines(STAGES['dev'], 1000, Clip())):.2f} $ for 1,000 clips" in clips_


def test_more_costs_more() -> None:
    clip = Clip()
    cost = idle.total(lines(PROD, 1, clip))
    for more in ({"seconds": 60}, {"short_side": 2160}, {"views": 1000}, {"months": 24}):
        assert idle.total(lines(PROD, 1, replace(clip, **more))) > cost, more
    assert idle.total(lines(PROD, 1000, clip)) == pytest.approx(1000 * cost, rel=0.01)


@pytest.mark.parametrize("side", [1080, 2160])
@pytest.mark.parametrize("seconds", [60, 180, 600])
def test_producing_costs_what_the_page_of_clips_says(side: int, seconds: int) -> None:
    picture = {1080: "1080p", 2160: "4K"}[side]
    found = lines(PROD, 1, Clip(seconds=seconds, short_side=side, views=0, months=0))
    functions = next(line.dollars for line in found if line.what == "produce: functions")
    clip = clips.Clip(picture, 30, "sdr", Fraction(seconds, 60))
    size = clip.size_bytes(PROD)
    plan, workers = clips.planned(clip, PROD), PROD.segment_workers
    made = estimate(plan, original_bytes=size, architecture=PROD.architecture, workers=workers)
    assert functions == pytest.approx(made.compute / 1e6, rel=0.1)  # of other bitrates


def test_a_clip_that_nobody_watches_and_nobody_keeps_costs_what_producing_it_does() -> None:
    found = lines(PROD, 1000, Clip(views=0, months=0))
    assert {line.what.split(":")[0] for line in found if line.dollars} == {"produce"}


def test_making_the_rest_of_what_is_watched_costs_less_where_few_clips_are() -> None:
    popular = PROD.model_copy(update={"ladder_policy": "popular"})
    full, few, every = (
        idle.total(lines(settings, 1000, Clip(views=0, months=0, popular=share)))
        for settings, share in ((PROD, 0.05), (popular, 0.05), (popular, 1.0))
    )
    assert few < 0.7 * full < full < every


def test_what_a_thousand_unwatched_clips_save_is_what_a_hand_adds_up_to() -> None:
    """Not made of each: HEVC in 854 × 480 and 1080p at 15 million pixels a second, H.264 in 720p at 60 million, on one
    vCPU of 1,769 MB. The rest of the difference is what segments take besides. Not kept: 500, 900 and 1,500 kbit/s."""
    popular = PROD.model_copy(update={"ladder_policy": "popular"})
    found = [{one.what: one.dollars for one in lines(s, 1000, Clip(popular=0, months=1))} for s in (PROD, popular)]
    made, kept = (found[0][what] - found[1][what] for what in ("produce: functions", "keep 1 months: S3"))
    seconds = 900 * ((854 * 480 + 1920 * 1080) / 15e6 + 1280 * 720 / 60e6)
    assert made == pytest.approx(1000 * seconds * 1769 / 1024 * 0.0000133334, rel=0.1)
    assert kept == pytest.approx(1000 * 30 * (500 + 900 + 1500) / 8 / 1e6 * 0.023, rel=0.01)


def test_what_is_made_later_needs_an_original_that_is_kept() -> None:
    with pytest.raises(ValidationError, match="originals_policy is not delete"):
        Settings(**PROD.model_dump() | {"ladder_policy": "popular", "originals_policy": "delete"})


def test_a_million_events_cost_what_a_hand_adds_up_to() -> None:
    """1 GB put, read once and kept six days longer than one; 175,200 objects, each of one run; 0.14 GB for 400 days."""
    found = {line.what: line.dollars for line in events.lines(PROD, 1_000_000)}
    assert found == {
        "stream: put": 0.08,
        "stream: read once": 0.04,
        "interests: read by fan-out": 0.06,
        "interests: KPUs beyond the idle stage's": 0,
        "stream: keep 7 days": 0.02,
        "archive: functions": pytest.approx(175_200 * (0.2e-6 + 0.25 * 0.0000133334), abs=1e-4),
        "archive: S3 requests": 0.876,
        "archive: keep 400 days": pytest.approx(0.0429, abs=1e-4),
        # Two workers of 0.2424 $ an hour, three minutes in each of 210 steps; one for ten minutes in each of 30 nights.
        "daily jobs: start and end of steps": pytest.approx(21 * 0.2424208, abs=1e-4),
        "daily jobs: events": pytest.approx(400 / 3600 * 0.0606052, abs=1e-4),
        "daily jobs: training": pytest.approx(5 * 0.2424208, abs=1e-4),
        "daily jobs: plays into tables": pytest.approx(50_000 * 0.625e-6, abs=1e-4),
        "daily jobs: profiles into tables": pytest.approx(90_000 * 0.625e-6, abs=1e-4),
    }


def test_a_million_answers_cost_what_a_hand_adds_up_to() -> None:
    """60 ms of 1.5 GB, 10 read units, 90 ECPUs, 6 kB to the viewer and 1.5 kB of log each."""
    found = {line.what: line.dollars for line in answers.lines(PROD, 1_000_000)}
    assert found == {
        "gateway": 1.0,
        "CDN and firewall: requests": 1.6,
        "CDN: bytes": 0.51,
        "function": pytest.approx(0.2 + 0.06 * 1.5 * 13.33334, abs=1e-4),
        "DynamoDB": pytest.approx(10 * 0.125, abs=1e-4),
        "Valkey": pytest.approx(140 * 0.0023, abs=1e-4),
        "logs and traces": pytest.approx(0.75 + 0.25),
        "served features: S3 requests": 0.02,
    }


def test_the_job_is_given_processors_for_the_busiest_hour() -> None:
    assert events.kpu(PROD, 1_000_000) == PROD.interests_kpu
    thousand_a_second = 1000 * prices.SECONDS_A_MONTH
    assert events.kpu(PROD, thousand_a_second) == ceil(1000 * events.BUSIEST / events.EVENTS_A_SECOND_PER_KPU)


def test_ten_times_the_events_do_not_cost_ten_times_the_objects() -> None:
    few, many = (idle.total(events.lines(PROD, number)) for number in (1_000_000, 10_000_000))
    assert few < many < 3 * few


@pytest.mark.parametrize("arguments", [["clips", "1000", "--stage", "prod"], ["minutes", "--side", "2160"]])
def test_the_command_prints_lines_that_add_up(arguments: list[str]) -> None:
    shown = CliRunner().invoke(app, ["cost", *arguments, "--json"])
    assert shown.exit_code == 0, shown.output
    told: dict[str, Any] = json.loads(shown.output)
    assert told["dollars"] == pytest.approx(sum(line["dollars"] for line in told["lines"]), abs=0.001)
    assert told["as_of"] == prices.AS_OF
    text = CliRunner().invoke(app, ["cost", *arguments]).output
    assert "produce: functions" in text
    assert prices.AS_OF in text


@pytest.mark.parametrize("arguments", [["clips", "--stage", "qa"], ["report", "--stage", "local"]])
def test_a_stage_that_is_not_on_aws_is_refused_with_those_that_are(arguments: list[str]) -> None:
    shown = CliRunner().invoke(app, ["cost", *arguments])
    assert shown.exit_code == 2
    assert "dev, prod" in shown.output


def test_a_number_that_is_none_of_a_service_is_refused() -> None:
    for arguments in (["answers", "9" * 400], ["clips", "1", "--views", "9" * 30], ["clips", "1", "--months", "1201"]):
        assert CliRunner().invoke(app, ["cost", *arguments]).exit_code == 2
