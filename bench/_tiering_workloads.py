"""Made workloads for `bench tiering`: objects with their sizes, births, plays, and reads at the origin by day.

A play reaches the origin only if no cache has the object. The caches are one LRU that holds a share of all bytes; by
Che's approximation it keeps an object for T days after its last use, T being such that what was used in T days fills
it. A popular object is read once and stays; one that was not played for T days is read again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelstack.tiering.classes import Numbers

DAYS = 730
RENDITIONS = ((0.15, 1.2), (0.25, 2.5), (0.15, 0.8), (0.25, 1.6), (0.20, 3.2), (1.00, 0.128))
"""(share of a clip's plays, Mbit/s): AVC 480 and 720, HEVC 480, 720 and 1080, and the sound that goes with each."""
REFILL_DAYS = 30
"""How often T is found anew."""


@dataclass(frozen=True)
class Shape:
    """What a workload is made of. Plays by age follow (1 + age/`tau`)^−`alpha`."""

    name: str
    says: str
    tau: float = 3.0
    alpha: float = 1.6
    median_plays: float = 6.0
    """The mean is eleven times as many: 67, as of 1,000,000 viewers of clips of 15 s and 1,000 uploads a second."""
    sigma: float = 2.2
    """Of the logarithm of a clip's plays in its life."""
    cached: float = 0.2
    """The share of bytes that caches hold, as in `bench edge`."""
    seconds: float = 30.0
    """Median length of a clip."""
    revived_share: float = 0.0
    """Of clips that are shared once more, at any age, with a third of their plays."""
    exact: bool = False
    """Reads are what is expected, to the byte: a tenth of the plays, which follow one curve."""


SHAPES = (
    Shape("social", "80 % of plays in the first 30 days; caches hold 20 % of the bytes"),
    Shape("long tail", "plays fall slowly", tau=60, alpha=1.3),
    Shape("revived", "social, and a fifth of the clips is shared once more", revived_share=0.2),
    Shape("short", "social, with clips of 4 s: requests and the 128 KB minimum weigh", seconds=4.0),
    Shape("decay", "reads follow the curve exactly, at a level of each object's own", median_plays=30, exact=True),
)
LIMITS = (
    Shape("busy", "ten times as many plays", median_plays=60),
    Shape("small cache", "social, but caches hold 5 % of the bytes", cached=0.05),
    Shape("hardly a cache", "social, but caches hold 1 % of the bytes", cached=0.01),
)
"""Where reads at the origin are many and by chance: what no policy can know is most of what it could save."""


@dataclass(frozen=True)
class Workload:
    """`reads` and `plays` are [objects, days] and [clips, days]; nothing before a birth. Objects are sorted by it."""

    shape: Shape
    size: Numbers
    born: NDArray[np.int64]
    clip: NDArray[np.int64]
    """An object's clip: a row of `plays`."""
    reads: Numbers
    """Bytes read at the origin."""
    plays: Numbers


def make(shape: Shape, clips: int, seed: int) -> Workload:
    random = np.random.default_rng(seed)
    born = np.sort(random.integers(0, DAYS - 30, clips))
    rate = _plays_a_day(shape, clips, born, random)
    seconds = shape.seconds * random.lognormal(0, 0.5, clips)
    shares, bitrates = (np.array(column) for column in zip(*RENDITIONS, strict=True))
    size = np.round(np.outer(seconds, bitrates * 1e6 / 8)).ravel()
    clip = np.repeat(np.arange(clips), len(RENDITIONS))
    reached = (rate[:, None, :] * shares[:, None]).reshape(len(size), DAYS)
    if shape.exact:
        return Workload(shape, size, born[clip], clip, 0.1 * reached * size[:, None], rate)
    missed = random.random(reached.shape) < _misses(shape, size, born[clip], reached)
    # Half of the viewers leave in the first seconds; a read is a share of the object.
    share = np.where(random.random(missed.shape) < 0.5, 0.2, 0.3 + 0.7 * random.random(missed.shape))
    return Workload(shape, size, born[clip], clip, missed * share * size[:, None], random.poisson(rate).astype(float))


def _misses(shape: Shape, size: Numbers, born: NDArray[np.int64], rate: Numbers) -> Numbers:
    """The chance that a day has a play that no cache can answer: the day's first, if there was none for T days."""
    sums = np.concatenate([np.zeros((len(size), 1)), np.cumsum(rate, axis=1)], axis=1)
    missed = np.zeros_like(rate)
    for first in range(0, DAYS, REFILL_DAYS):
        days = np.arange(first, min(first + REFILL_DAYS, DAYS))
        kept = _kept_days(shape.cached, size * (born <= first), sums, first)
        before = sums[:, days] - sums[:, np.maximum(days - kept, 0)]
        missed[:, days] = np.exp(-before) * -np.expm1(-rate[:, days])
    return missed


def _kept_days(cached: float, size: Numbers, sums: Numbers, day: int) -> int:
    """T: the most days whose plays' objects fit into the cache; one at least."""
    room, low, high = cached * size.sum(), 1, max(day, 1)
    while low < high:
        middle = (low + high + 1) // 2
        used = size * -np.expm1(-(sums[:, day] - sums[:, max(day - middle, 0)]))
        low, high = (middle, high) if used.sum() <= room else (low, middle - 1)
    return low


def _plays_a_day(shape: Shape, clips: int, born: NDArray[np.int64], random: np.random.Generator) -> Numbers:
    """Expected plays by day."""
    total = shape.median_plays * random.lognormal(0, 0.7 if shape.exact else shape.sigma, clips)
    rate = total[:, None] * _by_age(shape, np.arange(DAYS)[None, :] - born[:, None])
    revived = random.random(clips) < shape.revived_share
    again = born + random.integers(30, DAYS, clips)
    late = (total / 3)[:, None] * _by_age(shape, np.arange(DAYS)[None, :] - again[:, None])
    return np.asarray(rate + late * revived[:, None])


def _by_age(shape: Shape, age: NDArray[np.int64]) -> Numbers:
    """The share of plays on a day of age, of those in two years."""
    beta = shape.alpha - 1
    left = (1 + np.maximum(age, 0) / shape.tau) ** -beta - (1 + (np.maximum(age, 0) + 1) / shape.tau) ** -beta
    whole = 1 - (1 + DAYS / shape.tau) ** -beta
    return np.where(age >= 0, left / whole, 0.0)
