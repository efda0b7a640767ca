"""Features of a clip that was served, made of raw events: what the feed knew at that moment, and nothing later. Pure.

The real-time scores count what had *arrived* by then, each event by the time it happened. Long-term interests, totals
and languages are those of the daily artefacts that were in service. The vector itself comes from feed.features.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs.profiles import viewer_profiles
from jobs.profiles.viewer_profiles import Profile
from reelstack.feed import features, scores
from reelstack.feed.features import ClipState, Moment, Totals, ViewerState

EVENT_DAYS = 30
"""Of events that are read: the real-time job forgets a viewer after as many."""
HOUR_MS = 3600 * 1000
TOTALS = ("plays", "finishes", "fast_skips", "likes", "hides")

Row = Mapping[str, Any]


@dataclass
class Scores:
    """Sums by forward decay with the landmark at the moment they were last read."""

    half_life_ms: int
    landmark: int = 0
    sums: dict[str, float] = field(default_factory=dict)

    def read(self, now: int, arrived: Iterable[Row]) -> dict[str, float]:
        """The scores now, with what arrived since. Moments are asked in their order."""
        self.sums = {
            key: scores.rebase(total, self.landmark, now, self.half_life_ms) for key, total in self.sums.items()
        }
        self.landmark = now
        for event in arrived:
            for key, weight in scores.weights(event):
                added = scores.forward(weight, event["at"], now, self.half_life_ms)
                self.sums[key] = self.sums.get(key, 0.0) + added
        return self.sums


def last_hours(rows: Sequence[Row], events: Sequence[Row]) -> list[Totals]:
    """For each row of one clip: what had arrived of the hour before it was served, in the viewer's region."""
    counted = [(event, total) for event in events if (total := viewer_profiles.total_of(event)) is not None]
    found = []
    for row in rows:
        now, sums = row["served_at"], dict.fromkeys(TOTALS, 0)
        for event, (name, added) in counted:
            in_hour = now - HOUR_MS < event["at"] <= now and event["received_at"] <= now
            if in_hour and event["region"] == row["viewer_region"]:
                sums[name] += added
        found.append(Totals(**sums))
    return found


def vectors(rows: Sequence[Row], events: Sequence[Row], profile: Profile | None) -> list[dict[str, Any]]:
    """The rows of one viewer with `features`, `history` and `exact`, the values before bucketing; by time of serving.

    A row brings the clip: owner_id, tags, language, duration_ms, region, published_at, totals and last_hour."""
    arrived = sorted(
        (event for event in events if event["signed_in"] and event["personalised"]),
        key=lambda event: (event["received_at"], event["id"]),
    )
    session, interest = Scores(scores.SESSION_HALF_LIFE_MS), Scores(scores.INTEREST_HALF_LIFE_MS)
    found: list[dict[str, Any]] = []
    watched: list[tuple[str, int]] = []
    place = 0
    for row in sorted(rows, key=lambda row: (row["served_at"], row["answer_id"], row["video_id"])):
        now, begin = row["served_at"], place
        while place < len(arrived) and arrived[place]["received_at"] <= now:
            place += 1
        new = arrived[begin:place]
        watched = viewer_profiles.last_watched(new, watched)
        state = _viewer(row, profile, session.read(now, new), interest.read(now, new))
        asked = (state, _clip(row), Moment(now))  # where it was shown was not known when it was scored
        history = [video_id for video_id, _ in watched[: features.HISTORY]]
        made = {"features": features.vector(*asked), "exact": list(features.values(*asked)), "history": history}
        found.append({**row, **made})
    return found


def _viewer(row: Row, profile: Profile | None, session: Row, interest: Row) -> ViewerState:
    known = profile or Profile(row["viewer"])
    long_term = {
        key: scores.read(score, known.as_of, row["served_at"], scores.LONG_TERM_HALF_LIFE_MS)
        for key, score in known.interests.items()
    }
    totals = Totals(**{name: getattr(known, name) for name in TOTALS})
    return ViewerState(row["viewer"], row["viewer_region"], known.language, totals, session, interest, long_term)


def _clip(row: Row) -> ClipState:
    return ClipState(
        row["video_id"],
        row["owner_id"],
        tuple(row["tags"]),
        row["language"],
        row["region"],
        row["duration_ms"],
        row["published_at"],
        row["totals"],
        row["last_hour"],
    )
