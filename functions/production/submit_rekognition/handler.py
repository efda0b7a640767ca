"""Step SubmitRekognition: has Rekognition look at the clip. The step ends when it says on its topic that it has."""

from typing import Any

from pydantic import Field

from reelstack.platform.telemetry import entry
from reelstack.production import rekognition
from reelstack.production.steps import MadeInput, read_plan


class SubmitRekognitionInput(MadeInput):
    task_token: str = Field(min_length=1, max_length=2048)


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    step = SubmitRekognitionInput.model_validate(event)
    rekognition.ask(step, step.video_id, read_plan(step.plan_key).first.name, step.task_token)
    return {"upload_id": step.upload_id}
