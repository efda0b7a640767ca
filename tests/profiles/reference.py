"""What the daily job must give, computed by the definitions: all events each time, nothing carried over, no Spark.

Slower than the job and written apart from it; only the weights, the decay and the vector are shared (reelstack.feed).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from jobs.profiles import days
from reelstack.feed import features, scores
from reelstack.feed.features import ClipState, Moment, Totals, ViewerState
from tests.profiles.made_days import CATALOGUE, CLIPS, DAYS, HOUR, Record, day_of

LONG = scores.LONG_TERM_HALF_LIFE_MS


def decayed(events: Sequence[Record], now: int, half_life: int) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for event in events:
        for key, weight in scores.weights(event):
            found[key] += weight * 2.0 ** ((event["at"] - now) / half_life)
    return dict(found)


def totals(events: Sequence[Record]) -> Totals:
    kinds = Counter(event["type"] for event in events)
    skips = sum(scores.is_fast_skip(event["type"], event["watched_ms"], event["duration_ms"]) for event in events)
    return Totals(kinds["play"], kinds["finish"], skips, kinds["like"] - kinds["unlike"], kinds["hide"])


def clip_totals(events: Sequence[Record]) -> Totals:
    """Of one clip: what clients tell counts once a day and viewer."""
    once: dict[tuple[str, str, str, bool], Record] = {}
    for event in events:
        fast = scores.is_fast_skip(event["type"], event["watched_ms"], event["duration_ms"])
        once.setdefault((day_of(event["received_at"]), event["viewer"], event["type"], fast), event)
    of_clients = [event for event in once.values() if event["origin"] != "table"]
    return totals([*of_clients, *(event for event in events if event["origin"] == "table")])


def until(events: Sequence[Record], day: str) -> list[Record]:
    """Those that arrived up to the end of a day."""
    return [event for event in events if event["received_at"] < days.end_ms(day)]


def of_day(events: Sequence[Record], day: str) -> list[Record]:
    return [event for event in events if day_of(event["received_at"]) == day]


def interests(events: Sequence[Record], viewer: str, day: str) -> tuple[int, dict[str, float]]:
    """As of when, and the long-term interests then."""
    own = [event for event in until(events, day) if event["viewer"] == viewer and event["personalised"]]
    as_of = days.end_ms(max((day_of(event["received_at"]) for event in own), default=day))
    return as_of, decayed(own, as_of, LONG)


def play_counts(events: Sequence[Record], day: str) -> dict[str, Record]:
    found: dict[str, Record] = {}
    watched: dict[str, Counter[str]] = {}
    for when in (days.before(day), day):
        watched[when] = Counter()
        for event in of_day(events, when):
            if event["view_id"]:
                view = f"{event['video_id']}\n{event['viewer']}\n{event['view_id']}"
                watched[when][view] = max(watched[when][view], event["watched_ms"])
    for event in of_day(events, day):
        if not event["video_id"] or event["type"] not in ("play", "finish", "progress", "skip"):
            continue
        row = found.setdefault(
            event["video_id"], {"plays": 0, "viewers": set(), "finishes": 0, "watched_ms": 0, "sources": Counter()}
        )
        row["owner_id"] = max(row.get("owner_id", ""), event["owner_id"])
        row["finishes"] += event["type"] == "finish"
        if event["type"] == "play":
            row["plays"] += 1
            row["viewers"].add(event["viewer"])
            row["sources"][event["source"] if event["origin"] != "direct" else "direct"] += 1
    of_viewers: Counter[str] = Counter()
    for view, watched_ms in watched[day].items():
        of_viewers[view.rpartition("\n")[0]] += max(0, watched_ms - watched[days.before(day)][view])
    lengths = {event["video_id"]: event["duration_ms"] for event in of_day(events, day)}
    for key, watched_ms in of_viewers.items():
        video_id = key.split("\n")[0]
        found[video_id]["watched_ms"] += min(watched_ms, 30 * lengths[video_id])
    of_owner: dict[str, set[str]] = defaultdict(set)
    for row in found.values():
        of_owner[row["owner_id"]] |= row["viewers"]
    for row in found.values():
        row["owner_viewers"] = len(of_owner[row["owner_id"]])
    return found


def log(served: Sequence[Record], events: Sequence[Record]) -> list[Record]:
    """The rows with the features that a feed would have logged."""
    by_viewer, by_clip = defaultdict(list), defaultdict(list)
    for event in events:
        by_viewer[event["viewer"]].append(event)
        by_clip[event["video_id"]].append(event)
    known: dict[Any, Any] = {}
    found = []
    for row in served:
        now = row["served_at"]
        before = days.start_ms(day_of(now))
        own = [event for event in by_viewer[row["viewer"]] if event["received_at"] <= now]
        of_clip = [event for event in by_clip[row["video_id"]] if event["received_at"] <= now]
        viewer = _viewer(row, own, before, known)
        clip = _clip(row, of_clip, viewer.region, before)
        vector = features.vector(viewer, clip, Moment(now))
        found.append({**row, "features": vector, "history": []})
    return found


def _viewer(row: Record, own: Sequence[Record], before: int, known: dict[Any, Any]) -> ViewerState:
    now = row["served_at"]
    key = (row["viewer"], before)
    if key not in known:
        old = [event for event in own if event["received_at"] < before]
        language = next(
            filter(None, (_language(old, end) for end in range(before, days.start_ms(DAYS[0]), -days.DAY_MS))), ""
        )
        known[key] = (totals(old), language, old)
    total, language, old = known[key]
    region = ("DE", "US")[sum(row["viewer"].encode()) % 2]
    session = decayed(own, now, scores.SESSION_HALF_LIFE_MS)
    interest = decayed(own, now, scores.INTEREST_HALF_LIFE_MS)
    return ViewerState(row["viewer"], region, language, total, session, interest, decayed(old, now, LONG))


def _language(old: Sequence[Record], end: int) -> str:
    """The strongest that was liked, at the end of a day; if none was, that of the day before stays."""
    arrived = [event for event in old if event["received_at"] < end]
    spoken = {name: score for name, score in decayed(arrived, end, LONG).items() if name[:2] == "l:" and score > 0}
    return min(spoken, key=lambda name: (-spoken[name], name))[2:] if spoken else ""


def _clip(row: Record, of_clip: Sequence[Record], region: str, before: int) -> ClipState:
    clip: Record = next(clip for clip in CLIPS if clip["video_id"] == row["video_id"])
    told: Record = next(clip for clip in CATALOGUE if clip["video_id"] == row["video_id"])
    now = row["served_at"]
    hour = [event for event in of_clip if now - HOUR < event["at"] <= now and event["region"] == region]
    every = clip_totals([event for event in of_clip if event["received_at"] < before])
    facts: Record = {**clip, "tags": tuple(clip["tags"]), **told}
    return ClipState(**facts, totals=every, last_hour=totals(hour))


def viewer_days(events: Sequence[Record], day: str, left_out: Collection[str]) -> dict[str, tuple[int, ...]]:
    """Viewer -> experiments.viewer_days.COUNTS, of what was shown."""
    shown: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for event in of_day(events, day):
        if event["answer_id"] and event["viewer"] not in left_out:
            shown[event["viewer"], event["answer_id"], event["video_id"]].append(event)
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    owners: dict[str, set[str]] = defaultdict(set)
    for (viewer, *_), own in shown.items():
        kinds = {event["type"] for event in own}
        played = bool(kinds - {"impression", "hide"})
        if played:
            owners[viewer].add(own[0]["owner_id"])
        fast = any(scores.is_fast_skip(one["type"], one["watched_ms"], one["duration_ms"]) for one in own)
        if played or "hide" in kinds:
            watched = max(event["watched_ms"] for event in own)
            for place, value in enumerate((played, "finish" in kinds, watched, fast, "hide" in kinds)):
                sums[viewer][place] += value
    return {viewer: (*counts, len(owners[viewer])) for viewer, counts in sums.items()}
