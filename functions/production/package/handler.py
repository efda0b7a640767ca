"""Step Package: each rendition becomes one file that plays by byte ranges, with measured playlists.

From the segments of our own encoder, or from what a managed engine made whole.
"""

import tempfile
from pathlib import Path
from typing import Any

from reelstack.platform import storage
from reelstack.platform.telemetry import entry
from reelstack.production import assets, mediaconvert
from reelstack.production.engine_choice import Engine
from reelstack.production.steps import MadeInput, read_plan


class PackageInput(MadeInput):
    engine: Engine = "ffmpeg"


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    step = PackageInput.model_validate(event)
    plan = read_plan(step.plan_key)
    with tempfile.TemporaryDirectory(prefix="reelstack-package-") as folder:
        if step.engine == "mediaconvert":
            asset = assets.adopt(step, step.video_id, plan, mediaconvert.folder(step), Path(folder))
        else:
            asset = assets.package(step, step.video_id, plan, Path(folder))
    asset["cost_microdollars"] = plan.cost_microdollars
    if plan.left_out:
        asset["left_out"] = list(plan.left_out)
    storage.write_json("intermediates", step.asset_key, asset)
    return {"asset_key": step.asset_key}
