"""Inspects a clip before publication: takes sampled frames, title, description and tags, and returns a verdict."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from reelstack.classification import text_moderation, verdicts
from reelstack.classification.onnx_models import engine
from reelstack.classification.verdicts import Judgement, Label
from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.production.steps import asset_prefix
from reelstack.videos import videos

FRAMES_AT_ONCE = 8
MAX_FRAME_BYTES = 4 * 1024 * 1024


class FrameTooLarge(ValueError):
    """A sampled frame is larger than any sampler of ours writes."""


def inspect(video_id: str, frames_prefix: str, frames: int) -> Judgement:
    """Judges the clip whose `frames` JPEGs lie in the uploads bucket as <frames_prefix>0001.jpg and so on.

    Raises rather than approves when anything could not be looked at: FrameUnreadable, VideoNotFound, storage errors.
    """
    thresholds = verdicts.read_thresholds(config().moderation_thresholds)
    video = videos.find(video_id)
    written = text_moderation.labels(video.title, video.description, video.tags)
    seen = _look(f"{frames_prefix.rstrip('/')}/", frames)
    return verdicts.judge(verdicts.highest([written, *seen]), thresholds)


def inspect_poster(video_id: str, attempt: int) -> Judgement:
    """Judges the picture that stands for the clip. Raises FrameUnreadable or storage errors."""
    poster = _read(config().media_bucket, verdicts.poster_key(asset_prefix(video_id, attempt)))
    looks = [engine(name).look([poster])[0] for name in config().moderation_engines.split(",")]
    return verdicts.judge(verdicts.agree(looks), verdicts.read_thresholds(config().moderation_thresholds))


def _look(prefix: str, frames: int) -> Iterator[dict[Label, float]]:
    """What the engines agree on about each frame. Few frames are in memory at a time."""
    engines = [engine(name) for name in config().moderation_engines.split(",")]
    keys = [f"{prefix}{number:04d}.jpg" for number in range(1, frames + 1)]
    with ThreadPoolExecutor(FRAMES_AT_ONCE) as pool:
        for start in range(0, frames, FRAMES_AT_ONCE):
            jpegs = list(pool.map(partial(_read, config().uploads_bucket), keys[start : start + FRAMES_AT_ONCE]))
            for looks in zip(*(one.look(jpegs) for one in engines), strict=True):
                yield verdicts.agree(looks)


def _read(bucket: str, key: str) -> bytes:
    answer = aws.client("s3").get_object(Bucket=bucket, Key=key)
    if answer["ContentLength"] > MAX_FRAME_BYTES:
        raise FrameTooLarge(f"{key}: {answer['ContentLength']} bytes")
    return answer["Body"].read()
