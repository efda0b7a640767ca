"""The level of an answer: what `degradation` decides for the deployment, and what this process finds itself.

One process a second, which the health of the deployment chooses, looks at the search engine and at the heartbeat of the
job `interests`, beside its answer, and tells other services the level. A stage without engines (profile `core`) has no
live signals and no search: its level is that of the hot list by design.
"""

import threading
from contextlib import suppress
from dataclasses import replace
from functools import cache as once_a_process

from reelstack.degradation import shared_level
from reelstack.degradation.health import Health
from reelstack.degradation.levels import Decision, Level, Reason
from reelstack.feed import live_signals
from reelstack.feed.artefacts import Artefacts
from reelstack.feed.viewer_context import ViewerContext
from reelstack.platform import breaker, cache, clock
from reelstack.platform.breaker import Breaker
from reelstack.platform.config import config
from reelstack.platform.telemetry import logger
from reelstack.search import indexes

LOOK_SECONDS = 1.0


@once_a_process
def health() -> Health:
    policy = replace(breaker.VALKEY, deadline_ms=config().feed_cache_ms)
    return Health(config().feed_deployment, config().feed_concurrency, policy=policy)


@once_a_process
def search_breaker() -> Breaker:
    return Breaker(replace(breaker.SEARCH, deadline_ms=config().feed_search_ms))


def decide(context: ViewerContext, here: Artefacts) -> Decision:
    if not cache.address():
        return Decision(Level.HOT_LIST, (Reason.NO_ENGINES,))
    decision = context.view.decision
    if not context.cache_answered:
        decision = decision.at_least(Level.HOT_LIST, Reason.CACHE_AWAY)
    if here.refused & {"items", "model"}:
        decision = decision.at_least(Level.HOT_LIST, Reason.RANKER_BAD)
    return decision


def look(context: ViewerContext) -> None:
    """Where this answer is the one that looks: in a thread, so that the answer does not wait."""
    if context.view.look:
        threading.Thread(target=_look, args=(context.view.decision.level,), daemon=True).start()


def _look(level: Level) -> None:
    """`level`: the deployment's, without what this process found itself."""
    now = clock.now_ms()
    if indexes.there():
        health().looked(now, _active_share())
    try:
        told = shared_level.commands(config().feed_deployment, level, now)
        fields = cache.run([("HGETALL", live_signals.HEARTBEAT_KEY), *told], LOOK_SECONDS)[0]
        beat = live_signals.parse_heartbeat(fields)
    except Exception as error:  # the cache, or a value of another version: nobody heard anything
        logger.warning("the heartbeat was not read", error=str(error))
    else:
        written_at, lag_ms = (beat.written_at, beat.lag_ms) if beat else (0, 0)
        health().heard(now, written_at, lag_ms, records_flow=lag_ms > 0)
    with suppress(*cache.errors()), cache.pipeline(LOOK_SECONDS) as request:
        health().tell(request, clock.now_ms())
        request.execute()


def _active_share() -> float | None:
    """None, too, of an engine that answers with an error, so that the heartbeat is still read."""
    try:
        return indexes.active_share()
    except Exception as error:
        logger.warning("the search engine was not looked at", error=str(error))
        return None


def forget() -> None:
    """For a test that begins with a new process."""
    health.cache_clear()
    search_breaker.cache_clear()
