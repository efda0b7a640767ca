"""Clips of one to three seconds that are hard to encode: texture, cuts, grain, noise, cells; the same each time."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy

from tests.clips import ffmpeg

RATE = 30
SMALL, LARGE, TALL = (854, 480), (1280, 720), (480, 854)
ENCODED = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p")
ROWS, COLUMNS = 1024, 2048
"""Of the texture that is panned over."""
STEADY = 999
"""Pictures between cuts of a clip without any."""


def textured(
    path: Path, size: tuple[int, int], *, pan: int, frames: int, cut_every: int = STEADY, grain: float = 6
) -> None:
    """Natural texture (1/f noise) with grain, panned by `pan` pixels a picture, with cuts."""
    width, height = size
    random = numpy.random.default_rng(1)
    frequency = numpy.hypot(numpy.fft.fftfreq(ROWS)[:, None], numpy.fft.rfftfreq(COLUMNS)[None, :])
    frequency[0, 0] = 1
    film = []
    for number in range(frames):
        if number % cut_every == 0:
            spectrum = random.normal(size=frequency.shape) + 1j * random.normal(size=frequency.shape)
            texture = numpy.fft.irfft2(spectrum / frequency, (ROWS, COLUMNS))
            texture /= texture.std()
        x, y = number * pan % (COLUMNS - width), (200 + number * pan // 2) % (ROWS - height)
        grains = random.normal(scale=grain, size=(height, width))
        film.append((110 + 45 * texture[y : y + height, x : x + width] + grains).clip(16, 235).astype(numpy.uint8))
    raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{width}x{height}", "-r", RATE, "-i", "-"]
    ffmpeg(*raw, *ENCODED, path, given=numpy.stack(film).tobytes())


def generated(path: Path, source: str, *, seconds: int) -> None:
    """What a source filter of ffmpeg draws."""
    ffmpeg("-f", "lavfi", "-i", source, "-t", seconds, *ENCODED, path)


def _noisy(size: str) -> str:
    return f"testsrc2=s={size}:r={RATE},noise=alls=40:allf=t:all_seed=1"


def _life(size: str) -> str:
    return f"life=s={size}:r={RATE}:ratio=0.3:seed=1:mold=10"


CLIPS: dict[str, Callable[[Path], None]] = {
    "slow pan, 1 s": partial(textured, size=SMALL, pan=7, frames=30),
    "fast pan, 1 s": partial(textured, size=SMALL, pan=40, frames=30),
    "fast pan, 3 s": partial(textured, size=SMALL, pan=40, frames=90),
    "fast pan, 1 s, 720": partial(textured, size=LARGE, pan=40, frames=30),
    "two cuts a second, 1.5 s": partial(textured, size=SMALL, pan=5, frames=45, cut_every=15),
    "three cuts a second, 2 s, portrait": partial(textured, size=TALL, pan=12, frames=60, cut_every=10),
    "grain, 1 s": partial(textured, size=SMALL, pan=3, frames=30, grain=30),
    "white noise, 1 s": partial(
        generated, source=f"color=gray:s=854x480:r={RATE},noise=alls=100:allf=t:all_seed=1", seconds=1
    ),
    "noisy test picture, 1 s": partial(generated, source=_noisy("854x480"), seconds=1),
    "noisy test picture, 1 s, 720": partial(generated, source=_noisy("1280x720"), seconds=1),
    "cells, 1 s": partial(generated, source=_life("854x480"), seconds=1),
    "cells, 1 s, 720": partial(generated, source=_life("1280x720"), seconds=1),
    "cells of 2 pixels, 2 s": partial(generated, source=f"{_life('427x240')},scale=854x480:flags=neighbor", seconds=2),
    "rows of cells, 2 s": partial(generated, source=f"cellauto=s=854x480:r={RATE}:rule=110:seed=1:scroll=1", seconds=2),
}
