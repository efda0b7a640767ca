"""The writer puts the rows of the job's SQL into Valkey, as reelstack.feed.live_signals reads them.

Every write states an absolute value, so that a row that is written twice changes nothing. A write returns when Valkey
took all of it: while Valkey is away, or refuses, the writer tries again, and the stream waits behind it.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import valkey

from jobs.interests.constants import INTEREST_ROW, TOTAL_ROW, WATCHED_ROW, WINDOW_ROW
from reelstack.feed import live_signals
from reelstack.feed.live_signals import Counts

PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, ANSWER_SECONDS = 0.1, 2.0, 1.0
LOGGED_EVERY_SECONDS = 10.0
_log = logging.getLogger(__name__)


class Change(NamedTuple):
    kind: str
    owner: str
    field: str
    number: int
    total: float
    counts: str
    gone: bool = False
    """The row is taken back: a clip that left the last that a viewer watched."""


class Writer:
    """Of one part of the job: a viewer and a region have one writer each."""

    def __init__(self, url: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._client: Any = valkey.Valkey.from_url(
            url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, decode_responses=False
        )
        self._pause = pause
        self._regions: dict[str, Region] = {}

    def close(self) -> None:
        self._client.close()

    def write(self, changes: Iterable[Change]) -> None:
        """In order: of two changes of one field the last counts."""
        viewers: dict[str, dict[bytes, bytes | None]] = defaultdict(dict)
        totals: dict[str, int] = {}
        regions: dict[str, Region] = {}
        for change in changes:
            if change.kind in (INTEREST_ROW, WATCHED_ROW):
                _put(viewers[change.owner], change)
            elif change.kind == TOTAL_ROW:
                totals[change.field] = change.number
            elif change.kind.startswith(WINDOW_ROW):
                region = regions[change.owner] = self._region(change.owner)
                region.put(int(change.kind.removeprefix(WINDOW_ROW)), change)
        blobs = {place: region.pack() for place, region in regions.items()}
        self._until_taken(lambda: self._send(viewers, totals, blobs))

    def beat(self, part: str, written_at: int, lag_ms: int) -> None:
        """Not tried again: a heartbeat that is late is worth nothing."""
        try:
            pipeline = self._client.pipeline(transaction=False)
            pipeline.hset(live_signals.HEARTBEAT_KEY, part, live_signals.pack_beat(written_at, lag_ms))
            pipeline.expire(live_signals.HEARTBEAT_KEY, live_signals.HEARTBEAT_SECONDS)
            pipeline.execute()
        except valkey.ValkeyError as error:
            _log.warning("the heartbeat was not written: %s", error)

    def _send(
        self, viewers: Mapping[str, Mapping[bytes, bytes | None]], totals: Mapping[str, int], blobs: Mapping[str, bytes]
    ) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for viewer, fields in viewers.items():
            key = live_signals.viewer_key(viewer)
            if gone := [name for name, value in fields.items() if value is None]:
                pipeline.hdel(key, *gone)
            kept = {name: value for name, value in fields.items() if value is not None}
            pipeline.hset(key, mapping={live_signals.VERSION_FIELD: bytes([live_signals.VERSION]), **kept})
            pipeline.expire(key, live_signals.VIEWER_SECONDS)
        for place, blob in blobs.items():
            pipeline.set(live_signals.region_key(place), blob, ex=live_signals.REGION_SECONDS)
        if totals:
            pipeline.hset(live_signals.TOTALS_KEY, mapping=dict(totals))
            pipeline.expire(live_signals.TOTALS_KEY, live_signals.VIEWER_SECONDS)
        for viewer in viewers:
            pipeline.hlen(live_signals.viewer_key(viewer))
        sizes = pipeline.execute()[-len(viewers) :] if viewers else pipeline.execute()[:0]
        for viewer, size in zip(viewers, sizes, strict=True):
            if size > 2 * live_signals.MOST_INTERESTS + live_signals.WATCHED:
                self._prune(viewer)

    def _prune(self, viewer: str) -> None:
        """Drops the weakest interests, as of now, and what is in no history any more: a job that lost its state takes
        nothing back. An interest that is spoken of again comes back whole."""
        key = live_signals.viewer_key(viewer)
        fields = self._client.hgetall(key)
        weakest = sorted(live_signals.strengths(fields, int(time.time() * 1000)))[: -live_signals.MOST_INTERESTS]
        oldest = sorted(live_signals.watched_at(fields))[: -live_signals.WATCHED]
        if gone := [name for _, name in (*weakest, *oldest)]:
            self._client.hdel(key, *gone)

    def _region(self, place: str) -> "Region":
        if place not in self._regions:
            found: list[Any] = []
            self._until_taken(lambda: found.append(self._client.get(live_signals.region_key(place))))
            self._regions[place] = Region.of(found[-1])
        return self._regions[place]

    def _until_taken(self, send: Callable[[], Any]) -> None:
        pause, logged = PAUSE_SECONDS, 0.0
        while True:
            try:
                send()
                return
            except valkey.ValkeyError as error:
                if time.monotonic() - logged > LOGGED_EVERY_SECONDS:
                    _log.warning("Valkey did not take a write; the stream waits: %s", error)
                    logged = time.monotonic()
                self._pause(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


class Region:
    """The newest windows of a region. A start finds them in Valkey again."""

    def __init__(self) -> None:
        self.ends: dict[int, int] = {}
        self.rows: dict[int, dict[str, Counts]] = defaultdict(dict)

    @staticmethod
    def of(blob: bytes | None) -> "Region":
        """Of a version that is not known, or of nothing: empty; the next windows fill it."""
        region = Region()
        try:
            known = live_signals.parse_region(blob)
        except live_signals.UnknownVersion:
            return region
        region.ends.update(known.ends)
        for item, windows in known.items.items():
            for seconds, counts in windows.items():
                if counts != live_signals.NOTHING:
                    region.rows[seconds][item] = counts
        return region

    def put(self, seconds: int, change: Change) -> None:
        """A later window takes the place of the one before; a row of an earlier one is of a replay and dropped."""
        end = self.ends.get(seconds, 0)
        if change.number < end:
            return
        if change.number > end:
            self.ends[seconds] = change.number
            self.rows[seconds] = {}
        self.rows[seconds][change.field] = replace(Counts(*map(int, change.counts.split(","))), weight=change.total)

    def pack(self) -> bytes:
        """At most MOST_ITEMS clips and as many tags: the most trending, and of those that do not the most played."""
        items: dict[str, dict[int, Counts]] = defaultdict(dict)
        for seconds, rows in self.rows.items():
            for item, counts in rows.items():
                items[item][seconds] = counts
        ranked = sorted(items.items(), key=lambda each: (-live_signals.trend(each[1]), -_plays(each[1]), each[0]))
        kept: dict[str, dict[int, Counts]] = {}
        for kind in (live_signals.CLIP, live_signals.TAG):
            kept |= dict([each for each in ranked if each[0].startswith(kind)][: live_signals.MOST_ITEMS])
        return live_signals.pack_region(self.ends, kept)


def _plays(windows: Mapping[int, Counts]) -> int:
    return max(counts.plays for counts in windows.values())


def _put(fields: dict[bytes, bytes | None], change: Change) -> None:
    prefix = live_signals.WATCHED_PREFIX if change.kind == WATCHED_ROW else b""
    value = None if change.gone else live_signals.pack_pair(change.number, change.total)
    fields[prefix + change.field.encode()] = value
