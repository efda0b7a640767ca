"""Shared level: what each deployment of the feed says of its level, in one small hash for services other than the feed.

The process that looks in a second writes its deployment's field, `<level>:<unix milliseconds>`. Readers believe a field
for BELIEVED_MS. A stage is overloaded while every deployment that says anything is at READY_MADE: one deployment alone,
such as a release that a hundredth of the viewers try, does not cost everybody their search; and one that gets no
traffic says nothing, so it holds nothing up. No field that is believed: not overloaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every service imports this module, and the rules of levels are of no use to it
    from reelstack.degradation.levels import Level

KEY = "rs:feed-levels"
OVERLOADED = 3
"""Level.READY_MADE."""
BELIEVED_MS = 5000
KEPT_SECONDS = 10


def commands(deployment: str, level: Level, now_ms: int) -> list[tuple[str | int, ...]]:
    """For a request to the cache that is sent anyway."""
    return [("HSET", KEY, deployment, f"{level:d}:{now_ms}"), ("EXPIRE", KEY, KEPT_SECONDS)]


def is_overloaded(fields: Mapping[str, str], now_ms: int) -> bool:
    """`fields` as HGETALL answers, with text."""
    return lowest(fields, now_ms) >= OVERLOADED


def lowest(fields: Mapping[str, str], now_ms: int) -> int:
    """Of the levels that are believed; 0 if there are none. What has another form is passed over: another release may
    have written it."""
    told = [level for level in (_believed(text, now_ms) for text in fields.values()) if level is not None]
    return min(told, default=0)


def _believed(text: str, now_ms: int) -> int | None:
    level, _, at = text.partition(":")
    if not (level.isdecimal() and at.isdecimal()):
        return None
    return int(level) if abs(now_ms - int(at)) <= BELIEVED_MS else None
