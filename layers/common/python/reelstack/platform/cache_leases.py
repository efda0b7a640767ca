"""Leases of the cache: of all processes that miss one key, the one that holds its lease loads and keeps it.

The lease is a key beside the value's, in the same slot of the cluster, with a token of its holder. Only with this token
in place may the holder keep what it loaded, and an invalidation removes it: whoever read a table before a change keeps
nothing after it (Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1). A holder that dies leaves
a lease of LEASE_MS; who waited long enough takes it over.
"""

import os
from dataclasses import dataclass

LEASE_MS = 5000
"""Longer than a load takes while a table is slow; a lease that ran out keeps nothing."""
CHANGING = "null"
"""A tombstone, in a key's place while what it says is being changed: see `cache.changing`."""
ABSENT = " null"
"""A negative entry. To JSON it is a null as well, so that a reader of an earlier version takes it for nothing."""

Command = tuple[str | int, ...]

_TAKE_OVER = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""
_KEEP = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
if redis.call('GET', KEYS[1]) == ARGV[4] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""


def beside(key: str) -> str:
    """The lease's own key, in the slot of `key`: that follows from the part in braces (hash tag), or from the key."""
    return f"{key}:lease" if "{" in key else f"rs:{{{key}}}:lease"


@dataclass(frozen=True)
class Lease:
    """What a holder, or who wants to be one, says to the cache about `key`."""

    key: str
    token: str

    def take(self) -> tuple[Command, Command]:
        """The second one answers the token of who holds it then: ours, if nobody held it before."""
        return ("SET", beside(self.key), self.token, "NX", "PX", LEASE_MS), ("GET", beside(self.key))

    def take_over(self, holder: str) -> Command:
        """Answers 1 if it is ours now: nobody else took it from `holder` meanwhile."""
        return "EVAL", _TAKE_OVER, 1, beside(self.key), holder, self.token, LEASE_MS

    def keep(self, text: str, lifetime_ms: int) -> Command:
        """Ends the lease. Answers 1 if the value is kept."""
        return "EVAL", _KEEP, 2, self.key, beside(self.key), self.token, text, lifetime_ms, CHANGING

    def give_up(self) -> Command:
        """Ends the lease of a load that failed. Another's, after ours ran out, may go with it: two load then."""
        return "DEL", beside(self.key)


def lease(key: str) -> Lease:
    # From the operating system: processes restored from one snapshot share the state of Python's own generator.
    return Lease(key, os.urandom(9).hex())


def forget(key: str) -> Command:
    """Removes a value together with the lease of who is loading it."""
    return "DEL", key, beside(key)
