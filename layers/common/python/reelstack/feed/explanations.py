"""Explanations: what a viewer's next page would be made of, stage by stage, for administrators.

The page is planned as for the viewer and not served: nothing is marked as seen, counted or logged, and no receipt is
signed. `proposed` adds up to `dropped` of the stages before the page and `counts["planned"]`.
"""

from pydantic import BaseModel

from reelstack.degradation.levels import Level
from reelstack.feed import pages, ready_made
from reelstack.feed.plans import Asked
from reelstack.feed.ranked_page import Choice
from reelstack.feed.ready_made import OnlyReadyMade
from reelstack.feed.viewer_context import Asker


class ExplainedClip(BaseModel):
    video_id: str
    owner_id: str
    source: str
    about: str | None
    """The tag or clip that speaks for it."""
    value: float
    """What clips are ordered by, before variety."""
    heads: dict[str, float]
    """What the ranker predicts; empty without one."""
    propensity: float
    explores: bool
    repeated: bool


class FeedExplanation(BaseModel):
    level: int
    policy: str
    model: str = ""
    proposed: dict[str, int] = {}
    """Source -> candidates."""
    counts: dict[str, int] = {}
    """Stage -> candidates after it."""
    dropped: dict[str, int] = {}
    """Reason -> candidates that were left out."""
    late: list[str] = []
    """Sources that did not answer in time."""
    stage_ms: dict[str, float] = {}
    items: list[ExplainedClip] = []


def of(user_id: str, limit: int) -> FeedExplanation:
    """At level 3 nothing is planned, and there is nothing to explain."""
    try:
        answered = pages.answer(Asked(Asker(user_id), limit, peeks=True), None)
    except OnlyReadyMade:
        return FeedExplanation(level=Level.READY_MADE, policy=ready_made.POLICY)
    trace = answered.trace
    return FeedExplanation(
        level=answered.page.level,
        policy=answered.policy,
        model=answered.model,
        proposed=dict(trace.proposed),
        counts=trace.counts,
        dropped={reason: number for reason, number in trace.dropped.items() if number},
        late=trace.late,
        stage_ms={stage: round(took, 2) for stage, took in trace.stage_ms.items()},
        items=[_clip(one) for one in answered.chosen],
    )


def _clip(one: Choice) -> ExplainedClip:
    return ExplainedClip(
        video_id=one.video_id,
        owner_id=one.owner_id,
        source=one.source,
        about=one.about,
        value=round(one.value, 4),
        heads=dict(one.heads),
        propensity=one.propensity,
        explores=one.explores,
        repeated=one.repeated,
    )
