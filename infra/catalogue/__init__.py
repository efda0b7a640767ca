"""Every function of the system: one page for each room, joined here. infra/catalogue/fn.py says what a line can say."""

from dataclasses import replace
from types import ModuleType

from infra.catalogue import (
    accounts,
    behavior,
    delivery,
    experiments,
    feed,
    interactions,
    moderation,
    notifications,
    operations,
    privacy,
    production,
    search,
    social,
    tiering,
    uploads,
    videos,
)
from infra.catalogue.fn import Fn, LayerName, Target, copies
from reelstack.tables.accounts import Session, User
from reelstack.tables.web import IdempotencyRecord, RateWindow

__all__ = ["FUNCTIONS", "ROOMS", "Fn", "LayerName", "Target", "copies"]

PAGES: tuple[ModuleType, ...] = (
    *(uploads, production, moderation, videos, delivery, interactions, social, accounts, notifications),
    *(search, feed, behavior, experiments, privacy, operations, tiering),
)

WEB_CONFIG = (
    *(
        "origin_secret",
        "session_cache_seconds",
        "session_seconds",
        "creators",
        "anonymous_reading",
        "rates",
        "rate_limiter_fallback",
    ),
)


def _joined(page: ModuleType) -> tuple[Fn, ...]:
    """The lines of a page, each with its room."""
    room = page.__name__.rpartition(".")[2]
    return tuple(_with_web(replace(line, room=room)) for line in page.FUNCTIONS)


def _with_web(line: Fn) -> Fn:
    """Adds to an HTTP service what reelstack.web uses in each: the origin's secret, the caller's session and account,
    a count of requests, and stored responses by Idempotency-Key."""
    if line.trigger != "http":
        return line
    return replace(
        line,
        reads=_union(line.reads, Session, User, IdempotencyRecord),
        writes=_union(line.writes, Session, User, RateWindow, IdempotencyRecord),
        deletes=(*line.deletes, IdempotencyRecord),
        config=(*WEB_CONFIG, *line.config),
        calls=("read_origin_secret", *line.calls),
    )


def _union(targets: tuple[Target, ...], *more: Target) -> tuple[Target, ...]:
    return tuple(dict.fromkeys((*targets, *more)))


FUNCTIONS: tuple[Fn, ...] = tuple(line for page in PAGES for line in _joined(page))
ROOMS: tuple[str, ...] = tuple(page.__name__.rpartition(".")[2] for page in PAGES)
