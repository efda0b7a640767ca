"""Ranked page: sources, filters, features, scores, re-rank and exploration, from what is in memory. Pure.

What comes out is a plan: more clips than were asked for, in order, since some of them may turn out not to be visible.
What a slot brings beside its neighbours is put right on the finished page (page_caps).
Every stage counts what went in and what it left out, and notes how long it took.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from reelstack.experiments.interleaving import Pick, team_draft
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
    model: str = ""
    """The version of the ranker that made the predictions."""
    team: str = ""
    """On a page of two rankers: that of the one that picked it, "a" the one in service, "b" the arm's."""


@dataclass(frozen=True)
class Setting:
    """What does not depend on the viewer."""

    table: ItemTable
    encoder: TableEncoder | None
    """Of the ranker in service."""
    world: Lists | None
    sources: Sequence[str]
    impressions: Mapping[str, int] = field(default_factory=dict)
    """Clips that may be owed impressions -> those they had; others had none."""
    owed: Drawn | None = None
    """Of which clips these impressions are; None: of all."""
    variation: Variation = field(default_factory=lambda: Variation(""))
    of_arm: TableEncoder | None = None
    """Of the ranker that the variation names, where this process has it."""

    @property
    def scorer(self) -> Scorer:
        return self.scorers[0]

    @property
    def scorers(self) -> list[Scorer]:
        """What scores the page; of two, the first is the one in service, and both pick in turn."""
        served = Scorer(self.table, self.encoder, self.variation.factors)
        encoder = None if self.variation.hand_weights else self.of_arm
        if encoder is None and not (self.variation.hand_weights and self.encoder):
            return [served]
        varied = replace(served, encoder=encoder)
        return [served, varied] if self.variation.interleaves else [varied]


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
        first, *others = setting.scorers
        scored = [scoring.score(first, viewer.context, state, rows, now_ms)]
        scored += [scoring.of_features(one, state, rows, scored[0].buckets) for one in others]
    with trace.stage("rerank"):
        orders = [_order(setting, viewer, one, limit) for one in scored]
        picks = _picks(orders, limit, generator)
    trace.passed("rerank", len(rows), {"lower-value": len(rows) - len(picks)})
    with trace.stage("explore"):
        pools = _pools(setting, viewer, state, now_ms, generator)
        taken = [int(rows[pick.clip]) for pick in picks[:limit]]
        slots = exploration.slots(len(taken), pools, taken, generator)
        explored = _explored(setting, viewer, state, slots, now_ms) if slots else []
    chosen = []
    for place, pick in enumerate(picks):
        source, about = found.sources[places[pick.clip]], found.reasons.get(int(rows[pick.clip]))
        chance = exploration.best_chance(place, len(taken), pools)
        how = _How(source, about, chance, team=pick.team if len(scored) > 1 else "")
        chosen.append(_choice(table, scored[pick.team == "b"], pick.clip, how))
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


def _order(setting: Setting, viewer: Viewer, scored: Scored, limit: int) -> list[int]:
    table = setting.table
    return reranking.order(
        _ranked(table, scored),
        limit + RESERVE,
        _numbers(table, viewer.shown_tags),
        wide=viewer.wide,
        likeness=setting.variation.likeness,
        before=[table.words["owner"][one] for one in viewer.last_owners if one in table.words["owner"]],
    )


def _picks(orders: Sequence[Sequence[int]], limit: int, generator: np.random.Generator) -> list[Pick[int]]:
    """A page of two orders is drafted by coins of the generator, so that the same session gives the same page."""
    if len(orders) == 1:
        return [Pick(index, "a") for index in orders[0]]
    return team_draft(orders[0], orders[1], limit + RESERVE, generator.bytes(8).hex())


def _ranked(table: ItemTable, scored: Scored) -> Ranked:
    owners = table.items.arrays["owner"][scored.rows].astype(np.int64)
    return Ranked(scored.values, owners, table.tag_rows[scored.rows], table.unit_vectors[scored.rows])


def _numbers(table: ItemTable, tags: Mapping[str, float]) -> dict[int, float]:
    known = table.words["tag"]
    return {known[tag]: count for tag, count in tags.items() if tag in known}


@dataclass(frozen=True)
class _How:
    """How a clip came to its place: members of Choice."""

    source: str
    about: str | None
    propensity: float
    explores: bool = False
    team: str = ""


def _choice(table: ItemTable, scored: Scored, index: int, how: _How) -> Choice:
    clip = table.clip(int(scored.rows[index]))
    return Choice(
        video_id=clip.video_id,
        owner_id=clip.owner_id,
        tags=clip.tags,
        source=how.source,
        about=how.about,
        propensity=how.propensity,
        explores=how.explores,
        features=scored.logged(index),
        predictions=() if scored.predictions is None else scored.predictions[index].tolist(),
        value=float(scored.values[index]),
        p_watch=scoring.watch_curve(scored, index, clip),
        model="" if scored.predictions is None else scored.model,
        team=how.team,
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
    hows = (_How(slot.source, None, slot.propensity, explores=True) for slot in slots)
    return [_choice(setting.table, scored, index, how) for index, how in enumerate(hows)]


def _with_slots(chosen: Sequence[Choice], slots: Sequence[Slot], explored: Sequence[Choice]) -> list[Choice]:
    ids = {one.video_id for one in explored}
    page = [one for one in chosen if one.video_id not in ids]
    for slot, one in zip(slots, explored, strict=True):
        page.insert(slot.place, one)
    return page
