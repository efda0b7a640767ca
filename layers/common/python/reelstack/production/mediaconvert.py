"""MediaConvert as an engine of production: asks it for a plan, and understands what it says of the job."""

from hashlib import sha256
from typing import Any

from pydantic import BaseModel, Field

from reelstack.media.ladder import Plan
from reelstack.media.mediaconvert_job import Place, job
from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.production import engine_callbacks
from reelstack.production.engine_choice import cost_microdollars
from reelstack.production.steps import Work

SOURCE, CHANGED = "aws.mediaconvert", "MediaConvert Job State Change"
FAILED, TOO_COSTLY = "transcoder-failed", "transcode-too-costly"
ENDED_BADLY = ("ERROR", "CANCELED")
MINUTES_LATER = "STATUS_UPDATE"
"""Earlier, a step that is tried again may not have stored its new token yet."""


class Change(BaseModel):
    """The detail of a state change event, as far as it is ours."""

    status: str
    job_id: str = Field(alias="jobId")
    work: Work = Field(alias="userMetadata")
    error_code: int | None = Field(default=None, alias="errorCode")
    error_message: str = Field(default="", alias="errorMessage")


def folder(work: Work) -> str:
    """The prefix of a job's outputs, in the bucket of intermediates."""
    return work.key("mediaconvert/")


def submit(work: Work, key_of_original: str, plan: Plan, task_token: str) -> None:
    """Asks for the plan's job, once for each attempt; what comes of it is told to `task_token`.

    A job that would cost more than the setting allows is refused through the token, like one that failed.
    """
    key = engine_callbacks.name("mediaconvert", work)
    known = engine_callbacks.wait_for(key, task_token)
    if known.outcome or known.job_id:
        logger.info("asked before", job_id=known.job_id, outcome=known.outcome)
        return
    cost = cost_microdollars(plan)
    if cost > config().mediaconvert_max_microdollars:
        limit = config().mediaconvert_max_microdollars
        engine_callbacks.end(key, "failed", error=TOO_COSTLY, detail=f"{cost} microdollars, at most {limit}")
        count("TranscodeTooCostly")
        return
    request = job(
        plan,
        f"s3://{config().uploads_bucket}/{key_of_original}",
        f"s3://{config().intermediates_bucket}/{folder(work)}",
        Place(queue=config().mediaconvert_queue, role=config().mediaconvert_role),
        token=sha256(key.encode()).hexdigest(),  # as long as a token may be, however long the ids are
        metadata={"upload_id": work.upload_id, "attempt": str(work.attempt)},
    )
    answer = aws.client("mediaconvert").create_job(**request)
    engine_callbacks.begun(key, answer["Job"]["Id"])
    count("EstimatedMicrodollars", cost)


def receive_event(event: dict[str, Any]) -> str:
    """Takes a state change event; the same again, or one of a job long over, changes nothing. Returns the status."""
    change = Change.model_validate(event["detail"])
    key = engine_callbacks.name("mediaconvert", change.work)
    if change.status == "COMPLETE":
        engine_callbacks.end(key, "done", output={"job_id": change.job_id})
    elif change.status in ENDED_BADLY:
        detail = f"{change.status} {change.error_code or ''}: {change.error_message}"
        logger.error("the job failed", job_id=change.job_id, detail=detail)
        engine_callbacks.end(key, "failed", error=FAILED, detail=detail)
    elif not engine_callbacks.still_running(key) and change.status == MINUTES_LATER:
        _cancel(change.job_id)
    return change.status


def _cancel(job_id: str) -> None:
    """Every minute that nobody waits for is paid."""
    transcoder = aws.client("mediaconvert")
    try:
        transcoder.cancel_job(Id=job_id)
    except (transcoder.exceptions.ConflictException, transcoder.exceptions.NotFoundException):
        logger.info("the job had ended", job_id=job_id)
    else:
        logger.warning("a job was cancelled: its production gave up", job_id=job_id)
        count("TranscodeCancelled")
