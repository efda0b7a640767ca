"""The even grid of frames a clip is produced on, worked out from the timestamps its packets really have. Pure.

A constant source keeps each of its frames. A source above 60 fps is thinned evenly. A source whose frames come unevenly
(phones, screen recordings) is laid on the usual rate nearest to its own: a frame is repeated or left out where it must
be.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import median_low

MAX_FPS = 60
USUAL = tuple(
    Fraction(rate)
    for rate in ("10", "12", "15", "20", "24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60")
)
DRIFT = Fraction(1, 4)
"""How far a frame may lie from its place, in frames, for the source to count as constant (mkv rounds to 1 ms)."""
REGULAR = Fraction(1, 4)
"""How far a step may lie from the middle one, in its parts, to tell the rate: late frames and gaps are left out. The
mean of the others is exact where the middle one is rounded to 1 ms."""
CHANGED = Fraction(1, 100)
"""The share of frames that must be repeated or left out for the rate to count as changed."""


@dataclass(frozen=True)
class FrameGrid:
    """`frames` pictures at `fps`; `constant`: each is one of the source's, in order, none repeated."""

    fps: Fraction
    frames: int
    constant: bool

    def is_changed_from(self, pictures: int) -> bool:
        """Whether a moving source of so many pictures is shown at another rate than its own."""
        return pictures > 1 and not self.constant and abs(self.frames - pictures) > max(Fraction(1), CHANGED * pictures)


def frame_grid(
    ticks: list[int], last_duration: int, time_base: Fraction, announced: Iterable[Fraction] = ()
) -> FrameGrid:
    """The grid for frames shown at `ticks` (distinct, sorted, in units of `time_base` s), the last for `last_duration`.

    `announced` are the rates the file's header claims; they are tried first and believed only if every frame agrees.
    """
    if len(ticks) == 1:
        fps = next((rate for rate in announced if 1 <= rate <= MAX_FPS), Fraction(25))
        return FrameGrid(fps, max(1, _nearest(last_duration * time_base * fps)), constant=False)
    seconds = (ticks[-1] - ticks[0] + last_duration) * time_base
    measured = (len(ticks) - 1) / ((ticks[-1] - ticks[0]) * time_base)
    steps = [later - earlier for earlier, later in pairwise(ticks)]
    regular = _usual(1 / (_regular(steps) * time_base))
    # With one late frame 30 is no constant rate, and a slightly slower one would be, by chance.
    usual = USUAL if _is_constant(ticks, time_base, regular) else ()
    for rate in (*announced, *usual, measured.limit_denominator(1001)):
        if rate >= 1 and _is_constant(ticks, time_base, rate):
            every = -(-rate // MAX_FPS)
            frames = len(ticks) if every == 1 else max(1, _nearest(seconds * rate / every))
            return FrameGrid(rate / every, frames, constant=every == 1)
    return FrameGrid(regular, max(1, _nearest(seconds * regular)), constant=False)


def _is_constant(ticks: list[int], time_base: Fraction, rate: Fraction) -> bool:
    # In integers: a ten-minute clip has tens of thousands of frames, and Fractions are slow.
    step = time_base * rate
    limit = DRIFT * step.denominator
    return all(
        abs((tick - ticks[0]) * step.numerator - place * step.denominator) <= limit for place, tick in enumerate(ticks)
    )


def _regular(steps: list[int]) -> Fraction:
    """The mean of the steps that are about as long as the middle one."""
    middle = median_low(steps)
    regular = [step for step in steps if abs(step - middle) <= REGULAR * middle]
    return Fraction(sum(regular), len(regular))


def _usual(rate: Fraction) -> Fraction:
    return min(USUAL, key=lambda usual: max(usual / rate, rate / usual))


def _nearest(value: Fraction) -> int:
    return int(value + Fraction(1, 2))
