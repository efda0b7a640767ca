"""Daily plays: how clips and creators were watched by day, as the job `profiles` finds it in the archive of events.

A row says all of one clip, or creator, and day, and replaces what was there: loading a file again changes nothing. Rows
of clips and accounts that are erased meanwhile are left out. A row of another version or form raises RowRefused, and
nothing of its page is written.

The stream counts the same plays as they come (`counters.plays`): `reconcile` holds one against the other.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from reelstack.counters import deltas, plays
from reelstack.platform.clock import DAY_SECONDS, now_ms
from reelstack.tables.accounts import User
from reelstack.tables.counters import DailyPlays
from reelstack.tables.videos import Video

KEPT_DAYS = 400
"""As long as the events from which a row could be made again."""
RETENTION_POINTS = 20
"""5, 10, … 100 % of a clip."""
ALL = "all"
"""Key of the row that says of a day that it is loaded, with the sums over all clips."""
PAGE = 100
"""Keys of one BatchGetItem."""
TOLERATED_SHARE = 0.001
TOLERATED_PLAYS = 2
"""By how much the archive and the stream may differ: a play at midnight may be counted a moment after it arrived."""
Number = Annotated[int, Field(ge=0)]


class RowRefused(ValueError):
    """A line is no row of a version that this module knows. Names the file's line, and nothing of its content."""


class Row(BaseModel):
    """One line of `profiles/play_counts/day=…/*.jsonl`."""

    v: Literal[1]
    key: str = Field(min_length=1)
    """A video's id, or user/<id>."""
    day: date
    plays: Number
    viewers: Number
    watched_ms: Number
    finishes: Number
    sources: dict[str, Number] = Field(max_length=50)
    retention: list[Number] = []


@dataclass(frozen=True)
class Reconciled:
    """`archived` plays were loaded of a day, `counted` were counted as they came."""

    archived: int
    counted: int

    @property
    def difference(self) -> int:
        return abs(self.archived - self.counted)

    @property
    def holds(self) -> bool:
        return self.difference <= max(TOLERATED_PLAYS, TOLERATED_SHARE * self.counted)


def load(lines: Iterable[bytes]) -> int:
    """Writes the rows of a file. Returns how many plays of clips its lines tell of, those of erased clips too.
    Raises RowRefused."""
    found, rows = 0, _rows(lines)
    while page := list(islice(rows, PAGE)):
        found += sum(row.plays for row in page if not _is_user(row.key))
        there = _there([row.key for row in page])
        with DailyPlays.batch_write() as batch:
            for row in page:
                if row.key in there:
                    batch.save(_item(row))
    return found


def reconcile(day: date, archived: int) -> Reconciled:
    """Notes that a day is loaded, and holds its plays against those that were counted as they came."""
    _item(
        Row(v=1, key=ALL, day=day, plays=archived, viewers=0, watched_ms=0, finishes=0, sources={}, retention=[])
    ).save()
    return Reconciled(archived, plays.of_day(day.isoformat()))


def last_day() -> date | None:
    """The newest day that is loaded."""
    newest = next(iter(DailyPlays.query(ALL, scan_index_forward=False, limit=1)), None)
    return date.fromisoformat(newest.day) if newest else None


def read(key: str, first: date, last: date) -> list[DailyPlays]:
    """The rows of a clip or creator, oldest first; a day on which nobody watched has none."""
    return list(DailyPlays.query(key, DailyPlays.day.between(first.isoformat(), last.isoformat())))


def of_user(user_id: str) -> str:
    """The key of a creator's rows."""
    return deltas.of_user(user_id)


def _rows(lines: Iterable[bytes]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        try:
            row = Row.model_validate_json(line)
        except ValidationError as error:
            raise RowRefused(f"line {number} is no row of daily plays") from error
        if row.retention and len(row.retention) != RETENTION_POINTS:
            raise RowRefused(f"line {number} has {len(row.retention)} points of retention, not {RETENTION_POINTS}")
        yield row


def _is_user(key: str) -> bool:
    return key.startswith(deltas.of_user(""))


def _there(keys: Sequence[str]) -> set[str]:
    """Those whose clip or account is not erased."""
    clips = [key for key in keys if not _is_user(key)]
    people = {key.removeprefix(deltas.of_user("")): key for key in keys if _is_user(key)}
    found = {video.video_id for video in Video.batch_get(clips, attributes_to_get=["video_id"])} if clips else set()
    names = ["user_id", "expires_at"]
    users = User.batch_get(list(people), attributes_to_get=names) if people else ()
    return found | {people[user.user_id] for user in users if not user.expires_at}


def _item(row: Row) -> DailyPlays:
    starts = datetime.combine(row.day, datetime.min.time(), UTC)
    return DailyPlays(
        row.key,
        row.day.isoformat(),
        plays=row.plays,
        viewers=row.viewers,
        watched_ms=row.watched_ms,
        finishes=row.finishes,
        sources=row.sources,
        retention=row.retention,
        loaded_at=now_ms(),
        expires_at=max(int(starts.timestamp()) + KEPT_DAYS * DAY_SECONDS, int(time.time()) + DAY_SECONDS),
    )
