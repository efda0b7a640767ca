"""Step Package: the segments of each rendition become one file that plays by byte ranges, with measured playlists."""

import tempfile
from pathlib import Path
from typing import Any

from reelstack import assets, storage
from reelstack.steps import MadeInput, read_plan
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    step = MadeInput.model_validate(event)
    plan = read_plan(step.plan_key)
    with tempfile.TemporaryDirectory(prefix="reelstack-package-") as folder:
        asset = assets.package(step, step.video_id, plan, Path(folder))
    asset["cost_microdollars"] = plan.cost_microdollars
    storage.write_json("uploads", step.key("asset.json"), asset)
    return {"asset_key": step.key("asset.json")}
