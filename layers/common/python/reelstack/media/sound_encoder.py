"""Encodes the sound of a clip by itself: the first track that can be decoded, in the order in which players choose."""

import time
from math import ceil
from pathlib import Path

from reelstack.media import ffmpeg_args, ffmpeg_process, sound_probe, steady_sound
from reelstack.media.ladder import Plan
from reelstack.media.packager import Part, scan
from reelstack.platform.telemetry import logger

SOUND = "sound.part"
ENCODE_SECONDS = 840
"""Less than the function's own time, so that what went wrong is said."""
OTHER_SOUNDS_SECONDS = 120


def encode(plan: Plan, source: Path, folder: Path) -> Part | None:
    """The sound of the whole clip alone: the first that can be decoded, if there is any."""
    if plan.facts.audio_stream is None:
        return None
    return _try_sound(plan, source, folder, ENCODE_SECONDS) or encode_other(plan, source, folder)


def encode_other(plan: Plan, source: Path, folder: Path) -> Part | None:
    """The first of the sounds that come after the plan's which can be decoded. All of them together have
    OTHER_SOUNDS_SECONDS, because the function's time is for the picture."""
    facts, until = plan.facts, time.monotonic() + OTHER_SOUNDS_SECONDS
    for stream in facts.other_sounds:
        logger.warning("trying the next sound", extra={"stream": stream})
        seconds, left = ceil(plan.seconds + facts.start_seconds), until - time.monotonic()
        try:
            gain = sound_probe.find_gain(source, facts.container, stream, seconds, left)
            part = _try_sound(plan.with_sound(stream, gain), source, folder, until - time.monotonic())
        except (ffmpeg_process.ProgramTooGreedy, ffmpeg_process.ProgramTooSlow):
            return None
        except (ffmpeg_process.ProgramFailed, sound_probe.Undecodable):
            continue
        if part:
            return part
    return None


def _try_sound(plan: Plan, source: Path, folder: Path, seconds: float) -> Part | None:
    """The plan's sound, None if it cannot be decoded. Raises ProgramTooSlow."""
    try:
        complaint = _run_sound(plan, source, folder, seconds)
    except ffmpeg_process.ProgramFailed as failed:
        logger.warning("encoding without the sound", extra={"failed": str(failed)})
        return None
    return None if sound_probe.is_damaged(complaint) else scan(folder / SOUND)


def _run_sound(plan: Plan, source: Path, folder: Path, seconds: float) -> str:
    """What ffmpeg said about the sound. Raises ProgramFailed or ProgramTooSlow."""
    arguments = ffmpeg_args.talkative(ffmpeg_args.encode_sound(plan, source, folder / SOUND))
    try:
        return ffmpeg_process.ffmpeg(arguments, seconds).complaint
    except ffmpeg_process.ProgramFailed as failed:
        if not steady_sound.is_needed(failed):
            raise
    steady_plan, steady = steady_sound.make_steady(plan, source, folder, seconds)
    arguments = ffmpeg_args.talkative(ffmpeg_args.encode_sound(steady_plan, steady, folder / SOUND))
    return ffmpeg_process.ffmpeg(arguments, seconds).complaint
