"""People and clips: how the arrays of a simulated world are drawn, by one generator. Pure.

Nothing here depends on what is shown: all clips of all days are drawn at once, so each policy meets the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TAGS = (
    *("music", "football", "cooking", "travel", "cats", "dance", "news", "fashion"),
    *("climbing", "chess", "gardening", "space", "pottery", "sailing", "birds", "origami"),
)
LANGUAGES = ("de", "en")
DAY_MS = 24 * 3600 * 1000
START_MS = 1_796_000_000_000 // DAY_MS * DAY_MS
NORMAL, SPAM, BAIT = 0, 1, 2


@dataclass(frozen=True)
class Settings:
    seed: int = 0
    days: int = 8
    """Those that are measured."""
    warm_days: int = 2
    """Before them, with clips by chance for every policy: what the service knows at the start."""
    viewers: int = 600
    clips: int = 600
    """There at the start."""
    clips_a_day: int = 3
    clips_of_creator: int = 8
    page: int = 10


@dataclass(frozen=True)
class Viewers:
    taste: Floats
    """[viewers, tags]; it drifts."""
    language: Ints
    length: Floats
    """Logarithm of the length in seconds that is liked best."""
    length_weight: Floats
    """How much length matters; 0 for half of the people."""
    loyalty: Floats
    """How likely one comes back whatever was shown, as log odds."""


@dataclass(frozen=True)
class Clips:
    content: Floats
    """[clips, tags]: what it is about, of length 1; zeros for spam."""
    tags: tuple[tuple[int, ...], ...]
    """What it says it is about."""
    quality: Floats
    hook: Floats
    """How much better its first seconds are than the rest."""
    kind: Ints
    creator: Ints
    language: Ints
    duration_ms: Ints
    published_at: Ints
    """Ascending."""

    def __len__(self) -> int:
        return len(self.kind)


def viewers(of: Settings, chance: np.random.Generator) -> Viewers:
    taste = chance.normal(-0.4, 0.35, size=(of.viewers, len(TAGS)))
    popular = 1 / (1 + np.arange(len(TAGS))) ** 0.6
    for row in taste:
        liked = chance.choice(len(TAGS), size=3, replace=False, p=popular / popular.sum())
        row[liked] = chance.uniform(0.9, 1.8, size=3)
    return Viewers(
        taste,
        chance.choice(len(LANGUAGES), size=of.viewers, p=(0.6, 0.4)).astype(np.int64),
        chance.normal(np.log(18.0), 0.5, size=of.viewers),
        np.where(chance.random(of.viewers) < 0.5, 0.0, chance.uniform(0.2, 0.6, size=of.viewers)),
        chance.normal(0.0, 0.4, size=of.viewers),
    )


def clips(of: Settings, chance: np.random.Generator) -> Clips:
    days = of.warm_days + of.days
    coming = of.clips_a_day * days
    old = START_MS - chance.integers(1, 30 * DAY_MS, size=of.clips)
    published = np.sort(np.concatenate([old, START_MS + chance.integers(0, days * DAY_MS, size=coming)]))
    creators, kind = _creators(of, coming, chance)
    focus = chance.integers(len(TAGS), size=(creators.max() + 1, 2))
    skill = chance.normal(0.0, 0.5, size=creators.max() + 1)
    content = np.zeros((len(published), len(TAGS)))
    told = []
    for row, creator in enumerate(creators):
        about = _about(focus[creator], chance)
        if kind[row] != SPAM:
            content[row, list(about)] = 1 / np.sqrt(len(about))
        told.append((0, 1, 2) if kind[row] == SPAM else about)
    quality = skill[creators] + chance.normal(0.0, 0.7, size=len(published))
    seconds = np.clip(np.exp(chance.normal(np.log(18.0), 0.7, size=len(published))), 4, 120)
    return Clips(
        content,
        tuple(told),
        np.select([kind == SPAM, kind == BAIT], [-2.0, -1.2], quality),
        np.where(kind == BAIT, 1.5, 0.0),
        kind,
        creators,
        chance.choice(len(LANGUAGES), size=len(published), p=(0.6, 0.4)).astype(np.int64),
        (seconds * 1000).astype(np.int64),
        published.astype(np.int64),
    )


def _creators(of: Settings, coming: int, chance: np.random.Generator) -> tuple[Ints, Ints]:
    """Creator and kind of each clip. Of those that come, four in ten are of somebody new. A creator has one kind."""
    first = max(of.clips // of.clips_of_creator, 1)
    creators = list(chance.integers(first, size=of.clips))
    for _ in range(coming):
        known = max(creators) + 1
        creators.append(known if chance.random() < 0.4 else int(chance.integers(known)))
    found = np.array(creators, dtype=np.int64)
    of_creator = chance.choice(3, size=found.max() + 1, p=(0.86, 0.07, 0.07))
    return found, of_creator[found].astype(np.int64)


def _about(focus: Ints, chance: np.random.Generator) -> tuple[int, ...]:
    """One to three tags, mostly what the creator always makes."""
    found = {int(chance.choice(focus))}
    while chance.random() < 0.4 and len(found) < 3:
        found.add(int(chance.integers(len(TAGS))))
    return tuple(sorted(found))
