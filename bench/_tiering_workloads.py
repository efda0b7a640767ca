"""Made workloads for `bench tiering`: objects with their sizes, births, plays, and reads at the origin by day.

A play reaches the origin only if no cache has the object. The caches are one LRU that holds a share of all bytes; by
Che's approximation it keeps an object for T days after its last use, T being such that what was used in T days fills
it. A popular object is read once and stays; one that was not played for T days is read again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench._tiering_shapes import Shape
from reelstack.tiering.classes import Numbers

Days = NDArray[np.int64]
DAYS = 730
RENDITIONS = ((0.15, 1.2), (0.25, 2.5), (0.15, 0.8), (0.25, 1.6), (0.20, 3.2), (1.00, 0.128))
"""(share of a clip's plays, Mbit/s): AVC 480 and 720, HEVC 480, 720 and 1080, and the sound that goes with each."""
NEVER = 10 * DAYS
MEAN_SHARE = 0.5 * 0.2 + 0.5 * 0.65
"""Of an object, that a read reads: see `make`."""
REFILL_DAYS = 30
"""How often T is found anew."""


@dataclass(frozen=True)
class Workload:
    """`reads` and `plays` are [objects, days] and [clips, days]; nothing before a birth. Objects are sorted by it."""

    shape: Shape
    size: Numbers
    born: Days
    died: Days
    """The day on which it is deleted; `NEVER` of most. No play and no read is later."""
    clip: Days
    """An object's clip: a row of `plays`."""
    reads: Numbers
    """Bytes read at the origin."""
    expected: Numbers
    """What they are in the mean, for those who know how often each object is played."""
    plays: Numbers


def make(shape: Shape, clips: int, seed: int) -> Workload:
    random = np.random.default_rng(seed)
    born = np.sort((random.random(clips) ** (1 / (1 + shape.growth)) * (DAYS - 30)).astype(np.int64))
    died = _deaths(shape, born, random)
    rate = _plays_a_day(shape, born, random) * (np.arange(DAYS) < died[:, None])
    seconds = shape.seconds * random.lognormal(0, 0.5, clips)
    shares, bitrates = (np.array(column) for column in zip(*RENDITIONS, strict=True))
    size = np.round(np.outer(seconds, bitrates * 1e6 / 8)).ravel()
    clip = np.repeat(np.arange(clips), len(RENDITIONS))
    reached = (rate[:, None, :] * shares[:, None]).reshape(len(size), DAYS)
    if shape.exact:
        reads = 0.1 * reached * size[:, None]
        return Workload(shape, size, born[clip], died[clip], clip, reads, reads, rate)
    chance = _misses(shape, size, (born[clip], died[clip]), reached)
    missed = random.random(reached.shape) < chance
    # Half of the viewers leave in the first seconds; a read is a share of the object.
    share = np.where(random.random(missed.shape) < 0.5, 0.2, 0.3 + 0.7 * random.random(missed.shape))
    reads, expected = missed * share * size[:, None], chance * MEAN_SHARE * size[:, None]
    return Workload(shape, size, born[clip], died[clip], clip, reads, expected, random.poisson(rate).astype(float))


def _deaths(shape: Shape, born: Days, random: np.random.Generator) -> Days:
    lived = 1 + random.exponential(shape.lifetime_days, len(born)).astype(np.int64)
    return np.where(random.random(len(born)) < shape.deleted_share, born + lived, NEVER)


def _misses(shape: Shape, size: Numbers, life: tuple[Days, Days], rate: Numbers) -> Numbers:
    """The chance that a day has a play that no cache can answer: the day's first, if there was none for T days."""
    sums = np.concatenate([np.zeros((len(size), 1)), np.cumsum(rate, axis=1)], axis=1)
    missed = np.zeros_like(rate)
    for first in range(0, DAYS, REFILL_DAYS):
        days = np.arange(first, min(first + REFILL_DAYS, DAYS))
        kept = _kept_days(shape.cached, size * ((life[0] <= first) & (life[1] > first)), sums, first)
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


def _plays_a_day(shape: Shape, born: Days, random: np.random.Generator) -> Numbers:
    """Expected plays by day."""
    clips = len(born)
    total = (shape.median_plays * random.lognormal(0, 0.7 if shape.exact else shape.sigma, clips))[:, None]
    tau = (shape.tau * random.lognormal(0, shape.tau_sigma, clips))[:, None]
    age = np.arange(DAYS)[None, :] - born[:, None]
    rate = total * _by_age(shape, tau, age)
    again = random.integers(shape.again_from, DAYS, clips)[:, None]
    revived = (random.random(clips) < shape.again_share)[:, None]
    rate += total * shape.again_plays * revived * _by_age(shape, tau, age - again)
    seasonal = (random.random(clips) < shape.season_share)[:, None]
    for later in range(shape.season_days, DAYS if shape.season_share else 0, shape.season_days):
        rate += total / 2 * seasonal * _by_age(shape, tau, age - later)
    return rate


def _by_age(shape: Shape, tau: Numbers, age: Days) -> Numbers:
    """The share of plays on a day of age, of those in two years."""
    beta = shape.alpha - 1
    left = (1 + np.maximum(age, 0) / tau) ** -beta - (1 + (np.maximum(age, 0) + 1) / tau) ** -beta
    whole = 1 - (1 + DAYS / tau) ** -beta
    return np.where(age >= 0, left / whole, 0.0)
