"""An entry of the edge's store: the keys of playback tokens, and which videos of one shard are denied. Pure.

    s:<2 characters> -> <key id>:<secret>,<key id>:<secret>;<record><record>...

The edge reads one entry for each request, so an entry says all that is asked about a video: each holds the whole ring
of keys. SHA-256 of the video's id, as base64url, chooses the shard by its first two characters and names the video in a
record by the next eight: 60 bits in all, so that of 10^9 videos beside 40,000 denied ones none is taken for one of them
with a probability of 0.99996. A record is those 8 characters and two times of 7 digits in base 36 (unix seconds): until
when the denial holds, and up to when the denied tokens were issued.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from string import ascii_letters, digits

PREFIX = "s:"
VALUE_BYTES = 1024
"""What CloudFront takes of a value (quotas of its developer guide, read 2026-11-30)."""
RING_BYTES = 232
"""Kept free for the ring: three keys, one more than a rotation needs, so that a full shard never stops a rotation."""
NAME_LETTERS, TIME_LETTERS = 8, 7
RECORD_LETTERS = NAME_LETTERS + 2 * TIME_LETTERS
RECORDS = (VALUE_BYTES - RING_BYTES) // RECORD_LETTERS
"""The most denials of a shard: 36. Shards get alike many: of 40,000 denials 10 each, and none is near its bound."""
WHENEVER = 36**TIME_LETTERS - 1
"""Tokens are denied whenever they were issued."""
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
NAMES = tuple(PREFIX + "".join(pair) for pair in product(ascii_letters + digits + "-_", repeat=2))
"""All 4,096 shards."""


class ShardFull(RuntimeError):
    """A shard takes no more denials until one of its own has ended."""


@dataclass(frozen=True, order=True)
class Denial:
    """Of two denials of a video the later one holds; of two that end together, the one that refuses more."""

    until: int
    """The unix second up to which it holds."""
    issued_up_to: int = WHENEVER
    """Only tokens that were issued up to this second are refused."""

    @classmethod
    def of(cls, text: str) -> "Denial":
        """From `<until>` or `<until>-<issued up to>`."""
        until, _, issued = text.partition("-")
        return cls(min(int(until), WHENEVER), min(int(issued), WHENEVER) if issued else WHENEVER)

    def __str__(self) -> str:
        return f"{self.until}" if self.issued_up_to == WHENEVER else f"{self.until}-{self.issued_up_to}"


@dataclass(frozen=True)
class Shard:
    """The content of an entry: the ring as text, and denials by the videos' names in records."""

    ring: str
    denials: Mapping[str, Denial] = field(default_factory=dict)

    @classmethod
    def of(cls, value: str) -> "Shard":
        ring, _, records = value.partition(";")
        found = {}
        for start in range(0, len(records), RECORD_LETTERS):
            name = records[start : start + NAME_LETTERS]
            times = records[start + NAME_LETTERS : start + RECORD_LETTERS]
            found[name] = Denial(int(times[:TIME_LETTERS], 36), int(times[TIME_LETTERS:], 36))
        return cls(ring, found)

    def with_denial(self, video_id: str, denial: Denial, now: int) -> "Shard":
        """The same with this denial, without those that are over at `now`. Raises ShardFull."""
        name = place(video_id)[1]
        held = {key: one for key, one in self.denials.items() if one.until > now}
        denials = {**held, name: max(denial, held.get(name, denial))}
        if denial.until <= now:
            denials = held
        if len(denials) > RECORDS:
            raise ShardFull(f"{place(video_id)[0]} holds {len(held)} denials")
        return Shard(self.ring, denials)

    def value(self, now: int) -> str:
        """As the edge reads it, without denials that are over at `now`. Raises ShardFull if it is over VALUE_BYTES."""
        held = sorted((name, one) for name, one in self.denials.items() if one.until > now)
        text = f"{self.ring};" + "".join(name + _digits(one.until) + _digits(one.issued_up_to) for name, one in held)
        if len(text) > VALUE_BYTES:
            raise ShardFull(f"{len(text)} bytes")
        return text


def place(video_id: str) -> tuple[str, str]:
    """The shard of a video, and the video's name in its record."""
    text = urlsafe_b64encode(hashlib.sha256(video_id.encode()).digest()).decode()
    return PREFIX + text[:2], text[2 : 2 + NAME_LETTERS]


def ring_text(secrets: Mapping[str, str]) -> str:
    """The ring of key id -> secret. Neither holds a colon, comma or semicolon: signing_keys makes both."""
    return ",".join(f"{key_id}:{secret}" for key_id, secret in sorted(secrets.items()))


def _digits(number: int) -> str:
    text = ""
    for _ in range(TIME_LETTERS):
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text
