"""What AWS advises to watch of a search domain; writes stop when its disk or its memory is full."""

from aws_cdk import aws_cloudwatch as cloudwatch

from infra.monitoring.alarms import Alarms
from infra.names import Names
from infra.settings import Settings

MEMORY_PERCENT = 85
DISK_PERCENT = 75
MIB_PER_GIB = 1024


def search_alarms(alarms: Alarms, names: Names, settings: Settings) -> None:
    def metric(name: str, statistic: str = "Maximum") -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/ES",
            metric_name=name,
            dimensions_map={"DomainName": names.search_domain, "ClientId": names.account},
            statistic=statistic,
        )

    used_percent = cloudwatch.MathExpression(
        # Of the node that has the least left.
        expression=f"100 - 100 * free / {settings.search_gib * MIB_PER_GIB}",
        using_metrics={"free": metric("FreeStorageSpace", "Minimum")},
        label="disk used, percent",
    )
    full = "The search domain takes no writes: its disk or its memory is full"
    memory = "The search domain's memory is nearly full: choose a larger search_instance"
    red, blocked = metric("ClusterStatus.red"), metric("ClusterIndexWritesBlocked")
    alarms.alarm("SearchRed", red, 0, "A part of the search index is lost: rebuild it", essential=True)
    alarms.alarm("SearchWritesBlocked", blocked, 0, full, essential=True)
    alarms.alarm("SearchMemory", metric("JVMMemoryPressure"), MEMORY_PERCENT, memory, periods=3)
    alarms.alarm("SearchDisk", used_percent, DISK_PERCENT, "A search node's disk is nearly full: raise search_gib")
