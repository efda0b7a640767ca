"""Step SubmitMediaconvert: asks MediaConvert for the ladder. The step ends when its event arrives."""

from typing import Any

from pydantic import Field

from reelstack.platform.telemetry import entry
from reelstack.production import mediaconvert
from reelstack.production.steps import FirstRungInput, read_plan


class SubmitInput(FirstRungInput):
    task_token: str = Field(min_length=1, max_length=2048)


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    step = SubmitInput.model_validate(event)
    mediaconvert.submit(step, step.key_of_original, read_plan(step.plan_key), step.task_token)
    return {"upload_id": step.upload_id}
