"""What one viewer did in one day under one set of arms: a line of profiles/viewer_days/day=D/. Pure.

    {"day": "2026-11-23", "unit": "…", "arms": "ranker=fresh/b", "plays": 31, "finishes": 12, "watched_ms": 412340,
     "fast_skips": 6, "hides": 0, "creators": 22}

The daily job writes it of events with a receipt, of days with and without experiments: the week before an experiment
is what CUPED needs. `plays` are clips that were played, one for each clip of an answer; `creators` are how many
different people made them. A line that has not this form is refused (ValueError): a report never guesses.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

FOLDER = "profiles/viewer_days"
COUNTS = ("plays", "finishes", "watched_ms", "fast_skips", "hides", "creators")


@dataclass(frozen=True)
class ViewerDay:
    day: int
    """Ordinal of the date."""
    unit: str
    arms: Mapping[str, str]
    """Layer -> "<salt>/<arm>", with "+<team>" of clips that a team of an interleaved page picked."""
    counts: tuple[int, ...]
    """In the order of COUNTS."""


def read(lines: Iterable[str | bytes]) -> Iterator[ViewerDay]:
    for line in lines:
        if line.strip():
            yield _viewer_day(json.loads(line))


def _viewer_day(found: Any) -> ViewerDay:
    if not isinstance(found, dict):
        raise ValueError(f"{found!r} is no object")
    try:
        counts = tuple(int(found[name]) for name in COUNTS)
        parts = (part.partition("=") for part in str(found["arms"]).split(";"))
        day, unit = date.fromisoformat(found["day"]).toordinal(), str(found["unit"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"a viewer's day lacks {error}") from error
    if min(counts) < 0 or not unit:
        raise ValueError(f"{found!r} has no unit, or a negative count")
    return ViewerDay(day, unit, {layer: arm for layer, equals, arm in parts if equals}, counts)
