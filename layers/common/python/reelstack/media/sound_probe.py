"""Finds the sound that a clip is made with: the first of its file, as players choose, that can be decoded.

Sound never keeps a picture from being published: one that cannot be decoded is passed over, and where none is left the
clip is made without.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from reelstack.media import ffmpeg_process, stream_choice
from reelstack.media.ffmpeg_process import ProgramFailed, ProgramTooGreedy, ProgramTooSlow
from reelstack.media.file_types import Container
from reelstack.media.notices import Notice
from reelstack.media.packets import MAX_PACKETS, read_packets
from reelstack.media.stream_choice import Stream

LOUDNESS_SECONDS = 120
MOST_TRIED = 4
"""Of a file's sounds: each that fails costs a decode."""
MAX_SOUND_ERRORS = 0.2
"""The share of a sound's packets that may fail: with a gap here and there it is better than no sound."""
SOUND_ERROR_FLOOR = 10
LONGEST_PACKET_SECONDS = Fraction(2)
"""A last packet that says it lasts longer does not lengthen the clip."""
TARGET_LUFS = -14.0
SILENCE_LUFS = -60.0
MAX_GAIN_DB = 20.0
DECODED = re.compile(r"\(audio\): .*; (\d+) frames decoded.*; (\d+) decode errors")
LOUDNESS = re.compile(r"I:\s+(-?[\d.]+|-inf|nan) LUFS")


@dataclass(frozen=True)
class Sound:
    """Where a sound is, from when to when it lasts in seconds of the file's clock, and what makes it loud enough."""

    stream: int
    start: Fraction
    end: Fraction
    gain_db: float
    others: tuple[int, ...] = ()
    """Streams that come after it, if it fails when it is encoded."""


class Undecodable(Exception):
    """Too much of a sound failed to decode."""


def find_sound(
    path: Path, container: Container, streams: list[Stream], max_seconds: int
) -> tuple[Sound | None, tuple[Notice, ...]]:
    """The sound to use, None if there is none that can be, and what its owner is told about that."""
    ranked = stream_choice.sounds(streams)
    usable = [one for one in ranked if one.get("codec_name") and one.get("channels")]
    failed = len(usable) < len(ranked)
    tried = usable[:MOST_TRIED]
    for number, stream in enumerate(tried, 1):
        try:
            sound = _measure(path, container, stream, max_seconds)
        except (ProgramTooGreedy, ProgramTooSlow):
            failed = True
            break  # the next one would not be faster, and the function's time is for the picture
        except (ProgramFailed, Undecodable):
            failed = True
        else:
            if sound:
                chosen = stream_choice.was_chosen(stream, usable, ranked)
                others = tuple(other["index"] for other in tried[number:])
                return replace(sound, others=others), (Notice.SOUND_CHOSEN,) if chosen else ()
    return None, (Notice.SOUND_DROPPED,) if failed else ()


def _measure(path: Path, container: Container, stream: Stream, max_seconds: int) -> Sound | None:
    """None: it is empty. Raises Undecodable, ProgramFailed or ProgramTooSlow."""
    packets = read_packets(path, container, stream["index"])
    span = packets.span(Fraction(stream["time_base"]), LONGEST_PACKET_SECONDS)
    if span is None:
        return None
    if packets.read >= MAX_PACKETS:
        raise Undecodable("more packets than a sound needs")
    return Sound(stream["index"], *span, find_gain(path, container, stream["index"], max_seconds))


def is_damaged(complaint: str) -> bool:
    """Whether too much of the sound that a verbose ffmpeg decoded was damaged, or nothing came of it."""
    decoded, errors = map(int, (DECODED.findall(complaint) or [(0, 0)])[-1])
    return not decoded or errors > max(SOUND_ERROR_FLOOR, MAX_SOUND_ERRORS * (decoded + errors))


def find_gain(
    path: Path, container: Container, stream: int, seconds: int, limit_seconds: float = LOUDNESS_SECONDS
) -> float:
    """Decibels that bring the sound to TARGET_LUFS (EBU R128, measured as the stereo sound it will be), found within
    `limit_seconds`.

    All of it is decoded for that. Raises Undecodable, ProgramFailed or ProgramTooSlow.
    """
    ran = ffmpeg_process.ffmpeg(
        [
            *("-v", "verbose", "-max_error_rate", "1", *ffmpeg_process.reading(path, container)),
            *("-map", f"0:{stream}", "-t", str(seconds)),
            *("-af", "aresample=48000,aformat=channel_layouts=stereo,ebur128=framelog=quiet", "-f", "null", "-"),
        ],
        limit_seconds,
    )
    if is_damaged(ran.complaint):
        raise Undecodable
    found = LOUDNESS.findall(ran.complaint)
    loudness = float(found[-1]) if found else float("-inf")
    if not loudness > SILENCE_LUFS:
        return 0.0
    return round(min(TARGET_LUFS - loudness, MAX_GAIN_DB), 2)
