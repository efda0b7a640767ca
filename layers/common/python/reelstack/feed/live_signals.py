"""Live signals: what the job `interests` keeps in Valkey of viewers and clips. Pure but for `read_*`.

Every value begins with a version, and a reader refuses another one. A signal that is absent is empty: the cache may be
new, and each key has an end. A Valkey that fails raises here; the caller decides what a feed is without it.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from reelstack.feed import scores
from reelstack.feed.features import Totals

VERSION = 1
WATCHED = 100
"""Clips in a viewer's history."""
EPOCH_HALF_LIVES = 256
"""A sum has the start of such an epoch as its landmark, half of what scores.MOST_HALF_LIVES allows."""
HALVES = {name[0]: name for name in scores.HALF_LIVES_MS}
"""The letter of a half-life in a field's name: "s" session, "i" interest."""
WINDOWS_SECONDS = {600: 30, 3600: 120, 86400: 1800}
"""Length of a sliding window -> by how much it moves."""
VIEWER_SECONDS, REGION_SECONDS, HEARTBEAT_SECONDS = 30 * 24 * 3600, 2 * 24 * 3600, 24 * 3600
"""How long a key stays after it was written last."""
MOST_ITEMS = 1000  # of a region: so many clips, and so many tags
MOST_INTERESTS = 1000
"""Fields of a viewer, twice as many at most for a moment: the job drops the weakest."""
CLIP, TAG = "v:", "t:"  # before the id or the word, in the name of an item of a region
VERSION_FIELD, WATCHED_PREFIX = b"v", b"w:"
HEARTBEAT_KEY, TOTALS_KEY = "rs:live:{job}:heartbeat", "rs:live:{job}:totals"
_PAIR = struct.Struct("<qd")
_BEAT = struct.Struct("<Bqq")
_HEAD = struct.Struct("<BI")
_WINDOW = struct.Struct("<Iq")
_COUNTS = struct.Struct("<8I2qd")
TRENDING_KINDS = (
    *("finish", "replay", "like", "unlike", "comment", "share", "bookmark", "unbookmark"),
    *("fast_skip", "hide", "report"),
)
VIEWER_CAP = sum(max(scores.WEIGHTS[kind], 0.0) for kind in TRENDING_KINDS)
"""The most that one viewer adds to a clip's trending weight in a day: each kind counts once."""
TYPICAL_RATE, TYPICAL_SHOWN, LEAST_RATE = 0.5, 20.0, 0.05
"""Weight per viewer to whom it was shown, which a clip nobody knows is expected to get; after how many viewers half of
an estimate is the clip's own; the least expectation, since weights may be negative."""
AGE_HALF_LIFE_MS = 24 * 3600 * 1000


class UnknownVersion(ValueError):
    """A value was written by a job that this code does not know, or is damaged."""


class Cache(Protocol):
    """What is needed of a Valkey client, without `decode_responses`."""

    def hgetall(self, name: str) -> Any: ...


@dataclass(frozen=True)
class ViewerSignals:
    session: Mapping[str, float] = field(default_factory=dict)
    interest: Mapping[str, float] = field(default_factory=dict)
    """Key of an interest (scores.weights) -> its score now."""
    watched: tuple[tuple[str, float], ...] = ()
    """Video id and the share that was watched (0 to 1), newest first."""
    watched_at: tuple[int, ...] = ()
    """When each of these was watched, unix milliseconds."""


@dataclass(frozen=True)
class Counts:
    """Of a clip or a tag in a window."""

    plays: int = 0
    viewers: int = 0
    """Different viewers who played it, exact."""
    finishes: int = 0
    fast_skips: int = 0
    likes: int = 0
    hides: int = 0
    reports: int = 0
    shown: int = 0
    """Viewers with an account who played it where an answer had shown it, each once a day."""
    watched_ms: int = 0
    first_at: int = 0
    """The earliest of the events in the window that `shown` or `weight` counts, unix milliseconds; 0 without one."""
    weight: float = 0.0
    """Σ scores.WEIGHTS of TRENDING_KINDS, of each viewer with an account each kind once a day."""

    @property
    def totals(self) -> Totals:
        return Totals(self.plays, self.finishes, self.fast_skips, self.likes, self.hides)


NOTHING = Counts()


@dataclass(frozen=True)
class RegionSignals:
    ends: Mapping[int, int] = field(default_factory=dict)
    """Window in seconds -> when it ended, unix milliseconds by the events' clock."""
    items: Mapping[str, Mapping[int, Counts]] = field(default_factory=dict)
    """"v:<video id>" or "t:<tag>" -> window -> counters; most trending first."""

    @cached_property
    def clips(self) -> tuple[str, ...]:
        """Ids of the clips among the items."""
        return tuple(name.removeprefix(CLIP) for name in self.items if name.startswith(CLIP))

    @cached_property
    def tags(self) -> tuple[str, ...]:
        return tuple(name.removeprefix(TAG) for name in self.items if name.startswith(TAG))

    @cached_property
    def clip_ids(self) -> frozenset[bytes]:
        """As the item table has ids."""
        return frozenset(one.encode() for one in self.clips)

    def counts(self, item: str, seconds: int, now_ms: int) -> Counts:
        """Of the newest window; nothing if that window ended longer ago than it is long."""
        if now_ms - self.ends.get(seconds, 0) > seconds * 1000:
            return NOTHING
        return self.items.get(item, {}).get(seconds, NOTHING)


@dataclass(frozen=True)
class Heartbeat:
    written_at: int
    """Of the part of the job that wrote least recently, unix milliseconds."""
    lag_ms: int
    """Age of the newest event that was processed in the second before, since it reached the server; 0 if none came."""


def viewer_key(viewer_id: str) -> str:
    return f"rs:live:{{u:{viewer_id}}}"


def region_key(region: str) -> str:
    """`region` "": all regions."""
    return f"rs:live:{{r:{region}}}"


def pack_pair(number: int, value: float) -> bytes:
    """A landmark and its sum, or when a clip was watched and its share."""
    return _PAIR.pack(number, value)


def parse_viewer(fields: Mapping[bytes, bytes], now_ms: int) -> ViewerSignals:
    """Raises UnknownVersion."""
    if not fields:
        return ViewerSignals()
    with _known():
        return _viewer(fields, now_ms)


def _viewer(fields: Mapping[bytes, bytes], now_ms: int) -> ViewerSignals:
    _require(fields.get(VERSION_FIELD, b""))
    found: dict[str, dict[str, float]] = {name: {} for name in HALVES.values()}
    watched = []
    for name, value in fields.items():
        if name == VERSION_FIELD:
            continue
        number, amount = _PAIR.unpack(value)
        if name.startswith(WATCHED_PREFIX):
            watched.append((number, name[len(WATCHED_PREFIX) :].decode(), amount))
            continue
        half = HALVES[chr(name[0])]
        score = scores.read(amount, number, now_ms, scores.HALF_LIVES_MS[half])
        key = name[3:].decode()  # after the half-life's letter, the slot's number and a colon
        found[half][key] = found[half].get(key, 0.0) + score
    newest = sorted(watched, reverse=True)[:WATCHED]
    history = tuple((video_id, share) for _, video_id, share in newest)
    return ViewerSignals(found["session"], found["interest"], history, tuple(at for at, _, _ in newest))


def strengths(fields: Mapping[bytes, bytes], now_ms: int) -> Iterator[tuple[float, bytes]]:
    """How much each field of interests says now, whichever its sign: a half-life is as good as another."""
    for name, value in fields.items():
        if name != VERSION_FIELD and not name.startswith(WATCHED_PREFIX):
            landmark, total = _PAIR.unpack(value)
            yield abs(scores.read(total, landmark, now_ms, scores.HALF_LIVES_MS[HALVES[chr(name[0])]])), name


def watched_at(fields: Mapping[bytes, bytes]) -> Iterator[tuple[int, bytes]]:
    """When each clip of the history was watched last, unix milliseconds, and its field."""
    for name, value in fields.items():
        if name.startswith(WATCHED_PREFIX):
            yield _PAIR.unpack(value)[0], name


def pack_region(ends: Mapping[int, int], items: Mapping[str, Mapping[int, Counts]]) -> bytes:
    """Items in the order of `items`."""
    lengths = list(WINDOWS_SECONDS)
    names = "\n".join(items).encode()
    parts = [_HEAD.pack(len(lengths), len(names)), *(_WINDOW.pack(each, ends.get(each, 0)) for each in lengths), names]
    for windows in items.values():
        for seconds in lengths:
            counts = windows.get(seconds, NOTHING)
            parts.append(_COUNTS.pack(*(getattr(counts, name) for name in Counts.__dataclass_fields__)))
    return bytes([VERSION]) + zlib.compress(b"".join(parts), 1)


def parse_region(blob: bytes | None) -> RegionSignals:
    """Raises UnknownVersion."""
    if blob is None:
        return RegionSignals()
    with _known():
        return _region(blob)


def _region(blob: bytes) -> RegionSignals:
    _require(blob[:1])
    body = zlib.decompress(blob[1:])
    windows, size = _HEAD.unpack_from(body)
    at = _HEAD.size
    ends = dict(_WINDOW.unpack_from(body, at + n * _WINDOW.size) for n in range(windows))
    at += windows * _WINDOW.size
    names = body[at : at + size].decode().split("\n") if size else []
    return RegionSignals(ends, _Items(names, tuple(ends), body[at + size :]))


class _Items(Mapping[str, Mapping[int, Counts]]):
    """Items of a region whose counters are read when they are asked for: an answer asks for a few of a thousand."""

    def __init__(self, names: Sequence[str], lengths: Sequence[int], rows: bytes) -> None:
        if len(rows) != len(names) * len(lengths) * _COUNTS.size:
            raise ValueError(f"{len(rows)} bytes of counters for {len(names)} items")
        self._places = {name: place for place, name in enumerate(names)}
        self._lengths, self._rows, self._read = lengths, rows, dict[str, Mapping[int, Counts]]()

    def __getitem__(self, name: str) -> Mapping[int, Counts]:
        if (found := self._read.get(name)) is None:
            size = len(self._lengths) * _COUNTS.size
            rows = _COUNTS.iter_unpack(self._rows[self._places[name] * size :][:size])
            found = self._read[name] = {seconds: Counts(*row) for seconds, row in zip(self._lengths, rows, strict=True)}
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def trend(windows: Mapping[int, Counts]) -> float:
    """How much more a clip (or a tag) is liked in the last hour than was to be expected of it; 1 is as expected.

    Expected is its own weight per viewer in the day before that hour, drawn towards TYPICAL_RATE as long as few have
    seen it. It halves with each day between the first event of an account in the day's window and in the hour's. Counts
    enter in rates alone. 0 if nothing in the hour trends: who has no account, or no receipt, moves no trend."""
    hour, day = windows.get(3600, NOTHING), windows.get(86400, NOTHING)
    if not hour.first_at:
        return 0.0
    # The day's window moves less often than the hour's, and may lack what the hour has.
    weight, shown = (day.weight - hour.weight, day.shown - hour.shown) if day.shown > hour.shown else (0.0, 0)
    own = max((weight + TYPICAL_SHOWN * TYPICAL_RATE) / (shown + TYPICAL_SHOWN), LEAST_RATE)
    rate = (hour.weight + TYPICAL_SHOWN * own) / (hour.shown + TYPICAL_SHOWN)
    age_ms = max(hour.first_at - day.first_at, 0) if day.first_at else 0
    return float(rate / own * 0.5 ** (age_ms / AGE_HALF_LIFE_MS))


def pack_beat(written_at: int, lag_ms: int) -> bytes:
    return _BEAT.pack(VERSION, written_at, lag_ms)


def parse_heartbeat(fields: Mapping[bytes, bytes]) -> Heartbeat | None:
    """Of all parts of the job; None if it has not written. Raises UnknownVersion."""
    beats = []
    with _known():
        for value in fields.values():
            _require(value[:1])
            beats.append(_BEAT.unpack(value)[1:])
    return Heartbeat(min(at for at, _ in beats), max(lag for _, lag in beats)) if beats else None


def read_viewer(cache: Cache, viewer_id: str, now_ms: int) -> ViewerSignals:
    return parse_viewer(cache.hgetall(viewer_key(viewer_id)), now_ms)


def read_heartbeat(cache: Cache) -> Heartbeat | None:
    return parse_heartbeat(cache.hgetall(HEARTBEAT_KEY))


@contextmanager
def _known() -> Iterator[None]:
    """A value that is cut off, or whose numbers do not fit one another, is of no version that this code knows."""
    try:
        yield
    except UnknownVersion:
        raise
    except (struct.error, zlib.error, ValueError, LookupError, StopIteration) as error:
        raise UnknownVersion(f"a live signal cannot be read: {error!r}") from error


def _require(version: bytes) -> None:
    if version != bytes([VERSION]):
        raise UnknownVersion(f"live signals of version {version!r}; this code knows {VERSION}")
