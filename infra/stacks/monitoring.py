"""The alarms' topic, the dashboard, and the alarms on what stands in no stack of functions."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigw
from constructs import Construct

from infra.catalogue import Fn
from infra.monitoring.alarms import Alarms
from infra.monitoring.cache_alarms import cache_alarms
from infra.monitoring.dashboard import dashboard
from infra.monitoring.interests_metrics import InterestsMetrics
from infra.monitoring.search_alarms import search_alarms
from infra.monitoring.topic import alarm_topic
from infra.names import Names
from infra.settings import Settings


class MonitoringStack(Stack):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        settings: Settings,
        names: Names,
        *,
        api: apigw.HttpApi,
        copies: Mapping[str, apigw.HttpApi],
        functions: Sequence[Fn],
        has_engines: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        alarm_topic(self, settings, names)
        alarms = Alarms(self, names, settings)
        alarms.http_api(api)
        for name, of_deployment in copies.items():
            alarms.deployment_api(name, of_deployment)
        if has_engines:
            cache_alarms(alarms, names, settings)
            search_alarms(alarms, names, settings)
        job = InterestsMetrics(names) if has_engines else None
        dashboard(self, names, [line.name for line in functions], api, job, copies)
