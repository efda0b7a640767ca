"""Daily plays: how clips and creators were watched by day, as the job `profiles` finds it in the archive of events.

A row says all of one clip, or creator, and day, and replaces what was there: loading a file again changes nothing. Rows
of clips and accounts that are erased meanwhile are left out, and so are lines of another form (platform.daily_files).

The stream counts the same plays as they come (`counters.plays`): `sum_up` holds one against the other.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import Annotated

from pydantic import BaseModel, Field

from reelstack.counters import deltas, plays
from reelstack.platform import daily_files
from reelstack.platform.clock import DAY_SECONDS, now_ms
from reelstack.platform.daily_files import Loaded, Target
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


class Row(BaseModel):
    """One line of `profiles/play_counts/day=…/part-00000.jsonl`."""

    day: date
    video_id: str = Field(min_length=1)
    owner_id: str
    plays: Number
    viewers: Number
    watched_ms: Number
    finishes: Number
    owner_viewers: Number | None = None
    """Who played any clip of its owner, each once: the same in each row of an owner."""
    sources: dict[str, Number] = Field(max_length=50)
    views: Number = 0
    """Those that say how far they went."""
    reached: list[Number] = []
    """Views that came to 5, 10, … 100 % of the clip; empty where no view says how far it went."""


@dataclass
class Sum:
    """Of several clips in one day. Viewers cannot be added, since one may have watched several clips: of all clips of
    a creator the job counts them."""

    plays: int = 0
    viewers: int | None = None
    watched_ms: int = 0
    finishes: int = 0
    sources: dict[str, int] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        self.plays += row.plays
        self.watched_ms += row.watched_ms
        self.finishes += row.finishes
        for source, number in row.sources.items():
            self.sources[source] = self.sources.get(source, 0) + number


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


def key_of_file(day: date) -> str:
    """Where the job writes a day's rows, in the bucket `data`."""
    return f"profiles/play_counts/day={day.isoformat()}/part-00000.jsonl"


def load(lines: Iterable[bytes], start: int, until: float) -> Loaded:
    """Writes the rows from line `start` on, until a time (time.time())."""
    return daily_files.load_pages(lines, start, until, Target(_read, _write, PAGE))


def sum_up(day: date, lines: Iterable[bytes]) -> Reconciled:
    """Writes the creators' rows of a day and that the day is loaded, and holds its plays against those that were
    counted as they came. Lines that are no rows are left out; the load told of them."""
    everything, creators = Sum(), dict[str, Sum]()
    for row in daily_files.readable(lines, _read, []):
        everything.add(row)
        if not row.owner_id:  # of a clip whose owner is erased, or in no event
            continue
        found = creators.setdefault(row.owner_id, Sum(viewers=row.owner_viewers))
        found.add(row)
    owners = iter(creators.items())
    while page := dict(islice(owners, PAGE)):
        there = _present(list(page))
        with DailyPlays.batch_write() as batch:
            for user_id, found in page.items():
                if user_id in there:
                    batch.save(_of_sum(of_user(user_id), day, found))
    _of_sum(ALL, day, everything).save()
    return Reconciled(everything.plays, plays.of_day(day.isoformat()))


def newest() -> DailyPlays | None:
    """The sums of the newest day that is loaded."""
    return next(iter(DailyPlays.query(ALL, scan_index_forward=False, limit=1)), None)


def read(key: str, first: date, last: date) -> list[DailyPlays]:
    """The rows of a clip or creator, oldest first; a day on which nobody watched has none."""
    return list(DailyPlays.query(key, DailyPlays.day.between(first.isoformat(), last.isoformat())))


of_user: Callable[[str], str] = deltas.of_user
"""The key of a creator's rows."""


def _read(line: bytes) -> Row:
    """Raises ValueError for a line that no correct job writes."""
    row = Row.model_validate_json(line)
    if row.reached and len(row.reached) != RETENTION_POINTS:
        raise ValueError(f"{len(row.reached)} points of retention, not {RETENTION_POINTS}")
    return row


def _write(page: Sequence[Row]) -> None:
    clips = [row.video_id for row in page]
    there = {video.video_id for video in Video.batch_get(clips, attributes_to_get=["video_id"])}
    with DailyPlays.batch_write() as batch:
        for row in page:
            if row.video_id in there:
                batch.save(_of_clip(row))


def _present(user_ids: Sequence[str]) -> set[str]:
    """Those whose account is not erased; what is left of an erased one has an end."""
    found = User.batch_get(user_ids, attributes_to_get=["user_id", "expires_at"])
    return {user.user_id for user in found if not user.expires_at}


def _of_clip(row: Row) -> DailyPlays:
    found = Sum(row.plays, row.viewers, row.watched_ms, row.finishes, row.sources)
    item = _of_sum(row.video_id, row.day, found)
    if row.views:
        item.views, item.reached = row.views, row.reached
    return item


def _of_sum(key: str, day: date, found: Sum) -> DailyPlays:
    starts = datetime.combine(day, datetime.min.time(), UTC)
    return DailyPlays(
        key,
        day.isoformat(),
        plays=found.plays,
        viewers=found.viewers,
        watched_ms=found.watched_ms,
        finishes=found.finishes,
        sources=found.sources,
        loaded_at=now_ms(),
        expires_at=int(starts.timestamp()) + KEPT_DAYS * DAY_SECONDS,
    )
