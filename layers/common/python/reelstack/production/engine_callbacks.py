"""Work that a managed engine does for a production, and the production that waits for it.

The state machine's task token is stored before the engine is asked, so that no answer can come too early. An answer is
stored before production hears of it: a step that is tried again finds it and waits for nothing. Any number of messages
about a job, in any order, is one answer; production takes the first and refuses the rest.
"""

import json
import time
from typing import Any, Literal

from pynamodb.expressions.update import Action

from reelstack.platform import aws
from reelstack.platform.telemetry import count, logger
from reelstack.production.steps import Work
from reelstack.tables.production import EngineJob

Service = Literal["mediaconvert", "rekognition"]
Outcome = Literal["done", "failed"]
KEPT_SECONDS = 30 * 24 * 3600
CAUSE_CHARACTERS = 1000


def name(service: Service, work: Work) -> str:
    """mediaconvert-<upload>-<attempt>: the key of the job, and fit for an idempotency token."""
    return f"{service}-{work.upload_id}-{work.attempt}"


def wait_for(key: str, task_token: str) -> EngineJob:
    """Stores where the answer goes; the same again with a new token replaces it. Returns what is known of the job."""
    job = EngineJob(key)
    job.update(
        actions=[EngineJob.task_token.set(task_token), EngineJob.expires_at.set(int(time.time()) + KEPT_SECONDS)]
    )
    if job.outcome:
        _answer(job)
    return job


def begun(key: str, job_id: str) -> None:
    """The engine took the job under this id."""
    EngineJob(key).update(actions=[EngineJob.job_id.set(job_id)])


def end(key: str, outcome: Outcome, *, error: str = "", detail: str = "", output: dict[str, Any] | None = None) -> bool:
    """The job ended: stores how, tells production. False if nobody waits for such a job (any more).

    `error` is a code of reelstack.failure_reasons; the first end holds.
    """
    job = EngineJob(key)
    ended: list[Action] = [
        EngineJob.outcome.set(outcome),
        EngineJob.error.set(error),
        EngineJob.detail.set(detail[:CAUSE_CHARACTERS]),
        EngineJob.output.set(output or {}),
    ]
    if not job.update_if(EngineJob.task_token.exists() & EngineJob.outcome.does_not_exist(), ended):
        try:
            job.refresh(consistent_read=True)
        except EngineJob.DoesNotExist:
            logger.warning("nobody waits for this job", job=key)
            return False
    return _answer(job)


def still_running(key: str) -> bool:
    """Keeps production waiting. False if it gave up on this job, which goes on for nothing."""
    try:
        job = EngineJob.get(key, consistent_read=True)
    except EngineJob.DoesNotExist:
        return True
    states = aws.client("stepfunctions")
    try:
        states.send_task_heartbeat(taskToken=job.task_token)
    except (states.exceptions.TaskTimedOut, states.exceptions.TaskDoesNotExist, states.exceptions.InvalidToken):
        logger.info("production waits no more", job=key)
        return bool(job.outcome)
    return True


def _answer(job: EngineJob) -> bool:
    """False if production waits no more: it heard this before, or gave up."""
    states = aws.client("stepfunctions")
    try:
        if job.outcome == "done":
            states.send_task_success(taskToken=job.task_token, output=json.dumps(job.output))
        else:
            states.send_task_failure(taskToken=job.task_token, error=job.error, cause=job.detail or job.error)
    except (states.exceptions.TaskTimedOut, states.exceptions.TaskDoesNotExist, states.exceptions.InvalidToken):
        logger.info("production waits no more", job=job.key)
        return False
    count(f"EngineJob{str(job.outcome).title()}")
    return True
