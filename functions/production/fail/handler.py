"""Step Fail: something broke; stores what, so that the owner knows and can try again."""

from typing import Any

from pydantic import BaseModel, Field

from reelstack.failure_reasons import REASONS
from reelstack.platform.telemetry import entry, logger
from reelstack.production import attempts

LATE = ("States.Timeout", "States.HeartbeatTimeout")


class Caught(BaseModel):
    error: str = Field(default="", alias="Error")
    cause: str = Field(default="", alias="Cause")


class FailInput(BaseModel):
    video_id: str
    attempt: int
    error: Caught


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    step = FailInput.model_validate(event)
    known = step.error.error if step.error.error in REASONS else None
    reason = known or ("production-timeout" if step.error.error in LATE else "production-failed")
    logger.error("production failed", reason=reason, error=step.error.error, cause=step.error.cause)
    # The cause may name internals; its owner reads the reason, operators read the log.
    return {"failed": attempts.fail(step.video_id, step.attempt, reason)}
