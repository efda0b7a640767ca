"""How clips were watched, as their creators are told: `client.videos.analytics`."""

from __future__ import annotations

from pydantic import Field

from reelstack_client.models import Answer


class DayPlays(Answer):
    """One day, by UTC."""

    day: str
    plays: int
    viewers: int | None = None
    """Who played it, or any of these clips, each once; None if it was not counted."""
    watched_ms: int


class RetentionPoint(Answer):
    """`share` of the views that say how far they went were still going on at `percent` of the clip."""

    percent: int
    share: float


class Analytics(Answer):
    """How clips were watched from `first_day` to `last_day`; everything until `as_of` is counted."""

    first_day: str
    last_day: str
    as_of: int | None = None
    plays: int
    watched_ms: int
    finishes: int
    finish_rate: float | None = None
    sources: dict[str, int] = Field(default_factory=dict)
    days: tuple[DayPlays, ...] = ()
    video_id: str | None = None
    """This and what follows are told of one video."""
    plays_now: int | None = None
    """Ever, a few seconds old."""
    retention: tuple[RetentionPoint, ...] = ()
