"""The plan of a production: which renditions, how many frames, which segments. Pure.

Renditions are named by codec and short side ("hevc-720"): portrait and landscape clips have the same ladder. All have
their key frames at the same frames, and segments begin at key frames: they can be made apart and joined.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from pydantic import BaseModel, ConfigDict

from reelstack.media.colour import Colour, Transfer
from reelstack.media.file_types import Container
from reelstack.media.notices import Notice
from reelstack.media.shape import Shape

Codec = Literal["hevc", "avc", "av1"]

CAPS_KBPS = {480: 500, 720: 900, 1080: 1500}
"""Average bitrate of a short clip's picture by short side. A source below 480 has one rung, capped like 480."""
CAPPED_SECONDS = 60
"""Clips up to this long are capped on average; longer ones have a variable bitrate with a bounded peak."""
TRIES = 3
"""How often a piece is encoded at most, until it holds its cap."""
SHORT_SECONDS, SHORT_TRIES = 3.1, 6
"""The same in clips of up to three seconds and some pictures, where quality is low, until a piece uses its cap."""
SEARCHED_PIXELS = 3_000_000
"""The largest picture that is encoded more thoroughly for that: panoramas with more would take longer than a function
has."""
EFFICIENT_SIDE = 720
"""Short side of what a clip is published with besides its first rung, before many have watched it: what a phone shows
well, at a third of the work of all renditions."""
GOP_SECONDS = 2
AV1_PRESET = 8
SMALLEST_AV1_SIDE = 64
"""Its encoder takes no smaller picture."""


class Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Facts(Data):
    """What probe found out about a source. `width` and `height` as shown: turned upright, with square pixels."""

    container: Container
    video_stream: int
    audio_stream: int | None
    other_sounds: tuple[int, ...] = ()
    """Streams to take the sound from, in this order, if that one fails when it is encoded. Nobody has decoded them."""
    width: int
    height: int
    tick: tuple[int, int]
    """The picture's time base as a fraction of a second."""
    start_ticks: int
    """When picture or sound begins, whichever is earlier; time 0 of everything that is made."""
    fps: tuple[int, int]
    frames: int
    constant: bool
    held_first: int = 0
    """For how many of `frames` the first picture is held, because the sound begins earlier."""
    held_last: int = 0
    """The same of the last picture and the sound's end."""
    interlaced: bool = False
    turned: bool = False
    """Whether the file says that its picture is to be turned or mirrored before it is shown."""
    transfer: Transfer = "sdr"
    gain_db: float = 0
    """What brings the sound to its target loudness."""
    stored_pictures: int = 0
    """How many pictures the file holds, if more than `frames`: those of slow motion are thinned. 0: as many."""
    begins_with_key: bool = True
    """Whether the first picture that is shown needs no other. Else decoders may pass over what comes before one that
    does not, and say nothing: the first picture that they make is held."""
    key_frame_gap: int = 0
    """The most stored pictures from one key frame to the next: what a segment may have to decode in vain."""
    stored_pixels: int = 0
    """Of one picture as it is stored; 0: as it is shown."""
    notices: tuple[Notice, ...] = ()
    colour: Colour | None = None
    shape: Shape | None = None
    """None: a plan of an earlier release, whose pictures are treated as that release did."""

    @property
    def rate(self) -> Fraction:
        return Fraction(*self.fps)

    @property
    def is_mapped(self) -> bool:
        """Whether each pixel goes through a table of colours."""
        return self.colour.is_mapped(self.transfer) if self.colour else self.transfer != "sdr"

    @property
    def start_seconds(self) -> Fraction:
        return self.start_ticks * Fraction(*self.tick)


class Rendition(Data):
    """One version of the picture. `cap_kbps` bounds its average in clips of up to CAPPED_SECONDS."""

    name: str
    codec: Codec
    width: int
    height: int
    cap_kbps: int


class Segment(Data):
    """Frames `start_frame` up to, not including, `end_frame`; all renditions of them are made in one go."""

    number: int
    start_frame: int
    end_frame: int

    @property
    def frames(self) -> int:
        return self.end_frame - self.start_frame


class Plan(Data):
    facts: Facts
    gop_frames: int
    renditions: tuple[Rendition, ...]
    segments: tuple[Segment, ...]
    taken_over: tuple[str, ...] = ()
    """Names of renditions that are not encoded again but copied from what is played now, below `taken_from`."""
    taken_from: str = ""
    left_out: tuple[str, ...] = ()
    """Names of renditions that are not made yet, because the clip may find few viewers."""
    av1_preset: int = AV1_PRESET
    """It stands here because segments that were encoded with different presets have different headers."""
    first_rung: Literal["whole", "segments"] = "whole"
    """Whether the first rung is encoded in one piece, or segment by segment since that takes too long."""
    cost_microdollars: int = 0
    """What this attempt is estimated to cost: production.cost_estimate."""

    @property
    def seconds(self) -> Fraction:
        return self.facts.frames / self.facts.rate

    @property
    def is_searched(self) -> bool:
        """Whether pieces of low quality are encoded until they use their cap."""
        largest = max(one.width * one.height for one in self.renditions)
        return self.seconds <= CAPPED_SECONDS and largest <= SEARCHED_PIXELS

    @property
    def most_tries(self) -> int:
        """How often a piece is encoded at most."""
        if self.is_searched and self.seconds <= SHORT_SECONDS:
            return SHORT_TRIES
        return TRIES if self.seconds <= CAPPED_SECONDS else 1

    @property
    def duration_ms(self) -> int:
        return round(self.seconds * 1000)

    @property
    def first(self) -> Rendition:
        """The rung that is made before all others: the smallest, in the codec every device plays."""
        return next(rendition for rendition in self.renditions if rendition.codec == "avc")

    @property
    def rest(self) -> tuple[Rendition, ...]:
        """Every rendition but the first rung."""
        return tuple(rendition for rendition in self.renditions if rendition != self.first)

    @property
    def made(self) -> tuple[Rendition, ...]:
        """What is encoded segment by segment."""
        return tuple(rendition for rendition in self.rest if rendition.name not in self.taken_over)

    def without_sound(self) -> "Plan":
        """The same plan for a source whose sound turned out not to be decodable."""
        return self.model_copy(update={"facts": self.facts.model_copy(update={"audio_stream": None})})

    def with_sound(self, stream: int, gain_db: float) -> "Plan":
        """The same plan with the sound of another stream."""
        return self.model_copy(
            update={"facts": self.facts.model_copy(update={"audio_stream": stream, "gain_db": gain_db})}
        )

    def begun(self) -> "Plan":
        """The same plan for a clip that nobody has watched yet: the first rung and one rendition of an efficient codec,
        of the largest side up to EFFICIENT_SIDE. All others are left out."""
        efficient = [one for one in self.rest if one.codec != "avc"]
        small = [one for one in efficient if min(one.width, one.height) <= EFFICIENT_SIDE] or efficient
        kept = max(small, key=lambda one: (one.width * one.height, one.codec == "av1"))
        return self.without(one.name for one in self.rest if one != kept)

    def without(self, names: Iterable[str]) -> "Plan":
        """The same plan with these left out, as far as it has them; never the first rung."""
        unwanted = set(names) - {self.first.name}
        kept = tuple(one for one in self.renditions if one.name not in unwanted)
        left_out = tuple(one.name for one in self.renditions if one.name in unwanted)
        return self.model_copy(update={"renditions": kept, "left_out": left_out})

    def only(self, names: Iterable[str], known: Iterable[str], prefix: str) -> "Plan":
        """The same plan with only `names` encoded; of the others those in `known` are taken over from `prefix`."""
        over = tuple(one.name for one in self.rest if one.name in set(known) - set(names))
        return self.model_copy(update={"taken_over": over, "taken_from": prefix})


def make_plan(
    facts: Facts,
    *,
    segment_seconds: int,
    avc_rungs: Iterable[int],
    av1_rungs: Iterable[int] = (),
    av1_preset: int = AV1_PRESET,
) -> Plan:
    """The ladder and the cuts for a source. HEVC is made of every rung, AVC of the lowest one and of `avc_rungs`, AV1
    of `av1_rungs`; rungs are named by their short sides. AVC stands first, since every device plays it."""
    avc, av1 = set(avc_rungs), set(av1_rungs)
    gop_frames = max(1, int(GOP_SECONDS * facts.rate))  # rounded down: at 29.97 fps 60 frames are more than 2 s
    renditions: list[Rendition] = []
    for rung, (width, height) in enumerate(rungs(facts.width, facts.height)):
        short = min(width, height)
        cap = CAPS_KBPS.get(short, CAPS_KBPS[480])
        for codec in _codecs(short, avc | ({short} if rung == 0 else set()), av1):
            renditions.append(Rendition(name=f"{codec}-{short}", codec=codec, width=width, height=height, cap_kbps=cap))
    return Plan(
        facts=facts,
        gop_frames=gop_frames,
        av1_preset=av1_preset,
        renditions=tuple(renditions),
        segments=segments(facts.frames, gop_frames, max(1, segment_seconds // GOP_SECONDS)),
    )


def _codecs(short: int, avc: set[int], av1: set[int]) -> tuple[Codec, ...]:
    wanted: dict[Codec, bool] = {"avc": short in avc, "hevc": True, "av1": short in av1 and short >= SMALLEST_AV1_SIDE}
    return tuple(codec for codec, is_wanted in wanted.items() if is_wanted)


def rungs(width: int, height: int) -> list[tuple[int, int]]:
    """(width, height) of each rung, smallest first: even, of the source's shape, never larger than the source."""
    short, long = min(width, height), max(width, height)
    sizes = [side for side in CAPS_KBPS if side <= short] or [_even_below(short)]
    made = [(side, min(_even_near(Fraction(long * side, short)), _even_below(long))) for side in sizes]
    return made if width <= height else [(across, down) for down, across in made]


def segments(frames: int, gop_frames: int, gops: int) -> tuple[Segment, ...]:
    """Cuts every `gops` groups of pictures; a rest shorter than half a group belongs to the segment before it."""
    step = gop_frames * gops
    starts = list(range(0, frames, step))
    if len(starts) > 1 and (frames - starts[-1]) * 2 < gop_frames:
        starts.pop()
    ends = [*starts[1:], frames]
    return tuple(
        Segment(number=n, start_frame=s, end_frame=e) for n, (s, e) in enumerate(zip(starts, ends, strict=True))
    )


def _even_below(value: int) -> int:
    return value - value % 2


def _even_near(value: Fraction) -> int:
    return 2 * int(value / 2 + Fraction(1, 2))
