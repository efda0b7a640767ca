"""Once a minute: how old the heartbeat of the job `interests` is, and how late it reads, as metrics that alarms watch.

A job that never wrote, or whose values this code does not know, is as silent as can be. Without a cache (profile
`core`) there is no such job, and nothing is measured. A cache that does not answer raises: that is another alarm's.
"""

import time
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from reelstack.feed import live_signals
from reelstack.platform import cache
from reelstack.platform.telemetry import count, entry, logger

NEVER_SECONDS = 24 * 3600.0
TIMEOUT_SECONDS = 2


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, float]:
    if not cache.address():
        return {}
    age, behind = _measured()
    count("InterestsHeartbeatSeconds", age, MetricUnit.Seconds)
    count("InterestsBehindSeconds", behind, MetricUnit.Seconds)
    return {"heartbeat_seconds": age, "behind_seconds": behind}


def _measured() -> tuple[float, float]:
    with cache.binary(TIMEOUT_SECONDS) as client:
        try:
            beat = live_signals.read_heartbeat(client)
        except live_signals.UnknownVersion as error:
            logger.warning("the heartbeat is of another version", error=str(error))
            return NEVER_SECONDS, 0.0
    if beat is None:
        return NEVER_SECONDS, 0.0
    return max(time.time() - beat.written_at / 1000, 0.0), beat.lag_ms / 1000
