"""Step Transcode: all renditions of one segment from one decode, or its part of the first rung."""

import tempfile
from pathlib import Path
from typing import Any

from reelstack.media.transcoder import encode_segment
from reelstack.platform import storage
from reelstack.platform.telemetry import entry
from reelstack.production import progress
from reelstack.production.assets import make_first_segment, read_first_rung, segment_key
from reelstack.production.steps import SegmentInput, read_plan


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    step = SegmentInput.model_validate(event)
    plan = read_plan(step.plan_key)
    source = storage.original(step.key_of_original)
    with tempfile.TemporaryDirectory(prefix="reelstack-segment-") as folder:
        if step.first_rung:
            make_first_segment(step, plan, step.segment, source, Path(folder))
            return {"segment": step.segment}
        effort = read_first_rung(step).effort
        made = encode_segment(plan, source, plan.segments[step.segment], Path(folder), effort)
        for name, part in made.items():
            storage.upload(
                "intermediates", part.path, segment_key(step, step.segment, name), "video/mp4", storage.BRIEFLY
            )
    progress.note_segment(step, step.segment)
    return {"segment": step.segment}
