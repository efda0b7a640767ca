"""The level of an answer: what `degradation` decides for the deployment, and what this process finds itself.

One process a second, which the health of the deployment chooses, looks at the search engine and at the heartbeat of the
job `interests`, beside its answer, and tells other services the level. Where the level of the stage has to be told to
the edge, it publishes FeedLevelChanged. A stage without engines (profile `core`) has no
live signals and no search: its level is that of the hot list by design.
"""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache as once_a_process

from reelstack.degradation import announcements, shared_level
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
SHARED = (("HGETALL", shared_level.KEY), ("GET", announcements.KEY))


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
    told = _hear(level, now)
    with suppress(*cache.errors()), cache.pipeline(LOOK_SECONDS) as request:
        health().tell(request, clock.now_ms())
        request.execute()
    if told:
        _announce(*told)


def _hear(level: Level, now: int) -> tuple[dict[str, str], str] | None:
    """Notes the job's heartbeat and tells this deployment's level. Returns the levels of all deployments, and what the
    edge was told last; None if the cache did not answer."""
    mine = shared_level.commands(config().feed_deployment, level, now)
    try:
        fields, *_, levels, last = cache.run([("HGETALL", live_signals.HEARTBEAT_KEY), *mine, *SHARED], LOOK_SECONDS)
        beat = live_signals.parse_heartbeat(fields)
    except Exception as error:  # the cache, or a value of another version: nobody heard anything
        logger.warning("the heartbeat was not read", error=str(error))
        return None
    written_at, lag_ms = (beat.written_at, beat.lag_ms) if beat else (0, 0)
    health().heard(now, written_at, lag_ms, records_flow=lag_ms > 0)
    return {name.decode(): value.decode() for name, value in levels.items()}, (last or b"").decode()


def _announce(levels: Mapping[str, str], last: str) -> None:
    """To the edge, through the bus, if it has to be told and no other process has done so. An event that is lost is
    made up for: degradation.announcements."""
    told = announcements.parse(last)
    now = announcements.later(told, clock.now_ms())
    lowest = shared_level.lowest(levels, now)
    overloaded = lowest >= shared_level.OVERLOADED
    if not announcements.is_due(told, overloaded=overloaded, now_ms=now):
        return
    try:
        (is_mine,) = cache.run([announcements.claim(last, overloaded=overloaded, now_ms=now)], LOOK_SECONDS)
        if is_mine:
            _publish(lowest, now, announcements.refuses_until(overloaded=overloaded, now_ms=now))
    except Exception:
        logger.exception("the edge was not told the level", level=lowest)


def _publish(level: int, at: int, until: int) -> None:
    from reelstack import events  # its models take 10 ms of a cold start, and are of use here alone

    events.publish([events.FeedLevelChanged(level=level, at=at, refuses_until=until)])


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
