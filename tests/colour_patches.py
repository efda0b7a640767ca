"""Twenty-four patches of known colour (X-Rite's ColorChecker), stored as each standard says; and how far off one is.

Light is that of a display: BT.1886 for SDR, the reference displays of BT.2100 for PQ and HLG, white at 203 nits.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy
from numpy.typing import NDArray

from tests.clips import ffmpeg

Values = NDArray[numpy.float64]

PATCHES: Values = (
    numpy.array(
        [
            *((115, 82, 68), (194, 150, 130), (98, 122, 157), (87, 108, 67), (133, 128, 177), (103, 189, 170)),
            *((214, 126, 44), (80, 91, 166), (193, 90, 99), (94, 60, 108), (157, 188, 64), (224, 163, 46)),
            *((56, 61, 150), (70, 148, 73), (175, 54, 60), (231, 199, 31), (187, 86, 149), (8, 133, 161)),
            *((243, 243, 242), (200, 200, 200), (160, 160, 160), (122, 122, 121), (85, 85, 85), (52, 52, 52)),
        ]
    )
    / 255
)
"""Red, green and blue as BT.709 has them."""
SKIN, GREEN = 1, 13
ACROSS, DOWN = 6, 4
WHITE_NITS = 203
KNEE = 0.6
"""Up to this share of white nothing is compressed."""
D65 = (0.3127 / 0.3290, 1.0, (1 - 0.3127 - 0.3290) / 0.3290)
CHROMATICITIES = {
    "bt709": ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    "bt470bg": ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    "smpte170m": ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    "bt2020": ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    "smpte432": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
WEIGHTS = {
    "bt709": (0.2126, 0.0722),
    "bt470bg": (0.299, 0.114),
    "smpte170m": (0.299, 0.114),
    "bt2020nc": (0.2627, 0.0593),
    "bt2020c": (0.2627, 0.0593),
}
"""What red and blue count in luma. The tag of constant luminance stands on ordinary pictures in practice."""
LMS = numpy.array([[1688, 2146, 262], [683, 2951, 462], [99, 309, 3688]]) / 4096
ICTCP = numpy.array([[2048, 2048, 0], [6610, -13613, 7003], [17933, -17390, -543]]) / 4096
"""BT.2100 table 7, for PQ."""


@dataclass(frozen=True)
class Encoding:
    """How patches are stored, and which of that their tags say (in FFmpeg's names)."""

    matrix: str
    primaries: str
    transfer: str = "bt709"
    bits: int = 8
    full: bool = False
    said: tuple[str, ...] = ("colorspace", "color_primaries", "color_trc")
    """The tags that are written; the others are left out."""

    @property
    def pixels(self) -> str:
        return "gbrp" if self.matrix == "gbr" else "yuv420p" if self.bits == 8 else "yuv420p10le"

    @property
    def tags(self) -> str:
        known = {"colorspace": self.matrix, "color_primaries": self.primaries, "color_trc": self.transfer}
        written = [f"{name}={known[name]}" for name in self.said]
        return "setparams=" + ":".join([*written, f"range={'full' if self.full else 'limited'}"])


def light() -> Values:
    """Of each patch, in parts of white."""
    return PATCHES**2.4


def below_knee() -> NDArray[numpy.bool_]:
    return numpy.asarray(light().max(axis=1) <= KNEE)


def clip(path: Path, encoding: Encoding, *, size: tuple[int, int] = (192, 128), pictures: int = 5) -> Path:
    """A clip of nothing but the patches."""
    width, height = size
    raw = ["-f", "rawvideo", "-pix_fmt", encoding.pixels, "-s", f"{width}x{height}", "-r", 5, "-i", "-"]
    encoder = ["-c:v", "libx264rgb" if encoding.matrix == "gbr" else "libx264", "-preset", "ultrafast", "-qp", 1]
    given = _planes(_stored(encoding), encoding, size)
    ffmpeg(*raw, "-vf", encoding.tags, *encoder, path, given=given * pictures)
    return path


def seen(path: Path) -> Values:
    """Red, green and blue of each patch in a rendition, read as BT.709 in limited range."""
    raw = ffmpeg("-i", path, "-vframes", 1, "-f", "yuv4mpegpipe", "-pix_fmt", "yuv444p", "-")
    head, _, pixels = raw.split(b"\n", 2)
    width, height = (int(next(word[1:] for word in head.split() if word.startswith(sign))) for sign in (b"W", b"H"))
    planes = numpy.frombuffer(pixels, numpy.uint8).reshape(3, height, width).astype(float)
    luma, blue, red = (_centres(plane) for plane in planes)
    luma, blue, red = (luma - 16) / 219, (blue - 128) / 224, (red - 128) / 224
    r, b = luma + 1.5748 * red, luma + 1.8556 * blue
    return numpy.stack([r, (luma - 0.2126 * r - 0.0722 * b) / 0.7152, b], -1)


def apart(one: Values, other: Values) -> Values:
    """CIEDE2000 between colours of BT.709."""
    (l1, a1, b1), (l2, a2, b2) = numpy.moveaxis(_lab(one), -1, 0), numpy.moveaxis(_lab(other), -1, 0)
    mean = (numpy.hypot(a1, b1) + numpy.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * numpy.sqrt(mean**7 / (mean**7 + 25.0**7))
    c1, c2 = numpy.hypot(a1 * stretch, b1), numpy.hypot(a2 * stretch, b2)
    h1, h2 = (numpy.degrees(numpy.arctan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = numpy.where(c1 * c2 == 0, 0, (h2 - h1 + 180) % 360 - 180)
    light_mean, chroma, hue = (l1 + l2) / 2, (c1 + c2) / 2, (h1 + turn / 2) % 360
    weight = sum(
        (share * numpy.cos(numpy.radians(times * hue - off)))
        for share, times, off in ((-0.17, 1, 30), (0.24, 2, 0), (0.32, 3, -6), (-0.20, 4, 63))
    )
    lightness = (l2 - l1) / (1 + 0.015 * (light_mean - 50) ** 2 / numpy.sqrt(20 + (light_mean - 50) ** 2))
    chromas = (c2 - c1) / (1 + 0.045 * chroma)
    hues = 2 * numpy.sqrt(c1 * c2) * numpy.sin(numpy.radians(turn / 2)) / (1 + 0.015 * chroma * (1 + weight))
    rotated = numpy.sin(numpy.radians(60 * numpy.exp(-(((hue - 275) / 25) ** 2))))
    rotation = -2 * numpy.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * rotated
    return numpy.asarray(numpy.sqrt(lightness**2 + chromas**2 + hues**2 + rotation * chromas * hues))


def to_xyz(primaries: str) -> Values:
    columns = numpy.array([[x / y, 1, (1 - x - y) / y] for x, y in CHROMATICITIES[primaries]]).T
    return numpy.asarray(columns * numpy.linalg.solve(columns, D65))


def _stored(encoding: Encoding) -> Values:
    """The signal of each patch, from 0 to 1."""
    own = light() @ numpy.linalg.solve(to_xyz(encoding.primaries), to_xyz("bt709")).T
    if encoding.transfer == "smpte2084":
        return _pq(own)
    if encoding.transfer == "arib-std-b67":
        shown = own * WHITE_NITS / 1000
        scene = shown * (shown @ to_xyz(encoding.primaries)[1])[:, None] ** (1 / 1.2 - 1)
        bright = 0.17883277 * numpy.log(numpy.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
        return numpy.asarray(numpy.where(scene <= 1 / 12, numpy.sqrt(3 * scene), bright))
    return numpy.asarray(own.clip(0) ** (1 / 2.4))


def _planes(signal: Values, encoding: Encoding, size: tuple[int, int]) -> bytes:
    """One picture's bytes."""
    if encoding.matrix == "gbr":
        return b"".join(_plane(255 * signal[:, channel], size, 8) for channel in (1, 2, 0))
    luma, *chromas = _luma_and_chromas(signal, encoding)
    scale = 2 ** (encoding.bits - 8)
    levels, spread, black = (255, 255, 0) if encoding.full else (219, 224, 16)
    half = (size[0] // 2, size[1] // 2)
    small = [_plane((spread * chroma + 128) * scale, half, encoding.bits) for chroma in chromas]
    return _plane((levels * luma + black) * scale, size, encoding.bits) + b"".join(small)


def _luma_and_chromas(signal: Values, encoding: Encoding) -> tuple[Values, Values, Values]:
    red, green, blue = signal.T
    if encoding.matrix == "ycgco":
        return (red + 2 * green + blue) / 4, (2 * green - red - blue) / 4, (red - blue) / 2
    if encoding.matrix == "ictcp":
        own = light() @ numpy.linalg.solve(to_xyz("bt2020"), to_xyz("bt709")).T
        intensity, tritan, protan = (_pq(own @ LMS.T) @ ICTCP.T).T
        return intensity, tritan, protan
    weight = WEIGHTS[encoding.matrix]
    weights = numpy.array([weight[0], 1 - sum(weight), weight[1]])
    luma = signal @ weights
    return luma, (blue - luma) / (2 * (1 - weight[1])), (red - luma) / (2 * (1 - weight[0]))


def _pq(own: Values) -> Values:
    power = (own * WHITE_NITS / 10_000) ** 0.1593017578125
    return numpy.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def _plane(values: Values, size: tuple[int, int], bits: int) -> bytes:
    width, height = size
    grid = numpy.rint(values).clip(0, 2**bits - 1).reshape(DOWN, ACROSS)
    rows, columns = numpy.arange(height) * DOWN // height, numpy.arange(width) * ACROSS // width
    return grid[rows][:, columns].astype("u1" if bits == 8 else "<u2").tobytes()


def _centres(plane: Values) -> Values:
    height, width = plane.shape
    rows = ((numpy.arange(DOWN) + 0.5) * height / DOWN).astype(int)
    columns = ((numpy.arange(ACROSS) + 0.5) * width / ACROSS).astype(int)
    middles = [plane[r - 2 : r + 3, c - 2 : c + 3].mean() for r in rows for c in columns]
    return numpy.array(middles)


def _lab(rgb: Values) -> Values:
    xyz = rgb.clip(0, 1) ** 2.4 @ to_xyz("bt709").T / numpy.array(D65)
    f = numpy.where(xyz > (6 / 29) ** 3, numpy.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return numpy.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)
