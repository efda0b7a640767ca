"""Explanations: what a viewer's next page would be made of, stage by stage, for administrators.

The page is planned as for the viewer and not served: nothing is marked as seen, counted or logged, and no receipt is
signed. What the sources proposed comes to the first stage, what a stage leaves to the next one, and what the last one
leaves is the page.
"""

from pydantic import BaseModel

from reelstack.accounts import users
from reelstack.accounts.errors import UserNotFound
from reelstack.degradation.levels import Level
from reelstack.feed import pages, ready_made, scoring
from reelstack.feed.plans import Asked
from reelstack.feed.ranked_page import Choice
from reelstack.feed.ready_made import OnlyReadyMade
from reelstack.feed.trace import Passage
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


class ExplainedStage(BaseModel):
    stage: str
    came: int
    added: int
    """Clips that the stage brought in: those that explore, and what fills a page whose plan was too short."""
    dropped: dict[str, int]
    """Reason -> clips that were left out for it."""
    left: int
    """What came and was added, less what was dropped: it comes to the next stage."""


class FeedExplanation(BaseModel):
    level: int
    policy: str
    model: str = ""
    proposed: dict[str, int] = {}
    """Source -> clips that it proposed."""
    stages: list[ExplainedStage] = []
    late: list[str] = []
    """Sources that did not answer in time."""
    stage_ms: dict[str, float] = {}
    """How long parts of the answer took; "all" is all that was waited for."""
    items: list[ExplainedClip] = []


def of(user_id: str, limit: int) -> FeedExplanation:
    """At level 3 nothing is planned, and there is nothing to explain. Raises UserNotFound: a handle is no id."""
    if users.read_facts(user_id).get("absent"):
        raise UserNotFound
    try:
        answered = pages.answer(Asked(Asker(user_id), limit, peeks=True))
    except OnlyReadyMade:
        return FeedExplanation(level=Level.READY_MADE, policy=ready_made.POLICY)
    trace = answered.trace
    return FeedExplanation(
        level=answered.page.level,
        policy=answered.policy,
        model=answered.model,
        proposed=dict(trace.proposed),
        stages=[_stage(name, passage) for name, passage in trace.passages.items()],
        late=trace.late,
        stage_ms={stage: round(took, 2) for stage, took in trace.stage_ms.items()},
        items=[_clip(one) for one in answered.chosen],
    )


def _stage(name: str, passage: Passage) -> ExplainedStage:
    return ExplainedStage(
        stage=name, came=passage.came, added=passage.added, dropped=passage.dropped, left=passage.left
    )  # fmt: skip


def _clip(one: Choice) -> ExplainedClip:
    return ExplainedClip(
        video_id=one.video_id,
        owner_id=one.owner_id,
        source=one.source,
        about=one.about,
        value=round(one.value, 4),
        heads=dict(scoring.heads(one.predictions)),
        propensity=one.propensity,
        explores=one.explores,
        repeated=one.repeated,
    )
