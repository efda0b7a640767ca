"""Odd but honest clips, such as phones and editors make, drawn at test time: every one must play."""

from pathlib import Path

from tests.clips import drawn, ffmpeg, uneven
from tests.corpus.case import MKV, PLAYS, Case, Make

SHORT = 1.2
PLACE = "+48.8577+002.295/"
PHONE = "Reelphone 12"
GPS = ("-metadata", f"location={PLACE}", "-metadata", f"com.apple.quicktime.location.ISO6709={PLACE}")
MADE_BY = (
    "-metadata",
    f"com.apple.quicktime.model={PHONE}",
    "-metadata",
    f"title={PHONE}",
    "-metadata",
    f"comment={PLACE}",
)
HEVC_10 = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le")


def _drawn(*options: str, size: str = "160x90", fps: str = "10", seconds: float = SHORT) -> Make:
    return lambda path, _: drawn(path, size=size, fps=fps, seconds=seconds, options=options)


def _hdr(transfer: str) -> Make:
    colours = f"colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:log-level=none"
    return _drawn(*HEVC_10, "-x265-params", colours)


def _with_sound(*sound: str, options: tuple[str, ...] = ()) -> Make:
    def make(path: Path, _: str) -> None:
        picture = ["-f", "lavfi", "-i", f"testsrc2=size=160x90:rate=10:duration={SHORT}", "-f", "lavfi", "-i"]
        encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
        ffmpeg(*picture, *sound, *encoder, *options, path)

    return make


def _turned(path: Path, _: str) -> None:
    lying = drawn(path.with_suffix(".lying.mp4"), size="160x90", fps="10", seconds=SHORT)
    ffmpeg("-display_rotation", 90, "-i", lying, "-c", "copy", path)


def _covered(path: Path, _: str) -> None:
    clip = drawn(path.with_suffix(".clip.mp4"), size="160x90", fps="10", seconds=SHORT)
    cover = path.with_suffix(".png")
    ffmpeg("-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", 1, cover)
    streams = ["-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic"]
    ffmpeg("-i", cover, "-i", clip, *streams, path)


def _with_words(path: Path, _: str) -> None:
    words = path.with_suffix(".srt")
    words.write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    clip = drawn(path.with_suffix(".clip.mp4"), size="160x90", fps="10", seconds=SHORT)
    ffmpeg("-i", clip, "-i", words, "-map", 0, "-map", 1, "-c", "copy", "-c:s", "mov_text", path)


def change_size(path: Path, size: str) -> None:
    """One stream of 160 by 90 that goes on in another size after a second."""
    parts = []
    for number, one in enumerate(("160x90", size)):
        part = path.with_suffix(f".{number}.h264")
        source = ["-f", "lavfi", "-i", f"testsrc2=size={one}:rate=10:duration={1 if number == 0 else 0.5}"]
        ffmpeg(*source, "-c:v", "libx264", "-preset", "ultrafast", "-bf", 0, "-pix_fmt", "yuv420p", part)
        parts.append(part.read_bytes())
    joined = path.with_suffix(".h264")
    joined.write_bytes(b"".join(parts))
    ffmpeg("-r", 10, "-f", "h264", "-i", joined, "-c", "copy", "-bsf:v", "setts=ts=N/10/TB", "-f", "matroska", path)


ODD = (
    Case("sides of odd length", _drawn("-c:v", "libx264", "-pix_fmt", "yuv444p", size="161x91"), PLAYS),
    Case("held upright", _turned, PLAYS),
    Case("pixels that are not square", _drawn("-vf", "setsar=4/3"), PLAYS),
    Case("uneven pictures", lambda path, _: uneven(path, 30, (33, 50, 17, 100)), PLAYS),
    Case("interlaced", _drawn("-flags", "+ilme+ildct", "-x264-params", "tff=1", size="320x240", fps="25"), PLAYS),
    Case("240 pictures a second", _drawn(fps="240", seconds=0.5), PLAYS),
    Case("one picture", _drawn("-frames:v", "1", "-an"), PLAYS),
    Case("hdr as televisions do (PQ)", _hdr("smpte2084"), PLAYS),
    Case("hdr as phones do (HLG)", _hdr("arib-std-b67"), PLAYS),
    Case("ten bits", _drawn(*HEVC_10, "-x265-params", "log-level=none"), PLAYS),
    Case("no sound", _drawn("-an"), PLAYS),
    Case("six channels", _with_sound("anullsrc=channel_layout=5.1", options=("-shortest",)), PLAYS),
    Case("one channel", _with_sound("sine=duration=1.2", options=("-ac", "1")), PLAYS),
    Case("sound goes on", _with_sound("sine=duration=4"), PLAYS),
    Case("sound stops early", _with_sound("sine=duration=0.3"), PLAYS),
    Case("sound begins late", _drawn("-af", "asetpts=PTS+0.5/TB"), PLAYS),
    Case("times below zero", _drawn("-output_ts_offset", "-0.7", "-avoid_negative_ts", "disabled"), PLAYS, MKV),
    Case("times far from zero", _drawn("-output_ts_offset", "90000"), PLAYS, MKV),
    Case("cover art", _covered, PLAYS),
    Case("subtitles inside", _with_words, PLAYS),
    Case("another size midway", lambda path, _: change_size(path, "320x180"), PLAYS, MKV),
    Case("where it was filmed", _drawn(*GPS, *MADE_BY, "-movflags", "use_metadata_tags"), PLAYS),
    Case("where it was filmed, by an older phone", _drawn(*GPS, *MADE_BY, "-f", "mov"), PLAYS, "video/quicktime"),
)
