"""Plans: which clips an answer tries to show, in order, at the level of the moment.

0 all sources · 1 no live signals: long-term interests and what the session and the table say of the last actions ·
2 the hot list · 3 ready-made items (feed.ready_made). A plan is more than a page; what may be shown is asked after it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from reelstack.cards import answers
from reelstack.degradation import metrics
from reelstack.degradation.levels import Level
from reelstack.experiments import configuration
from reelstack.feed import (
    candidates,
    core_page,
    core_sources,
    feed_level,
    hot_lists,
    ranked_page,
    scores,
    session_taste,
    sessions,
    side_sources,
    variations,
)
from reelstack.feed.artefacts import Artefacts
from reelstack.feed.candidates import Wanted
from reelstack.feed.filters import Excluded
from reelstack.feed.hot_lists import HotList
from reelstack.feed.item_table import ItemTable
from reelstack.feed.page_caps import WINDOW, Shown
from reelstack.feed.ranked_page import Choice, Setting, Viewer
from reelstack.feed.ready_made import OnlyReadyMade
from reelstack.feed.sessions import Session
from reelstack.feed.side_sources import SideSources
from reelstack.feed.table_encoder import TableEncoder
from reelstack.feed.trace import Trace
from reelstack.feed.variations import Variation
from reelstack.feed.viewer_context import Asker, ViewerContext
from reelstack.platform import cache
from reelstack.platform.telemetry import count
from reelstack.search import indexes

RESERVE = ranked_page.RESERVE
FAST_SKIPPED, SKIPS_IN_A_ROW = 0.15, 3
"""A clip of which less was watched; so many in a row widen the page."""
TRIED_CLIPS, TRIED_TAGS = 5, 5
"""Of which a search is made whose answer nobody needs."""
POLICY = "ranked-1"
LIST_POLICY = "hot-1"
FILLED = "filled-1"
"""The policy of a clip that fills a page whose plan was too short, or cannot keep creators apart: nothing ranked it."""


@dataclass(frozen=True)
class Asked:
    asker: Asker
    limit: int
    explain: bool = False
    peeks: bool = False
    """Nothing is noted of this page: it is not shown to its viewer."""


@dataclass(frozen=True)
class Plan:
    level: Level
    choices: Sequence[Choice]
    policy: str
    excluded: Excluded
    artefacts: Artefacts
    hot: HotList
    model: str = ""
    answer_id: str = field(default_factory=answers.new_id)
    history: Sequence[str] = ()
    sources: Sequence[str] = ()
    """Those that should propose something to somebody."""
    logs: bool = False
    """Whether what is shown is logged with its features: nothing of who has no account or opted out; and nothing of a
    page without live signals, whose features are of another kind under the same names."""
    is_ranked: bool = False

    def fills(self, one: Choice) -> bool:
        """Whether the page has it although nothing ranked it."""
        return self.is_ranked and not one.features


def make(asked: Asked, context: ViewerContext, here: Artefacts, session: Session, now: int, trace: Trace) -> Plan:
    """Raises OnlyReadyMade."""
    decision = feed_level.decide(context, here)
    if not asked.peeks:
        metrics.decided(decision)
    feed_level.look(context)
    level = decision.level
    hot, excluded = context.hot, _excluded(context, session)
    if level >= Level.READY_MADE:
        if context.turn:
            feed_level.health().finish(None, context.turn, now)
        raise OnlyReadyMade
    if level >= Level.HOT_LIST:
        _try_search(context, hot, now)
        return Plan(level, _listed(context, excluded, trace), LIST_POLICY, excluded, here, hot)
    viewer = _viewer(context, session, excluded, level, here, now, trace)
    varied = variations.of(configuration.current(), asked.asker.identity, POLICY)
    off = varied.without | (frozenset() if level == Level.NORMAL else frozenset(candidates.LIVE))
    sources = [name for name in candidates.QUOTAS if name not in off]
    known = (here.table, here.encoder, here.world, sources, context.impressions, context.owed)
    setting = Setting(*known, varied, _of_arm(varied, here))
    generator = np.random.default_rng((session.salt, session.position))
    choices = ranked_page.plan(setting, viewer, asked.limit, now, generator, trace)
    return Plan(
        level,
        choices,
        varied.policy,
        excluded,
        here,
        hot,
        model=scorer.model.version if (scorer := setting.scorer.encoder) else "",
        history=[video_id for video_id, _ in viewer.context.signals.watched],
        sources=[name for name in sources if _has_what_it_needs(name, here)],
        logs=context.personalised and level == Level.NORMAL,
        is_ranked=True,
    )


def _listed(context: ViewerContext, excluded: Excluded, trace: Trace) -> Sequence[Choice]:
    """Of the hot list; without a cache, which is a stage without engines, of its other sources as well."""
    hot = context.hot
    listed, refused = of_list(hot_lists.for_language(hot, context.profile.language), excluded)
    trace.proposed[core_page.HOT] = len(hot.entries)
    trace.passed("filters", len(hot.entries), refused)
    return listed if cache.address() else core_sources.page(listed, context, excluded, trace)


def _of_arm(varied: Variation, here: Artefacts) -> TableEncoder | None:
    """The ranker that the viewer's arm names, unless it is the one in service. Where this process does not have it, as
    in its first seconds, its viewers get the one in service."""
    if not varied.ranker or (here.model and here.model.version == varied.ranker):
        return None
    if here.of_arm and here.of_arm.model.version == varied.ranker:
        return here.of_arm
    count("FeedArmWithoutRanker")
    return None


def _try_search(context: ViewerContext, hot: HotList, now: int) -> None:
    """Where the deployment does without the search and this answer is one of those that try it, also for a viewer of
    whom nothing is known."""
    if context.view.search and context.view.decision.level >= Level.HOT_LIST:
        tags = [tag for tag, _ in _tastes(context)] or [tag for one in hot.entries[:TRIED_CLIPS] for tag in one.tags]
        side_sources.try_search(tags[:TRIED_TAGS], now)


def _has_what_it_needs(source: str, here: Artefacts) -> bool:
    """A new stage has no daily lists and no ranker."""
    if source == "viewers":
        return here.world is not None
    if source == "similar":
        return here.world is not None or here.model is not None
    return source != "search" or indexes.there()


def _excluded(context: ViewerContext, session: Session) -> Excluded:
    hidden = context.choices.hidden
    return Excluded(
        viewer_id=context.asker.viewer_id or "",
        served=np.array(session.served, dtype=np.uint32),
        filters=context.filters,
        watched=[video_id for video_id, _ in context.signals.watched],
        hidden_videos=hidden.videos,
        hidden_creators=hidden.creators,
        hidden_tags=hidden.tags,
        languages=context.choices.interests.languages,
    )


def _viewer(
    context: ViewerContext,
    session: Session,
    excluded: Excluded,
    level: Level,
    here: Artefacts,
    now: int,
    trace: Trace,
) -> Viewer:
    is_late, interests, taste = level > Level.NORMAL, context.choices.interests, session_taste.NONE
    beside = _ask(context, session, here.table, is_late, now, trace)
    if is_late:  # what the late job said is left out, also of features
        taste = session_taste.of(here.table, beside.left, context.signals, now)
        signals = replace(context.signals, session={}, interest={}, watched=tuple(taste.watched))
        context = replace(context, signals=signals, live=type(context.live)())
    watched = [video_id for video_id, _ in context.signals.watched]
    shares = [share for _, share in context.signals.watched[:SKIPS_IN_A_ROW]]
    wanted = Wanted(
        interest=_sum(context.signals.session or taste.scores, context.signals.interest),
        long_term=context.profile.interests,
        picked=interests.tags,
        watched=watched,
        vector=here.model.viewer_vector(watched) if here.model and watched else None,
        region=context.region,
        languages=interests.languages,
        following=beside.following,
        found=beside.found,
        live=context.live,
        now_ms=now,
    )
    return Viewer(
        context,
        wanted,
        excluded,
        session_scores=taste.scores,
        shown_tags=session.tags,
        last_owners=[one.owner_id for one in shown_before(here.table, context.hot, session)],
        wide=len(shares) == SKIPS_IN_A_ROW and max(shares) < FAST_SKIPPED,
    )


def _ask(
    context: ViewerContext, session: Session, table: ItemTable, is_late: bool, now: int, trace: Trace
) -> SideSources:
    """While the job is late, where the viewer left the session's clips too; not of who opted out."""
    shown = table.rows_served(session.served[-session_taste.CLIPS :]) if is_late and context.personalised else []
    with trace.stage("asked"):
        beside = side_sources.ask(
            context,
            _tastes(context),
            context.choices.interests.languages,
            now,
            search_allowed=context.view.search,
            session=[table.clip(row).video_id for row in shown],
        )
    trace.late += beside.late
    return beside


def shown_before(table: ItemTable, hot: HotList, session: Session) -> list[Shown]:
    """What the session was shown last, in its order: a page goes on where the one before ended. As far as the table or
    the hot list has it: a session holds hashes."""
    last = session.served[-(WINDOW - 1) :]
    found = [table.clip(row) for row in table.rows_served(last)]
    clips = {sessions.clip_hash(one.video_id): Shown(one.owner_id, one.tags) for one in found}
    if len(clips) < len(last):
        of_list = {sessions.clip_hash(one.video_id): Shown(one.owner_id, one.tags) for one in hot.entries}
        clips = of_list | clips
    return [clips[hashed] for hashed in last if hashed in clips]


def _tastes(context: ViewerContext) -> list[tuple[str, float]]:
    """What the search engine is asked for: liked tags of the long term, or those that the viewer picked."""
    long_term = context.profile.interests.items()
    tags = [
        (key.removeprefix(scores.TAG), score) for key, score in long_term if key.startswith(scores.TAG) and score > 0
    ]
    return tags or [(tag, 1.0) for tag in context.choices.interests.tags]


def of_list(hot: HotList, excluded: Excluded) -> tuple[list[Choice], Counter[str]]:
    """What a viewer may be shown of the hot list; and why how many others are left out."""
    refused = [excluded.refusal(one.video_id, one.owner_id, one.tags, one.language) for one in hot.entries]
    found = [
        Choice(one.video_id, one.owner_id, one.tags, core_page.HOT)
        for one, reason in zip(hot.entries, refused, strict=True)
        if not reason
    ]
    return found, Counter(filter(None, refused))


def _sum(*mappings: Mapping[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in mappings:
        for key, score in one.items():
            found[key] = found.get(key, 0.0) + score
    return found
