"""The table that takes colours of a source to BT.709: what each colour becomes is computed here, once for a clip. Pure.

Light is light of a display (BT.1886 for SDR, BT.2100's reference displays for PQ and HLG), white is at 203 nits
(BT.2408). Colours that BT.709 has and that are darker than the knee stay exactly what they are. Brighter ones are
compressed by the largest of red, green and blue, so that their hue stays. Colours outside BT.709 lose saturation until
they fit, and keep luminance and hue: they are not clipped by channel.
"""

import math
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import starmap
from pathlib import Path

from reelstack.media.colour import CUBE, Colour, Transfer

SIZE = 33
"""Steps of each channel; what lies between is interpolated. 33 is within ΔE 0.5 of the exact formulas, 65 costs 8 times
as much and is not seen to be better."""
WHITE_NITS, HLG_PEAK_NITS, PQ_PEAK_NITS = 203, 1000, 10_000
PEAK = 5
"""How many times as bright as white is still told apart: 1,000 nits."""
KNEE = 0.6
"""Share of white up to which tones are left as they are. Above, 5 times white becomes 1 and white 0.81, a value of 234
of 255: lower knees make HDR clips darker than SDR ones beside them, higher ones leave nothing for lights."""
DISPLAY_GAMMA, HLG_GAMMA = 2.4, 1.2

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]

D65 = (0.3127, 0.3290)
_PAL = ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06))
_NTSC = ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070))
_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
CHROMATICITIES = {
    "bt709": ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    "bt470bg": _PAL,
    "smpte170m": _NTSC,
    "smpte240m": _NTSC,
    "bt2020": ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    "smpte431": _P3,
    "smpte432": _P3,
    "ebu3213": ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077)),
}
"""x and y of red, green and blue (ITU-T H.273). White is D65 in all: a cinema's is not what a screen shows."""


def write(colour: Colour, transfer: Transfer, folder: Path) -> None:
    """Writes the table into `folder` if the colours need one."""
    if colour.is_mapped(transfer):
        (folder / CUBE).write_text(text(colour.primaries, transfer))


@lru_cache(maxsize=1)
def text(primaries: str, transfer: Transfer) -> str:
    """The table in the .cube format: red varies fastest."""
    return f"LUT_3D_SIZE {SIZE}\n" + "".join(starmap("{:.5f} {:.5f} {:.5f}\n".format, _rows(primaries, transfer)))


def mapped(signal: Vector, primaries: str, transfer: Transfer) -> Vector:
    """What one colour becomes; values from 0 to 1."""
    return _converter(primaries, transfer)(signal)


def _rows(primaries: str, transfer: Transfer) -> Iterator[Vector]:
    convert, steps = _converter(primaries, transfer), [step / (SIZE - 1) for step in range(SIZE)]
    for blue in steps:
        for green in steps:
            for red in steps:
                yield convert((red, green, blue))


def _converter(primaries: str, transfer: Transfer) -> Callable[[Vector], Vector]:
    to_xyz = rgb_to_xyz(primaries)
    to_709 = _times(_inverse(rgb_to_xyz("bt709")), to_xyz)
    luminance = rgb_to_xyz("bt709")[1]
    channel = cache({"sdr": _display_light, "pq": _pq_light, "hlg": _hlg_scene_light}[transfer])

    def convert(signal: Vector) -> Vector:
        light = (channel(signal[0]), channel(signal[1]), channel(signal[2]))
        if transfer == "hlg":
            light = _hlg_display_light(light, to_xyz[1])
        light = _applied(to_709, light)
        if transfer != "sdr":
            light = _compressed(light)
        red, green, blue = _fitted(light, luminance)
        return _signal(red), _signal(green), _signal(blue)

    return convert


def _display_light(value: float) -> float:
    return math.pow(max(0.0, value), DISPLAY_GAMMA)


def _signal(light: float) -> float:
    return math.pow(min(1.0, max(0.0, light)), 1 / DISPLAY_GAMMA)


def _pq_light(value: float) -> float:
    """BT.2100 table 4, in parts of white."""
    power = math.pow(max(0.0, value), 1 / 78.84375)
    share = max(0.0, power - 0.8359375) / (18.8515625 - 18.6875 * power)
    return math.pow(share, 1 / 0.1593017578125) * PQ_PEAK_NITS / WHITE_NITS


def _hlg_scene_light(value: float) -> float:
    """BT.2100 table 5: the inverse of the camera's curve."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return value * value / 3 if value <= 0.5 else (math.exp((value - c) / a) + b) / 12


def _hlg_display_light(scene: Vector, luminance: Vector) -> Vector:
    """BT.2100's OOTF: all channels are multiplied by the same power of the luminance. In parts of white."""
    seen = _weighted(scene, luminance)
    factor = math.pow(seen, HLG_GAMMA - 1) * HLG_PEAK_NITS / WHITE_NITS if seen > 0 else 0.0
    return scene[0] * factor, scene[1] * factor, scene[2] * factor


def _compressed(light: Vector) -> Vector:
    """Mobius: a straight line up to the knee, from there a curve through (PEAK, 1)."""
    largest = max(light)
    if largest <= KNEE:
        return light
    a = -KNEE * KNEE * (PEAK - 1) / (KNEE * KNEE - 2 * KNEE + PEAK)
    b = (KNEE * KNEE - 2 * KNEE * PEAK + PEAK) / (PEAK - 1)
    curve = (b * b + 2 * b * KNEE + KNEE * KNEE) / (b - a) * (largest + a) / (largest + b)
    factor = min(1.0, curve) / largest
    return light[0] * factor, light[1] * factor, light[2] * factor


def _fitted(light: Vector, luminance: Vector) -> Vector:
    """The colour, or the nearest one of the same luminance and hue that BT.709 can show."""
    least, most = min(light), max(light)
    if least >= 0 and most <= 1:
        return light
    grey = min(1.0, max(0.0, _weighted(light, luminance)))
    keep = min(grey / (grey - least) if least < 0 else 1.0, (1 - grey) / (most - grey) if most > 1 else 1.0)
    return grey + (light[0] - grey) * keep, grey + (light[1] - grey) * keep, grey + (light[2] - grey) * keep


def rgb_to_xyz(primaries: str) -> Matrix:
    """The matrix from linear red, green and blue to XYZ, white having a luminance of 1."""
    columns = [(x / y, 1.0, (1 - x - y) / y) for x, y in CHROMATICITIES[primaries]]
    rows = (_row(columns, 0), _row(columns, 1), _row(columns, 2))
    white = (D65[0] / D65[1], 1.0, (1 - D65[0] - D65[1]) / D65[1])
    scales = _applied(_inverse(rows), white)
    red, green, blue = ((row[0] * scales[0], row[1] * scales[1], row[2] * scales[2]) for row in rows)
    return red, green, blue


def _row(columns: list[Vector], place: int) -> Vector:
    return columns[0][place], columns[1][place], columns[2][place]


def _weighted(vector: Vector, weights: Vector) -> float:
    return vector[0] * weights[0] + vector[1] * weights[1] + vector[2] * weights[2]


def _applied(matrix: Matrix, vector: Vector) -> Vector:
    return _weighted(vector, matrix[0]), _weighted(vector, matrix[1]), _weighted(vector, matrix[2])


def _times(left: Matrix, right: Matrix) -> Matrix:
    columns = [_applied(left, _row(list(right), place)) for place in range(3)]
    return _row(columns, 0), _row(columns, 1), _row(columns, 2)


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    size = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / size, (c * h - b * i) / size, (b * f - c * e) / size),
        ((f * g - d * i) / size, (a * i - c * g) / size, (c * d - a * f) / size),
        ((d * h - e * g) / size, (b * g - a * h) / size, (a * e - b * d) / size),
    )
