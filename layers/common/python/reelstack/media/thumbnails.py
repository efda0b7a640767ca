"""Thumbnails of a clip's pictures, a few hundred bytes each: enough to tell whether two pictures show the same.

A thumbnail is the raw picture that ffmpeg makes of it: brightness first, then two planes of colour of a quarter of the
size. A fingerprint is a number whose set bits are levels, so that the bits in which two fingerprints differ add up to
how much the thumbnails differ.
"""

import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean, pstdev
from typing import NamedTuple

from reelstack.media import ffmpeg_process, still_args

BLACK, WHITE = 28, 226
"""Brightness (16 to 235) up to which a spot counts as black, and from which it counts as white."""
DEPTH = 8
"""Levels that a byte of a fingerprint can tell apart, besides the lowest."""


class Size(NamedTuple):
    """Pixels across and down, both even."""

    width: int
    height: int

    @property
    def spots(self) -> int:
        return self.width * self.height

    @property
    def bytes(self) -> int:
        return self.spots * 3 // 2

    def parts(self, across: int) -> list[tuple["Size", list[slice]]]:
        """Of each of `across` times `across` parts: its size, and which slices of a thumbnail are its own."""
        xs, ys = ([2 * round(place * side / 2 / across) for place in range(across + 1)] for side in self)
        return [(Size(x[1] - x[0], y[1] - y[0]), [*self._rows(x, y)]) for y in pairwise(ys) for x in pairwise(xs)]

    def _rows(self, x: tuple[int, int], y: tuple[int, int]) -> Iterator[slice]:
        """A part's rows of brightness, then of both planes of colour."""
        for start, width, halved in ((0, self.width, 1), *((self.spots * n // 4, self.width // 2, 2) for n in (4, 5))):
            for row in range(y[0] // halved, y[1] // halved):
                yield slice(start + row * width + x[0] // halved, start + row * width + x[1] // halved)


def _levels(lowest: int, highest: int) -> bytes:
    """For each value of a byte, as many set bits as it has levels between `lowest` and `highest`."""
    span = highest - lowest
    steps = (min(DEPTH, max(0, (value - lowest) * (DEPTH + 1) // span)) for value in range(256))
    return bytes((1 << step) - 1 for step in steps)


BRIGHTNESS, COLOR = _levels(16, 236), _levels(64, 192)
"""Colour hardly leaves the middle of its range, so its levels are finer."""


def thumbnails(clip: Path, size: Size, seconds: float, first: int | None = None) -> list[bytes]:
    """Of every picture of one of our own renditions, or of the `first` ones. It may take `seconds`.

    Raises ProgramFailed or ProgramTooSlow.
    """
    with tempfile.TemporaryDirectory(prefix="reelstack-thumbnails-") as folder:
        target = Path(folder) / "thumbnails"
        ffmpeg_process.ffmpeg(still_args.thumbnails(clip, target, size, first), seconds)
        raw = target.read_bytes()
    return [raw[start : start + size.bytes] for start in range(0, len(raw), size.bytes)]


def fingerprint(thumbnail: bytes) -> int:
    spots = len(thumbnail) * 2 // 3
    return int.from_bytes(thumbnail[:spots].translate(BRIGHTNESS) + thumbnail[spots:].translate(COLOR))


def fingerprints_of_part(thumbnails: Sequence[bytes], slices: Sequence[slice]) -> list[int]:
    """Of one part (Size.parts) of each thumbnail."""
    return [fingerprint(b"".join([thumbnail[one] for one in slices])) for thumbnail in thumbnails]


def interest(thumbnail: bytes) -> float:
    """How much there is to see: 0 for one plain colour, little for what is nearly all black or white, 40 for most."""
    spots = len(thumbnail) * 2 // 3
    planes = thumbnail[:spots], thumbnail[spots : spots * 5 // 4], thumbnail[spots * 5 // 4 :]
    clipped = fmean(not BLACK < value < WHITE for value in planes[0])
    return sum(pstdev(plane) for plane in planes) * (1 - clipped)
