"""How large a service is. What is not given follows from what is; what contradicts is refused with what would fit.

Viewers at once, daily users and minutes a day are three names of two facts: viewers = users × minutes / 1,440. So are
uploads a second, the months they are kept and the bytes that are stored.
"""

from dataclasses import dataclass
from math import isnan

from infra.settings import Settings

MINUTES_A_DAY = 24 * 60
SECONDS_A_DAY = 24 * 3600
PB_GB = 1e6
AGREES = 0.01
"""How far two ways to the same number may be apart."""
MINUTES, USERS, MONTHS = 60.0, 100_000.0, 12.0
"""Without any of it said: an hour a day, a hundred thousand users, a library of a year."""
UPLOADS_OF_A_USER = 0.05
"""A day, if nobody says: one user in twenty uploads a clip."""
LEAST, MOST = 1e-9, 1e12
"""Of every input: beyond them sums lose their digits."""
PEOPLE = 8.3e9
"""Alive in 2026 (population.un.org/wpp): no service has more users."""
MOST_MONTHS = 1200


class Contradiction(ValueError):
    """Two inputs that cannot both be true. Names both numbers, and what would fit."""


@dataclass(frozen=True)
class Given:
    """What somebody typed; None: not said. `viewers` are those at once, as the mean of a month."""

    viewers: float | None = None
    daily_users: float | None = None
    minutes_a_day: float | None = None
    uploads_a_second: float | None = None
    clip_seconds: int = 30
    months: float | None = None
    stored_pb: float | None = None


@dataclass(frozen=True)
class Demand:
    """The same, whole."""

    viewers: float
    daily_users: float
    minutes_a_day: float
    uploads_a_second: float
    clip_seconds: int
    months: float
    """How long uploads have come at this rate, and none was deleted."""


def settle(given: Given, settings: Settings, clip_gb: float) -> Demand:
    """`clip_gb`: what is stored of one clip. Raises Contradiction."""
    _in_bounds(given, settings)
    users, minutes, viewers = _audience(given)
    if users > PEOPLE:
        raise Contradiction(f"{users:,.3g} daily users, of {PEOPLE:,.3g} people on Earth")
    uploads = given.uploads_a_second
    if uploads is None:
        uploads = users * UPLOADS_OF_A_USER / SECONDS_A_DAY
    _uploads_of_people(uploads, users, settings)
    return Demand(viewers, users, minutes, uploads, given.clip_seconds, _months(given, uploads, clip_gb))


def _in_bounds(given: Given, settings: Settings) -> None:
    for name, value in vars(given).items():
        if value is None or LEAST <= value <= MOST:
            continue
        fits = f"a number from {LEAST:g} to {MOST:g}" if value > 0 or isnan(value) else "more than 0"
        raise Contradiction(f"{name.replace('_', ' ')} is {value:g}; it must be {fits}")
    if given.minutes_a_day and given.minutes_a_day > MINUTES_A_DAY:
        raise Contradiction(f"{given.minutes_a_day:,.0f} minutes a day, of a day's {MINUTES_A_DAY:,}")
    if given.clip_seconds > settings.max_duration_seconds:
        raise Contradiction(
            f"clips of {given.clip_seconds} s, and max_duration_seconds takes {settings.max_duration_seconds} s"
        )


def _audience(given: Given) -> tuple[float, float, float]:
    """Users, minutes, viewers. Raises Contradiction if all three are given and do not agree."""
    users, minutes, viewers = given.daily_users, given.minutes_a_day, given.viewers
    if viewers is None:
        users = USERS if users is None else users
        minutes = MINUTES if minutes is None else minutes
        return users, minutes, users * minutes / MINUTES_A_DAY
    if users is None:
        minutes = MINUTES if minutes is None else minutes
        return viewers * MINUTES_A_DAY / minutes, minutes, viewers
    needed = viewers * MINUTES_A_DAY / users
    if needed > MINUTES_A_DAY * (1 + LEAST):  # all day long is not more than a day by a rounding
        raise Contradiction(
            f"{viewers:,.0f} viewers at once are more than {users:,.0f} daily users: at most {users:,.0f} viewers fit"
        )
    if minutes is None:
        return users, needed, viewers
    mean = users * minutes / MINUTES_A_DAY
    if abs(mean - viewers) > AGREES * max(mean, viewers):
        raise Contradiction(
            f"{users:,.0f} daily users × {minutes:g} minutes are {mean:,.0f} viewers at once on average, not "
            f"{viewers:,.0f}. What fits: {mean:,.0f} viewers, or {viewers * MINUTES_A_DAY / minutes:,.0f} daily users, "
            f"or {needed:.3g} minutes; or leave one of the three out"
        )
    return users, minutes, viewers


def _uploads_of_people(uploads: float, users: float, settings: Settings) -> None:
    each, most = uploads * SECONDS_A_DAY / users, settings.max_uploads_per_day
    if each > most:
        raise Contradiction(
            f"{uploads:,.6g} uploads a second are {each:,.0f} a day for each of {users:,.0f} daily users, and "
            f"max_uploads_per_day is {most}. What fits: {most * users / SECONDS_A_DAY:,.3g} uploads a second, or "
            f"{uploads * SECONDS_A_DAY / most:,.0f} daily users"
        )


def _months(given: Given, uploads: float, clip_gb: float) -> float:
    """Raises Contradiction if months and stored bytes are both given and do not agree."""
    pb_a_month = uploads * SECONDS_A_DAY * 365 / 12 * clip_gb / PB_GB
    if given.stored_pb is None:
        return _in_a_life(MONTHS if given.months is None else given.months, "clips")
    filled = _in_a_life(given.stored_pb / pb_a_month, f"{given.stored_pb:,.3g} PB by {uploads:,.6g} uploads a second")
    if given.months is not None and abs(filled - given.months) > AGREES * max(filled, given.months):
        raise Contradiction(
            f"{uploads:,.6g} uploads a second of {clip_gb * 1000:.1f} MB are {pb_a_month * given.months:,.3g} PB after "
            f"{given.months:g} months, not {given.stored_pb:,.3g} PB. What fits: {pb_a_month * given.months:,.3g} PB, "
            f"or {filled:,.3g} months, or {uploads * filled / given.months:,.3g} uploads a second; "
            "or leave one of the three out"
        )
    return filled


def _in_a_life(months: float, what: str) -> float:
    """Raises Contradiction for what would take centuries."""
    if months > MOST_MONTHS:
        raise Contradiction(
            f"{what} of {months:,.3g} months, {months / 12:,.3g} years; at most {MOST_MONTHS:,} months fit"
        )
    return months
