"""Pages of the feed: who asks, what is served at the present level, and never an empty answer.

    context -> plan (ranked, or a list) -> look once more -> cards -> session

An answer waits for nothing but what it shows. What could not be asked is left out and counted; when the plan is too
short, lists fill it, then the newest clips, then the oldest that were shown already (`repeated`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from reelstack.cards import video_cards
from reelstack.cards.answers import Answer, Placed
from reelstack.cards.video_cards import For, VideoCard
from reelstack.degradation.health import Turn
from reelstack.degradation.levels import Level
from reelstack.experiments import assignment
from reelstack.feed import (
    artefacts,
    feed_level,
    measures,
    page_filler,
    plans,
    preload,
    ready_pages,
    reasons,
    served_log,
    session_texts,
    sessions,
    shown,
    viewer_context,
)
from reelstack.feed.fallbacks import Fallbacks
from reelstack.feed.filters import Excluded
from reelstack.feed.marks import Marks
from reelstack.feed.measures import Page
from reelstack.feed.page_filler import Known
from reelstack.feed.plans import Asked, Plan
from reelstack.feed.preload import Preload
from reelstack.feed.ranked_page import Choice
from reelstack.feed.reasons import FeedReason
from reelstack.feed.sessions import Session
from reelstack.feed.trace import Trace
from reelstack.feed.viewer_context import ViewerContext
from reelstack.platform import cache, secrets
from reelstack.platform.clock import now_ms
from reelstack.platform.unchecked import made
from reelstack.videos.access import Viewed

MOST = 30
IMPRESSIONS = "impressions"
"""What viewers who opted out are named for (marks)."""


class FeedItem(VideoCard):
    source: str
    """Which list proposed it."""
    repeated: bool = False
    """It was shown before, in this session or earlier: there is nothing else."""
    preload: Preload | None = None
    reasons: list[FeedReason] | None = None
    """Asked for with `explain=1`."""


class FeedPage(BaseModel):
    items: list[FeedItem]
    cursor: str | None
    """Send it back to get the next page; null: there is nothing to show at all. It is the session."""
    session: str
    """Send it back with every request, also with a refresh: what was shown is in it. Opaque."""
    level: int
    """0: computed for the caller in full; 1 to 3: a part of the service is late or away."""
    label: str | None
    """What to write above a page of level 2 or 3."""
    answer_id: str
    stale: bool = False
    """Of level 2 or 3: its list is older than eleven minutes, since it could not be made anew."""


@dataclass(frozen=True)
class Answered:
    page: FeedPage
    trace: Trace
    chosen: Sequence[Choice]
    policy: str = ""
    model: str = ""


def answer(asked: Asked, *texts: str | None) -> Answered:
    """A page of `asked.limit` clips whenever so many are left. Raises OnlyReadyMade."""
    now, trace = now_ms(), Trace()
    session = session_texts.session_of(texts, asked.asker.viewer_id, now)
    here = artefacts.in_service()
    asking = viewer_context.of(asked.asker, now, here.table, feed_level.health())
    with cache.once(), trace.stage("all"), asking as context:
        plan = plans.make(asked, context, here, session, now, trace)
        marks = _marks(asked, context, now)
        with marks.taken_back():
            found = _visible(asked, plan, context, session, marks, trace)
            with cache.given(found.brought):
                items = _cards(asked, plan, session, found, trace)
    chosen = [choice for _, choice in found.page]
    after = sessions.served(session, [(one.video_id, one.tags) for one in chosen])
    text = session_texts.text_of(after, asked.asker.viewer_id)
    page = FeedPage(
        items=items,
        cursor=text if items else None,
        session=text,
        level=plan.level,
        label=ready_pages.LABEL if plan.level >= Level.HOT_LIST else None,
        answer_id=plan.answer_id,
        stale=plan.level >= Level.HOT_LIST and plan.hot.made_at > 0 and plan.hot.is_stale(now),
    )
    if not asked.peeks:
        measures.note(Page(trace, plan.level, chosen, plan.artefacts, plan.sources), now)
    _log(asked, plan, chosen, session.position, now)
    return Answered(page, trace, chosen, plan.policy, plan.model)


def _marks(asked: Asked, context: ViewerContext, now: int) -> Marks:
    viewer_id = asked.asker.viewer_id
    if asked.peeks or viewer_id is None:
        return Marks(None, now, silent=True)
    if context.personalised:
        return Marks(viewer_id, now)
    return Marks(None, now, name=secrets.derived_key(IMPRESSIONS, viewer_id).hex())


@dataclass
class _Found:
    known: Known = field(default_factory=Known)
    page: list[tuple[Viewed, Choice]] = field(default_factory=list)
    brought: dict[str, str] = field(default_factory=dict)
    """What the cache knows of the page's clips, for their cards."""
    asked_for: set[str] = field(default_factory=set)
    """Clips of which the cache was asked."""
    viewed: dict[str, Viewed] = field(default_factory=dict)
    told: bool = False
    """Whether the deployment's health was told that the answer ends."""


def _visible(asked: Asked, plan: Plan, context: ViewerContext, session: Session, marks: Marks, trace: Trace) -> _Found:
    """The page: what of the plan may be shown, then what of the fallbacks may be."""
    found = _Found()

    def look(some: Sequence[Choice], most: int) -> None:
        with trace.stage("recheck"):
            _look(asked, plan.excluded, some, most, context.turn, marks, trace, found)

    before = plans.shown_before(plan.artefacts.table, plan.hot, session)
    page = page_filler.fill(plan.choices, asked.limit, before, Fallbacks(plan, session), found.known, look)
    found.page = [(found.viewed[one.video_id], one) for one in page]
    marks.put_right([one.video_id for one in page if not one.repeated])
    looked_at = found.known.visible | found.known.refused
    of_plan = len(looked_at & {one.video_id for one in plan.choices})
    not_needed, filled = len(plan.choices) - of_plan, len(looked_at) - of_plan
    trace.passed("recheck", len(plan.choices), {"not-needed": not_needed}, added=filled)
    trace.passed("page", len(found.viewed), {"beyond-page": len(found.viewed) - len(page)})
    return found


def _look(
    asked: Asked,
    excluded: Excluded,
    some: Sequence[Choice],
    most: int,
    turn: Turn | None,
    marks: Marks,
    trace: Trace,
    found: _Found,
) -> None:
    new = [one for one in some if one.video_id not in found.asked_for]
    if new:
        noted = [one.video_id for one in some[:most] if not one.repeated]
        # The first of these requests also tells the end of the answer: what follows it is bounded.
        ends = turn if turn and turn.asks and not found.told else None
        brought, answers = shown.brought(
            {one.video_id: one.owner_id for one in new},
            marks.commands(noted),
            lambda request: feed_level.health().finish(request, ends, now_ms()) if ends else None,
        )
        found.told = True
        marks.noted_by(noted, answers)
        found.brought |= brought
        found.asked_for |= {one.video_id for one in new}
    with cache.given(found.brought):
        ids = [one.video_id for one in some]
        viewed, dropped = shown.visible(ids, asked.asker.viewer_id, most, excluded.unwanted)
    visible = {one.values["video_id"]: one for one in viewed}
    found.viewed |= visible
    found.known.visible |= visible.keys()
    found.known.refused |= dropped.keys()
    trace.passed("recheck", 0, Counter(dropped.values()))
    owners = {one.video_id: one.owner_id for one in some}
    found.known.refused_owners |= {owners[one] for one, why in dropped.items() if why in shown.OF_OWNERS}


def _cards(asked: Asked, plan: Plan, session: Session, found: _Found, trace: Trace) -> list[FeedItem]:
    viewed, chosen = [one for one, _ in found.page], [choice for _, choice in found.page]
    told = Answer(
        source="hot",
        policy=plan.policy,
        session="" if asked.asker.viewer_id else asked.asker.session,
        level=plan.level,
        model=plan.model,
        answer_id=plan.answer_id,
        first=session.position,
        placed={one.video_id: _placed(one, plan) for one in chosen},
    )
    with trace.stage("cards"):
        cards = video_cards.values(viewed, For(asked.asker.viewer_id, playback=True, knows_viewer=True, answer=told))
        return [_item(asked, card, one) for card, one in zip(cards, chosen, strict=True)]


def _placed(one: Choice, plan: Plan) -> Placed:
    if plan.fills(one):
        return Placed(one.source, one.propensity, assignment.with_base(plan.policy, plans.FILLED), model="")
    if not one.team:
        return Placed(one.source, one.propensity)
    return Placed(one.source, one.propensity, assignment.for_team(plan.policy, "ranker", one.team), one.model)


def _item(asked: Asked, card: dict[str, Any], one: Choice) -> FeedItem:
    renditions = card["playback"].renditions if card["playback"] else []
    why = reasons.of(one.source, one.about, explores=one.explores, repeated=one.repeated) if asked.explain else None
    return made(
        FeedItem,
        {
            **card,
            "source": one.source,
            "repeated": one.repeated,
            "preload": preload.of(renditions, card["poster_url"], card["color"], list(one.p_watch)),
            "reasons": why,
        },
    )


def _log(asked: Asked, plan: Plan, chosen: Sequence[Choice], first: int, now: int) -> None:
    if asked.peeks or not plan.logs:
        return
    rows = [
        {
            "answer_id": plan.answer_id,
            "video_id": one.video_id,
            "viewer": asked.asker.viewer_id,
            "served_at": now,
            "propensity": one.propensity,
            "source": one.source,
            "position": place,
            "features": list(one.features),
            "history": list(plan.history),
        }
        for place, one in enumerate(chosen, first)
        if one.features and (one.explores or served_log.sampled())
    ]
    served_log.add(rows)
