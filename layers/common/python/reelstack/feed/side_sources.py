"""Side sources: candidates that others know, each asked beside the rest with a deadline of its own.

A source that is late or fails proposes nothing and is counted; the answer goes on without it.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TypeVar

from reelstack.feed import feed_level, timelines
from reelstack.feed.session_taste import Left
from reelstack.feed.viewer_context import ViewerContext
from reelstack.interactions import watch_positions
from reelstack.platform import clock
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.search import indexes, search
from reelstack.search.queries import Wish

SEARCH_SIZE, FOLLOWING_SIZE = 80, 60
Found = TypeVar("Found")
_pool = ThreadPoolExecutor(4, thread_name_prefix="feed-source")


@dataclass
class SideSources:
    """`searched`: None if nothing was asked, else whether the engine answered in time."""

    found: Sequence[str] = ()
    following: Sequence[str] = ()
    left: Left = field(default_factory=dict)
    searched: bool | None = None
    late: list[str] = field(default_factory=list)


def ask(context: ViewerContext, interests: Sequence[tuple[str, float]], languages: Sequence[str], now_ms: int,
        *, search_allowed: bool, session: Sequence[str] = ()) -> SideSources:  # fmt: skip
    """`session`: clips of which it is asked where the viewer left them."""
    viewer_id = context.asker.viewer_id
    made = SideSources()
    wish = Wish(
        dict(interests), now_ms, SEARCH_SIZE, tuple([*languages, ""] if languages else ()), near=context.region
    )  # fmt: skip
    searching = _search(wish) if search_allowed and interests and indexes.there() else None
    following: Future[Sequence[str]] | None
    leaving: Future[Left] | None
    following = _start(lambda: timelines.newest(viewer_id, FOLLOWING_SIZE)) if viewer_id else None
    leaving = _start(lambda: watch_positions.left(viewer_id, session)) if viewer_id and session else None
    if searching:
        made.found = _searched(searching, made)
    if following:
        made.following = _wait(following, config().feed_tables_ms / 1000, "following", made) or ()
    if leaving:
        made.left = _wait(leaving, config().feed_tables_ms / 1000, "session", made) or {}
    return made


def try_search(tags: Sequence[str], now_ms: int) -> None:
    """At the level without the search: one whose answer nobody needs, so that its return is noticed."""
    if tags and indexes.there() and (searching := _search(Wish(dict.fromkeys(tags, 1.0), now_ms, SEARCH_SIZE, ()))):
        _searched(searching, SideSources())


def _search(wish: Wish) -> "Future[Sequence[str]] | None":
    """None: this process's breaker refused it, and the deployment hears that it failed."""
    if feed_level.search_breaker().allows(time.monotonic()):
        return _start(lambda: search.candidates(wish))
    feed_level.health().searched(clock.now_ms(), ok=False)
    return None


def _searched(searching: "Future[Sequence[str]]", made: SideSources) -> Sequence[str]:
    began = time.monotonic()
    answer = _wait(searching, config().feed_search_ms / 1000, "search", made)
    made.searched = answer is not None
    _tell(time.monotonic() - began, ok=answer is not None)
    return answer or ()


def _tell(seconds: float, *, ok: bool) -> None:
    """The deployment and this process's breaker hear of each search."""
    feed_level.health().searched(clock.now_ms(), ok=ok)
    if ok:
        feed_level.search_breaker().succeeded(time.monotonic(), seconds * 1000)
    else:
        feed_level.search_breaker().failed(time.monotonic())


def _start(work: Callable[[], Found]) -> "Future[Found]":
    return _pool.submit(copy_context().run, work)


def _wait(future: "Future[Found]", seconds: float, name: str, made: SideSources) -> Found | None:
    try:
        return future.result(seconds)
    except LateError:
        future.cancel()
        count("FeedSourceLate")
    except Exception as error:
        logger.warning("a source of the feed failed", source=name, error=str(error))
        count("FeedSourceFailed")
    made.late.append(name)
    return None
