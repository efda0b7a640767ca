"""Stages of a feed answer and what each takes, measured around the product's own functions by this benchmark alone.

CPU is a thread's (time.thread_time), so that what else the machine does is not in it. What is asked of DynamoDB and of
the search engine is a stage of its own, taken out of the one around it: moto and the client are most of it.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

Place = tuple[Any, str]


@dataclass
class Answer:
    """One answer: of each stage its wall clock and CPU in milliseconds, and the requests that left."""

    wall_ms: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    cpu_ms: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    requests: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    yardstick_ms: float = 0.0
    """CPU of work that is always the same, right before it."""
    scored: int = 0
    """Candidates."""


@dataclass
class Meter:
    now: Answer = field(default_factory=Answer)
    thread: threading.local = field(default_factory=threading.local)
    """`inside`: CPU of stages that ended within those that run in this thread, innermost last."""

    def timed(self, name: str, run: Callable[[], Any]) -> Any:
        inside = self.thread.__dict__.setdefault("inside", [])
        wall, cpu = time.perf_counter(), time.thread_time()
        inside.append(0.0)
        try:
            return run()
        finally:
            spent = time.thread_time() - cpu
            self.now.wall_ms[name] += (time.perf_counter() - wall) * 1000
            self.now.cpu_ms[name] += (spent - inside.pop()) * 1000
            if inside:
                inside[-1] += spent


@contextmanager
def measured() -> Iterator[Meter]:
    """Puts a watch around every stage, and takes it off again."""
    from reelstack.feed import feed_level, ranked_page

    meter, before = Meter(), []
    for name, places in _stages().items():
        for owner, attribute in places:
            original = getattr(owner, attribute)
            before.append((owner, attribute, original))
            setattr(owner, attribute, _watched(meter, name, original))
    for name, (owner, attribute) in _requests().items():
        original = getattr(owner, attribute)
        before.append((owner, attribute, original))
        setattr(owner, attribute, _counted(meter, name, original))
    for owner, attribute, around in ((ranked_page, "_filtered", _noted), (feed_level, "_look", _beside)):
        original = getattr(owner, attribute)
        before.append((owner, attribute, original))
        setattr(owner, attribute, around(meter, original))
    try:
        yield meter
    finally:
        for owner, attribute, original in reversed(before):
            setattr(owner, attribute, original)


def _watched(meter: Meter, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def watched(*given: Any, **named: Any) -> Any:
        return meter.timed(name, lambda: original(*given, **named))

    return watched


def _beside(meter: Meter, original: Callable[..., Any]) -> Callable[..., Any]:
    """The look at the deployment's health, once a second in a thread of its own, is no part of an answer."""

    @wraps(original)
    def beside(*given: Any, **named: Any) -> Any:
        meter.thread.beside = True
        return original(*given, **named)

    return beside


def _noted(meter: Meter, original: Callable[..., Any]) -> Callable[..., Any]:
    """How many candidates go on from the filters."""

    @wraps(original)
    def noted(*given: Any, **named: Any) -> Any:
        found = original(*given, **named)
        meter.now.scored = len(found[0])
        return found

    return noted


def _counted(meter: Meter, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def counted(*given: Any, **named: Any) -> Any:
        if not getattr(meter.thread, "beside", False):
            meter.now.requests[name] += 1
        return original(*given, **named)

    return counted


def _stages() -> dict[str, list[Place]]:
    from pynamodb.connection.base import Connection
    from valkey.client import Pipeline

    from reelstack.cards import answers
    from reelstack.delivery import playback
    from reelstack.feed import (
        candidates,
        exploration,
        pages,
        ranked_page,
        reranking,
        scoring,
        sessions,
        shown,
        side_sources,
        viewer_context,
    )
    from reelstack.search import search
    from reelstack.web import middleware

    return {
        "web: rate limit and session": [(middleware, "_admit")],
        "Valkey": [(Pipeline, "execute")],
        "state of the viewer": [(viewer_context, "_known"), (viewer_context, "_read")],
        "sources": [(candidates, "of")],
        "search, timeline": [(side_sources, "ask")],
        "filters": [(ranked_page, "_filtered")],
        "features and scores": [(scoring, "score")],
        "rerank": [(reranking, "order")],
        "exploration": [(ranked_page, "_pools"), (exploration, "slots"), (ranked_page, "_explored")],
        "re-check": [(shown, "brought"), (shown, "visible")],
        "playback addresses": [(playback, "addresses_of")],
        "receipts": [(answers, "receipts")],
        "cards": [(pages, "_cards")],
        "session": [(sessions, "served"), (sessions, "pack")],
        "DynamoDB": [(Connection, "_make_api_call")],
        "search": [(search, "candidates")],
    }  # fmt: skip


def _requests() -> dict[str, Place]:
    from pynamodb.connection.base import Connection
    from valkey.connection import AbstractConnection

    from reelstack.search import search
    from reelstack.web import rate_limits

    return {
        "DynamoDB": (Connection, "_make_api_call"),
        "Valkey": (AbstractConnection, "send_packed_command"),
        "search": (search, "candidates"),
        "rate limiter": (rate_limits, "take_cached"),
    }
