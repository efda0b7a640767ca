"""Ranked page: sources, filters, features, scores, re-rank and exploration, from what is in memory. Pure.

What comes out is a plan: more clips than were asked for, in order, since some of them may turn out not to be visible.
What a slot brings beside its neighbours is put right on the finished page (page_caps).
Every stage counts what went in and what it left out, and notes how long it took.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from reelstack.feed import candidates, exploration, filters, live_signals, owed_clips, reranking, scoring
from reelstack.feed.candidates import Wanted
from reelstack.feed.exploration import Owed, Pools, Slot, Weighted
from reelstack.feed.features import ViewerState
from reelstack.feed.filters import Excluded
from reelstack.feed.item_table import NO_ROWS, ItemTable, Rows
from reelstack.feed.items import TOTALS
from reelstack.feed.lists import Lists
from reelstack.feed.live_signals import RegionSignals
from reelstack.feed.owed_clips import Drawn
from reelstack.feed.reranking import Ranked
from reelstack.feed.scoring import Scored, Scorer
from reelstack.feed.table_encoder import TableEncoder
from reelstack.feed.trace import Trace
from reelstack.feed.variations import Variation
from reelstack.feed.viewer_context import ViewerContext

RESERVE = 10
"""Clips beyond those that were asked for."""
MOST_SCORED = candidates.MOST
DAY_SECONDS = 86400
SAMPLED = 64
"""Clips of which a slot for a quiet creator, or by chance, takes one."""
OWED_DRAWN = 64
"""Of the clips that may be owed impressions so many, by chance, are weighed in one answer."""


@dataclass(frozen=True)
class Choice:
    """A clip that may be shown, and why."""

    video_id: str
    owner_id: str
    tags: tuple[str, ...]
    source: str
    about: str | None = None
    propensity: float = 1.0
    explores: bool = False
    repeated: bool = False
    features: Sequence[int] = ()
    predictions: Sequence[float] = ()
    """By head; empty without a model."""
    value: float = 0.0
    p_watch: Sequence[float] = ()


@dataclass(frozen=True)
class Setting:
    """What does not depend on the viewer."""

    table: ItemTable
    encoder: TableEncoder | None
    world: Lists | None
    sources: Sequence[str]
    impressions: Mapping[str, int] = field(default_factory=dict)
    """Clips that may be owed impressions -> those they had; others had none."""
    owed: Drawn | None = None
    """Of which clips these impressions are; None: of all."""
    variation: Variation = field(default_factory=lambda: Variation(""))

    @property
    def scorer(self) -> Scorer:
        return Scorer(self.table, None if self.variation.hand_weights else self.encoder, self.variation.factors)


@dataclass(frozen=True)
class Viewer:
    context: ViewerContext
    wanted: Wanted
    excluded: Excluded
    session_scores: Mapping[str, float]
    shown_tags: Mapping[str, float]
    last_owners: Sequence[str] = ()
    wide: bool = False
    """After several fast skips in a row: more sources, less likeness."""


def plan(
    setting: Setting, viewer: Viewer, limit: int, now_ms: int, generator: np.random.Generator, trace: Trace
) -> list[Choice]:
    table = setting.table
    with trace.stage("sources"):
        found = candidates.of(table, setting.world, viewer.wanted, setting.sources, generator)
    trace.proposed = dict(found.counts)
    proposed = sum(found.counts.values())
    trace.passed("sources", proposed, {"duplicate": proposed - len(found.rows)})
    with trace.stage("filters"):
        rows, places = _filtered(table, found.rows, viewer, trace)
    with trace.stage("score"):
        state = scoring.viewer_state(viewer.context, viewer.session_scores, now_ms)
        scored = scoring.score(setting.scorer, viewer.context, state, rows, now_ms)
    with trace.stage("rerank"):
        order = reranking.order(
            _ranked(table, scored),
            limit + RESERVE,
            _numbers(table, viewer.shown_tags),
            wide=viewer.wide,
            likeness=setting.variation.likeness,
            before=[table.words["owner"][one] for one in viewer.last_owners if one in table.words["owner"]],
        )
    trace.passed("rerank", len(rows), {"lower-value": len(rows) - len(order)})
    with trace.stage("explore"):
        pools = _pools(setting, viewer, state, now_ms, generator)
        slots = _slots(pools, scored, order[:limit], generator)
        explored = _explored(setting, viewer, state, slots, now_ms) if slots else []
    chances = [exploration.best_chance(place, min(limit, len(order)), pools) for place in range(len(order))]
    chosen = [
        _choice(table, scored, index, found.sources[places[index]], found.reasons, chance)
        for index, chance in zip(order, chances, strict=True)
    ]
    page = _with_slots(chosen, slots, explored)
    # A clip beyond the page may explore as well: it is then where it explores.
    trace.passed("explore", len(chosen), {"moved": len(chosen) + len(explored) - len(page)}, len(explored))
    return page


def _filtered(table: ItemTable, rows: Rows, viewer: Viewer, trace: Trace) -> tuple[Rows, NDArray[np.int64]]:
    """Rows that stay, and their places in what was proposed."""
    kept = filters.keep(table, rows, viewer.excluded)
    places = np.flatnonzero(kept.which)
    few = filters.cap_creators(table, rows[places])
    places = places[few]
    beyond = {"creator-cap": int((~few).sum()), "beyond-most": max(len(places) - MOST_SCORED, 0)}
    trace.passed("filters", len(rows), {**kept.dropped, **beyond})
    places = places[:MOST_SCORED]
    return rows[places], places


def _ranked(table: ItemTable, scored: Scored) -> Ranked:
    owners = table.items.arrays["owner"][scored.rows].astype(np.int64)
    return Ranked(scored.values, owners, table.tag_rows[scored.rows], table.unit_vectors[scored.rows])


def _numbers(table: ItemTable, tags: Mapping[str, float]) -> dict[int, float]:
    known = table.words["tag"]
    return {known[tag]: count for tag, count in tags.items() if tag in known}


def _choice(
    table: ItemTable, scored: Scored, index: int, source: str, reasons: Mapping[int, str], propensity: float = 1.0
) -> Choice:
    row = int(scored.rows[index])
    clip = table.clip(row)
    return Choice(
        video_id=clip.video_id,
        owner_id=clip.owner_id,
        tags=clip.tags,
        source=source,
        about=reasons.get(row),
        propensity=propensity,
        features=scored.logged(index),
        predictions=() if scored.predictions is None else scored.predictions[index].tolist(),
        value=float(scored.values[index]),
        p_watch=scoring.watch_curve(scored, index, clip),
    )


def _pools(setting: Setting, viewer: Viewer, state: ViewerState, now_ms: int, generator: np.random.Generator) -> Pools:
    """What the page may explore."""
    table, owed = setting.table, setting.owed
    recent = owed_clips.recent(table, now_ms) if owed is None else np.array(table.rows_of(owed.floors), dtype=np.int64)
    recent = recent[filters.keep(table, recent, viewer.excluded).which]
    drawn = generator.permutation(recent)[:OWED_DRAWN]
    chance = len(drawn) / max(len(recent), 1) * (owed.chance if owed else 1.0)
    found = Pools(replace(_owed(setting, viewer, state, drawn, now_ms), chance=chance), filled=1.0)
    if not len(found.owed.rows):
        quiet = Weighted()
        if generator.random() < exploration.QUIET_SHARE:
            quiet = _quiet(setting, viewer, state, _sample(table.quiet, viewer, table, generator), now_ms)
        found = replace(found, quiet=quiet, filled=exploration.QUIET_SHARE if len(table.quiet) else 0.0)
    anything = _sample(np.arange(len(table)), viewer, table, generator)
    return replace(found, anything=anything, visible=len(table) * len(anything) / SAMPLED)


def _slots(pools: Pools, scored: Scored, order: Sequence[int], generator: np.random.Generator) -> list[Slot]:
    """Where the page explores, with clips that are not on it for their value."""
    taken = [int(scored.rows[index]) for index in order]
    return exploration.slots(len(order), pools, taken, generator)


def _sample(rows: Rows, viewer: Viewer, table: ItemTable, generator: np.random.Generator) -> Rows:
    """Some of these clips that the viewer may see."""
    if not len(rows):
        return NO_ROWS
    some = rows[generator.integers(len(rows), size=SAMPLED)]
    return some[filters.keep(table, some, viewer.excluded).which]


def _owed(setting: Setting, viewer: Viewer, state: ViewerState, rows: Rows, now_ms: int) -> Owed:
    table = setting.table
    floors = owed_clips.floors_of(table, rows)
    ids = [table.items.ids[row].decode() for row in rows]
    had = np.array([setting.impressions.get(one, 0) for one in ids], dtype=np.float64)
    totals = _known_of(table, viewer.context.live, rows, ids, now_ms)
    harmful = exploration.is_harmful(totals[:, 2] + totals[:, 4], totals[:, 0], table.expected_harm)
    left = (had < floors) & ~harmful
    rows, had, totals = rows[left], had[left], totals[left]
    return Owed(rows, _fit(table, viewer, state, rows, now_ms), totals[:, 1], had)


def _fit(table: ItemTable, viewer: Viewer, state: ViewerState, rows: Rows, now_ms: int) -> NDArray[np.float64]:
    """How well clips fit the viewer beside one another, by the hand-set weights, which know a clip without plays."""
    fit = scoring.score(Scorer(table, None), viewer.context, state, rows, now_ms).values
    return 0.1 + 0.6 * reranking.scaled(fit)


def _quiet(setting: Setting, viewer: Viewer, state: ViewerState, rows: Rows, now_ms: int) -> Weighted:
    """Clips by what their creators lack, and by how well they fit; squared, so that the slot goes to somebody who was
    shown hardly at all, with a clip that the viewer may like."""
    table = setting.table
    rows = np.unique(rows)
    lacks = table.creators_lack[table.items.arrays["owner"][rows]]
    drawn = 1 - (1 - 1 / max(len(table.quiet), 1)) ** SAMPLED
    return Weighted(rows, (lacks * _fit(table, viewer, state, rows, now_ms)) ** 2, drawn)


def _known_of(
    table: ItemTable, live: RegionSignals, rows: Rows, ids: Sequence[str], now_ms: int
) -> NDArray[np.float64]:
    """[clips, TOTALS]. The table of the night knows nothing of a clip of today: the counters of the last day do."""
    found = table.items.arrays["totals"][rows].astype(np.float64)
    for place, video_id in enumerate(ids):
        counts = live.counts(live_signals.CLIP + video_id, DAY_SECONDS, now_ms)
        if counts.plays > found[place, 0]:
            found[place] = [getattr(counts.totals, name) for name in TOTALS]
    return found


def _explored(setting: Setting, viewer: Viewer, state: ViewerState, slots: Sequence[Slot], now_ms: int) -> list[Choice]:
    """The clips of slots as choices, with the features that were seen of them: each is logged."""
    rows = np.array([slot.row for slot in slots], dtype=np.int64)
    scored = scoring.score(setting.scorer, viewer.context, state, rows, now_ms)
    made = (_choice(setting.table, scored, index, slot.source, {}) for index, slot in enumerate(slots))
    return [
        replace(one, propensity=slot.propensity, explores=True) for one, slot in zip(made, slots, strict=True)
    ]  # fmt: skip


def _with_slots(chosen: Sequence[Choice], slots: Sequence[Slot], explored: Sequence[Choice]) -> list[Choice]:
    ids = {one.video_id for one in explored}
    page = [one for one in chosen if one.video_id not in ids]
    for slot, one in zip(slots, explored, strict=True):
        page.insert(slot.place, one)
    return page
