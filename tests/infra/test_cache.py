"""The cache of profile full: how much it may do, and who hears of it when that is not enough."""

from typing import Any

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template
from pydantic import ValidationError

from infra.costs import idle
from infra.engines.cache import Cache
from infra.names import Names
from infra.settings import Settings
from infra.stages import STAGES
from tests.infra.templates import Assembly


def _settings(**more: Any) -> Settings:
    return Settings.model_validate(STAGES["prod"].model_dump() | more)


def _template(settings: Settings) -> dict[str, Any]:
    stack = Stack(App(), "Cache", env=Environment(account=settings.account, region=settings.region))
    vpc = ec2.Vpc(stack, "Vpc", availability_zones=["us-east-1a", "us-east-1b"])
    Cache(stack, settings, Names.of(settings), vpc, {"functions": ec2.SecurityGroup(stack, "Functions", vpc=vpc)})
    made: dict[str, Any] = Template.from_stack(stack).to_json()
    return made


def test_it_may_hold_and_do_what_the_stage_says_and_is_ready_for_nothing_it_would_pay_for(prod: Assembly) -> None:
    limits = prod.at("Engines/Valkey").properties["CacheUsageLimits"]
    assert limits == {
        "DataStorage": {"Maximum": prod.settings.cache_gb, "Unit": "GB"},
        "ECPUPerSecond": {"Maximum": prod.settings.cache_ecpu_per_second},
    }


def test_a_minimum_makes_it_ready_for_a_rush_and_has_a_price() -> None:
    template = _template(_settings(cache_least_ecpu_per_second=40_000))
    (cache,) = [r for r in template["Resources"].values() if r["Type"] == "AWS::ElastiCache::ServerlessCache"]
    assert cache["Properties"]["CacheUsageLimits"]["ECPUPerSecond"] == {"Maximum": 50_000, "Minimum": 40_000}
    costs = {line.what: line.dollars for line in idle.lines([{"Resources": {"Cache": cache}}])}
    assert costs["what Valkey is ready for"] == pytest.approx(40 * 6.04, abs=1)


@pytest.mark.parametrize("least", [1, 999, 50_001])
def test_a_minimum_that_aws_would_refuse_is_refused(least: int) -> None:
    with pytest.raises(ValidationError, match="cache_least_ecpu_per_second"):
        _settings(cache_least_ecpu_per_second=least)


def test_refused_commands_and_a_load_near_the_limit_raise_alarms(prod: Assembly) -> None:
    (name,) = {cache.properties["ServerlessCacheName"] for cache in prod.of("AWS::ElastiCache::ServerlessCache")}
    settings = prod.settings
    for path, metric, threshold in (
        ("Monitoring/Alarms/CacheThrottled", "ThrottledCmds", 0),
        ("Monitoring/Alarms/CacheBusy", "ElastiCacheProcessingUnits", 0.75 * settings.cache_ecpu_per_second * 300),
    ):
        alarm = prod.at(path).properties
        assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/ElastiCache", metric)
        assert alarm["Dimensions"] == [{"Name": "clusterId", "Value": name}]
        assert (alarm["Statistic"], alarm["Period"], alarm["Threshold"]) == ("Sum", 300, threshold)
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


def test_a_stage_without_a_cache_has_no_alarm_on_one(assemblies: dict[str, Assembly]) -> None:
    assert [r.path for r in assemblies["prod-core"].resources if "Alarms/Cache" in r.path] == []
