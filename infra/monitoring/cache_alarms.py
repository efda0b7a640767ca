"""What AWS advises to watch of a serverless cache; commands over its limit are refused."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.monitoring.alarms import Alarms
from infra.names import Names
from infra.settings import Settings

PERIOD_SECONDS = 300
NEAR = 0.75
"""Of the limit: AWS's advice."""


def cache_alarms(alarms: Alarms, names: Names, settings: Settings) -> None:
    def metric(name: str, statistic: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/ElastiCache",
            metric_name=name,
            # Caches with nodes have CacheClusterId; under that name a serverless cache has no data at all.
            dimensions_map={"clusterId": names.cache},
            statistic=statistic,
            period=Duration.seconds(PERIOD_SECONDS),
        )

    throttled = "The cache refuses commands: it grows slower than the load, or is at cache_ecpu_per_second"
    busy = "The cache does three quarters of what it may: raise cache_ecpu_per_second before it refuses commands"
    most = NEAR * settings.cache_ecpu_per_second * PERIOD_SECONDS
    alarms.alarm("CacheThrottled", metric("ThrottledCmds", "Sum"), 0, throttled)
    alarms.alarm("CacheBusy", metric("ElastiCacheProcessingUnits", "Sum"), most, busy)
