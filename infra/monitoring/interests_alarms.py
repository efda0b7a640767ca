"""What is watched of the Flink job: that it runs, keeps up, keeps its state, and costs what a team meant to spend."""

from infra.monitoring.alarms import Alarms
from infra.monitoring.interests_metrics import InterestsMetrics
from infra.names import Names
from infra.settings import Settings

BEHIND_MS = 60_000
SILENT_SECONDS = 60
"""The heartbeat is written each second; a restart from a checkpoint takes less than half a minute."""
RESTARTS = 3
"""In five minutes. AWS moves an application to another machine now and then, which is one."""


def interests_alarms(alarms: Alarms, names: Names, settings: Settings) -> None:
    job = InterestsMetrics(names)
    stale = "Interests and trends in the cache are no longer written: docs/operations.md#the-interests-job"
    alarms.alarm("InterestsSilent", job.heartbeat_seconds, SILENT_SECONDS, stale, periods=2, essential=True)
    alarms.alarm("InterestsBehind", job.behind_ms, BEHIND_MS, "The job reads events more than a minute late", periods=2)
    alarms.alarm("InterestsOutage", job.downtime_ms, 0, "The job does not run, and is being restored", periods=2)
    alarms.alarm("InterestsRestarting", job.restarts, RESTARTS, "The job fails again and again")
    unsaved = "Checkpoints fail: after a restart the job would begin far back"
    alarms.alarm("InterestsUnsaved", job.failed_checkpoints, RESTARTS, unsaved, periods=2)
    dear = "The job has more KPUs than interests_most_kpu: docs/operations.md#the-interests-job says how to bound it"
    alarms.alarm("InterestsDear", job.kpus, settings.interests_most_kpu, dear, periods=3, essential=True)
