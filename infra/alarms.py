"""Alarms and the dashboard: every queue, dead-letter queue, function, machine and the API has a line here.

A stack of its own: a stack takes 500 resources, and there are two alarms for some functions.
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.catalogue import Fn
from infra.function import Function
from infra.search_domain import SearchDomain
from infra.settings import Settings

FIVE = Duration.minutes(5)
OLDEST_MESSAGE_SECONDS = 900
OLDEST_RECORD_MS = 60_000
API_P99_MS = 1000
SEARCH_MEMORY_PERCENT = 85
SEARCH_DISK_PERCENT = 75
PUSHES_FAILED = 50
"""In five minutes: single phones and connections fail every day."""
LONGEST_WAIT_SECONDS = {"High": 600, "Normal": 3600, "Low": 3 * 24 * 3600}


class Alarms(Stack):
    def __init__(self, scope: Construct, construct_id: str, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        key = kms.Key(self, "TopicKey", enable_key_rotation=True, description="Encrypts alarm notices")
        cloudwatch_itself = iam.ServicePrincipal("cloudwatch.amazonaws.com")
        # CloudWatch must be able to encrypt what it publishes, which the AWS-managed key does not allow.
        key.grant(cloudwatch_itself, "kms:Decrypt", "kms:GenerateDataKey")
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        # enforce_ssl gives the topic a policy, in the place of the one that lets this account's alarms in.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[cloudwatch_itself],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        if settings.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))

    def _alarm(self, name: str, metric: cloudwatch.IMetric, threshold: float, says: str, periods: int = 1) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=says,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))

    def queue(self, queue: sqs.Queue) -> None:
        self._alarm(
            f"{queue.node.id}Age",
            queue.metric_approximate_age_of_oldest_message(period=FIVE, statistic="Maximum"),
            OLDEST_MESSAGE_SECONDS,
            "Work waits too long: raise production_slots, or see why productions do not end",
            periods=3,
        )

    def dead_letters(self, queue: sqs.Queue) -> None:
        self._alarm(
            f"{queue.node.id}Filled",
            queue.metric_approximate_number_of_messages_visible(period=FIVE, statistic="Maximum"),
            0,
            "Something could not be handled and waits in the dead-letter queue: docs/operations.md#dead-letters",
        )

    def function(self, line: Fn, function: Function) -> None:
        self._alarm(
            f"{function.node.id}Errors",
            function.metric_errors(period=FIVE, statistic="Sum"),
            # Steps are retried by the machine, whose own alarm counts; others should never raise.
            5 if line.trigger == "step" else 0,
            f"The function {line.name} raised",
            periods=2,
        )
        if line.trigger == "http":
            without = f"What counts the requests of {line.name} does not answer: nobody is refused meanwhile"
            self._counted(function, "Unlimited", "RateLimiterDown", without)
        if "cache_url" in line.config and line.vpc:
            uncached = f"The cache does not answer {line.name}: tables are asked instead"
            self._counted(function, "Uncached", "CacheDown", uncached)
        if line.name == "search":
            self._counted(function, "Away", "SearchDown", "The search engine does not answer: searches are refused")
        if line.name == "index_search":
            refused = "The search engine refused documents: it lacks them until the next rebuild"
            self._counted(function, "Refused", "SearchRefused", refused)
        if line.name == "notify":
            untold = "Phones or connections take no pushes; what they would have said is in the inboxes"
            self._counted(function, "Untold", "PushFailed", untold, threshold=PUSHES_FAILED)

    def _counted(self, function: Function, suffix: str, metric: str, says: str, threshold: float = 0) -> None:
        """On what a function counts itself (reelstack.telemetry.count), in two periods of five minutes."""
        counted = cloudwatch.Metric(
            namespace="Reelstack",
            metric_name=metric,
            dimensions_map={"service": function.line.name},
            period=FIVE,
            statistic="Sum",
        )
        self._alarm(f"{function.node.id}{suffix}", counted, threshold, says, periods=2)

    def stream(self, line: Fn, function: lambda_.Function) -> None:
        """A consumer that keeps failing holds its shard back: everything behind the batch waits with it."""
        self._alarm(
            f"{function.node.id}Late",
            function.metric("IteratorAge", period=FIVE, statistic="Maximum"),
            OLDEST_RECORD_MS,
            f"The stream that {line.name} reads is more than a minute ahead of it",
            periods=2,
        )

    def machine(self, machine: sfn.StateMachine) -> None:
        name = machine.node.id
        self._alarm(f"{name}Failed", machine.metric_failed(period=FIVE, statistic="Sum"), 0, f"{name}: one failed")
        self._alarm(f"{name}TimedOut", machine.metric_timed_out(period=FIVE, statistic="Sum"), 0, f"{name}: one hung")

    def line(self) -> None:
        """What start_production measures of the production line, once a minute."""

        def measured(name: str) -> cloudwatch.Metric:
            return cloudwatch.Metric(
                namespace="Reelstack",
                metric_name=name,
                dimensions_map={"service": "start_production"},
                period=FIVE,
                statistic="Maximum",
            )

        for priority, seconds in LONGEST_WAIT_SECONDS.items():
            self._alarm(
                f"{priority}Wait",
                measured(f"{priority}WaitSeconds"),
                seconds,
                f"{priority} orders wait too long: raise production_slots, or see why productions do not end",
                periods=3,
            )
        self._alarm(
            "LowPriorityStopped",
            measured("LowPriorityStopped"),
            0,
            "The day's estimated spend passed low_dollars_per_day: low-priority work waits for tomorrow (UTC)",
        )

    def search(self, domain: SearchDomain) -> None:
        """What AWS advises to watch of a domain; writes stop when its disk or its memory is full."""
        self._alarm(
            "SearchRed", domain.metric("ClusterStatus.red"), 0, "A part of the search index is lost: rebuild it"
        )
        self._alarm(
            "SearchWritesBlocked",
            domain.metric("ClusterIndexWritesBlocked"),
            0,
            "The search domain takes no writes: its disk or its memory is full",
        )
        self._alarm(
            "SearchMemory",
            domain.metric("JVMMemoryPressure"),
            SEARCH_MEMORY_PERCENT,
            "The search domain's memory is nearly full: choose a larger search_instance",
            periods=3,
        )
        self._alarm(
            "SearchDisk",
            domain.used_percent,
            SEARCH_DISK_PERCENT,
            "A search node's disk is nearly full: raise search_gib",
        )

    def api(self, api: apigw.HttpApi) -> None:
        errors = api.metric_server_error(period=FIVE, statistic="Sum")
        slowest = api.metric_latency(period=FIVE, statistic="p99")
        self._alarm("ApiErrors", errors, 5, "The API answers 5xx")
        self._alarm("ApiSlow", slowest, API_P99_MS, "The API's p99 is over 1 s", periods=3)

    def socket(self, api: apigw.WebSocketApi) -> None:
        errors = api.metric("IntegrationError", period=FIVE, statistic="Sum")
        self._alarm("SocketErrors", errors, 5, "The WebSocket API cannot let people in: see the log of connect")

    def dashboard(
        self, functions: Mapping[str, lambda_.Function], machine: sfn.StateMachine, api: apigw.HttpApi
    ) -> None:
        """One page: what comes in, what is made, what breaks."""

        def graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
            return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8, height=6)

        cloudwatch.Dashboard(
            self,
            "Dashboard",
            widgets=[
                [
                    graph("API requests", api.metric_count(period=FIVE)),
                    graph("API errors", api.metric_client_error(period=FIVE), api.metric_server_error(period=FIVE)),
                    graph("API latency", *(api.metric_latency(period=FIVE, statistic=s) for s in ("p50", "p99"))),
                ],
                [
                    graph("Productions", machine.metric_started(), machine.metric_succeeded(), machine.metric_failed()),
                    graph(
                        "Production time", machine.metric_time(statistic="p50"), machine.metric_time(statistic="p99")
                    ),
                    graph("Function errors", *(f.metric_errors(period=FIVE) for f in functions.values())),
                ],
                [
                    graph("Function time p99", *(f.metric_duration(statistic="p99") for f in functions.values())),
                    graph("Throttled functions", *(f.metric_throttles(period=FIVE) for f in functions.values())),
                ],
            ],
        )
