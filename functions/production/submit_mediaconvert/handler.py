"""Step SubmitMediaconvert: asks MediaConvert for the ladder. The step ends when its event arrives."""

from typing import Any

from pydantic import Field

from reelstack.platform.telemetry import entry
from reelstack.production import mediaconvert
from reelstack.production.assets import read_first_rung
from reelstack.production.steps import FirstRungInput, read_plan


class SubmitInput(FirstRungInput):
    task_token: str = Field(min_length=1, max_length=2048)


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    step = SubmitInput.model_validate(event)
    plan = read_plan(step.plan_key)
    if read_first_rung(step).sound is None:
        plan = plan.without_sound()
    mediaconvert.submit(step, step.key_of_original, plan, step.task_token)
    return {"upload_id": step.upload_id}
