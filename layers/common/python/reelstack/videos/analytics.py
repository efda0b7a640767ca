"""Analytics: what creators are told of how their clips are watched, day by day, as `counters.daily_plays` has it.

Days are those of the events' arrival, by UTC. A day is there once the daily job has loaded it; `as_of` says up to when
that is so. Nobody is named: not even of a single viewer is anything told but that there was one.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel

from reelstack.counters import counters, daily_plays
from reelstack.tables.counters import DailyPlays

OLDEST = date(2000, 1, 1)
MOST_DAYS = 90
DAY = timedelta(days=1)
POINT_PERCENT = 100 // daily_plays.RETENTION_POINTS


class DayPlays(BaseModel):
    """One day, by UTC."""

    day: date
    plays: int
    viewers: int | None
    """Who played it, or any of these clips, that day, each once; null if it was not counted."""
    watched_ms: int


class RetentionPoint(BaseModel):
    """How many were still watching at this part of the clip."""

    percent: int
    share: float
    """Of the views that say how far they went, 0 to 1."""


class Analytics(BaseModel):
    """What the days of a range add up to."""

    first_day: date
    last_day: date
    as_of: int | None
    """Unix milliseconds: until then everything is counted here; null before the first day was."""
    plays: int
    watched_ms: int
    finishes: int
    finish_rate: float | None
    """Of the plays; null if there was none."""
    sources: dict[str, int]
    """Where it was found -> plays."""
    days: list[DayPlays]
    """Each day of the range that is counted, oldest first."""


class VideoAnalytics(Analytics):
    """Of one clip."""

    video_id: str
    plays_now: int
    """Ever, a few seconds old: today's are in here only."""
    retention: list[RetentionPoint]
    """Empty if it is not known."""


def of_video(video_id: str, days: int, last: date) -> VideoAnalytics:
    """The `days` until `last`. Who may ask is the caller's to decide."""
    rows = daily_plays.read(video_id, last - (days - 1) * DAY, last)
    base = _added(rows, days, last)
    now = counters.read([video_id])[video_id].plays
    return VideoAnalytics(**dict(base), video_id=video_id, plays_now=now, retention=_retention(rows))


def of_creator(user_id: str, days: int, last: date) -> Analytics:
    """The same of all clips of a creator, those they deleted included."""
    rows = daily_plays.read(daily_plays.of_user(user_id), last - (days - 1) * DAY, last)
    return _added(rows, days, last)


def last_day(until: date | None) -> date:
    """The day that is asked for, or yesterday. No clip is older than OLDEST; before the year 1 there are no days."""
    return max(until or yesterday(), OLDEST)


def yesterday() -> date:
    """The newest day that can be whole, by UTC."""
    return datetime.now(UTC).date() - DAY


def _added(rows: Sequence[DailyPlays], days: int, last: date) -> Analytics:
    newest, first = daily_plays.newest(), last - (days - 1) * DAY
    known = date.fromisoformat(newest.day) if newest else None
    by_day = {row.day: row for row in rows}
    whole = [first + number * DAY for number in range(days) if known and first + number * DAY <= known]
    plays, finishes = (int(sum(getattr(row, name) for row in rows)) for name in ("plays", "finishes"))
    sources: dict[str, int] = {}
    for row in rows:
        for source, number in row.sources.items():
            sources[source] = sources.get(source, 0) + int(number)
    return Analytics(
        first_day=first,
        last_day=last,
        as_of=min(_ends(known), int(newest.loaded_at)) if newest and known else None,
        plays=plays,
        watched_ms=int(sum(row.watched_ms for row in rows)),
        finishes=finishes,
        # A finish may come on the day after its play, and a client may tell of one without a play.
        finish_rate=min(1.0, finishes / plays) if plays else None,
        sources=sources,
        days=[_of_day(day, by_day.get(day.isoformat())) for day in whole],
    )


def _of_day(day: date, row: DailyPlays | None) -> DayPlays:
    if row is None:
        return DayPlays(day=day, plays=0, viewers=0, watched_ms=0)
    viewers = None if row.viewers is None else int(row.viewers)
    return DayPlays(day=day, plays=int(row.plays), viewers=viewers, watched_ms=int(row.watched_ms))


def _retention(rows: Sequence[DailyPlays]) -> list[RetentionPoint]:
    """Over the days that say it."""
    told = [row for row in rows if row.reached and row.views]
    views = sum(row.views for row in told)
    return [
        RetentionPoint(percent=(point + 1) * POINT_PERCENT, share=sum(row.reached[point] for row in told) / views)
        for point in range(daily_plays.RETENTION_POINTS if told else 0)
    ]


def _ends(day: date) -> int:
    return int(datetime.combine(day + DAY, datetime.min.time(), UTC).timestamp() * 1000)
