"""Where a viewer left a clip, read from the events of a view: the latest one says it. Pure.

The latest is the latest by event time, so that events may come in any order, late and more than once. Within one view
the client's own clock decides: one clock told all of its times, and they do not change when a batch is sent again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reelstack.behavior import plausibility

TYPES = ("progress", "pause", "skip", "finish")
END_MS = 3000
"""Who left a clip so short before its end has seen it: it begins anew."""


@dataclass(frozen=True)
class Sighting:
    """That a viewer was at a position of a clip. Times are unix milliseconds."""

    video_id: str
    position_ms: int | None
    """None: watched to the end, or not begun."""
    seen_at: int
    """By the server's clock."""
    view_id: str
    view_event: str
    """"<time by the client's clock, 15 digits>#<event id>": grows within a view."""


def read(record: dict[str, Any], client_at: int, sent_at: int) -> Sighting | None:
    """What a record of stored_event says of where its viewer was; None if it says nothing. `client_at` and `sent_at`
    are as the client sent them."""
    if record["type"] not in TYPES or not record["video_id"]:
        return None
    return Sighting(
        record["video_id"],
        _position(record),
        plausibility.lasting_event_time(client_at, sent_at, record["received_at"]),
        record["view_id"],
        f"{client_at:015d}#{record['id']}",
    )


def is_later(one: Sighting, other: Sighting) -> bool:
    """Whether `one` replaces `other`, of the same viewer and clip."""
    if one.view_id == other.view_id:
        return one.view_event > other.view_event
    return (one.seen_at, one.view_id) > (other.seen_at, other.view_id)


def latest(sightings: Iterable[Sighting]) -> dict[str, Sighting]:
    """The latest of each clip, by video id."""
    found = dict[str, Sighting]()
    for one in sightings:
        known = found.get(one.video_id)
        if known is None or is_later(one, known):
            found[one.video_id] = one
    return found


def _position(record: dict[str, Any]) -> int | None:
    position = int(record["position_ms"])
    is_within = 0 < position < record["duration_ms"] - END_MS
    return position if is_within and record["type"] != "finish" else None
