"""Encodes segments and whole clips, and makes sure of what came out: the frames that were planned, within the cap."""

import os
import re
from fractions import Fraction
from pathlib import Path
from statistics import fmean

from reelstack.media import ffmpeg_args, ffmpeg_process, sprites
from reelstack.media.ffmpeg_args import Picture, frame_ticks
from reelstack.media.ladder import CAPPED_SECONDS, Effort, Plan, Segment, spending, tightened
from reelstack.media.packager import FramesMissing, Part, check_frames, scan
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger

QUANTISER = re.compile(r" q= *([\d.]+) .*type= ([IPB])")
ENCODE_SECONDS = 540
"""Less than the function's own time, so that what went wrong is said."""
TRIES = 3
SHORTEST_CAPPED_SECONDS = 1
"""A cap means nothing for a single picture: below this a piece may spend what a second may."""


def encode_segment(plan: Plan, source: Path, segment: Segment, folder: Path, effort: Effort | None) -> dict[str, Part]:
    """All renditions of a segment but the first rung, by name, as files in `folder`; `effort` is what that rung took.

    Raises FramesMissing, and ProgramFailed or ProgramTooSlow if the source cannot be decoded.
    """
    seconds = float(segment.frames / plan.facts.rate)
    pictures = [
        Picture(rendition, spending(plan, rendition, seconds, effort), folder / f"{rendition.name}.part")
        for rendition in plan.made
    ]

    def encode(wanted: list[Picture]) -> dict[str, Part]:
        try:
            return _encode_frames(plan, source, segment, wanted, seek=True)
        except FramesMissing as missing:
            # The file's index led past the segment's beginning: without it, all of the file is decoded.
            logger.warning("decoding from the start", extra={"missing": str(missing)})
            return _encode_frames(plan, source, segment, wanted, seek=False)

    made = encode(pictures)
    for _ in range(TRIES - 1):
        pictures = [over for picture in pictures if (over := _if_over(plan, picture, made[picture.rendition.name]))]
        if not pictures:
            break
        count("SegmentsEncodedAgain", len(pictures))
        made |= encode(pictures)
    return made


def encode_clip(plan: Plan, source: Path, folder: Path) -> tuple[Part, Part | None, Effort]:
    """The first rung of the whole clip, its sound if it has any, and what the rung took; seek previews in `folder`.

    Raises Refused if too much of the source cannot be decoded.
    """
    picture = Picture(plan.first, spending(plan, plan.first, float(plan.seconds), None), folder / "first.part")
    sound = folder / "sound.part" if plan.facts.audio_stream is not None else None
    statistics = folder / "first.statistics"
    cores = os.cpu_count() or 1  # all of them: nothing else of this clip is made before its first rung
    for _ in range(TRIES):
        outputs = ffmpeg_args.ClipOutputs(picture, sound, folder / sprites.SHEET, statistics)
        arguments = ffmpeg_args.encode_clip(plan, source, outputs, cores)
        try:
            ffmpeg_process.ffmpeg(arguments, ENCODE_SECONDS)
        except ffmpeg_process.ProgramFailed as failed:
            raise ffmpeg_process.blame(failed) from failed
        part = scan(picture.path)
        check_frames(part, plan.facts.frames, frame_ticks(plan.facts.rate))
        over = _if_over(plan, picture, part)
        if over is None:
            break
        picture = over
    (folder / sprites.TRACK).write_text(sprites.web_vtt(sprites.preview_sheet(plan), plan))
    effort = Effort(qp=_mean_qp(statistics.read_text()), kbps=part.size * 8 / 1000 / float(plan.seconds))
    return part, scan(sound) if sound else None, effort


def _mean_qp(statistics: str) -> float:
    """The mean quantiser of the predicted pictures in ffmpeg's -vstats; of all if none is predicted."""
    pictures = QUANTISER.findall(statistics)
    quantisers = [float(qp) for qp, kind in pictures if kind == "P"] or [float(qp) for qp, _ in pictures]
    return round(fmean(quantisers), 2)


def _encode_frames(
    plan: Plan, source: Path, segment: Segment, pictures: list[Picture], *, seek: bool
) -> dict[str, Part]:
    arguments = ffmpeg_args.encode_segment(plan, source, segment, pictures, config().encode_threads, seek=seek)
    ffmpeg_process.ffmpeg(arguments, ENCODE_SECONDS)
    made = {}
    for picture in pictures:
        part = made[picture.rendition.name] = scan(picture.path)
        check_frames(part, segment.frames, frame_ticks(plan.facts.rate))
    return made


def _if_over(plan: Plan, picture: Picture, part: Part) -> Picture | None:
    """How to encode again what spent more than its share of the cap; None if it did not."""
    if plan.seconds > CAPPED_SECONDS:
        return None
    seconds = max(Fraction(SHORTEST_CAPPED_SECONDS), part.samples / plan.facts.rate)
    allowed_bits = int(picture.rendition.cap_kbps * 1000 * seconds)
    if part.size * 8 <= allowed_bits:
        return None
    return Picture(picture.rendition, tightened(part.size * 8, allowed_bits, picture.spending), picture.path)
