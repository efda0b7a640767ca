"""Finds out what an uploaded file really is, or why it cannot be produced. Nothing in it is believed unmeasured."""

import json
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from reelstack.failure_reasons import REASONS, Refused
from reelstack.media import colour, ffmpeg_process, midway, stream_choice, timeline
from reelstack.media.ffmpeg_process import ProgramFailed, ProgramTooSlow
from reelstack.media.file_types import SNIFF_BYTES, Container, check_announced, sniff
from reelstack.media.frame_grid import frame_grid
from reelstack.media.ladder import Facts
from reelstack.media.notices import Notice
from reelstack.media.packets import MAX_PACKETS, Packets, read_packets
from reelstack.media.shape import MAX_SIDE, MIN_SIDE, find_shape
from reelstack.media.sound_probe import find_sound
from reelstack.media.stream_choice import Stream

MAX_STREAMS = 16
"""Of picture and sound. Subtitles, their fonts and data are not opened: ffmpeg_process.MAX_TRACKS bounds them."""
MAX_SOURCE_FPS, BURST = 500, 500
"""Slow motion goes up to 480. A short burst may be denser: so few pictures cost nothing."""
HEADER_SECONDS = 20
TRIED_SECONDS = 2
"""Of each picture, where a file has several."""
MISSING_SHARE = Fraction(1, 50)
MISSING_SECONDS, MISSING_FRAMES = Fraction(1, 2), 2

DURATION_TAG = re.compile(r"(\d+):(\d+):([\d.]+)")

VIDEO_CODECS = frozenset(("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "h263", "mjpeg", "prores", "mpeg2video"))
INTERLACED = ("tt", "bb", "tb", "bt")


def find_facts(path: Path, content_type: str, *, max_seconds: int) -> Facts:
    """Everything a plan needs to know of the file. Raises Refused with the reason to store."""
    with path.open("rb") as file:
        container = sniff(file.read(SNIFF_BYTES))
    check_announced(container, content_type)
    try:
        streams = _header(path, container)["streams"]
        picture, noted = _choose_picture(path, container, streams)
        facts = _measure_frames(path, container, picture, max_seconds)
        sound, heard = find_sound(path, container, streams, max_seconds)
        facts = facts.model_copy(update={"notices": (*noted, *heard, *facts.notices)})
        if sound is None:
            return facts
        facts = facts.model_copy(
            update={"audio_stream": sound.stream, "other_sounds": sound.others, "gain_db": sound.gain_db}
        )
        return timeline.with_sound(facts, sound.start, sound.end, max_seconds)
    except ProgramFailed as failed:
        raise _unreadable(ffmpeg_process.blame(failed)) from failed
    except ProgramTooSlow as slow:
        raise Refused("corrupt", "The file could not be read in time.") from slow


def _unreadable(refused: Refused) -> Refused:
    """A file that cannot even be opened is no video, whatever is damaged in it."""
    if refused.reason != "corrupt":
        return refused
    detail = "" if refused.detail == REASONS["corrupt"].message else refused.detail
    return Refused("not-a-video", detail, refused.complaint)


def _header(path: Path, container: Container) -> dict[str, Any]:
    ran = ffmpeg_process.ffprobe(
        ["-v", "error", "-show_streams", "-show_format", "-of", "json", *ffmpeg_process.reading(path, container)],
        HEADER_SECONDS,
    )
    header: dict[str, Any] = json.loads(ran.output)
    kinds = [stream.get("codec_type") for stream in header.get("streams", [])]
    if ffmpeg_process.TOO_LARGE in ran.complaint and kinds.count("video") == 1:  # else it may be said of a cover
        raise Refused("too-large-picture")
    if ffmpeg_process.TOO_MANY in ran.complaint or kinds.count("video") + kinds.count("audio") > MAX_STREAMS:
        raise Refused("too-many-streams", f"The file holds more than {MAX_STREAMS} pictures and sounds.")
    return header


def _choose_picture(path: Path, container: Container, streams: list[Stream]) -> tuple[Stream, tuple[Notice, ...]]:
    """The first moving picture that can be decoded, and what its owner is told about that."""
    ranked = stream_choice.pictures(streams)
    if not ranked:
        raise Refused("no-video-stream")
    usable = [one for one in ranked if not _fault(one)]
    if not usable:
        _check_picture(ranked[0])
    chosen = usable[0]
    if len(usable) > 1:
        chosen = next((one for one in usable if _decodes(path, container, one["index"])), usable[0])
    noted = stream_choice.was_chosen(chosen, usable, ranked)
    return chosen, (Notice.PICTURE_CHOSEN,) if noted else ()


def _fault(picture: Stream) -> Refused | None:
    try:
        _check_picture(picture)
    except Refused as refused:
        return refused
    return None


def _decodes(path: Path, container: Container, stream: int) -> bool:
    """Whether a picture comes out of the first seconds of a stream."""
    trying = ["-v", "error", "-max_error_rate", "1"]
    reading = ffmpeg_process.reading(path, container, "-t", str(TRIED_SECONDS))
    one = ["-map", f"0:{stream}", "-frames:v", "1", "-vf", "scale=2:2,format=gray", "-f", "rawvideo", "-"]
    try:
        return bool(ffmpeg_process.ffmpeg([*trying, *reading, *one], HEADER_SECONDS).output)
    except (ProgramFailed, ProgramTooSlow):
        return False


def _check_picture(picture: Stream) -> None:
    width, height = picture.get("width", 0), picture.get("height", 0)
    if picture.get("codec_name") not in VIDEO_CODECS:
        raise Refused("codec-not-supported", f"The picture is stored as {picture.get('codec_name', 'unknown')}.")
    size = f"The picture has {width} x {height} pixels."
    if min(width, height) < MIN_SIDE:
        raise Refused("picture-too-small" if width and height else "corrupt", size)
    if width * height > ffmpeg_process.MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Refused("too-large-picture", size)


def _measure_frames(path: Path, container: Container, picture: Stream, max_seconds: int) -> Facts:
    time_base = Fraction(picture["time_base"])
    found = read_packets(path, container, picture["index"])
    packets = found.shown
    ticks = sorted({packet.pts for packet in packets})
    if not ticks:
        raise Refused("truncated", "No picture of the file could be read.")
    last_duration = next((packet.duration for packet in packets if packet.pts == ticks[-1]), 0)
    seconds = (ticks[-1] - ticks[0] + last_duration) * time_base
    _check_length(len(packets), seconds, max_seconds)
    _check_complete(picture, container, found, seconds)
    rates = filter(None, (_rate(picture.get(name, "0/0")) for name in ("avg_frame_rate", "r_frame_rate")))
    grid = frame_grid(ticks, last_duration, time_base, list(rates))
    keys = sorted(float(packet.pts * time_base) for packet in packets if packet.is_key)
    shape, colours = midway.with_changes(
        path, container, picture["index"], keys, (find_shape(picture), colour.find_colour(picture))
    )
    facts = Facts(
        container=container,
        video_stream=picture["index"],
        audio_stream=None,
        width=shape.shown[0],
        height=shape.shown[1],
        tick=(time_base.numerator, time_base.denominator),
        start_ticks=ticks[0],
        fps=(grid.fps.numerator, grid.fps.denominator),
        frames=grid.frames,
        constant=grid.constant,
        interlaced=picture.get("field_order") in INTERLACED,
        turned=any("displaymatrix" in side for side in picture.get("side_data_list", [])),
        transfer=colour.find_transfer(picture),
        stored_pictures=len(packets),
        begins_with_key=min(packets, key=lambda packet: packet.pts).is_key,
        key_frame_gap=_key_frame_gap([packet.is_key for packet in packets]),
        stored_pixels=int(picture["width"]) * int(picture["height"]),
        colour=colours,
        shape=shape,
    )
    return facts.model_copy(update={"notices": _notices(facts, is_other_rate=grid.is_changed_from(len(ticks)))})


def _check_length(pictures: int, seconds: Fraction, max_seconds: int) -> None:
    if seconds > max_seconds or pictures >= MAX_PACKETS:
        raise Refused("too-long", f"The clip lasts {float(seconds):.1f} s; at most {max_seconds} s are taken.")
    if pictures > BURST + MAX_SOURCE_FPS * seconds:
        raise Refused("too-many-pictures", f"The clip shows {pictures} pictures in {float(seconds):.1f} s.")


def _notices(facts: Facts, *, is_other_rate: bool) -> tuple[Notice, ...]:
    changes = {
        Notice.HDR_CONVERTED: facts.transfer != "sdr",
        Notice.RATE_CHANGED: is_other_rate,
        Notice.SHAPE_CHANGED: facts.shape is not None and facts.shape.changes,
    }
    return tuple(notice for notice, is_so in changes.items() if is_so)


def _key_frame_gap(are_keys: list[bool]) -> int:
    """The most pictures from one key frame up to the next, or to the end."""
    edges = [0, *(place for place, is_key in enumerate(are_keys) if is_key), len(are_keys)]
    return max(later - earlier for earlier, later in pairwise(edges))


def _check_complete(picture: Stream, container: Container, found: Packets, seconds: Fraction) -> None:
    """A file cut off in mid-upload still has an index that lists how much there should be, or ends in mid-picture.

    How long it says it lasts proves nothing where its index counts, nor in a matroska file that reads without a fault:
    editors leave old tags behind.
    """
    cut = any(sign in found.complaint.lower() for sign in ffmpeg_process.TRUNCATED)
    promised = _promised_seconds(picture)
    missing = (promised or seconds) - seconds
    short = missing > MISSING_SECONDS and missing > seconds * MISSING_SHARE
    lost = int(picture.get("nb_frames", found.read)) - found.read
    fewer = lost > MISSING_FRAMES and lost > found.read * MISSING_SHARE
    if "nb_frames" in picture:
        truncated = fewer and (cut or short)
    else:
        stale = container == "matroska" and not found.complaint.strip()
        truncated = (short and not stale) or (cut and promised is None)
    if truncated:
        raise Refused("truncated", f"The picture ends after {float(seconds):.1f} s.")


def _promised_seconds(picture: Stream) -> Fraction | None:
    """How long the header says the picture lasts: mp4 in a field, matroska in a tag that counts from time 0, or not."""
    if "duration" in picture:
        return Fraction(picture["duration"])
    tag = DURATION_TAG.fullmatch(picture.get("tags", {}).get("DURATION", ""))
    if tag is None:
        return None
    until = 3600 * int(tag[1]) + 60 * int(tag[2]) + Fraction(tag[3])
    return until - max(Fraction(), Fraction(picture.get("start_time", "0")))


def _rate(text: str) -> Fraction | None:
    numerator, _, denominator = text.partition("/")
    if not numerator.isdigit() or not denominator.isdigit() or int(denominator) == 0:
        return None
    return Fraction(int(numerator), int(denominator)) or None
