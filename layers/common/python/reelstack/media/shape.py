"""The shape of a source's picture: how it is stored, how it is shown, and what is done where it changes midway.

Pictures are shown upright and with square pixels, and keep their lines: wide pixels make a picture wider, never lower,
unless it would become larger than anything is produced from. A picture of another shape than the first is shown with
borders in the first one's. It is brought to the stored size before any other filter, because filters that turn or
deinterlace read beyond the end of a picture that is smaller than they were told.
"""

import re
from fractions import Fraction
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from reelstack.media.ffmpeg_process import MAX_PIXELS

MIN_SIDE, MAX_SIDE = 16, 8192
SQUARE_ENOUGH = Fraction(1, 100)
"""Crops and scales leave pixels that are a hair off square: correcting that would cost the clip its highest rung."""
Turn = Literal["", "hflip", "vflip", "half", "clock", "cclock", "clock_flip", "cclock_flip"]
TURNS: dict[tuple[int, int, int, int], Turn] = {
    (-1, 0, 0, 1): "hflip",
    (1, 0, 0, -1): "vflip",
    (-1, 0, 0, -1): "half",
    (0, 1, -1, 0): "clock",
    (0, -1, 1, 0): "cclock",
    (0, -1, -1, 0): "clock_flip",
    (0, 1, 1, 0): "cclock_flip",
}
"""Signs of the display matrix's a, b, c, d (ISO/IEC 14496-12), and the filter. Other angles are not turned, as in
browsers."""
MATRIX_ROW = re.compile(r"^[0-9a-f]{8}:\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)", re.MULTILINE)


class Shape(BaseModel):
    """Of the first picture: pixels as stored, how wide one is shown for its height, and how the picture is turned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int
    height: int
    aspect: tuple[int, int] = (1, 1)
    turn: Turn = ""
    changes: bool = False
    """Later pictures have another shape."""

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height with square pixels, upright."""
        aspect = Fraction(*self.aspect)
        width, height = self.width, self.height
        wider = 2 * round(width * aspect / 2)
        if aspect > 1 and wider <= MAX_SIDE and wider * height <= MAX_PIXELS:
            width = wider
        elif aspect > 1:
            height = max(MIN_SIDE, round(height / aspect))
        elif aspect < 1:
            width = max(MIN_SIDE, round(width * aspect))
        return (height, width) if "clock" in self.turn else (width, height)


def find_shape(picture: dict[str, Any]) -> Shape:
    """From a stream, or a frame, as ffprobe describes it."""
    numerator, _, denominator = str(picture.get("sample_aspect_ratio", "1:1")).partition(":")
    known = numerator.isdigit() and denominator.isdigit() and int(numerator) and int(denominator)
    aspect = Fraction(int(numerator), int(denominator)) if known else Fraction(1)
    if abs(aspect - 1) <= SQUARE_ENOUGH:
        aspect = Fraction(1)
    return Shape(
        width=int(picture["width"]),
        height=int(picture["height"]),
        aspect=(aspect.numerator, aspect.denominator),
        turn=_turn(picture),
    )


def is_alike(one: Shape, other: Shape) -> bool:
    """Whether pictures of the one shape fill the other's."""
    return abs(_ratio(one) / _ratio(other) - 1) <= SQUARE_ENOUGH


def first_filters(shape: Shape, *, interlaced: bool, options: str = "") -> str:
    """Filters, each followed by a comma, that give each picture the first one's stored size, as far as needed.

    Where nothing changes they pass pictures on untouched. `options` are further ones for `scale`.
    """
    width, height = shape.width, shape.height
    if shape.changes:
        ratio = f"{float(_ratio(shape)):.6f}"
        alike = f"lt(abs(dar/{ratio}-1)\\,{float(SQUARE_ENOUGH)})"
        across = f"'if({alike}\\,{width}\\,max(2\\,2*trunc(min({width}\\,{width}*dar/{ratio})/2)))'"
        down = f"'if({alike}\\,{height}\\,max(2\\,2*trunc(min({height}\\,{height}*{ratio}/dar)/2)))'"
        return f"scale=w={across}:h={down}:eval=frame{options},pad={width}:{height}:-1:-1:eval=frame,"
    return f"scale={width}:{height}{options}," if shape.turn or interlaced else ""


def turn_filter(turn: Turn) -> str:
    """The filters, each after a comma, that set a picture upright, and take away the note that it is to be turned."""
    turned = ",hflip,vflip" if turn == "half" else f",transpose={turn}" if "clock" in turn else f",{turn}"
    return f"{turned if turn else ''},sidedata=mode=delete:type=DISPLAYMATRIX"


def _ratio(shape: Shape) -> Fraction:
    return Fraction(shape.width, shape.height) * Fraction(*shape.aspect)


def _turn(picture: dict[str, Any]) -> Turn:
    for side in picture.get("side_data_list", []):
        rows = MATRIX_ROW.findall(side.get("displaymatrix", ""))
        if len(rows) == 3:
            (a, b, _), (c, d, _) = ([_sign(int(value)) for value in row] for row in rows[:2])
            return TURNS.get((a, b, c, d), "")
    return ""


def _sign(value: int) -> int:
    """Of a number in 16.16 fixed point; what is next to nothing is rounding."""
    return (value > 655) - (value < -655)
