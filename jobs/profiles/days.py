"""Days in UTC, as they are in the names of folders. Pure."""

from datetime import UTC, date, datetime, timedelta

DAY_MS = 24 * 3600 * 1000


def is_day(text: str) -> bool:
    """Whether it is a day as folders are named by it; Python reads other forms as well."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def start_ms(day: str) -> int:
    return int(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).timestamp()) * 1000


def end_ms(day: str) -> int:
    return start_ms(day) + DAY_MS


def before(day: str, count: int = 1) -> str:
    return (date.fromisoformat(day) - timedelta(days=count)).isoformat()


def last(day: str, count: int) -> list[str]:
    """`count` days up to and with `day`, oldest first."""
    return [before(day, back) for back in range(count - 1, -1, -1)]


def through(first: str, final: str) -> list[str]:
    count = (date.fromisoformat(final) - date.fromisoformat(first)).days + 1
    return last(final, count)
