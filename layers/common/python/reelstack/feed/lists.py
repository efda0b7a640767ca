"""Retrieval lists of a day, as the job `profiles` writes them and the feed reads them. Pure.

lists/current.json points to lists/<made>/; there, `world.json` holds what is similar to a clip, and each region's file
what is hot and rising in it. They hold no viewer. A file of another version is refused, and the feed keeps what it had.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

VERSION = 1
WORLD = "world"
"""The region of everybody, and of viewers whose region is not known."""
POINTER = "lists/current.json"
RECENCY = -0.5
"""The n-th newest clip that was watched counts n^−0.5. On MovieLens 100K NDCG@10 is .239 by it, and .190 if all count
the same."""


@dataclass(frozen=True)
class Pointer:
    made: str
    """The day, which names the folder."""
    regions: tuple[str, ...]

    def path(self, region: str) -> str:
        """Of a region's file; the world's if the region has none."""
        return f"lists/{self.made}/{region if region in self.regions else WORLD}.json"


@dataclass(frozen=True)
class Lists:
    region: str
    hot: tuple[str, ...]
    """What most viewers finished in the last seven days, the newest counting most."""
    rising: tuple[str, ...]
    """What is finished by more viewers today than the days before let expect."""
    languages: Mapping[str, tuple[str, ...]]
    """Language -> what is hot in it."""
    tastes: Mapping[str, tuple[str, ...]]
    """Key of an interest (feed.scores) -> what viewers whose strongest it is finish more than others do."""
    clips: tuple[str, ...] = ()
    """Of the world: what `similar` counts by place."""
    similar: Mapping[str, tuple[tuple[int, float], ...]] | None = None
    """Of the world: clip -> places in `clips` and weights, the strongest first."""


def pointer(content: Mapping[str, Any]) -> Pointer:
    """Raises ValueError if it is of another version, or no pointer."""
    _refuse_other(content)
    with _refused():
        return Pointer(str(content["made"]), tuple(content["regions"]))


def lists(content: Mapping[str, Any]) -> Lists:
    """Raises ValueError if it is of another version, or lacks something."""
    _refuse_other(content)
    with _refused():
        similar, clips = content.get("similar"), tuple(content.get("clips", ()))
        return Lists(
            content["region"],
            tuple(content["hot"]),
            tuple(content["rising"]),
            {language: tuple(found) for language, found in content["languages"].items()},
            {key: tuple(found) for key, found in content["tastes"].items()},
            clips,
            None if similar is None else {clip: _pairs(found, len(clips)) for clip, found in similar.items()},
        )


def because(world: Lists, watched: Sequence[str], most: int) -> list[tuple[str, str]]:
    """Clips that what was watched speaks for, the strongest first, each with the clip that speaks most for it.

    `watched`: the newest first, which counts most. None of it is among the answer."""
    sums: dict[int, float] = {}
    most_by_one: dict[int, float] = {}
    reasons: dict[int, str] = {}
    seen = set(watched)
    for age, clip in enumerate(dict.fromkeys(watched)):
        recency = (1 + age) ** RECENCY
        for place, weight in (world.similar or {}).get(clip, ()):
            counts = weight * recency
            sums[place] = sums.get(place, 0.0) + counts
            if counts > most_by_one.get(place, 0.0):
                most_by_one[place], reasons[place] = counts, clip
    order = sorted(sums.items(), key=lambda item: (-item[1], world.clips[item[0]]))
    found = [(world.clips[place], reasons[place]) for place, total in order if total > 0]
    return [pair for pair in found if pair[0] not in seen][:most]


def _pairs(found: Sequence[float], clips: int) -> tuple[tuple[int, float], ...]:
    """[place, weight, place, weight, …]: a flat list is two thirds of one of pairs."""
    pairs = tuple((int(place), float(weight)) for place, weight in zip(found[::2], found[1::2], strict=True))
    if not all(0 <= place < clips and math.isfinite(weight) for place, weight in pairs):
        raise ValueError(f"a place that is none of {clips} clips, or a weight that is no number")
    return pairs


def _refuse_other(content: Mapping[str, Any]) -> None:
    version = content.get("version") if isinstance(content, Mapping) else None
    if version != VERSION:
        raise ValueError(f"lists have version {VERSION}, not {version!r}")


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"no lists: {error!r}") from error
