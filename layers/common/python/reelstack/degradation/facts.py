"""One second's facts as the fields of a hash, whole numbers all of them. Pure.

A field that this code does not know is left out: of two releases that answer side by side one may count more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reelstack.degradation.levels import Level, Second

OK, FAILED, BEGUN, EMPTY, TOKENS, IN_FLIGHT = "ok", "failed", "begun", "empty", "tokens", "in_flight"
SHARDS, AWAY, BEAT, LAG, FLOW = "shards", "away", "beat", "lag", "flow"
_KNOWN = frozenset((OK, FAILED, BEGUN, EMPTY, TOKENS, IN_FLIGHT, SHARDS, AWAY, BEAT, LAG, FLOW))
HELD = "held:"
"""Before the levels that held, as digits ("12", or nothing): so many answers were given while they did."""
PER_MILLE = 1000


def held_field(levels: Sequence[Level]) -> str:
    return HELD + "".join(str(int(level)) for level in levels)


def parse(at: int, hash_: Mapping[str | bytes, str | bytes], rate: int, reservation: int) -> Second:
    """`hash_` as HGETALL answers, with text or bytes; empty for a second without traffic."""
    named = {_text(name): value for name, value in hash_.items()}
    fields = {name: int(value) for name, value in named.items() if name in _KNOWN or name.startswith(HELD)}
    shards, away, beat, lag = (fields.get(name) for name in (SHARDS, AWAY, BEAT, LAG))
    return Second(
        at=at,
        searches_ok=fields.get(OK, 0),
        searches_failed=fields.get(FAILED, 0),
        shard_share=None if shards is None else shards / PER_MILLE,
        breaker_open=None if away is None else bool(away),
        begun=fields.get(BEGUN, 0),
        empty=fields.get(EMPTY, 0),
        bucket_share=fields.get(TOKENS, 0) / rate,
        in_flight_share=fields.get(IN_FLIGHT, 0) / reservation,
        heartbeat_age_ms=None if beat is None else max((at + 1) * 1000 - beat, 0),
        lag_ms=lag,
        records_flow=bool(fields.get(FLOW, 0)),
        held=_held(fields),
    )


def _held(fields: Mapping[str, int]) -> tuple[Level, ...] | None:
    """What most answers say; of as many, the higher levels."""
    told = [(count, name) for name, count in fields.items() if name.startswith(HELD)]
    if not told:
        return None
    known = {str(int(level)): level for level in Level}
    return tuple(known[digit] for digit in max(told)[1].removeprefix(HELD) if digit in known)


def _text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name
