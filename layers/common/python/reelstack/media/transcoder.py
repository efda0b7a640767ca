"""Encodes segments and whole clips, and makes sure of what came out: the frames that were planned, within the cap."""

import os
import re
from fractions import Fraction
from pathlib import Path
from statistics import fmean

from pydantic import BaseModel

from reelstack.media import (
    colour_cube,
    damage,
    ffmpeg_args,
    ffmpeg_process,
    sound_encoder,
    sound_probe,
    sprites,
    steady_sound,
)
from reelstack.media.bitrates import Effort, spending
from reelstack.media.ffmpeg_args import Picture, frame_ticks
from reelstack.media.ladder import CAPPED_SECONDS, TRIES, Plan, Rendition, Segment
from reelstack.media.packager import FramesMissing, Part, check_frames, scan
from reelstack.media.rate_control import corrected, is_low
from reelstack.media.sound_encoder import ENCODE_SECONDS
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger

QUANTISER = re.compile(r" q= *([\d.]+) .*type= ([IPB])")
PREVIEWS_SECONDS = 300
SHORTEST_CAPPED_SECONDS = 1
"""A cap means nothing for a single picture: below this a piece may spend what a second may."""


class Decoded(BaseModel):
    """What decoding and encoding a segment of the first rung took: Effort is put together from those of all."""

    pictures: int
    errors: int
    qp: float


def encode_segment(plan: Plan, source: Path, segment: Segment, folder: Path, effort: Effort | None) -> dict[str, Part]:
    """All renditions of a segment but the first rung, by name, as files in `folder`; `effort` is what that rung took.

    Raises FramesMissing, and ProgramFailed or ProgramTooSlow if the source cannot be decoded.
    """
    return _SegmentEncoder(plan, source, segment, folder).encode(plan.made, effort)


def encode_first_segment(plan: Plan, source: Path, segment: Segment, folder: Path) -> tuple[Part, Decoded]:
    """The first rung of one segment, and what it took. Raises Refused if the source cannot be decoded."""
    statistics = folder / "first.statistics"
    encoder = _SegmentEncoder(plan, source, segment, folder, statistics)
    try:
        part = encoder.encode((plan.first,), None)[plan.first.name]
    except ffmpeg_process.ProgramFailed as failed:
        raise ffmpeg_process.blame(failed) from failed
    except FramesMissing:
        damage.check(*damage.count_packets(encoder.complaint), complaint=encoder.complaint)
        raise
    pictures, errors = damage.count_packets(encoder.complaint, segment.frames)
    damage.check_size(errors, encoder.complaint)
    return part, Decoded(pictures=pictures, errors=errors, qp=_mean_qp(statistics.read_text()))


def join_efforts(plan: Plan, sizes: list[int], decoded: list[Decoded]) -> Effort:
    """What the first rung took, from `sizes` in bytes of its segments and what each took.

    Raises Refused if too much of the source could not be decoded.
    """
    errors = sum(one.errors for one in decoded)
    damage.check(sum(one.pictures for one in decoded), errors, plan.facts.stored_pictures)
    frames = [segment.frames for segment in plan.segments]
    qp = sum(one.qp * count for one, count in zip(decoded, frames, strict=True)) / sum(frames)
    return Effort(qp=round(qp, 2), kbps=sum(sizes) * 8 / 1000 / float(plan.seconds), damaged=errors)


class _Trials:
    """Encodes of one rendition of one piece, each in a file of its own, because the best of them is kept."""

    def __init__(self, plan: Plan, picture: Picture) -> None:
        self._plan, self._now, self._first = plan, picture, picture.path
        self._tried: list[tuple[Picture, Part]] = []
        self._low = False

    def note(self, part: Part, qp: float | None = None) -> None:
        """What came of the picture that was to be encoded; `qp`: the mean quantiser of a first rung."""
        if not self._tried:
            self._low = self._plan.is_searched and is_low(self._now.spending, qp)
        self._tried.append((self._now, part))

    def next(self) -> Picture | None:
        """How to encode again what spent more than its share of the cap, or too little of it; None if that is well."""
        most = self._plan.most_tries if self._low else TRIES
        if self._plan.seconds > CAPPED_SECONDS or len(self._tried) == most:
            return None
        spent = [(picture.spending, part.size * 8) for picture, part in self._tried]
        spending = corrected(spent, self._allowed_bits, low=self._low)
        if spending is None:
            return None
        path = self._first.with_name(f"{self._first.stem}.{len(self._tried) + 1}.part")
        self._now = Picture(self._now.rendition, spending, path)
        return self._now

    @property
    def best(self) -> Part:
        """The largest of those within the cap, else the smallest; of a clip that is not capped, the one there is."""
        parts = [part for _, part in self._tried]
        within = [part for part in parts if part.size * 8 <= self._allowed_bits]
        return max(within, key=lambda part: part.size) if within else min(parts, key=lambda part: part.size)

    @property
    def _allowed_bits(self) -> int:
        seconds = max(Fraction(SHORTEST_CAPPED_SECONDS), self._tried[0][1].samples / self._plan.facts.rate)
        return int(self._now.rendition.cap_kbps * 1000 * seconds)


class _SegmentEncoder:
    """Encodes one segment until each rendition holds its frames and its cap."""

    def __init__(
        self, plan: Plan, source: Path, segment: Segment, folder: Path, statistics: Path | None = None
    ) -> None:
        self.plan, self.source, self.segment, self.folder, self.statistics = plan, source, segment, folder, statistics
        self.complaint = ""
        """What ffmpeg said in the last run."""
        self.is_damaged = False

    def encode(self, renditions: tuple[Rendition, ...], effort: Effort | None) -> dict[str, Part]:
        self.is_damaged = effort is not None and effort.damaged > 0
        _write_cube(self.plan, self.folder)
        seconds = float(self.segment.frames / self.plan.facts.rate)
        pictures = [
            Picture(one, spending(self.plan, one, seconds, effort), self.folder / f"{one.name}.part")
            for one in renditions
        ]
        trials = {picture.rendition.name: _Trials(self.plan, picture) for picture in pictures}
        while pictures:
            for name, part in self._encode(pictures).items():
                trials[name].note(part)
            again = [trials[picture.rendition.name].next() for picture in pictures]
            pictures = [picture for picture in again if picture]
            if pictures:
                count("SegmentsEncodedAgain", len(pictures))
        return {name: one.best for name, one in trials.items()}

    def _encode(self, pictures: list[Picture]) -> dict[str, Part]:
        try:
            return self._run(pictures, "near")
        except FramesMissing as missing:
            # The file's index led past the segment's beginning, or what is there is damaged: all is decoded.
            logger.warning("decoding from the start", extra={"missing": str(missing)})
        try:
            return self._run(pictures, "start")
        except FramesMissing:
            is_whole = self.plan.facts.begins_with_key and not self.is_damaged
            if is_whole and not damage.count_packets(self.complaint)[1]:
                raise
        return self._run(pictures, "padded")

    def _run(self, pictures: list[Picture], reach: ffmpeg_args.Reach) -> dict[str, Part]:
        plan, threads = self.plan, config().encode_threads
        arguments = ffmpeg_args.encode_segment(plan, self.source, self.segment, pictures, threads, reach=reach)
        if self.statistics:
            arguments = ffmpeg_args.talkative(arguments, self.statistics)
        self.complaint = ffmpeg_process.ffmpeg(arguments, ENCODE_SECONDS).complaint
        made = {}
        for picture in pictures:
            part = made[picture.rendition.name] = scan(picture.path)
            check_frames(part, self.segment.frames, frame_ticks(plan.facts.rate))
        return made


def encode_clip(plan: Plan, source: Path, folder: Path) -> tuple[Part, Part | None, Effort]:
    """The first rung of the whole clip, its sound if it has any, and what the rung took; seek previews in `folder`.

    In place of a sound that cannot be decoded the next one is made, if there is one. Raises Refused if too much
    of the picture cannot be.
    """
    _write_cube(plan, folder)
    encoder = _ClipEncoder(plan, source, folder)
    part, effort = encoder.encode()
    _write_track(plan, folder)
    sound = scan(encoder.sound) if encoder.sound else None
    if encoder.is_sound_unsteady:
        sound = sound_encoder.encode(plan, source, folder)
    elif encoder.sound is None:
        sound = sound_encoder.encode_other(plan, source, folder)
    return part, sound, effort


class _ClipEncoder:
    """Encodes the first rung of a whole clip until it holds its frames and its cap."""

    def __init__(self, plan: Plan, source: Path, folder: Path) -> None:
        self.plan, self.source, self.folder = plan, source, folder
        self.statistics = folder / "first.statistics"
        self.sound = folder / sound_encoder.SOUND if plan.facts.audio_stream is not None else None
        self.is_sound_unsteady = False
        """It changes midway, and is made by itself."""
        self.errors = 0
        """Packets of the picture that could not be decoded."""

    def encode(self) -> tuple[Part, Effort]:
        plan = self.plan
        picture = Picture(plan.first, spending(plan, plan.first, float(plan.seconds), None), self.folder / "first.part")
        trials, efforts = _Trials(plan, picture), dict[Path, Effort]()
        again: Picture | None = picture
        while again:
            part = self._whole(again)
            efforts[part.path] = self._effort(part)
            trials.note(part, efforts[part.path].qp)
            again = trials.next()
        best = trials.best
        return best, efforts[best.path]

    def _effort(self, part: Part) -> Effort:
        kbps = part.size * 8 / 1000 / float(self.plan.seconds)
        return Effort(qp=_mean_qp(self.statistics.read_text()), kbps=kbps, damaged=self.errors)

    def _whole(self, picture: Picture) -> Part:
        try:
            return self._run(picture)
        except FramesMissing:
            if self.plan.facts.begins_with_key and not self.errors:
                raise
            return self._run(picture, padded=True)  # the first pictures could not be decoded

    def _run(self, picture: Picture, *, padded: bool = False) -> Part:
        outputs = ffmpeg_args.ClipOutputs(picture, self.sound, self.folder / sprites.SHEET)
        cores = os.cpu_count() or 1  # all of them: nothing else of this clip is made before its first rung
        arguments = ffmpeg_args.encode_clip(self.plan, self.source, outputs, cores, padded=padded)
        try:
            complaint = ffmpeg_process.ffmpeg(
                ffmpeg_args.talkative(arguments, self.statistics), ENCODE_SECONDS
            ).complaint
        except ffmpeg_process.ProgramFailed as failed:
            if self.sound is None or isinstance(failed, ffmpeg_process.ProgramTooGreedy):
                raise ffmpeg_process.blame(failed) from failed
            logger.warning("encoding the picture without the sound", extra={"failed": str(failed)})
            self.sound, self.is_sound_unsteady = None, steady_sound.is_needed(failed)
            return self._run(picture, padded=padded)
        if self.sound and sound_probe.is_damaged(complaint):
            self.sound = None
        pictures, self.errors = damage.count_packets(complaint, self.plan.facts.frames)
        damage.check(pictures, self.errors, self.plan.facts.stored_pictures, complaint)
        part = scan(picture.path)
        check_frames(part, self.plan.facts.frames, frame_ticks(self.plan.facts.rate))
        return part


def draw_previews(plan: Plan, clip: Path, folder: Path) -> None:
    """Seek previews in `folder`, from our own first rung."""
    ffmpeg_process.ffmpeg(ffmpeg_args.seek_previews(plan, clip, folder / sprites.SHEET), PREVIEWS_SECONDS)
    _write_track(plan, folder)


def _write_track(plan: Plan, folder: Path) -> None:
    (folder / sprites.TRACK).write_text(sprites.web_vtt(sprites.preview_sheet(plan), plan))


def _write_cube(plan: Plan, folder: Path) -> None:
    if plan.facts.colour:
        colour_cube.write(plan.facts.colour, plan.facts.transfer, folder)


def _mean_qp(statistics: str) -> float:
    """The mean quantiser of the predicted pictures in ffmpeg's -vstats; of all if none is predicted."""
    pictures = QUANTISER.findall(statistics)
    quantisers = [float(qp) for qp, kind in pictures if kind == "P"] or [float(qp) for qp, _ in pictures]
    return round(fmean(quantisers), 2)
