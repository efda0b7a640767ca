"""A clip is as long as its longest track: pictures are held while only the sound goes on. Pure.

Time 0 is the beginning of the earlier of both. The first picture is held from then on, the last one until the sound
ends. A sound that begins earlier or ends later by less than PADDING is taken for what encoders add, and is cut.
"""

from fractions import Fraction
from math import ceil

from reelstack.failure_reasons import Refused
from reelstack.media.ladder import Facts
from reelstack.media.notices import Notice

PADDING = Fraction(1, 8)
"""Seconds: one frame of AAC at 8 kHz, the longest that phones write."""
NOTED_SECONDS = Fraction(1, 2)
"""A picture that is held for less than this is not worth a notice."""
LEAST_STILL_FPS, STILL_FPS, MOST_STILL_FPS = 10, Fraction(25), 30
"""One picture has no rate of its own. What the header says of it is taken within these limits: what it lasts is held to
a tenth of a second, and 60 pictures a second of the same would cost and show nothing."""


def with_sound(facts: Facts, start: Fraction, end: Fraction, max_seconds: int) -> Facts:
    """The facts of a picture, with it held where the sound goes from `start` to `end` (seconds of the file's clock).

    Raises Refused("too-long").
    """
    begins, ends = facts.start_seconds, facts.start_seconds + facts.frames / facts.rate
    before, after = _beyond(begins - start), _beyond(end - ends)
    if not before and not after:
        return facts
    seconds = before + (ends - begins) + after
    if seconds > max_seconds:
        raise Refused(
            "too-long", f"With its sound the clip lasts {float(seconds):.1f} s; at most {max_seconds} s are taken."
        )
    rate = _rate(facts)
    shown = max(1, round((ends - begins) * rate))
    first, last = ceil(before * rate), max(round(after * rate), ceil((after - PADDING) * rate))
    noted = (Notice.PICTURE_HELD,) if max(before, after) > NOTED_SECONDS else ()
    return facts.model_copy(
        update={
            "start_ticks": facts.start_ticks - round(first / rate / Fraction(*facts.tick)),
            "fps": (rate.numerator, rate.denominator),
            "frames": first + shown + last,
            "held_first": first,
            "held_last": last,
            "constant": False,
            "notices": (*facts.notices, *noted),
        }
    )


def _beyond(seconds: Fraction) -> Fraction:
    return seconds if seconds > PADDING else Fraction()


def _rate(facts: Facts) -> Fraction:
    if facts.stored_pictures != 1:
        return facts.rate
    return facts.rate if LEAST_STILL_FPS <= facts.rate <= MOST_STILL_FPS else STILL_FPS
