"""Step MoveObjects: moves what one line of a plan names. Doing it again changes nothing."""

from typing import Any

from reelstack.platform.telemetry import entry
from reelstack.tiering import moves


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many objects had which outcome."""
    line = moves.Line.model_validate(event)
    result = moves.move_all(line)
    moves.keep_result(line, result)
    return result.counts
