"""Step SampleFrames: the pictures moderation looks at, from the first rung."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from reelstack.media.frame_sampling import sample
from reelstack.platform import secrets, storage
from reelstack.platform.telemetry import entry
from reelstack.production.steps import MadeInput, asset_prefix, read_plan

AT_ONCE = 8


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = MadeInput.model_validate(event)
    plan = read_plan(step.plan_key)
    prefix = step.key("frames/")
    with tempfile.TemporaryDirectory(prefix="reelstack-frames-") as name:
        folder = Path(name)
        clip = folder / "clip.mp4"
        storage.download("media", f"{asset_prefix(step.video_id, step.attempt)}{plan.first.name}.mp4", clip)
        key = secrets.derived_key("frames", f"{step.video_id}/{step.attempt}")
        sampled = sample(clip, float(plan.seconds), folder, key)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda frame: _store(frame, prefix + frame.name), sampled.files))
    turned = plan.facts.turned
    return {"frames_prefix": prefix, "frames": len(sampled.files), "unseen": sampled.unseen, "turned": turned}


def _store(frame: Path, key: str) -> None:
    storage.upload("intermediates", frame, key, "image/jpeg", storage.BRIEFLY)
