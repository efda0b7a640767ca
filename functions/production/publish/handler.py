"""Step Publish: makes the video public, all or nothing, and says of its original that it has served."""

from typing import Any

from pydantic import BaseModel

from reelstack.classification.verdicts import poster_key
from reelstack.platform import storage
from reelstack.platform.telemetry import entry, logger
from reelstack.production import attempts, originals
from reelstack.production.steps import asset_prefix
from reelstack.videos import videos


class PublishInput(BaseModel):
    video_id: str
    attempt: int
    asset_key: str = ""
    asset: dict[str, Any] | None = None
    """What `asset_key` describes, where a person has looked at it meanwhile: work objects expire."""
    labels: dict[str, float]
    poster_hidden: bool = False


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    step = PublishInput.model_validate(event)
    asset = step.asset or storage.read_json_or_none("intermediates", step.asset_key)
    if asset is None:
        # An execution of version 0.2.0 waited for a moderator longer than work objects are kept. An approval cannot be
        # carried out without them, and no repeat of this step would find them.
        logger.error("what was approved has expired", video_id=step.video_id, attempt=step.attempt)
        attempts.fail(step.video_id, step.attempt, "work-expired")
        return {"published": False}
    if step.poster_hidden or asset.get("poster", "") is None:
        # Its address could be guessed from the clip's.
        for prefix in {asset["prefix"], asset_prefix(step.video_id, step.attempt)}:
            storage.delete("media", poster_key(prefix))
        asset["poster"] = None
    published = attempts.publish(step.video_id, step.attempt, asset, step.labels)
    if published and (video := videos.find_or_none(step.video_id)):
        originals.note_produced(video.upload_id)
    return {"published": published}
