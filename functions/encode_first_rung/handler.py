"""Step EncodeFirstRung: the lowest rung in one pass, so that its owner can watch while the rest is made."""

import tempfile
from pathlib import Path
from typing import Any

from reelstack import milestones, storage
from reelstack.assets import make_first_rung
from reelstack.reasons import Refused
from reelstack.steps import FirstRungInput, Rejected, read_plan
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = FirstRungInput.model_validate(event)
    plan = read_plan(step.plan_key)
    try:
        source = storage.original(step.key_of_original)
        with tempfile.TemporaryDirectory(prefix="reelstack-first-") as folder:
            preview = make_first_rung(step, step.video_id, plan, source, Path(folder))
    except Refused as refused:
        return Rejected.because(refused).model_dump()
    milestones.show_preview(step.video_id, step.attempt, preview)
    return {"outcome": "ok"}
