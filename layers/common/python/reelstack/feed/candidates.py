"""Candidates: clips that a source proposes for a viewer, as rows of the item table. Pure; `Wanted` has what they need.

Each source has a quota and may propose nothing. A clip that several sources propose belongs to the first of them in
QUOTAS' order, and is counted once. Whether the viewer may see a clip is asked later, of what is about to be shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from reelstack.feed import lists as retrieval_lists
from reelstack.feed import scores
from reelstack.feed.item_table import NO_ROWS, ItemTable, Rows
from reelstack.feed.lists import Lists
from reelstack.feed.live_signals import RegionSignals

QUOTAS: Mapping[str, int] = {
    "following": 60,
    "search": 80,
    "interests": 120,
    "similar": 100,
    "viewers": 40,
    "trending": 60,
    "fresh": 60,
    "hot": 60,
    "random": 20,
}
"""Source -> the most that it proposes; the order in which a clip finds its source. 600 in all, 500 are scored."""
MOST = 500
LIVE = ("trending",)
"""Sources of which nothing is left without what the job `interests` keeps: none at level 1."""
ALIKE = 5
"""Times as many clips are near; of these the most appealing are proposed. A viewer's vector is the mean of several
tastes, so what is nearest to it is not what they like best: bench feed, .944 -> .957 of the best value."""
SAMPLED = 16
STRONGEST = 10
"""Tags and creators of a viewer that are looked up."""
SPELLINGS = 3
"""Of a tag that a viewer picked: as most clips spell it. Interests that were measured are spelled as clips are."""


@dataclass(frozen=True)
class Wanted:
    """What sources know of a viewer."""

    interest: Mapping[str, float] = field(default_factory=dict)
    """Key of feed.scores -> strength now, of what the viewer did lately."""
    long_term: Mapping[str, float] = field(default_factory=dict)
    picked: Sequence[str] = ()
    """Tags that the viewer picked; they stand in for a taste that is not known yet, or not now."""
    watched: Sequence[str] = ()
    """Video ids, the newest first."""
    vector: "np.ndarray | None" = None
    """By the ranker's version whose vectors the table has."""
    region: str = ""
    languages: Sequence[str] = ()
    following: Sequence[str] = ()
    """Video ids of accounts the viewer follows, the newest first."""
    found: Sequence[str] = ()
    """Video ids that the search engine proposed, the best first."""
    live: RegionSignals = field(default_factory=RegionSignals)
    now_ms: int = 0


@dataclass(frozen=True)
class Candidates:
    rows: Rows
    sources: Sequence[str]
    reasons: Mapping[int, str]
    """Row -> the word or clip that speaks for it, of sources that have one."""
    counts: Mapping[str, int]
    """Source -> how many it proposed."""


def of(
    table: ItemTable, world: Lists | None, wanted: Wanted, allowed: Iterable[str], generator: np.random.Generator
) -> Candidates:
    """`allowed`: the sources of the present level."""
    proposed: dict[str, tuple[Rows, Mapping[int, str]]] = {}
    for name in QUOTAS:
        if name in allowed:
            rows, reasons = _SOURCES[name](table, world, wanted, generator)
            proposed[name] = rows[: QUOTAS[name]], reasons
    return _merged(proposed)


def _merged(proposed: Mapping[str, tuple[Rows, Mapping[int, str]]]) -> Candidates:
    sources: dict[int, str] = {}
    reasons: dict[int, str] = {}
    for name, (rows, own) in reversed(list(proposed.items())):
        sources |= dict.fromkeys(rows.tolist(), name)
        reasons |= own
    kept = list(dict.fromkeys(row for rows, _ in proposed.values() for row in rows.tolist()))
    return Candidates(
        _rows(kept), [sources[row] for row in kept], reasons, {name: len(rows) for name, (rows, _) in proposed.items()}
    )


def _strongest(interest: Mapping[str, float], kind: str) -> list[tuple[str, float]]:
    found = [(key.removeprefix(kind), score) for key, score in interest.items() if key.startswith(kind) and score > 0]
    return sorted(found, key=lambda one: (-one[1], one[0]))[:STRONGEST]


def _by_words(table: ItemTable, tags: Sequence[tuple[str, float]], quota: int) -> tuple[Rows, dict[int, str]]:
    """The most appealing clips of each tag, in proportion to the root of its weight: no taste fills the page."""
    if not tags:
        return NO_ROWS, {}
    weights = np.sqrt([score for _, score in tags])
    shares = np.ceil(quota * weights / weights.sum()).astype(int)
    parts = [(tag, table.tagged(tag, int(most))) for (tag, _), most in zip(tags, shares, strict=True)]
    reasons: dict[int, str] = {}
    for tag, rows in reversed(parts):
        reasons.update(dict.fromkeys(rows.tolist(), tag))
    return _interleaved([rows for _, rows in parts]), reasons


def _interests(
    table: ItemTable, _world: Lists | None, wanted: Wanted, _: np.random.Generator
) -> tuple[Rows, dict[int, str]]:
    words = (word for tag in wanted.picked[:STRONGEST] for word in table.spellings(tag, SPELLINGS))
    picked = [(word, 1.0) for word in dict.fromkeys(words)]
    tags = _strongest(wanted.interest, scores.TAG) or picked or _strongest(wanted.long_term, scores.TAG)
    return _by_words(table, tags, QUOTAS["interests"])


def _search(
    table: ItemTable, _world: Lists | None, wanted: Wanted, _: np.random.Generator
) -> tuple[Rows, dict[int, str]]:
    return _rows(table.rows_of(wanted.found)), {}


def _following(
    table: ItemTable, _world: Lists | None, wanted: Wanted, _: np.random.Generator
) -> tuple[Rows, dict[int, str]]:
    return _rows(table.rows_of(wanted.following)), {}


def _similar(
    table: ItemTable, world: Lists | None, wanted: Wanted, _: np.random.Generator
) -> tuple[Rows, dict[int, str]]:
    """What was watched by those who watched this viewer's clips (item-item), then the most appealing of those whose
    vectors are near."""
    half = QUOTAS["similar"] // 2
    because = retrieval_lists.because(world, wanted.watched, half) if world else []
    place = table.items.place
    reasons = {place[clip]: reason for clip, reason in because if clip in place}
    near = NO_ROWS
    if (
        wanted.vector is not None
        and wanted.vector.any()
        and table.vectors.shape[1] == len(wanted.vector)
        and len(table)
    ):
        near = _greatest(table.vectors @ wanted.vector, ALIKE * QUOTAS["similar"])
        near = near[np.argsort(-table.appeal[near], kind="stable")]
    return np.concatenate([_rows(list(reasons)), near[: QUOTAS["similar"] - len(reasons)]]), reasons


def _viewers(
    table: ItemTable, world: Lists | None, wanted: Wanted, _: np.random.Generator
) -> tuple[Rows, dict[int, str]]:
    """What viewers like more than others do whose strongest taste is one of this viewer's."""
    if world is None:
        return NO_ROWS, {}
    strongest = sorted(wanted.long_term.items(), key=lambda one: -one[1])[:3]
    parts = [_rows(table.rows_of(world.tastes.get(key, ()))) for key, score in strongest if score > 0]
    return _interleaved(parts), {}


def _trending(
    table: ItemTable, _world: Lists | None, wanted: Wanted, _: np.random.Generator
) -> tuple[Rows, dict[int, str]]:
    """Clips of the region that are watched more than they and their age let expect, then clips of trending tags."""
    tags = [(tag, 1.0) for tag in wanted.live.tags[:STRONGEST]]
    by_tag, reasons = _by_words(table, tags, QUOTAS["trending"] // 3)
    return np.concatenate([_rows(table.rows_of(wanted.live.clips[: QUOTAS["trending"]])), by_tag]), reasons


def _fresh(
    table: ItemTable, _world: Lists | None, _wanted: Wanted, _: np.random.Generator
) -> tuple[Rows, dict[int, str]]:
    return table.newest[: QUOTAS["fresh"]], {}


def _hot(table: ItemTable, world: Lists | None, wanted: Wanted, _: np.random.Generator) -> tuple[Rows, dict[int, str]]:
    """What is watched most, what appeals most to anybody, and what does in the viewer's region, in turn."""
    ids: Sequence[str] = ()
    if world is not None:
        ids = next((world.languages[one] for one in wanted.languages if one in world.languages), world.hot)
    most = QUOTAS["hot"]
    near = table.in_region(wanted.region, most) if wanted.region else NO_ROWS
    return _interleaved([_rows(table.rows_of(ids)), table.by_appeal[:most], near]), {}


def _greatest(values: NDArray[np.float32], most: int) -> Rows:
    """Places of the greatest values, the greatest first. One in SAMPLED tells from which value on they lie, so that
    few of a long array are put in order."""
    some, share = values[::SAMPLED], 2 * most // SAMPLED + 1
    least = np.partition(some, -share)[-share] if len(some) > 4 * share else -np.inf
    places = np.flatnonzero(values >= least)
    if len(places) < most:
        places = np.arange(len(values))
    return places[np.argsort(-values[places], kind="stable")][:most].astype(np.int64)


def _random(
    table: ItemTable, _world: Lists | None, _wanted: Wanted, generator: np.random.Generator
) -> tuple[Rows, dict[int, str]]:
    return (generator.integers(len(table), size=QUOTAS["random"]) if len(table) else NO_ROWS), {}


_SOURCES = {
    "following": _following,
    "search": _search,
    "interests": _interests,
    "similar": _similar,
    "viewers": _viewers,
    "trending": _trending,
    "fresh": _fresh,
    "hot": _hot,
    "random": _random,
}


def _rows(found: Sequence[int]) -> Rows:
    return np.array(found, dtype=np.int64) if len(found) else NO_ROWS


def _interleaved(parts: Sequence[Rows]) -> Rows:
    """The first of each part, then the second of each, each row once."""
    turns = zip_longest(*(part.tolist() for part in parts))
    return _rows(list(dict.fromkeys(row for turn in turns for row in turn if row is not None)))
