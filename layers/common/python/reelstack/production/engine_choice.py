"""Which engine makes a clip and which looks at it, and what MediaConvert would charge. Pure.

MediaConvert costs by the minute whatever the machine does, FFmpeg on Lambda by the work: the longer a clip, the more a
managed engine is worth (no disk, no 15 minutes, no segments). `by-duration` draws that line.
"""

from collections.abc import Iterable
from fractions import Fraction
from math import ceil
from typing import Literal, cast, get_args

from reelstack.media.ladder import CAPPED_SECONDS, GOP_SECONDS, Plan, Rendition
from reelstack.media.notices import Notice

Engine = Literal["ffmpeg", "mediaconvert"]
Choice = Literal["ffmpeg", "mediaconvert", "by-duration"]
Watcher = Literal["onnx", "rekognition"]
Speech = Literal["none", "transcribe", "pocketsphinx"]

SMALLEST_SIDE = 128
"""MediaConvert takes pictures from 32 a side on; below this nothing is gained by asking it."""
SLOWEST_RATE, FASTEST_RATE = 5, 120
AV1_WIDEST, AV1_HIGHEST = 4096, 2160
"""Its largest picture of AV1 (docs.aws.amazon.com/mediaconvert/latest/ug/reference-codecs-containers.html)."""

# --- prices ----------------------------------------------------------------------------------------------------------

PRICED_ON = "2026-11-23"
PRICES_FROM = "https://aws.amazon.com/mediaconvert/pricing/ (on demand, us-east-1, first volume step)"
"""The multipliers below were not compared with a bill: check them before a guard that is set tightly."""
BASIC, PROFESSIONAL = 7_500, 12_000
"""Microdollars of a normalized minute. AVC in one pass is basic; other codecs, and whatever takes two passes, are
professional."""
SOUND_MINUTE, NORMALIZED_SOUND_MINUTE = 2_000, 5_000
"""Microdollars of a minute of sound alone, and what correcting its loudness adds: rounded up."""
SMALL_PICTURE_SIDE = 720
"""Below this short side a picture is "SD", from it on "HD" (up to 1080)."""
HD, FAST, TWO_PASSES = Fraction(2), Fraction(7, 4), Fraction(3, 2)
CODECS = {"avc": Fraction(1), "hevc": Fraction(2), "av1": Fraction(4)}
"""How many normalized minutes a minute is: of HD, above 30 fps, in two passes, in each codec. They multiply. AV1's
could not be looked up: twice HEVC's is assumed, so that the guard errs towards refusing."""
BILLED_SECONDS = 10
"""The least an output is charged for."""


def engine_choice(setting: str) -> Choice:
    """The setting `engine`. Raises ValueError."""
    if setting not in get_args(Choice):
        raise ValueError(f"no engine: {setting!r}")
    return cast(Choice, setting)


def choose_engine(plan: Plan, choice: Choice, over_seconds: int) -> Engine:
    """The setting's answer for this clip; FFmpeg for what MediaConvert does not take."""
    if choice == "ffmpeg" or not takes(plan):
        return "ffmpeg"
    return "mediaconvert" if choice == "mediaconvert" or plan.seconds > over_seconds else "ffmpeg"


def choose_inspector(engines: Iterable[str]) -> Watcher:
    """Who looks at the clip, from the setting `moderation_engines`: Rekognition, or models of our own."""
    return "rekognition" if "rekognition" in engines else "onnx"


def choose_listener(plan: Plan, setting: str) -> str:
    """Who writes down what is said in the clip, from the setting `speech`; "none" where it has no sound."""
    return setting if plan.facts.audio_stream is not None else "none"


def takes(plan: Plan) -> bool:
    """Whether MediaConvert can make every rendition of the plan: its limits on sizes and rates, and what it lacks.

    It fills up with black what the sound is longer than the picture, and chooses among pictures only in streams.
    """
    if plan.facts.held_first or plan.facts.held_last or Notice.PICTURE_CHOSEN in plan.facts.notices:
        return False
    sides = [min(rendition.width, rendition.height) for rendition in plan.renditions]
    rates = SLOWEST_RATE <= plan.facts.rate <= FASTEST_RATE
    return min(sides) >= SMALLEST_SIDE and rates and _takes_av1(plan)


def _takes_av1(plan: Plan) -> bool:
    """Whether it can make the plan's AV1, if there is any. It takes AV1's groups of pictures in frames only, and a
    fragment must be whole seconds, which no number of frames is at 29.97 fps."""
    made = [one for one in plan.renditions if one.codec == "av1"]
    fits = all(one.width <= AV1_WIDEST and one.height <= AV1_HIGHEST for one in made)
    return not made or (fits and plan.gop_frames / plan.facts.rate == GOP_SECONDS)


def cost_microdollars(plan: Plan) -> int:
    """What MediaConvert charges for the plan's job, rounded up: a guard's number, not an invoice's."""
    minutes = Fraction(max(BILLED_SECONDS, ceil(plan.seconds)), 60)
    pictures = sum(minutes * _minute(plan, rendition) for rendition in plan.renditions)
    sound = minutes * (SOUND_MINUTE + NORMALIZED_SOUND_MINUTE) if plan.facts.audio_stream is not None else 0
    return ceil(pictures + sound)


def _minute(plan: Plan, rendition: Rendition) -> Fraction:
    """Microdollars of a minute of this rendition."""
    twice = plan.seconds <= CAPPED_SECONDS and rendition.codec != "av1"
    price = Fraction(PROFESSIONAL if rendition.codec != "avc" or twice else BASIC) * CODECS[rendition.codec]
    if min(rendition.width, rendition.height) >= SMALL_PICTURE_SIDE:
        price *= HD
    if plan.facts.rate > 30:
        price *= FAST
    return price * TWO_PASSES if twice else price
