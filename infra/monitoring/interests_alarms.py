"""What is watched of the Flink job: that it runs, keeps up, keeps its state, and costs what a team meant to spend.

Its heartbeat is measured by measure_interests from inside the VPC, each minute: it says that events reach the cache,
which no metric of AWS does.
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.monitoring.alarms import Alarms
from infra.names import Names
from infra.settings import Settings

FIVE = Duration.minutes(5)
BEHIND_MS = 60_000
SILENT_SECONDS = 60
"""The heartbeat is written each second; a restart from a checkpoint takes less than half a minute."""
RESTARTS = 3
"""In five minutes. AWS moves an application to another machine now and then, which is one."""


def interests_alarms(alarms: Alarms, names: Names, settings: Settings) -> None:
    silent = cloudwatch.Metric(
        namespace="Reelstack",
        metric_name="InterestsHeartbeatSeconds",
        dimensions_map={"service": "measure_interests"},
        statistic="Maximum",
        period=FIVE,
    )
    behind = cloudwatch.Metric(
        namespace="AWS/Kinesis",
        metric_name="SubscribeToShardEvent.MillisBehindLatest",
        dimensions_map={"StreamName": names.event_stream, "ConsumerName": names.interests},
        statistic="Maximum",
        period=FIVE,
    )
    stale = "Interests and trends in the cache are no longer written: docs/operations.md#the-interests-job"
    alarms.alarm("InterestsSilent", silent, SILENT_SECONDS, stale, periods=2, essential=True)
    alarms.alarm("InterestsBehind", behind, BEHIND_MS, "The job reads events more than a minute late", periods=2)
    alarms.alarm("InterestsOutage", _of(names, "downtime"), 0, "The job does not run, and is being restored", periods=2)
    alarms.alarm("InterestsRestarting", _growth(names, "numRestarts"), RESTARTS, "The job fails again and again")
    unsaved = "Checkpoints fail: after a restart the job would begin far back"
    alarms.alarm("InterestsUnsaved", _growth(names, "numberOfFailedCheckpoints"), RESTARTS, unsaved, periods=2)
    dear = "The job has more KPUs than interests_most_kpu: docs/operations.md#the-interests-job says how to bound it"
    alarms.alarm("InterestsDear", _of(names, "KPUs"), settings.interests_most_kpu, dear, periods=3, essential=True)


def _of(names: Names, metric: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/KinesisAnalytics",
        metric_name=metric,
        dimensions_map={"Application": names.interests},
        statistic="Maximum",
        period=FIVE,
    )


def _growth(names: Names, metric: str) -> cloudwatch.MathExpression:
    """How much a counter that never falls while a job lives has grown in five minutes."""
    return cloudwatch.MathExpression(
        expression=f"RATE(counted) * {FIVE.to_seconds()}",
        using_metrics={"counted": _of(names, metric)},
        label=metric,
        period=FIVE,
    )
