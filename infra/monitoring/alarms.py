"""Alarms of one stack: every queue, dead-letter queue, function, stream, machine and API in it has one.

They stand beside what they watch, so that a function and its alarms come, change and go in one deployment.
"""

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.catalogue import Fn
from infra.names import Names, camel
from infra.settings import Settings

FIVE = Duration.minutes(5)
OLDEST_MESSAGE_SECONDS = 900
OLDEST_RECORD_MS = 60_000
API_P99_MS = 1000
PUSHES_FAILED = 50
"""In five minutes: single phones and connections fail every day."""
STEP_ERRORS = 5
"""Steps are retried by their machine, whose own alarm counts; other functions should never raise."""
PASSED_OVER = ("stop_harmful_arms",)
"""Steps whose machine goes on without them, so that nothing else tells of an error: all tries lie in one period."""
LONGEST_WAIT_SECONDS = {"High": 600, "Normal": 3600, "Low": 3 * 24 * 3600}
COUNTED: dict[str, tuple[str, str, str, float]] = {
    "search": ("Unavailable", "SearchDown", "The search engine does not answer: searches are refused", 0),
    "index_search": (
        *("Refused", "SearchRefused"),
        "The search engine refused documents: it lacks them until the next rebuild",
        0,
    ),
    "feed": (
        *("Stale", "HotListStale"),
        "Hot lists are older than eleven minutes: docs/operations.md#hot-lists says what to do",
        0,
    ),
    "notify": (
        *("Unsent", "PushFailed"),
        "Phones or connections take no pushes; what they would have shown is in the inboxes",
        PUSHES_FAILED,
    ),
    "sum_daily_plays": (
        *("Unreconciled", "PlaysUnreconciled"),
        "Plays of a day in the archive and as they were counted differ by more than 0.1 %",
        0,
    ),
}
"""Function -> the alarm's suffix, the metric that the function counts itself, the description, the threshold."""
DAILY = ("sum_daily_plays",)
"""Those that count once a day: two periods of five minutes one after another never both have something."""


class Alarms(Construct):
    """Each alarm goes to the stage's one topic. A stage whose setting `alarms` says so has only the essential ones."""

    def __init__(self, scope: Construct, names: Names, settings: Settings) -> None:
        super().__init__(scope, "Alarms")
        self._only_essential = settings.alarms == "essential"
        topic = sns.Topic.from_topic_arn(self, "Topic", names.alarm_topic_arn)
        self._action = actions.SnsAction(topic)

    def alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        description: str,
        periods: int = 1,
        *,
        essential: bool = False,
    ) -> None:
        if self._only_essential and not essential:
            return
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=description,
        )
        alarm.add_alarm_action(self._action)

    def queue(self, queue: sqs.Queue) -> None:
        self.alarm(
            f"{queue.node.id}Age",
            queue.metric_approximate_age_of_oldest_message(period=FIVE, statistic="Maximum"),
            OLDEST_MESSAGE_SECONDS,
            "Work waits too long: raise production_slots, or see why productions do not end",
            periods=3,
        )

    def dead_letters(self, queue: sqs.Queue, *, of_work: bool) -> None:
        """`of_work`: of a queue whose messages are users' uploads, not of a rule, a stream or an event."""
        self.alarm(
            f"{queue.node.id}Filled",
            queue.metric_approximate_number_of_messages_visible(period=FIVE, statistic="Maximum"),
            0,
            "Something could not be handled and waits in the dead-letter queue: docs/operations.md#dead-letters",
            essential=of_work,
        )

    def function(self, line: Fn, function: lambda_.Function) -> None:
        self.alarm(
            f"{camel(line.name)}Errors",
            function.metric_errors(period=FIVE, statistic="Sum"),
            STEP_ERRORS if line.trigger == "step" and line.name not in PASSED_OVER else 0,
            f"The function {line.name} raised",
            periods=1 if line.name in PASSED_OVER else 2,
        )
        if line.trigger == "http":
            without = f"The store that counts requests does not answer {line.name}: rate_limiter_fallback holds"
            self._counted(line, "Unlimited", "RateLimiterDown", without)
        if "cache_url" in line.config and line.vpc:
            uncached = f"The cache does not answer {line.name}: tables are asked instead"
            self._counted(line, "Uncached", "CacheDown", uncached)
        if counted := COUNTED.get(line.copy_of or line.name):
            self._counted(line, *counted)

    def _counted(self, line: Fn, suffix: str, metric: str, description: str, threshold: float = 0) -> None:
        """On what a function counts itself (platform.telemetry.count), in two periods of 5 minutes or, daily, one."""
        counted = cloudwatch.Metric(
            namespace="Reelstack",
            metric_name=metric,
            dimensions_map={"service": line.name},
            period=FIVE,
            statistic="Sum",
        )
        periods = 1 if line.name in DAILY else 2
        self.alarm(f"{camel(line.name)}{suffix}", counted, threshold, description, periods=periods)

    def stream(self, line: Fn, function: lambda_.Function, gathered_seconds: int = 0) -> None:
        """A consumer that keeps failing holds its shard back: everything behind the batch waits with it. A record may
        be as old as its batching window (`gathered_seconds`) before anything is late."""
        self.alarm(
            f"{camel(line.name)}Late",
            function.metric("IteratorAge", period=FIVE, statistic="Maximum"),
            OLDEST_RECORD_MS + gathered_seconds * 1000,
            f"The stream that {line.name} reads is more than a minute ahead of it"
            + (f", beyond the {gathered_seconds} s that it gathers" if gathered_seconds else ""),
            periods=2,
        )

    def machine(self, machine: sfn.StateMachine, *, essential: bool = True) -> None:
        """Not `essential`: nobody waits for it, and what one execution left undone the next one does."""
        name = machine.node.id
        failed = machine.metric_failed(period=FIVE, statistic="Sum")
        hung = machine.metric_timed_out(period=FIVE, statistic="Sum")
        self.alarm(f"{name}Failed", failed, 0, f"{name}: one failed", essential=essential)
        self.alarm(f"{name}TimedOut", hung, 0, f"{name}: one hung", essential=essential)

    def open_reviews(self, days: int) -> None:
        """What reconcile_production measures of the questions that wait for a moderator."""
        self.alarm(
            "ReviewWait",
            _measured("reconcile_production", "OldestReviewSeconds"),
            days * 24 * 3600,
            "A review or an appeal waits too long: more moderators are needed; clips in review stay unpublished",
        )

    def production_backlog(self) -> None:
        """What start_production measures of the jobs that wait, once a minute."""
        for priority, seconds in LONGEST_WAIT_SECONDS.items():
            self.alarm(
                f"{priority}Wait",
                _measured("start_production", f"{priority}WaitSeconds"),
                seconds,
                f"Productions of priority {priority} wait too long: raise production_slots, or see why they do not end",
                periods=3,
            )
        self.alarm(
            "LowPriorityStopped",
            _measured("start_production", "LowPriorityStopped"),
            0,
            "The day's estimated spend passed low_dollars_per_day: low-priority work waits for tomorrow (UTC)",
        )

    def http_api(self, api: apigw.HttpApi) -> None:
        errors = api.metric_server_error(period=FIVE, statistic="Sum")
        slowest = api.metric_latency(period=FIVE, statistic="p99")
        self.alarm("ApiErrors", errors, 5, "The API answers 5xx", essential=True)
        self.alarm("ApiSlow", slowest, API_P99_MS, "The API's p99 is over 1 s", periods=3)

    def deployment_api(self, name: str, api: apigw.HttpApi) -> None:
        """Viewers see nothing of it while the other deployment answers in its place, so it is not an essential one."""
        errors = api.metric_server_error(period=FIVE, statistic="Sum")
        failed = f"{name} answers 5xx, and the other is asked: docs/operations.md#two-deployments-of-the-feed"
        self.alarm(f"{camel(name)}ApiErrors", errors, 5, failed)

    def websocket(self, api: apigw.WebSocketApi) -> None:
        errors = api.metric("IntegrationError", period=FIVE, statistic="Sum")
        self.alarm("SocketErrors", errors, 5, "The WebSocket API cannot let people in: see the log of websocket")


def _measured(function: str, name: str) -> cloudwatch.Metric:
    """The highest value that a function has counted in five minutes."""
    return cloudwatch.Metric(
        namespace="Reelstack",
        metric_name=name,
        dimensions_map={"service": function},
        period=FIVE,
        statistic="Maximum",
    )
