"""Announcements: when the edge is told that the stage is overloaded, or is no more, and by which process.

The level is looked at each second by one process of each deployment; the edge is told by an event (FeedLevelChanged)
and a write to its KeyValueStore, which takes seconds and is billed dearly. So what was told last stands in Valkey, and
it is told anew

- when the stage is overloaded, and nothing was told, or its end QUIET_MS ago at least;
- while it stays overloaded, every RENEW_MS, since what is told holds for HOLD_MS only: a flag that nobody takes back
  ends by itself;
- when it is overloaded no more.

That is at most two changes and a renewal in RENEW_MS, however the level swings. Of several processes that find the same
the one tells it whose `claim` succeeds. A claim whose event is then lost is made up for by the next renewal, or ends by
itself.
"""

from __future__ import annotations

from dataclasses import dataclass

KEY = "rs:feed-level-told"
RENEW_MS, HOLD_MS, QUIET_MS = 30_000, 75_000, 20_000
"""Two renewals fit into what is told, so that one may be late or lost."""
CLAIM = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""
"""What was told before, what is told now, how long that is known -> whether the caller is the one who tells it."""
YES, NO = "overloaded", "answers"


@dataclass(frozen=True)
class Told:
    overloaded: bool
    at_ms: int
    """Unix milliseconds."""


def parse(text: str) -> Told | None:
    """What stands under KEY; None if nothing does, or something of another release."""
    what, _, at = text.partition(":")
    return Told(what == YES, int(at)) if what in (YES, NO) and at.isdecimal() else None


def is_due(told: Told | None, *, overloaded: bool, now_ms: int) -> bool:
    """Whether the edge has to be told."""
    if told is None:
        return overloaded
    if not overloaded:
        return told.overloaded
    return now_ms - told.at_ms >= (RENEW_MS if told.overloaded else QUIET_MS)


def later(told: Told | None, now_ms: int) -> int:
    """Now, by a clock that is never behind that of who told last: of two events the later one holds."""
    return max(now_ms, told.at_ms + 1) if told else now_ms


def claim(before: str, *, overloaded: bool, now_ms: int) -> tuple[str | int, ...]:
    """A command whose answer is 1 for one process alone. `before`: the text under KEY, empty if there is none."""
    return ("EVAL", CLAIM, 1, KEY, before, f"{YES if overloaded else NO}:{now_ms}", HOLD_MS)


def refuses_until(*, overloaded: bool, now_ms: int) -> int:
    """The unix second up to which the edge refuses routes that can wait; 0: it refuses none."""
    return (now_ms + HOLD_MS) // 1000 if overloaded else 0
