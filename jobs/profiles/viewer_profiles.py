"""A viewer's profile: long-term interests, totals, language, region and the last clips. Pure.

`interests` are scores at `as_of`; a profile that nothing was added to keeps its `as_of`, and readers fade it. A day
adds its events in the order of (at, id), so that the same events give the same bits. Invariant: only events of
somebody who has an account and wishes personalisation count. If the newest event of a day says that they do not wish
it, there is no profile any more; what came after such an event begins a new one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reelstack.feed import scores

MOST_INTERESTS = 200
LEAST_SCORE = 0.001
MOST_WATCHED = 100
KEPT_MS = 400 * 24 * 3600 * 1000
"""A viewer of whom nothing was heard for so long has no profile: raw events are kept as long."""


@dataclass
class Profile:
    viewer: str
    as_of: int = 0
    region: str = ""
    language: str = ""
    plays: int = 0
    finishes: int = 0
    fast_skips: int = 0
    likes: int = 0
    hides: int = 0
    interests: dict[str, float] = field(default_factory=dict)
    watched: list[tuple[str, int]] = field(default_factory=list)
    """Video id and when it was played, newest first, each clip once."""


def update(before: Profile | None, events: Sequence[Mapping[str, Any]], as_of: int) -> Profile | None:
    """The profile at the end of a day whose events of this viewer are given. None: there is to be none."""
    ordered = sorted(events, key=lambda event: (event["at"], event["id"]))
    refused = [place for place, event in enumerate(ordered) if not event["personalised"]]
    if refused:
        before, ordered = None, ordered[refused[-1] + 1 :]
    if before is not None and as_of - before.as_of > KEPT_MS:
        before = None
    if not ordered:
        return before
    found = Profile(ordered[0]["viewer"], as_of)
    if before is not None:
        _carry_over(before, found)
    for event in ordered:
        _add(found, event)
    found.interests = strongest(found.interests)
    found.language = _language(found)
    found.watched = last_watched(ordered, found.watched)
    return found


def strongest(interests: Mapping[str, float]) -> dict[str, float]:
    kept = (item for item in interests.items() if abs(item[1]) >= LEAST_SCORE)
    return dict(sorted(kept, key=lambda item: (-abs(item[1]), item[0]))[:MOST_INTERESTS])


def last_watched(events: Iterable[Mapping[str, Any]], before: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """The clips that were played last, newest first, each once."""
    newest = dict(reversed(before))
    for event in events:
        if event["type"] == "play":
            newest[event["video_id"]] = max(event["at"], newest.get(event["video_id"], 0))
    return sorted(newest.items(), key=lambda item: (-item[1], item[0]))[:MOST_WATCHED]


def total_of(event: Mapping[str, Any]) -> tuple[str, int] | None:
    """Which total an event adds to, and what."""
    kind = event["type"]
    if scores.is_fast_skip(kind, event["watched_ms"], event["duration_ms"]):
        return "fast_skips", 1
    added = {"play": ("plays", 1), "finish": ("finishes", 1), "like": ("likes", 1), "unlike": ("likes", -1)}
    return ("hides", 1) if kind == "hide" else added.get(kind)


def _carry_over(before: Profile, found: Profile) -> None:
    found.interests = {
        key: scores.read(score, before.as_of, found.as_of, scores.LONG_TERM_HALF_LIFE_MS)
        for key, score in before.interests.items()
    }
    for name in ("region", "language", "plays", "finishes", "fast_skips", "likes", "hides", "watched"):
        setattr(found, name, getattr(before, name))


def _add(found: Profile, event: Mapping[str, Any]) -> None:
    for key, weight in scores.weights(event):
        added = scores.forward(weight, event["at"], found.as_of, scores.LONG_TERM_HALF_LIFE_MS)
        found.interests[key] = found.interests.get(key, 0.0) + added
    total = total_of(event)
    if total is not None:
        setattr(found, total[0], getattr(found, total[0]) + total[1])
    found.region = event["region"] or found.region


def _language(found: Profile) -> str:
    spoken = [(score, key) for key, score in found.interests.items() if key.startswith(scores.LANGUAGE) and score > 0]
    if not spoken:
        return found.language
    best = max(score for score, _ in spoken)
    return min(key for score, key in spoken if score == best).removeprefix(scores.LANGUAGE)
