"""Newcomers: clips that were published, or withdrawn, since the item table in S3 was written.

A sorted set in the cache, by when the entry was added, of one JSON text a clip; at most MOST of them, each for
KEPT_SECONDS, which outlives two daily item tables. A process of the feed asks for what was added since it last asked,
so that a clip can be in a feed within seconds of its publication. The time of an entry is that of the cache's server
as it writes it, so that none comes with a time that was asked for already, however long its command was under way.
Adding a clip twice leaves one entry of its latest state. A cache that fails raises: the event then comes again.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from reelstack.feed.features import ClipState
from reelstack.platform import cache

KEY = "rs:{feed}:newcomers"
MOST = 5000
KEPT_SECONDS = 3 * 24 * 3600
OVERLAP_MS = 2000
"""Asked for once more, since the clocks of two servers of the cache differ, and another one may take over."""

Entry = tuple[str, ClipState | None]
"""A video id, and what is known of the clip; None: it was withdrawn."""


def add(clip: ClipState) -> None:
    cache.run([noted(clip)])


def noted(clip: ClipState) -> tuple[str | int, ...]:
    """The command that adds a clip."""
    facts = {
        "id": clip.video_id,
        "owner": clip.owner_id,
        "tags": list(clip.tags),
        "language": clip.language,
        "region": clip.region,
        "ms": clip.duration_ms,
        "at": clip.published_at,
    }
    return _replaced(clip.video_id, facts)


def withdraw(video_id: str) -> None:
    cache.run([_replaced(video_id, {"id": video_id, "gone": True})])


def since(added_ms: int) -> tuple[str | int, ...]:
    """The command that asks for entries added since then, oldest first, with their times."""
    return ("ZRANGE", KEY, max(added_ms - OVERLAP_MS, 0), "+inf", "BYSCORE", "LIMIT", 0, 2 * MOST, "WITHSCORES")


def parse(answer: Sequence[Any]) -> tuple[list[Entry], int]:
    """Entries of that command's answer, and when the newest was added (0: there are none)."""
    found = list(_pairs(answer))
    return [_entry(json.loads(text)) for text, _ in found], max((int(float(at)) for _, at in found), default=0)


def _replaced(video_id: str, facts: dict[str, Any]) -> tuple[str | int, ...]:
    """Replaces what was said of the clip before: a clip that is withdrawn and published again is there once."""
    text = json.dumps(facts, separators=(",", ":"), sort_keys=True)
    return "EVAL", _REPLACE, 2, KEY, f"{KEY}:of", video_id, text, MOST, KEPT_SECONDS


_REPLACE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local old = redis.call('HGET', KEYS[2], ARGV[1])
if old then redis.call('ZREM', KEYS[1], old) end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[1], now, ARGV[2])
local beyond = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[3])
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[4] * 1000, 'LIMIT', 0, 100)
if beyond > 0 then
  for _, text in ipairs(redis.call('ZRANGE', KEYS[1], 0, beyond - 1)) do gone[#gone + 1] = text end
end
for _, text in ipairs(gone) do
  redis.call('ZREM', KEYS[1], text)
  redis.call('HDEL', KEYS[2], cjson.decode(text)['id'])
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return 1
"""


def _pairs(answer: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    """RESP2 answers a flat list, RESP3 a list of pairs."""
    if answer and isinstance(answer[0], list | tuple):
        return ((one[0], one[1]) for one in answer)
    return zip(answer[::2], answer[1::2], strict=True)


def _entry(facts: dict[str, Any]) -> Entry:
    if facts.get("gone"):
        return facts["id"], None
    return facts["id"], ClipState(
        video_id=facts["id"],
        owner_id=facts["owner"],
        tags=tuple(facts["tags"]),
        language=facts["language"],
        region=facts["region"],
        duration_ms=facts["ms"],
        published_at=facts["at"],
    )
