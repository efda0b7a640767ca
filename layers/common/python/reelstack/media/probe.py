"""Finds out what an uploaded file really is, or why it cannot be produced. Nothing in it is believed unmeasured."""

import json
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

from reelstack.failure_reasons import Refused
from reelstack.media import ffmpeg_process
from reelstack.media.ffmpeg_process import ProgramFailed, ProgramTooSlow
from reelstack.media.file_types import SNIFF_BYTES, Container, check_announced, sniff
from reelstack.media.frame_grid import frame_grid
from reelstack.media.ladder import Facts

MAX_SIDE = 8192
MIN_SIDE = 16
MAX_PACKETS = 300_000
"""More pictures than ten minutes at 480 fps."""
MAX_SOURCE_FPS, BURST = 500, 500
"""Slow motion goes up to 480. A short burst may be denser: so few pictures cost nothing."""
HEADER_SECONDS, PACKETS_SECONDS, LOUDNESS_SECONDS = 20, 60, 120
SQUARE_ENOUGH = Fraction(1, 100)
"""Crops and scales leave pixels that are a hair off square: correcting that would cost the clip its highest rung."""
MISSING_SHARE = Fraction(1, 50)
MISSING_SECONDS, MISSING_FRAMES = Fraction(1, 2), 2

DURATION_TAG = re.compile(r"(\d+):(\d+):([\d.]+)")

VIDEO_CODECS = frozenset(("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "h263", "mjpeg", "prores", "mpeg2video"))
TRANSFERS: dict[str, Literal["pq", "hlg"]] = {"smpte2084": "pq", "arib-std-b67": "hlg"}
INTERLACED = ("tt", "bb", "tb", "bt")

TARGET_LUFS = -14.0
SILENCE_LUFS = -60.0
MAX_GAIN_DB = 20.0


def find_facts(path: Path, content_type: str, *, max_seconds: int) -> Facts:
    """Everything a plan needs to know of the file. Raises Refused with the reason to store."""
    with path.open("rb") as file:
        container = sniff(file.read(SNIFF_BYTES))
    check_announced(container, content_type)
    try:
        header = _header(path, container)
        picture, sound = _choose_streams(header["streams"])
        _check_picture(picture)
        facts = _measure_frames(path, container, picture, sound, max_seconds)
        if facts.audio_stream is None:
            return facts
        return facts.model_copy(update={"gain_db": _gain(path, facts)})
    except ProgramFailed as failed:
        refused = ffmpeg_process.blame(failed)
        raise (Refused("not-a-video", refused.detail) if refused.reason == "corrupt" else refused) from failed
    except ProgramTooSlow as slow:
        raise Refused("corrupt", "the file could not be read in time") from slow


def _header(path: Path, container: Container) -> dict[str, Any]:
    ran = ffmpeg_process.ffprobe(
        ["-v", "error", "-show_streams", "-show_format", "-of", "json", *ffmpeg_process.reading(path, container)],
        HEADER_SECONDS,
    )
    header: dict[str, Any] = json.loads(ran.output)
    if ffmpeg_process.TOO_LARGE in ran.complaint:
        raise Refused("too-large-picture")
    if ffmpeg_process.TOO_MANY in ran.complaint or len(header.get("streams", [])) > ffmpeg_process.MAX_STREAMS:
        raise Refused("too-many-streams", f"more than {ffmpeg_process.MAX_STREAMS}")
    return header


def _choose_streams(streams: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The first moving picture and the first sound that can be decoded. Cover art is no picture."""
    pictures = [s for s in streams if s.get("codec_type") == "video" and not s["disposition"].get("attached_pic")]
    if not pictures:
        raise Refused("no-video-stream")
    sounds = [s for s in streams if s.get("codec_type") == "audio" and s.get("codec_name") and s.get("channels")]
    return pictures[0], sounds[0] if sounds else None


def _check_picture(picture: dict[str, Any]) -> None:
    width, height = picture.get("width", 0), picture.get("height", 0)
    if picture.get("codec_name") not in VIDEO_CODECS:
        raise Refused("codec-not-supported", str(picture.get("codec_name", "unknown")))
    if min(width, height) < MIN_SIDE:
        raise Refused("picture-too-small" if width and height else "corrupt", f"{width}x{height}")
    if width * height > ffmpeg_process.MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Refused("too-large-picture", f"{width}x{height}")


def _measure_frames(
    path: Path, container: Container, picture: dict[str, Any], sound: dict[str, Any] | None, max_seconds: int
) -> Facts:
    time_base = Fraction(picture["time_base"])
    packets, complaint = _packets(path, container, picture["index"])
    ticks = sorted({packet.pts for packet in packets})
    if not ticks:
        raise Refused("truncated", "no pictures could be read")
    last_duration = next((packet.duration for packet in packets if packet.pts == ticks[-1]), 0)
    seconds = (ticks[-1] - ticks[0] + last_duration) * time_base
    if seconds > max_seconds or len(packets) >= MAX_PACKETS:
        raise Refused("too-long", f"{float(seconds):.1f} s; at most {max_seconds} s")
    if len(packets) > BURST + MAX_SOURCE_FPS * seconds:
        raise Refused("too-many-pictures", f"{len(packets)} pictures in {float(seconds):.1f} s")
    _check_complete(picture, len(packets), seconds, complaint)
    rates = [_rate(picture.get(name, "0/0")) for name in ("avg_frame_rate", "r_frame_rate")]
    grid = frame_grid(ticks, last_duration, time_base, [rate for rate in rates if rate])
    width, height = _shown_size(picture)
    return Facts(
        container=container,
        video_stream=picture["index"],
        audio_stream=sound["index"] if sound else None,
        width=width,
        height=height,
        tick=(time_base.numerator, time_base.denominator),
        start_ticks=ticks[0],
        fps=(grid.fps.numerator, grid.fps.denominator),
        frames=grid.frames,
        constant=grid.constant,
        interlaced=picture.get("field_order") in INTERLACED,
        turned=any("displaymatrix" in side for side in picture.get("side_data_list", [])),
        transfer=TRANSFERS.get(picture.get("color_transfer", ""), "sdr"),
        stored_pictures=len(packets),
        key_frame_gap=_key_frame_gap([packet.is_key for packet in packets]),
        stored_pixels=int(picture["width"]) * int(picture["height"]),
    )


def _key_frame_gap(are_keys: list[bool]) -> int:
    """The most pictures from one key frame up to the next, or to the end."""
    edges = [0, *(place for place, is_key in enumerate(are_keys) if is_key), len(are_keys)]
    return max(later - earlier for earlier, later in pairwise(edges))


class _Packet(NamedTuple):
    """A picture as it is stored, its times in ticks."""

    pts: int
    duration: int
    is_key: bool


def _packets(path: Path, container: Container, stream: int) -> tuple[list[_Packet], str]:
    """Each picture that is shown, in file order; and what ffprobe complained of."""
    ran = ffmpeg_process.ffprobe(
        [
            *("-v", "error", "-select_streams", str(stream), "-read_intervals", f"%+#{MAX_PACKETS}"),
            *("-show_entries", "packet=pts,dts,duration,flags", "-of", "json=compact=1"),
            *ffmpeg_process.reading(path, container),
        ],
        PACKETS_SECONDS,
    )
    shown = []
    for packet in json.loads(ran.output)["packets"]:
        pts = packet.get("pts", packet.get("dts"))
        if pts is not None and "D" not in packet["flags"]:  # D: an edit list says to discard it
            shown.append(_Packet(pts, packet.get("duration", 0), "K" in packet["flags"]))
    return shown, ran.complaint


def _check_complete(picture: dict[str, Any], packets: int, seconds: Fraction, complaint: str) -> None:
    """A file cut off in mid-upload still has a header that says how much there should be, or ends in mid-picture."""
    cut = any(sign in complaint.lower() for sign in ffmpeg_process.TRUNCATED)
    promised = _promised_seconds(picture)
    missing = (promised or seconds) - seconds
    short = missing > MISSING_SECONDS and missing > seconds * MISSING_SHARE
    lost = int(picture.get("nb_frames", packets)) - packets
    fewer = lost > MISSING_FRAMES and lost > packets * MISSING_SHARE
    if short or (cut and (fewer or promised is None)):
        raise Refused("truncated", f"the picture ends after {float(seconds):.1f} s")


def _promised_seconds(picture: dict[str, Any]) -> Fraction | None:
    """How long the header says the picture lasts: mp4 in a field, matroska in a tag that counts from time 0, or not."""
    if "duration" in picture:
        return Fraction(picture["duration"])
    tag = DURATION_TAG.fullmatch(picture.get("tags", {}).get("DURATION", ""))
    if tag is None:
        return None
    until = 3600 * int(tag[1]) + 60 * int(tag[2]) + Fraction(tag[3])
    return until - max(Fraction(), Fraction(picture.get("start_time", "0")))


def _shown_size(picture: dict[str, Any]) -> tuple[int, int]:
    """Width and height with square pixels, after the turn that the file's metadata asks for."""
    width, height = int(picture["width"]), int(picture["height"])
    aspect = _rate(picture.get("sample_aspect_ratio", "1:1").replace(":", "/")) or Fraction(1)
    if abs(aspect - 1) <= SQUARE_ENOUGH:
        aspect = Fraction(1)
    if aspect > 1:  # never upscaled: the side that is too long is made shorter
        height = max(MIN_SIDE, round(height / aspect))
    else:
        width = max(MIN_SIDE, round(width * aspect))
    turns = [side.get("rotation", 0) for side in picture.get("side_data_list", [])]
    return (height, width) if any(turn % 180 == 90 for turn in turns) else (width, height)


def _rate(text: str) -> Fraction | None:
    numerator, _, denominator = text.partition("/")
    if not numerator.isdigit() or not denominator.isdigit() or int(denominator) == 0:
        return None
    return Fraction(int(numerator), int(denominator)) or None


def _gain(path: Path, facts: Facts) -> float:
    """Decibels that bring the sound to TARGET_LUFS (EBU R128, measured as the stereo sound it will be)."""
    ran = ffmpeg_process.ffmpeg(
        [
            *("-v", "info", *ffmpeg_process.reading(path, facts.container), "-map", f"0:{facts.audio_stream}"),
            *("-t", f"{float(facts.frames / facts.rate):.3f}"),
            *("-af", "aresample=48000,aformat=channel_layouts=stereo,ebur128=framelog=quiet", "-f", "null", "-"),
        ],
        LOUDNESS_SECONDS,
    )
    found = re.findall(r"I:\s+(-?[\d.]+|-inf|nan) LUFS", ran.complaint)
    loudness = float(found[-1]) if found else float("-inf")
    if not loudness > SILENCE_LUFS:
        return 0.0
    return round(min(TARGET_LUFS - loudness, MAX_GAIN_DB), 2)
