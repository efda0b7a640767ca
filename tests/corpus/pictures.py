"""Rates, shapes, codecs and containers."""

from fractions import Fraction
from pathlib import Path

from tests.clips import ffmpeg, uneven
from tests.corpus.odd_file import AAC, X264, Draw, Odd, moving, published, refused, run, tone, void

RATES = ("1", "5", "10", "12", "15", "24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60")
FAST = ("90", "120", "240")
"""Slow motion: thinned to a rate that screens show."""


def rates() -> list[Odd]:
    found = []
    for rate in RATES:
        frames = max(1, round(Fraction(rate)))
        words = (*moving(rate=rate, seconds=float(frames / Fraction(rate))), *X264)
        found.append(Odd(f"{rate} fps", run(*words), frames=frames))
    for rate in FAST:
        draw = run(*moving(rate=rate), *X264)
        found.append(Odd(f"{rate} fps", draw, seconds=1, notices=("rate-changed",)))
    return found


def variable() -> list[Odd]:
    """A phone's clock wanders: the grid is the nearest usual rate, and no picture is lost for one that came late."""
    late = "setpts='N/30/TB+if(eq(N\\,20)\\,0.008/TB\\,0)'"
    rounded = ("-vf", "settb=1/1000,setpts='round(N*1000/30)'", "-fps_mode", "passthrough")
    return [
        Odd(
            "one late picture",
            run(*moving(rate="30"), "-vf", late, *X264, "-video_track_timescale", "90000"),
            frames=30,
        ),
        Odd("thirty in milliseconds", run(*moving(rate="30"), *rounded, *X264), ".mkv", frames=30),
        Odd(
            "two rates in turn", lambda path: void(uneven(path, 30, (33, 50))), seconds=1.25, notices=("rate-changed",)
        ),
        Odd(
            "a gap",
            run(*moving(rate="30"), "-vf", "select='not(between(n\\,10\\,19))'", "-fps_mode", "passthrough", *X264),
            frames=30,
            notices=("rate-changed",),
        ),
    ]


def shapes() -> list[Odd]:
    found = [
        published(f"{size}", *moving(size=size), *X264).but(size=shown)
        for size, shown in (("90x160", (90, 160)), ("128x128", (128, 128)), ("16x16", (16, 16)), ("320x16", (320, 16)))
    ]
    odd = ("-c:v", "libx264", "-pix_fmt", "yuv444p", "-preset", "ultrafast")
    found += [published(f"odd {size}", *moving(size=size), *odd) for size in ("161x91", "33x17")]
    for turn in (90, 180, 270):
        found.append(
            Odd(
                f"turned by {turn}",
                turned("-display_rotation", str(turn)),
                frames=25,
                size=(90, 160) if turn != 180 else (160, 90),
            )
        )
    found.append(Odd("mirrored", turned("-display_hflip"), frames=25, size=(160, 90)))
    found += [
        published("wide pixels", *moving(size="180x144"), "-vf", "setsar=64/45", *X264).but(size=(256, 144)),
        published("narrow pixels", *moving(size="160x90"), "-vf", "setsar=1/2", *X264),
        published("pixels of no shape", *moving(), "-vf", "setsar=0/1", *X264).but(size=(160, 90)),
        published(
            "interlaced",
            *moving(size="160x96"),
            "-vf",
            "setfield=tff",
            *X264,
            "-flags",
            "+ilme+ildct",
            "-x264opts",
            "tff=1",
        ),
        refused("smaller than a picture may be", "picture-too-small", run(*moving(size="14x14"), *X264)),
    ]
    return found


def turned(*options: str) -> Draw:
    def draw(path: Path) -> None:
        upright = path.with_name("upright.mp4")
        ffmpeg(*moving(), *X264, upright)
        ffmpeg(*options, "-i", upright, "-c", "copy", path)

    return draw


CODECS = {
    "hevc": (".mp4", ("-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1")),
    "hevc in mkv": (".mkv", ("-c:v", "libx265", "-x265-params", "log-level=none")),
    "vp8": (".webm", ("-c:v", "libvpx", "-b:v", "1M")),
    "vp9": (".webm", ("-c:v", "libvpx-vp9", "-b:v", "1M", "-deadline", "realtime", "-cpu-used", "8")),
    "av1": (".mp4", ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=1")),
    "av1 in webm": (".webm", ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=1")),
    "mpeg4": (".mov", ("-c:v", "mpeg4", "-q:v", "2")),
    "mpeg2": (".mkv", ("-c:v", "mpeg2video", "-q:v", "2")),
    "h263": (".mov", ("-c:v", "h263", "-vf", "scale=176:144", "-q:v", "2")),
    "prores": (
        ".mov",
        (
            "-c:v",
            "prores_ks",
        ),
    ),
    "many references": (".mp4", (*X264, "-refs", "8", "-bf", "8", "-b_strategy", "0")),
    "one key frame": (".mp4", (*X264, "-g", "1000", "-keyint_min", "1000")),
    "all key frames": (".mp4", (*X264, "-g", "1")),
    "open groups": (".mp4", (*X264, "-x264-params", "open-gop=1:keyint=10:bframes=3")),
    "intra refresh": (".mp4", (*X264, "-x264-params", "intra-refresh=1:keyint=25")),
}
UNREAD = {"ffv1": ".mkv", "huffyuv": ".mkv", "qtrle": ".mov", "png": ".mov", "flv1": ".mkv"}


def codecs() -> list[Odd]:
    made = [published(name, *moving(), *words, suffix=suffix).but(vmaf=60) for name, (suffix, words) in CODECS.items()]
    return made + [
        refused(name, "codec-not-supported", run(*moving(), "-c:v", {"flv1": "flv"}.get(name, name)), suffix)
        for name, suffix in UNREAD.items()
    ]


def containers() -> list[Odd]:
    both = (*moving(), *tone(), *X264, *AAC)
    return [
        published("index at the end", *both),
        published("index at the front", *both, "-movflags", "+faststart"),
        # Such a file does not say that the encoder's last frame of sound is longer than the sound.
        published("in fragments", *both, "-movflags", "+frag_keyframe+empty_moov").but(frames=26),
        published(
            "in fragments without offsets", *both, "-movflags", "+frag_keyframe+empty_moov+default_base_moof"
        ).but(frames=26),
        published("mov", *both, suffix=".mov"),
        published("mkv", *both, suffix=".mkv"),
        published(
            "webm of a recorder", *moving(), *tone(), "-c:v", "libvpx", "-c:a", "libopus", "-live", "1", suffix=".webm"
        ),
        published("mp4 brand of a phone", *both, "-brand", "3gp5"),
    ]


FILES = [*rates(), *variable(), *shapes(), *codecs(), *containers()]
