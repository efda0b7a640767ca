"""The reference: what the job's SQL must say of a list of events in the order of their arrival, in plain Python."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reelstack.feed import live_signals, scores
from reelstack.feed.live_signals import WINDOWS_SECONDS, Counts

LATE_MS = 10_000
DAY_MS = 24 * 3600 * 1000
COUNTED = ("play", "finish", "fast_skip", "like", "hide", "report")
WATCHING = ("progress", "finish", "replay", "skip", "fast_skip", "pause")
Event = dict[str, Any]


@dataclass(frozen=True)
class Fact:
    """An entry of a window: what an event adds to its clip and tags."""

    at: int
    watermark: int
    """Before the event."""
    event: Event
    kind: str
    more_ms: int = 0
    weight: float = 0.0


@dataclass
class Reference:
    """Of the events of a stream, in the order in which the job reads them."""

    seen: set[str] = field(default_factory=set)
    watermark: int = -(2**62)
    events: list[Event] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    late: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _events_of: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    _firsts: set[tuple[str, str, str, int]] = field(default_factory=set)
    _most: dict[tuple[str, str], int] = field(default_factory=dict)

    def read(self, events: Iterable[Event]) -> None:
        for event in events:
            if event["id"] not in self.seen:
                self.seen.add(event["id"])
                self.events.append(event)
                self._events_of[event["viewer"]].append(event)
                self._add(event, _kind(event))
            self.watermark = max(self.watermark, event["at"] - LATE_MS)

    def _add(self, event: Event, kind: str) -> None:
        entries = [*self._counted(event, kind), *self._watched(event, kind), *self._trending(event, kind)]
        self.facts += [Fact(event["at"], self.watermark, event, *entry) for entry in entries]
        known = (*COUNTED, *WATCHING, *live_signals.TRENDING_KINDS)
        if event["video_id"] and kind in known and not _of_other(event, kind):
            for seconds, slide in WINDOWS_SECONDS.items():
                self.late[f"late_{seconds}"] += self.watermark >= _last_end(event["at"], seconds, slide) - 1

    def _counted(self, event: Event, kind: str) -> Iterable[tuple[str, int, float]]:
        if event["video_id"] and kind in COUNTED and not _of_other(event, kind):
            yield kind, 0, 0.0

    def _watched(self, event: Event, kind: str) -> Iterable[tuple[str, int, float]]:
        view = (event["viewer"], event["view_id"])
        if event["video_id"] and event["view_id"] and kind in WATCHING:
            more = event["watched_ms"] - self._most.get(view, 0)
            if more > 0:
                self._most[view] = event["watched_ms"]
                yield "watch", more, 0.0

    def _trending(self, event: Event, kind: str) -> Iterable[tuple[str, int, float]]:
        if not _has_account(event) or event["origin"] == "direct" or not event["video_id"] or _of_other(event, kind):
            return
        first = (event["viewer"], event["video_id"], kind, event["at"] // DAY_MS)
        if kind in ("play", *live_signals.TRENDING_KINDS) and first not in self._firsts:
            self._firsts.add(first)
            yield ("shown", 0, 0.0) if kind == "play" else ("trend", 0, scores.WEIGHTS[kind])

    def scores(self, viewer: str, now_ms: int) -> dict[str, dict[str, float]]:
        """Half-life -> key -> score now: each event faded by itself, without a landmark."""
        found: dict[str, dict[str, float]] = {name: defaultdict(float) for name in scores.HALF_LIVES_MS}
        for event in self._events_of[viewer]:
            if _has_account(event) and event["personalised"]:
                for key, weight in scores.weights(event):
                    for name, half_life in scores.HALF_LIVES_MS.items():
                        if event["received_at"] - event["at"] <= 256 * half_life:
                            found[name][key] += weight * 2.0 ** (-(now_ms - event["at"]) / half_life)
        return found

    def watched(self, viewer: str) -> list[tuple[str, float]]:
        last: dict[str, tuple[int, float]] = {}
        for event in self._events_of[viewer]:
            mine = _has_account(event) and event["personalised"]
            if mine and event["duration_ms"] and _kind(event) in WATCHING:
                share = 1.0 if event["type"] == "finish" else min(1.0, event["watched_ms"] / event["duration_ms"])
                at, most = last.get(event["video_id"], (0, 0.0))
                last[event["video_id"]] = (max(at, event["at"]), max(most, share))
        newest = sorted(last.items(), key=lambda each: -each[1][0])[: live_signals.WATCHED]
        return [(video_id, share) for video_id, (_, share) in newest]

    def totals(self) -> dict[str, int]:
        unknown = sum(event["type"] == "something_new" for event in self.events)
        return {name: count for name, count in self.late.items() if count} | {"unknown_type": unknown}

    def window(self, seconds: int, region: str) -> tuple[int, dict[str, Counts]]:
        """The last window that the watermark has ended: its end, and its items."""
        slide = WINDOWS_SECONDS[seconds] * 1000
        end = (self.watermark + 1) // slide * slide
        facts: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            in_time = end - seconds * 1000 <= fact.at < end and fact.watermark < end - 1
            if in_time and region in ("", fact.event["region"]):
                for item in _items(fact.event):
                    facts[item].append(fact)
        return end, {item: _counts(mine) for item, mine in facts.items()}


def _counts(facts: Sequence[Fact]) -> Counts:
    def of(kind: str) -> int:
        return sum(fact.kind == kind for fact in facts)

    return Counts(
        plays=of("play"),
        viewers=len({fact.event["viewer"] for fact in facts if fact.kind == "play"}),
        finishes=of("finish"),
        fast_skips=of("fast_skip"),
        likes=of("like"),
        hides=of("hide"),
        reports=of("report"),
        shown=of("shown"),
        watched_ms=sum(fact.more_ms for fact in facts),
        first_at=min((fact.at for fact in facts if fact.kind in ("shown", "trend")), default=0),
        weight=sum(fact.weight for fact in facts),
    )


def _items(event: Event) -> set[str]:
    return {f"v:{event['video_id']}", *(f"t:{tag}" for tag in event["tags"])}


def _kind(event: Event) -> str:
    if scores.is_fast_skip(event["type"], event["watched_ms"], event["duration_ms"]):
        return "fast_skip"
    return "report_of_other" if event["type"] == "report" and event["what"] != "video" else str(event["type"])


def _of_other(event: Event, kind: str) -> bool:
    return kind == "hide" and event["what"] != "video"


def _has_account(event: Event) -> bool:
    return bool(event["signed_in"]) and not event["viewer"].startswith("s:")


def _last_end(at: int, seconds: int, slide_seconds: int) -> int:
    return at // (slide_seconds * 1000) * slide_seconds * 1000 + seconds * 1000
