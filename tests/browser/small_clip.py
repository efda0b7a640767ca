"""A clip of three seconds as production leaves it, made by ffmpeg for the site in miniature."""

import json
import subprocess
from fractions import Fraction
from pathlib import Path

from local import programs
from reelstack.media import hls_writer, packager, sprites
from reelstack.production import asset_files

SECONDS = 3
NAME = "avc"


def make_clip(into: Path) -> None:
    """A portrait H.264 clip with sound, its poster and the pictures for seeking, one a second."""
    into.mkdir()
    source = ["-f", "lavfi", "-i", f"testsrc2=size=180x320:rate=24:duration={SECONDS}"]
    sound = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={SECONDS}"]
    picture_codec = ["-c:v", "libx264", "-profile:v", "main", "-pix_fmt", "yuv420p", "-g", "24", "-preset", "ultrafast"]
    fragments = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-use_editlist", "0"]
    whole = ["-frag_duration", "2000000", "-movflags", "+empty_moov+default_base_moof", "-use_editlist", "0"]
    ffmpeg = [str(programs.ffmpeg()), "-v", "error"]
    for argv in (
        [*ffmpeg, *source, *picture_codec, *fragments, "picture.part.mp4"],
        [*ffmpeg, *sound, "-c:a", "aac", *whole, "heard.part.mp4"],
        [*ffmpeg, *source, "-frames:v", "1", "poster.jpg"],
        [*ffmpeg, *source, "-vf", f"fps=1,scale=90:160,tile={SECONDS}x1", "-frames:v", "1", sprites.SHEET],
    ):
        subprocess.run(argv, cwd=into, check=True, capture_output=True, timeout=120)
    cues = (f"00:0{at}.000 --> 00:0{at + 1}.000\n{sprites.SHEET}#xywh={at * 90},0,90,160\n" for at in range(SECONDS))
    (into / sprites.TRACK).write_text("\n".join(["WEBVTT\n", *cues]))
    picture = packager.join(NAME, [packager.scan(into / "picture.part.mp4")], into / f"{NAME}.mp4")
    heard = packager.join("sound", [packager.scan(into / "heard.part.mp4")], into / "sound.mp4")
    for track in (picture, heard):
        (into / track.playlist).write_text(hls_writer.media_playlist(track, 2))
    (into / "master.m3u8").write_text(hls_writer.master_playlist([picture], heard, Fraction(24)))
    told = {"renditions": [asset_files.rendition(picture, "avc", heard)], "sound": asset_files.sound(heard)}
    (into / "asset.json").write_text(json.dumps(told))
