"""The level of an answer: what `degradation` decides for the deployment, and what this process finds itself.

A stage without engines (profile `core`) has no live signals and no search: it serves the hot list by design.
"""

from reelstack.degradation.levels import Decision, Level, Reason
from reelstack.feed.artefacts import Artefacts
from reelstack.feed.viewer_context import ViewerContext
from reelstack.platform import cache


def now(context: ViewerContext, here: Artefacts) -> Level:
    decision = Decision(Level.NORMAL)
    if not cache.address():
        return decision.at_least(Level.HOT_LIST, Reason.NO_ENGINES).level
    if not context.cache_answered:
        decision = decision.at_least(Level.HOT_LIST, Reason.CACHE_AWAY)
    if here.refused & {"items", "model"}:
        decision = decision.at_least(Level.HOT_LIST, Reason.RANKER_BAD)
    return decision.level
