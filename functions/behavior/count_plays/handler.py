"""Consumer of the queue of plays: counts each once."""

import json
from typing import Any

from reelstack.counters import plays
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What was counted before a failure is not counted again."""
    found = [(play[0], play[1]) for record in event["Records"] for play in json.loads(record["body"])["plays"]]
    return {"counted": plays.count_plays(found)}
