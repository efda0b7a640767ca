"""What the feed measures of itself, for its alarms and the dashboard.

Its own code writes it: reelstack.degradation.metrics and reelstack.feed.measures. Metrics of answers cost nothing while
nobody asks. By source, stage and reason they are drawn by SEARCH, so that a new source needs no line here.
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

FIVE = Duration.minutes(5)
NAMESPACE = "Reelstack"
LEVELS = ("FeedNormal", "FeedWithoutLive", "FeedHotList", "FeedReadyMade")
"""By level; each answer is 1 for its own and 0 for the others."""


class FeedMetrics:
    """Of one function that serves the feed, over five minutes. What alarms watch has no label."""

    def __init__(self, service: str = "feed") -> None:
        self._service = service
        self.shares = [self._metric(name, "Average") for name in LEVELS]
        self.answers = [self._metric(name, "Sum", f"level {level}") for level, name in enumerate(LEVELS)]
        # The least of all processes: one that met few viewers finds a source empty by chance.
        self.sources_empty = self._metric("FeedSourcesEmpty", "Minimum")
        self.table_hours = self._metric("FeedTableHours", "Maximum")
        self.drift = self._metric("FeedScoreDrift", "Average")
        self.proposed = self._by("source", "FeedProposed", "Average")
        self.stage_p50 = self._by("stage", "FeedStageMs", "p50")
        self.stage_p99 = self._by("stage", "FeedStageMs", "p99")
        self.dropped = self._by("reason", "FeedDropped", "Sum")

    def _metric(self, name: str, statistic: str, label: str | None = None) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"service": self._service},
            period=FIVE,
            statistic=statistic,
            label=label,
        )

    def _by(self, dimension: str, name: str, statistic: str) -> cloudwatch.MathExpression:
        of = f'{{{NAMESPACE},service,{dimension}}} MetricName="{name}" service="{self._service}"'
        return cloudwatch.MathExpression(
            expression=f"SEARCH('{of}', '{statistic}', {FIVE.to_seconds()})",
            using_metrics={},
            label=f"${{PROP('Dim.{dimension}')}} {statistic}",
            period=FIVE,
        )
