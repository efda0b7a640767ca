"""The ring of keys at the edge: how a rotation brings it into every shard, and what comes of older entries. Pure.

    ring -> <old entries are kept until>;<key id>:<secret>,...

Every shard holds the ring (delivery.edge_shards). This entry is written after the last of them, so it says which ring
all have, and one read tells a rotation that there is nothing to do. The edge does not read it.

Before there were shards, `key:<key id>` and `deny:<video>` were entries. The edge function reads them where a shard is
missing, so shards may come one after another. The function that reads nothing else is replaced by the same deployment,
but after the writers: for OLD_SECONDS they keep those entries in step, then a rotation removes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reelstack.delivery.edge_shards import NAMES, Denial, Shard, place, ring_text

RING = "ring"
OLD_KEY, OLD_DENIAL = "key:", "deny:"
OLD_SECONDS = 7 * 24 * 3600
"""Longer than a deployment takes, and long enough to go back to the release before."""


@dataclass(frozen=True)
class Ring:
    """What the entry says; `text` is empty if it is not there, and shards may be missing."""

    text: str = ""
    old_until: int | None = None
    """Unix seconds up to which old entries are kept in step; None: always."""

    @classmethod
    def of(cls, value: str | None) -> "Ring":
        if value is None:
            return cls()
        until, _, text = value.partition(";")
        return cls(text, int(until))

    def keeps_old(self, now: int) -> bool:
        return self.old_until is None or self.old_until > now

    def empty_shard(self) -> str | None:
        """For a shard that is missing; None before a rotation has made them."""
        return f"{self.text};" if self.text else None

    def is_whole(self, secrets: Mapping[str, str], now: int) -> bool:
        """Whether nothing is to be written for these keys (id -> secret)."""
        return self.text == ring_text(secrets) and (self.old_until == 0 or self.keeps_old(now))


def spread(entries: Mapping[str, str], secrets: Mapping[str, str], now: int) -> dict[str, str | None]:
    """The changes that bring these keys (id -> secret) into a store of these entries; the ring's own entry is last.

    Raises ShardFull: never for up to three keys.
    """
    ring, text = Ring.of(entries.get(RING)), ring_text(secrets)
    old = {name for name in entries if name.startswith((OLD_KEY, OLD_DENIAL))}
    until = ring.old_until
    if until is None:
        until = now + OLD_SECONDS if old else 0
    elif until <= now:
        until = 0
    wanted: dict[str, str | None] = {}
    if until:
        keys = {OLD_KEY + key_id: secret for key_id, secret in secrets.items()}
        # First, as a function that knows nothing of shards must never miss a key that signs.
        wanted |= {**keys, **{name: None for name in old if name.startswith(OLD_KEY) and name not in keys}}
    wanted |= _shards(entries, text, now, _denied(entries) if ring.old_until is None else {})
    if not until:
        wanted |= dict.fromkeys(old)
    wanted[RING] = f"{until};{text}"
    return {name: value for name, value in wanted.items() if entries.get(name) != value}


def _shards(
    entries: Mapping[str, str], ring: str, now: int, denied: Mapping[str, Mapping[str, Denial]]
) -> dict[str, str | None]:
    shards: dict[str, str | None] = {}
    for name in NAMES:
        shard = Shard(ring, Shard.of(entries[name]).denials if name in entries else {})
        for video_id, denial in denied.get(name, {}).items():
            shard = shard.with_denial(video_id, denial, now)
        shards[name] = shard.value(now)
    return shards


def _denied(entries: Mapping[str, str]) -> dict[str, dict[str, Denial]]:
    """Old denials by their shard."""
    found: dict[str, dict[str, Denial]] = {}
    for name, value in entries.items():
        if name.startswith(OLD_DENIAL):
            video_id = name.removeprefix(OLD_DENIAL)
            found.setdefault(place(video_id)[0], {})[video_id] = Denial.of(value)
    return found
