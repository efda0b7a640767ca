"""What is measured of the Flink job, for its alarms and the dashboard.

Its heartbeat is measured by measure_interests from inside the VPC, each minute: it says that events reach the cache,
which no metric of AWS does. Metrics of the whole application are free; each operator's would be billed one by one.
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.names import Names

FIVE = Duration.minutes(5)
MEASURED = {"service": "measure_interests"}


class InterestsMetrics:
    """Of one stage, over five minutes. What alarms watch has no label: CDK writes such an alarm in another form."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.heartbeat_seconds = _metric("Reelstack", "InterestsHeartbeatSeconds", MEASURED)
        self.behind_seconds = _metric("Reelstack", "InterestsBehindSeconds", MEASURED)
        self.behind_ms = self._of_consumer("MillisBehindLatest", "Maximum")
        stream = {"StreamName": names.event_stream}
        self.received = _metric("AWS/Kinesis", "IncomingRecords", stream, "Sum", "events that the stream took")
        self.read = self._of_consumer("Records", "Sum", "events that the job was sent")
        self.downtime_ms = self._of_job("downtime")
        self.restarts = self._growth("numRestarts", "restarts")
        self.failed_checkpoints = self._growth("numberOfFailedCheckpoints", "checkpoints that failed")
        self.kpus = self._of_job("KPUs")

    def _of_job(self, name: str) -> cloudwatch.Metric:
        return _metric("AWS/KinesisAnalytics", name, {"Application": self._names.interests_application})

    def _of_consumer(self, name: str, statistic: str, label: str | None = None) -> cloudwatch.Metric:
        of = {"StreamName": self._names.event_stream, "ConsumerName": self._names.interests}
        return _metric("AWS/Kinesis", f"SubscribeToShardEvent.{name}", of, statistic, label)

    def _growth(self, name: str, label: str) -> cloudwatch.MathExpression:
        """How much a counter that never falls while a job lives has grown in five minutes."""
        return cloudwatch.MathExpression(
            expression=f"RATE({name}) * {FIVE.to_seconds()}",
            using_metrics={name: self._of_job(name)},
            label=label,
            period=FIVE,
        )


def _metric(
    namespace: str, name: str, of: dict[str, str], statistic: str = "Maximum", label: str | None = None
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace, metric_name=name, dimensions_map=of, statistic=statistic, period=FIVE, label=label
    )
