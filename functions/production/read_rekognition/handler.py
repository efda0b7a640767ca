"""Step ReadRekognition: what Rekognition saw in the clip and its poster, and what is written about it, as a verdict."""

from typing import Any

from pydantic import Field

from reelstack.classification import creator_record, text_moderation, verdicts
from reelstack.classification.verdicts import Label
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, entry
from reelstack.production import rekognition
from reelstack.production.steps import Id, Work
from reelstack.videos import strikes, videos

ENGINES = verdicts.known_by(("rekognition", "text"))


class ReadRekognitionInput(Work):
    video_id: str = Id
    job_id: str = Field(min_length=1, max_length=64)
    heard: dict[Label, float] = Field(default_factory=dict)
    """What is said in the clip."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = ReadRekognitionInput.model_validate(event)
    thresholds = verdicts.read_thresholds(config().moderation_thresholds)
    video = videos.find(step.video_id)
    written = text_moderation.labels(video.title, video.description, video.tags)
    seen = verdicts.highest([written, step.heard, rekognition.seen_in_clip(step.job_id)])
    judgement = creator_record.judge(seen, thresholds, ENGINES, strikes.weight(video.owner_id))
    poster = verdicts.judge(rekognition.seen_in_poster(step.video_id, step.attempt), thresholds, ENGINES)
    count(f"Verdict{judgement.verdict.title()}")
    return verdicts.answer(judgement, poster)
