"""Exploration: slots of a page that learn instead of pleasing, with the probability of each choice. Pure.

Each new public clip is owed EXPOSURE_FLOOR impressions within a day. In each ten places one, never the first of a
page, goes to a clip that is still owed some, drawn by Thompson sampling from a Beta prior of its creator and content.
On a page where nothing is owed it goes, with the chance QUIET_SHARE, to a creator who is shown little
(feed.quiet_creators); and each place with the chance RANDOM_SHARE to any clip the viewer may see, evenly, as unbiased
ground for evaluation. Clips that are hidden or skipped far beyond expectation are owed nothing more. What is drawn
depends on the generator alone, so the same session gives the same page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

EXPOSURE_FLOOR = 100
NEW_CREATOR_CLIPS, NEW_CREATOR_FACTOR = 3, 2
"""So many first clips of a creator are owed twice as many impressions."""
OWED_MS = 24 * 3600 * 1000
RANDOM_SHARE = 0.005
EACH = 10
"""One slot of so many places."""
COUNT = """
for place = 3, #ARGV do redis.call('HINCRBY', KEYS[1], ARGV[place], ARGV[2]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""
COUNT_ONCE = """
local new = {}
for place = 3, #ARGV do
  local video, viewers = ARGV[place], KEYS[place - 1]
  if tonumber(redis.call('HGET', KEYS[1], video) or 0) < tonumber(ARGV[2]) then
    if redis.call('PFADD', viewers, ARGV[1]) == 1 then
      redis.call('HINCRBY', KEYS[1], video, 1)
      new[#new + 1] = video
    end
    redis.call('EXPIRE', viewers, KEPT, 'NX')
  end
end
redis.call('EXPIRE', KEYS[1], KEPT)
return table.concat(new, ' ')
""".replace("KEPT", str(2 * OWED_MS // 1000))
"""A sketch of a clip's viewers (HyperLogLog) takes no one in twice, and names nobody. One new viewer in a hundred is
taken for one who was there, with as many as a clip is owed; with so many it grows no more: some 600 bytes."""
DRAWS = 32
"""Of each clip by Thompson sampling: the share of their combinations that the winner wins is the probability noted."""
PRIOR_STRENGTH = 8.0
"""Impressions that the prior is worth."""
QUIET_SHARE = 0.2
"""Of the slots that nobody new needs: creators who are shown little cost viewers 2 % of the places at most."""
HARM_PRIOR, HARM_WORTH = 0.2, 1000.0
"""Share of plays that are skipped at once or hidden, at the least and where nothing is known yet; and how many plays
that is worth."""
HARM_FACTOR, HARM_LEAST, HARM_DEVIATIONS = 2.5, 20, 2.0
"""The multiple of the expected share above which a clip is stopped, the impressions before which none is, and how many
standard deviations its share must lie above."""


@dataclass(frozen=True)
class Owed:
    """Clips that may be shown to this viewer and are owed impressions; one entry each."""

    rows: NDArray[np.int64]
    fit: NDArray[np.float64]
    """How well each fits the viewer's taste, 0 to 1: its prior mean."""
    finishes: NDArray[np.float64]
    impressions: NDArray[np.float64]
    chance: float = 1.0
    """How likely each clip that is owed impressions was to be among these."""


def _nothing_owed() -> Owed:
    nothing = np.zeros(0)
    return Owed(nothing.astype(np.int64), nothing, nothing, nothing)


@dataclass(frozen=True)
class Weighted:
    """Clips, and how likely each is to be drawn, beside the others."""

    rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    weights: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    chance: float = 1.0
    """How likely each clip of its kind was to be among these."""


@dataclass(frozen=True)
class Pools:
    """What slots are filled from. `quiet` is of creators who are shown little, and empty while anything is owed."""

    owed: Owed = field(default_factory=_nothing_owed)
    quiet: Weighted = field(default_factory=Weighted)
    anything: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Rows of what the viewer may see, evenly drawn."""
    visible: float = 0.0
    """Of about how many clips these are some."""
    filled: float = 0.0
    """How likely a slot is filled: an empty one goes to the best."""


@dataclass(frozen=True)
class Slot:
    """A place that does not go to the best."""

    place: int
    row: int
    source: str
    """"fresh", "quiet" or "random"."""
    propensity: float


def impression_keys(now_ms: int) -> tuple[str, str]:
    """Where impressions of today and of yesterday are counted, by clip."""
    day = now_ms // OWED_MS
    return f"rs:{{feed}}:impressions:{day}", f"rs:{{feed}}:impressions:{day - 1}"


def counted(video_ids: Sequence[str], now_ms: int, by: int = 1) -> list[tuple[str | int, ...]]:
    """The command that counts an impression of each clip; `by` -1: that takes one back."""
    if not video_ids:
        return []
    return [("EVAL", COUNT, 1, impression_keys(now_ms)[0], 2 * OWED_MS // 1000, by, *video_ids)]


def counted_once(video_ids: Sequence[str], now_ms: int, viewer: str) -> list[tuple[str | int, ...]]:
    """The command that counts an impression of each clip for which this viewer was not counted yet, as far as clips are
    owed impressions. Its answer: the clips that it counted, as one text. `viewer`: a name that is nobody else's."""
    if not video_ids:
        return []
    keys = [impression_keys(now_ms)[0], *(f"rs:{{feed}}:viewers:{one}" for one in video_ids)]
    return [("EVAL", COUNT_ONCE, len(keys), *keys, viewer, EXPOSURE_FLOOR * NEW_CREATOR_FACTOR, *video_ids)]


def floor_of(creator_clips: NDArray[np.int64]) -> NDArray[np.int64]:
    """Impressions that clips are owed, by how many clips their creators have."""
    return np.where(creator_clips <= NEW_CREATOR_CLIPS, EXPOSURE_FLOOR * NEW_CREATOR_FACTOR, EXPOSURE_FLOOR)


def expected_harm(harms: float, plays: float) -> float:
    """Of all clips together: some people skip a third of what they are shown, others a tenth."""
    return max((harms + HARM_PRIOR * HARM_WORTH) / (plays + HARM_WORTH), HARM_PRIOR)


def is_harmful(
    harms: NDArray[np.float64], impressions: NDArray[np.float64], expected: float = HARM_PRIOR
) -> NDArray[np.bool_]:
    """Whether the share of harms is above HARM_FACTOR times the expected one, or above the middle between that one and
    all where this is less; after HARM_LEAST impressions.

    By the lower end of its interval (Wilson 1927): the share is looked at after each impression, and without the
    interval an ordinary clip would pass the limit at one of these looks."""
    square = HARM_DEVIATIONS**2
    n = np.maximum(impressions, 1.0)
    spread = np.sqrt(np.maximum(harms * (n - harms) / n, 0.0) + square / 4)
    least = (harms + square / 2 - HARM_DEVIATIONS * spread) / (n + square)
    return (impressions >= HARM_LEAST) & (least > min(HARM_FACTOR * expected, (1 + expected) / 2))


def places(count: int, generator: np.random.Generator) -> list[int]:
    """Places of a page (0 to count − 1) that explore: of each EACH places one, never the page's first."""
    found = []
    for start in range(0, count, EACH):
        end = min(start + EACH, count)
        low = max(start, 1)
        # A part of ten has its slot with the chance of its share.
        if low < end and (end - start == EACH or generator.random() < (end - start) / EACH):
            found.append(int(generator.integers(low, end)))
    return found


def slot_chance(place: int, count: int) -> float:
    """How likely `places` draws this place."""
    start = place - place % EACH
    end = min(start + EACH, count)
    return (end - start) / EACH / (end - max(start, 1)) if place else 0.0


def best_chance(place: int, count: int, pools: Pools) -> float:
    """How likely a place goes to the best. One beyond the page's `count` is reckoned as its last."""
    here = min(place, count - 1)
    return (1 - slot_chance(here, count) * pools.filled) * (1 - RANDOM_SHARE) if here else 1.0


def slots(count: int, pools: Pools, taken: Sequence[int], generator: np.random.Generator) -> list[Slot]:
    """The places of a page of `count` that explore. `taken`: rows that no slot may take, since they are on the page for
    their value."""
    found: list[Slot] = []
    used = set(taken)
    for place in places(count, generator):
        slot = _of_newcomers(place, pools.owed, used, generator) or _of_quiet(place, pools.quiet, used, generator)
        if slot:
            found.append(replace(slot, propensity=slot.propensity * slot_chance(place, count)))
            used.add(slot.row)
    anything = pools.anything
    by_chance = generator.random(count) < RANDOM_SHARE
    for place in map(int, np.flatnonzero(by_chance)):
        if place and len(anything) and all(one.place != place for one in found):
            row = int(anything[generator.integers(len(anything))])
            if row not in used:
                by_chance_here = RANDOM_SHARE * (1 - slot_chance(place, count) * pools.filled)
                found.append(Slot(place, row, "random", by_chance_here / max(pools.visible, 1.0)))
                used.add(row)
    return sorted(found, key=lambda one: one.place)


def _of_newcomers(place: int, owed: Owed, used: Collection[int], generator: np.random.Generator) -> Slot | None:
    left = _left(owed.rows, used)
    if not left.any():
        return None
    row, share = _thompson(owed, left, generator)
    return Slot(place, row, "fresh", share * owed.chance)


def _of_quiet(place: int, quiet: Weighted, used: Collection[int], generator: np.random.Generator) -> Slot | None:
    weights = quiet.weights * _left(quiet.rows, used)
    if not weights.any():
        return None
    shares = weights / weights.sum()
    index = int(generator.choice(len(shares), p=shares))
    return Slot(place, int(quiet.rows[index]), "quiet", float(shares[index]) * QUIET_SHARE * quiet.chance)


def _left(rows: NDArray[np.int64], used: Collection[int]) -> NDArray[np.bool_]:
    return np.array([row not in used for row in rows], dtype=np.bool_)


def _thompson(owed: Owed, left: NDArray[np.bool_], generator: np.random.Generator) -> tuple[int, float]:
    """The row that wins the first of the draws, and how likely it was to win one."""
    rows, fit = owed.rows[left], np.clip(owed.fit[left], 0.02, 0.98)
    finishes, impressions = owed.finishes[left], owed.impressions[left]
    good = fit * PRIOR_STRENGTH + finishes
    bad = (1 - fit) * PRIOR_STRENGTH + np.maximum(impressions - finishes, 0)
    draws = generator.beta(good, bad, size=(DRAWS, len(rows)))
    winner = int(draws[0].argmax())
    # Clips are drawn apart, so the winner's draws meet every combination of the others'. One that won is among them, so
    # that no probability is 0; by more of them it weighs little.
    own = np.append(draws[0, winner], generator.beta(good[winner], bad[winner], size=2 * DRAWS))
    below = (draws[:, :, None] <= own).sum(axis=0, dtype=np.uint8) / DRAWS  # .mean takes twice as long
    below[winner] = 1.0
    return int(rows[winner]), float(below.prod(axis=0).mean())
