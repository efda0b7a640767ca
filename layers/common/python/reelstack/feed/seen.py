"""Seen filter: which clips a viewer was shown in the last weeks, as two Bloom filters of 4 KiB in the cache. Pure.

A filter holds one period of PERIOD_DAYS; the present one and the one before are read. A clip that was shown is always
found. One that was not is taken for shown by chance: by 1 % after 1,500 clips in a period, by 10 % after 7,000; the
feed has others. The cache has no module for such filters (ElastiCache has none), so they are strings of bits.
"""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from reelstack.feed.seen_keys import KEPT_SECONDS

BITS = 2**15
HASHES = 4

MARK = """
local new = {}
for place = 2, #ARGV do
  if redis.call('SETBIT', KEYS[1], ARGV[place], 1) == 0 then new[#new + 1] = ARGV[place] end
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return table.concat(new, ' ')
"""
"""The bits that were not set before, as one text: to read eighty answers costs the feed more than to set eighty bits
costs the cache."""
UNMARK = "for place = 1, #ARGV do redis.call('SETBIT', KEYS[1], ARGV[place], 0) end"
Hashes = NDArray[np.uint64]


def clip_hash(video_id: str) -> int:
    """64 bits, the same in every process."""
    return int.from_bytes(hashlib.blake2b(video_id.encode(), digest_size=8).digest(), "little")


def hashes(video_ids: Iterable[str]) -> Hashes:
    return np.fromiter((clip_hash(one) for one in video_ids), dtype=np.uint64)


def positions(of: Hashes) -> NDArray[np.int64]:
    """[clips, HASHES]: bits of each clip, by double hashing (Kirsch and Mitzenmacher 2006)."""
    first, second = of & np.uint64(0xFFFFFFFF), (of >> np.uint64(32)) | np.uint64(1)
    steps = np.arange(HASHES, dtype=np.uint64)
    found: NDArray[np.int64] = ((first[:, None] + steps * second[:, None]) % np.uint64(BITS)).astype(np.int64)
    return found


def was_seen(filters: Sequence[bytes | None], of: Hashes) -> NDArray[np.bool_]:
    """Whether each clip is in one of the filters."""
    bits, found = positions(of), np.zeros(len(of), dtype=np.bool_)
    for content in filters:
        if content:
            whole = np.frombuffer(content[: BITS // 8].ljust(BITS // 8, b"\0"), dtype=np.uint8)
            # SETBIT counts from the highest bit of a byte.
            found |= ((whole[bits >> 3] >> (7 - (bits & 7))) & 1).astype(np.bool_).all(axis=1)
    return found


def marks(key: str, of: Hashes) -> tuple[str | int, ...]:
    """The command that adds clips to a filter, and keeps it for KEPT_SECONDS from now on."""
    return ("EVAL", MARK, 1, key, KEPT_SECONDS, *np.unique(positions(of)).tolist())


def unmarks(key: str, bits: Iterable[int], kept: Hashes) -> list[tuple[str | int, ...]]:
    """The command that takes these bits out of a filter, without those of the clips `kept`; none where none is left."""
    left = sorted(set(bits) - set(positions(kept).ravel().tolist()))
    return [("EVAL", UNMARK, 1, key, *left)] if left else []
