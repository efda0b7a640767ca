"""Step SampleFrames: the pictures moderation looks at, from the first rung."""

import tempfile
from pathlib import Path
from typing import Any

from reelstack.media.frame_sampling import sample
from reelstack.platform import storage
from reelstack.platform.telemetry import entry
from reelstack.production.steps import MadeInput, asset_prefix, read_plan


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = MadeInput.model_validate(event)
    plan = read_plan(step.plan_key)
    prefix = step.key("frames/")
    with tempfile.TemporaryDirectory(prefix="reelstack-frames-") as name:
        folder = Path(name)
        clip = folder / "clip.mp4"
        storage.download("media", f"{asset_prefix(step.video_id, step.attempt)}{plan.first.name}.mp4", clip)
        frames = sample(clip, float(plan.seconds), folder)
        for frame in frames:
            storage.upload("uploads", frame, prefix + frame.name, "image/jpeg", storage.BRIEFLY)
    return {"frames_prefix": prefix, "frames": len(frames)}
