"""The dashboard draws what the alarms watch, of resources that are there."""

import json
import re
from typing import Any

import pytest

from infra.monitoring import feed_alarms, feed_metrics
from reelstack.degradation import metrics
from tests.infra.templates import Assembly

MEASURED = {"source": {"FeedProposed"}, "stage": {"FeedStageMs"}, "reason": {"FeedDropped"}}
SEARCH = re.compile(r'\{Reelstack,service,(?P<dimension>\w+)\} MetricName="(?P<name>\w+)" service="(?P<service>\w+)"')
FEEDS = {"feed": "Feed", "feed_a": "FeedA", "feed_b": "FeedB"}
"""Functions that serve it -> how the names of their alarms begin."""
ALARMS_OF_THE_JOB = "Interests/Alarms/Interests"


def _widgets(assembly: Assembly) -> dict[str, dict[str, Any]]:
    """By title."""
    (board,) = assembly.of("AWS::CloudWatch::Dashboard")
    body = json.loads(assembly.flat(board.stack, board.properties["DashboardBody"]))
    return {widget["properties"]["title"]: widget for widget in body["widgets"]}


def _drawn(widget: dict[str, Any]) -> set[str]:
    """Names of the metrics, those of expressions included."""
    named = [metric for metric in widget["properties"]["metrics"] if isinstance(metric[0], str)]
    return {metric[1] for metric in named}


def _watched(properties: dict[str, Any]) -> str:
    if "MetricName" in properties:
        return str(properties["MetricName"])
    (metric,) = (each["MetricStat"]["Metric"] for each in properties["Metrics"] if "MetricStat" in each)
    return str(metric["MetricName"])


def test_no_two_widgets_lie_on_one_another(variant: Assembly) -> None:
    found = [(widget["x"], widget["y"]) for widget in _widgets(variant).values()]
    assert len(set(found)) == len(found)
    assert all(widget["x"] + widget["width"] <= 24 for widget in _widgets(variant).values())


def test_each_alarm_on_the_interests_job_has_its_graph(prod: Assembly) -> None:
    rows = {title: _drawn(widget) for title, widget in _widgets(prod).items() if title.startswith("Interests: ")}
    alarms = [alarm for alarm in prod.of("AWS::CloudWatch::Alarm") if alarm.path.startswith(ALARMS_OF_THE_JOB)]
    assert len(alarms) == 6
    assert {_watched(alarm.properties) for alarm in alarms} <= {name for drawn in rows.values() for name in drawn}
    assert rows["Interests: lag"] == {"InterestsBehindSeconds", "SubscribeToShardEvent.MillisBehindLatest"}
    assert rows["Interests: events"] == {"IncomingRecords", "SubscribeToShardEvent.Records"}


@pytest.mark.parametrize("service", FEEDS)
def test_each_alarm_of_the_feed_has_its_graph(prod: Assembly, service: str) -> None:
    rows = {title: _drawn(widget) for title, widget in _widgets(prod).items() if title.startswith(f"{service}: ")}
    of_feed = (*feed_alarms.NAMES, "FeedSourceEmpty", "FeedTableOld", "FeedScoreDrifts")
    names = [name.replace("Feed", FEEDS[service], 1) for name in of_feed]
    alarms = [alarm for alarm in prod.of("AWS::CloudWatch::Alarm") if alarm.path.split("/")[-1] in names]
    assert len(alarms) == len(names)
    assert {_watched(alarm.properties) for alarm in alarms} <= {name for drawn in rows.values() for name in drawn}


def test_what_the_feed_measures_by_a_dimension_is_searched_for(prod: Assembly) -> None:
    """By the names and dimensions that it writes."""
    searched = {
        (found["service"], found["name"], found["dimension"])
        for widget in _widgets(prod).values()
        for metric in widget["properties"]["metrics"]
        if isinstance(metric[0], dict) and (found := SEARCH.search(metric[0]["expression"]))
    }
    assert searched == {(feed, name, by) for feed in FEEDS for by, names in MEASURED.items() for name in names}


def test_levels_are_watched_where_level_2_is_a_fault(assemblies: dict[str, Assembly]) -> None:
    """A stage without engines is at level 2 by design."""
    for name, assembly in assemblies.items():
        found = {alarm.path.split("/")[-1] for alarm in assembly.of("AWS::CloudWatch::Alarm")}
        assert found.isdisjoint(feed_alarms.NAMES) == (name != "prod-full"), name
    assert list(feed_metrics.LEVELS) == list(metrics.LEVELS.values())


def test_without_the_job_nothing_of_it_is_drawn(assemblies: dict[str, Assembly]) -> None:
    titles = _widgets(assemblies["prod-core"])
    assert "API requests" in titles
    assert not [title for title in titles if title.startswith("Interests")]
