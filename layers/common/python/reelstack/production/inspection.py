"""Inspects a clip before publication: takes sampled frames, title, description and tags, and returns a verdict."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from reelstack.classification import creator_record, text_moderation, verdicts
from reelstack.classification.onnx_models import engine
from reelstack.classification.verdicts import Judgement, Label
from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.production.steps import asset_prefix
from reelstack.videos import strikes, videos

FRAMES_AT_ONCE = 8
MAX_FRAME_BYTES = 4 * 1024 * 1024


class FrameTooLarge(ValueError):
    """A sampled frame is larger than any sampler of ours writes."""


@dataclass(frozen=True)
class Frames:
    """What SampleFrames left in the bucket of intermediates: `count` JPEGs as <prefix>0001.jpg and so on."""

    prefix: str
    count: int
    unseen: int = 0
    """Frames that should have been sampled as well."""
    turned: bool = False
    """Whether the source says that its picture is to be turned, and so may say it wrongly."""


def inspect(video_id: str, frames: Frames, heard: Mapping[Label, float]) -> Judgement:
    """Judges a clip by its frames, by what is written about it, by what was heard in it, and by its creator's record.

    Raises rather than approves when anything could not be looked at: FrameUnreadable, VideoNotFound, storage errors.
    """
    video = videos.find(video_id)
    written = text_moderation.labels(video.title, video.description, video.tags)
    left_out = [{Label.UNSEEN: 1.0}] if frames.unseen else []
    scores = verdicts.highest([written, heard, *left_out, *_look(frames)])
    return _judge(scores, strikes.weight(video.owner_id))


def inspect_poster(video_id: str, attempt: int, *, turned: bool) -> Judgement:
    """Judges the picture that stands for the clip. Raises FrameUnreadable or storage errors."""
    poster = _read(config().media_bucket, verdicts.poster_key(asset_prefix(video_id, attempt)))
    looks = [engine(name).look([poster], turned=turned)[0] for name in _engines()]
    return _judge(verdicts.agree(looks))


def _judge(scores: Mapping[Label, float], record: float = 0.0) -> Judgement:
    thresholds = verdicts.read_thresholds(config().moderation_thresholds)
    return creator_record.judge(scores, thresholds, verdicts.known_by([*_engines(), "text"]), record)


def _engines() -> list[str]:
    return config().moderation_engines.split(",")


def _look(frames: Frames) -> Iterator[dict[Label, float]]:
    """What the engines agree on about each frame. Few frames are in memory at a time; engines look side by side."""
    engines = [engine(name) for name in _engines()]
    prefix = frames.prefix.rstrip("/")
    keys = [f"{prefix}/{number:04d}.jpg" for number in range(1, frames.count + 1)]
    with ThreadPoolExecutor(FRAMES_AT_ONCE) as pool:
        for start in range(0, frames.count, FRAMES_AT_ONCE):
            jpegs = list(pool.map(partial(_read, config().intermediates_bucket), keys[start : start + FRAMES_AT_ONCE]))
            seen = pool.map(lambda one, jpegs=jpegs: one.look(jpegs, turned=frames.turned), engines)
            for looks in zip(*seen, strict=True):
                yield verdicts.agree(looks)


def _read(bucket: str, key: str) -> bytes:
    answer = aws.client("s3").get_object(Bucket=bucket, Key=key)
    if answer["ContentLength"] > MAX_FRAME_BYTES:
        raise FrameTooLarge(f"{key}: {answer['ContentLength']} bytes")
    return answer["Body"].read()
