"""Step EncodeFirstRung: the lowest rung, so that its owner can watch while the rest is made.

In one pass; or, where that takes too long, joined from the segments that Transcode made of it.
"""

import tempfile
from pathlib import Path
from typing import Any

from reelstack.failure_reasons import Refused
from reelstack.platform import storage
from reelstack.platform.telemetry import entry
from reelstack.production.assets import make_first_rung
from reelstack.production.steps import FirstRungInput, Rejected, read_plan
from reelstack.videos import lifecycle


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
    lifecycle.show_preview(step.video_id, step.attempt, preview)
    return {"outcome": "ok"}
