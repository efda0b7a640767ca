"""Sound in every form, tracks to choose from, and sound that is longer or shorter than the picture."""

from pathlib import Path

from tests.clips import ffmpeg
from tests.corpus.odd_file import AAC, BLUE, RATE, SIZE, X264, Draw, Odd, moving, plain, published, refused, run, tone

FORMS = {
    "mono": ("aac", "-ac", "1"),
    "stereo": ("aac", "-ac", "2"),
    "five and one": ("aac", "-ac", "6"),
    "seven and one": ("flac", "-ac", "8"),
    "8 kHz": ("aac", "-ar", "8000"),
    "11 kHz": ("aac", "-ar", "11025"),
    "44.1 kHz": ("aac", "-ar", "44100"),
    "96 kHz": ("flac", "-ar", "96000"),
    "opus": ("libopus",),
    "vorbis": ("libvorbis",),
    "mp3": ("libmp3lame",),
    "ac3": ("ac3",),
    "eac3": ("eac3",),
    "alac": ("alac",),
    "24 bits": ("pcm_s24le",),
    "8 bits": ("pcm_u8",),
    "amr would be": ("adpcm_ima_wav", "-ar", "22050"),
}


def forms() -> list[Odd]:
    return [
        # At 8 kHz the last frame of AAC is longer than the sound by 0.15 s, and nothing in the file says so.
        published(name, *moving(), *tone(), *X264, "-c:a", *words, suffix=".mkv").but(
            sound=True, frames=None, slack_seconds=0.2
        )
        for name, words in FORMS.items()
    ]


def lengths() -> list[Odd]:
    """The clip is as long as its longest track."""
    held = ("picture-held",)
    return [
        published("sound goes on", *moving(), *tone(3), *X264, *AAC, seconds=3).but(notices=held, sound=True),
        published("sound ends early", *moving(seconds=2), *tone(0.5), *X264, *AAC, seconds=2).but(sound=True),
        published("sound begins late", *moving(seconds=2), "-itsoffset", "1", *tone(), *X264, *AAC, seconds=2).but(
            sound=True
        ),
        Odd(
            "picture begins late",
            run("-itsoffset", "1", *moving(), *tone(2), *X264, *AAC),
            ".mkv",
            seconds=2,
            notices=held,
        ),
        Odd(
            "one picture with a song",
            run(*plain(rate="1", seconds=1), *tone(3), *X264, *AAC),
            seconds=3,
            notices=held,
            sound=True,
        ),
        published("without sound", *moving(), *X264).but(sound=False),
        published("silence", *moving(), "-f", "lavfi", "-i", "anullsrc=d=1", *X264, *AAC).but(sound=True),
        refused("only sound", "no-video-stream", run(*tone(), *AAC)),
    ]


RED = (200, 40, 40)


def two(*options: str, suffix: str = ".mp4") -> Draw:
    """A small red picture first, then a larger blue one."""
    return run(
        *(*plain(size="64x48", color=RED), *plain(), *tone(), "-map", "0:v", "-map", "1:v", "-map", "2:a"),
        *(*X264, *AAC, *options),
    )


def tracks() -> list[Odd]:
    chosen = ("picture-chosen",)
    default = ("-disposition:v:0", "0", "-disposition:v:1", "default")
    heard = (*moving(), *tone(), "-f", "lavfi", "-i", "anullsrc=d=1", "-map", "0:v")
    return [
        Odd("the default is the second picture", two(*default), color=BLUE, notices=chosen, frames=25),
        Odd("the same in mkv", two(*default), ".mkv", color=BLUE, notices=chosen, frames=25),
        Odd(
            "no default, the larger picture",
            two("-disposition:v:0", "0", "-disposition:v:1", "0"),
            ".mkv",
            color=BLUE,
            notices=chosen,
            frames=25,
        ),
        Odd("a cover before the picture", with_cover, color=BLUE, frames=25),
        published(
            "commentary first",
            *heard,
            "-map",
            "2:a",
            "-map",
            "1:a",
            *X264,
            *AAC,
            "-disposition:a:0",
            "comment",
            "-disposition:a:1",
            "default",
        ).but(sound=True, notices=("sound-chosen",)),
        published("many sounds", *heard, *("-map", "1:a") * 4, *X264, *AAC).but(sound=True, notices=("sound-chosen",)),
        Odd("many subtitles", with_subtitles, ".mkv", frames=25),
        Odd("a track of time codes", run(*moving(), *X264, "-timecode", "01:00:00:00"), ".mov", frames=25),
        Odd("fonts", with_fonts, ".mkv", frames=25),
        published("sound that nobody decodes", *moving(), *tone(), *X264, "-c:a", "dfpwm", suffix=".mkv"),
    ]


def with_cover(path: Path) -> None:
    cover = path.with_name("cover.png")
    ffmpeg(*plain(color=RED), "-frames:v", "1", cover)
    clip = path.with_name("clip.mp4")
    ffmpeg(*plain(), *X264, clip)
    ffmpeg("-i", cover, "-i", clip, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic", path)


def with_subtitles(path: Path) -> None:
    text = path.with_name("said.srt")
    text.write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    mapped = ("-map", "0:v") + ("-map", "1:s") * 24
    ffmpeg(*moving(), "-i", text, *mapped, *X264, "-c:s", "srt", path)


def with_fonts(path: Path) -> None:
    font = path.with_name("font.ttf")
    font.write_bytes(b"\0\1\0\0" + bytes(64))
    attached = tuple(word for n in range(20) for word in ("-attach", str(font)))
    ffmpeg(*moving(), *X264, *attached, "-metadata:s:t", "mimetype=application/x-truetype-font", path)


FILES = [*forms(), *lengths(), *tracks()]
assert SIZE
assert RATE
