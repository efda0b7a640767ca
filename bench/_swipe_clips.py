"""Clips as production leaves them, drawn small: three rungs of a codec, sound, and what the API says of them."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from local import programs
from reelstack.media import hls_writer, packager
from reelstack.media.packager import Track
from reelstack.production import asset_files

LADDER = ((180, 150), (360, 450), (540, 1_100))
"""Shorter side in pixels, and kbit/s."""
SEGMENT_SECONDS, RATE = 2, 30
ENCODERS = {
    "avc": ("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-bf", "2", "-sc_threshold", "0"),
    "av1": ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "scd=0"),
}
# delay_moov: the header says by how much pictures are shown later than they are decoded, so that the first is at 0.
FRAGMENTED = ("-movflags", "+frag_keyframe+default_base_moof+delay_moov", "-f", "mp4")


@dataclass(frozen=True)
class Drawn:
    """`asset` is what a playback says of renditions and sound."""

    folder: Path
    seconds: int
    asset: dict[str, Any]


def draw(
    folder: Path,
    seconds: int,
    number: int = 0,
    codecs: Sequence[str] = ("avc",),
    rungs: Sequence[tuple[int, int]] = LADDER,
    sound: bool = True,
) -> Drawn:
    """A portrait clip of a test picture, of which each `number` has another colour and tone."""
    folder.mkdir(parents=True)
    heard = _sound(folder, seconds, number) if sound else None
    tracks = {
        f"{codec}-{side}": _picture(folder, seconds, number, codec, side, kbps)
        for codec in codecs
        for side, kbps in rungs
    }
    for track in (*tracks.values(), *([heard] if heard else [])):
        (folder / track.playlist).write_text(hls_writer.media_playlist(track, SEGMENT_SECONDS))
    playlist = hls_writer.master_playlist(list(tracks.values()), heard, Fraction(RATE))
    (folder / "master.m3u8").write_text(playlist)
    middle = f"{next(iter(tracks))}.mp4"
    _ffmpeg("-i", str(folder / middle), "-frames:v", "1", str(folder / "poster.jpg"))
    asset = {
        "renditions": [asset_files.rendition(track, name.partition("-")[0], heard) for name, track in tracks.items()],
        "sound": asset_files.sound(heard) if heard else None,
    }
    return Drawn(folder, seconds, asset)


def _picture(folder: Path, seconds: int, number: int, codec: str, side: int, kbps: int) -> Track:
    shown = f"testsrc2=size={side}x{side * 16 // 9 // 2 * 2}:rate={RATE}:duration={seconds},hue=h={number * 47 % 360}"
    limits = ("-maxrate", f"{kbps * 3 // 2}k", "-bufsize", f"{kbps * 2}k") if codec == "avc" else ()
    rate = ("-b:v", f"{kbps}k", *limits)
    frames = str(SEGMENT_SECONDS * RATE)
    made = folder / f"{codec}-{side}.part"
    coded = (*ENCODERS[codec], *rate, "-g", frames, "-keyint_min", frames, "-pix_fmt", "yuv420p")
    _ffmpeg("-f", "lavfi", "-i", shown, *coded, *FRAGMENTED, str(made))
    return _finished(folder, f"{codec}-{side}", made)


def _sound(folder: Path, seconds: int, number: int) -> Track:
    tone = f"sine=frequency={220 + 20 * number}:sample_rate=48000:duration={seconds}"
    made = folder / "sound.part"
    movflags = ("-movflags", "+empty_moov+default_base_moof", "-frag_duration", "2000000", "-use_editlist", "0")
    _ffmpeg("-f", "lavfi", "-i", tone, "-ac", "2", "-c:a", "aac", "-b:a", "64k", *movflags, "-f", "mp4", str(made))
    return _finished(folder, "sound", made)


def _finished(folder: Path, name: str, made: Path) -> Track:
    track = packager.adopt(name, packager.scan(made), folder / f"{name}.mp4")
    made.unlink()
    return track


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([str(programs.ffmpeg()), "-v", "error", "-y", *arguments], check=True, timeout=300)


def draw_set(folder: Path, clips: int, seconds: int = 10, codecs: Sequence[str] = ("avc",)) -> list[Drawn]:
    """Several clips, each with plain MP4s beside them, of its middle rung and its best, and `clips.json`, which lists
    them."""
    drawn = [draw(folder / str(number), seconds, number, codecs) for number in range(clips)]
    for one in drawn:
        for name, (side, _) in (("muxed", LADDER[1]), ("best", LADDER[-1])):
            picture = one.folder / f"{codecs[0]}-{side}.mp4"
            joined = ("-i", str(picture), "-i", str(one.folder / "sound.mp4"), "-c", "copy", "-movflags", "+faststart")
            _ffmpeg(*joined, str(one.folder / f"{name}.mp4"))
    listed = [{"seconds": one.seconds, **one.asset} for one in drawn]
    (folder / "clips.json").write_text(json.dumps(listed))
    return drawn
