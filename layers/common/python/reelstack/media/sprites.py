"""What a player shows before it has pictures: seek previews on one sheet with their WebVTT, and a colour. Pure."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from reelstack.media.ladder import Plan

SHEET, TRACK = "sprites.jpg", "sprites.vtt"
MOST, COLUMNS = 100, 10
"""One sheet, one request: a clip of ten minutes has a preview every six seconds."""
LONG_SIDE = 160
LEAST_SECONDS = 1
BITS_KEPT = 3
"""Of each colour, when colours are counted: near ones count as one."""


@dataclass(frozen=True)
class Sheet:
    """Every `every`th picture of the clip, `count` of them, each `width` by `height`, in rows of `columns`."""

    every: int
    count: int
    width: int
    height: int

    @property
    def columns(self) -> int:
        return min(self.count, COLUMNS)

    @property
    def rows(self) -> int:
        return ceil(self.count / self.columns)


def preview_sheet(plan: Plan) -> Sheet:
    """A preview a second; fewer in a clip that would need more than MOST."""
    every = max(1, ceil(plan.facts.rate * LEAST_SECONDS), ceil(plan.facts.frames / MOST))
    width, height = plan.first.width, plan.first.height
    share = min(Fraction(1), Fraction(LONG_SIDE, max(width, height)))
    return Sheet(
        every=every,
        count=ceil(plan.facts.frames / every),
        width=max(2, int(width * share) // 2 * 2),
        height=max(2, int(height * share) // 2 * 2),
    )


def web_vtt(sheet: Sheet, plan: Plan) -> str:
    """A cue for each preview that names its place on the sheet (Media Fragments `xywh`), as players read it."""
    lines = ["WEBVTT", ""]
    for number in range(sheet.count):
        start, end = (min(n * sheet.every / plan.facts.rate, plan.seconds) for n in (number, number + 1))
        row, column = divmod(number, sheet.columns)
        place = f"{column * sheet.width},{row * sheet.height},{sheet.width},{sheet.height}"
        lines += [f"{_clock(start)} --> {_clock(end)}", f"{SHEET}#xywh={place}", ""]
    return "\n".join(lines)


def _clock(seconds: Fraction) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def dominant_color(pixels: bytes) -> str:
    """ "#rrggbb" of what most pixels (three bytes each) nearly are; black if there are none.

    Not the mean: the mean of sea and sunset is mud.
    """
    colors = list(zip(pixels[0::3], pixels[1::3], pixels[2::3], strict=True))
    if not colors:
        return "#000000"

    def bin_of(color: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(part >> (8 - BITS_KEPT) for part in color)

    (largest, _), *_ = Counter(map(bin_of, colors)).most_common(1)
    members = [color for color in colors if bin_of(color) == largest]
    return "#" + "".join(f"{round(sum(parts) / len(members)):02x}" for parts in zip(*members, strict=True))
