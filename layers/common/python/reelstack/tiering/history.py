"""What the nights before know of an object: since when it is in its class, when it was made, its reads of 30 days.
Pure.

A file of rows sorted by key, a row for each object of which a listing does not say everything: it was moved, or read.
Each night's plan reads the rows of the night before beside the listing and writes its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from reelstack.tiering.objects import WINDOW_DAYS


@dataclass(frozen=True)
class Row:
    """`reads`: bytes on each of the last 30 days, oldest first."""

    key: str
    storage_class: str
    since: date
    """In this class; the night that saw it first, so never too early."""
    born: date
    reads: tuple[int, ...] = (0,) * WINDOW_DAYS
    tagged: bool = False
    """It may still have the tag that moved it."""

    @property
    def is_needed(self) -> bool:
        """Whether tomorrow's listing would say less."""
        return any(self.reads) or self.storage_class != "STANDARD" or self.since != self.born or self.tagged

    def as_line(self) -> str:
        reads = ",".join(f"{at}:{number}" for at, number in enumerate(self.reads) if number)
        parts = (self.key, self.storage_class, self.since.isoformat(), self.born.isoformat(), reads, f"{self.tagged:d}")
        return "\t".join(parts) + "\n"


def from_line(line: str) -> Row:
    """What `as_line` made. Raises ValueError for another line."""
    key, storage_class, since, born, sparse, tagged = line.rstrip("\n").split("\t")
    reads = [0] * WINDOW_DAYS
    for part in filter(None, sparse.split(",")):
        at, number = part.split(":")
        reads[int(at)] = int(number)
    return Row(key, storage_class, date.fromisoformat(since), date.fromisoformat(born), tuple(reads), tagged == "1")


def tonight(before: Row | None, listed: Row, night: date, nights: int, read_bytes: int) -> Row:
    """An object's row for a night: what the listing says (`listed`, no reads), what was known `nights` ago (0: by an
    attempt of the same night), what was read since."""
    kept = before.reads if before else (0,) * WINDOW_DAYS
    reads = (*kept[: WINDOW_DAYS - (nights == 0)], *(0,) * max(nights - 1, 0), read_bytes)[-WINDOW_DAYS:]
    if before is None:
        # Of what is in another class already a listing does not say since when.
        return replace(listed, since=listed.since if listed.storage_class == "STANDARD" else night, reads=reads)
    before = _aged(before, listed)
    if before.storage_class != listed.storage_class:
        # A rule or a copy moved it since; the tag that asked for it has done its work. A rule leaves its date.
        since = listed.since if listed.since > before.since else night
        return replace(listed, since=since, born=before.born, reads=reads, tagged=before.tagged)
    # A copy within a class is none of ours; a listing tells of it by a later date.
    return replace(listed, since=before.since, born=before.born, reads=reads, tagged=before.tagged)


def _aged(before: Row, listed: Row) -> Row:
    """S3 never gives an object an earlier date; `reelstack time` does on a laptop."""
    passed = max(before.born - listed.born, timedelta())
    return replace(before, since=before.since - passed, born=before.born - passed)


class Cursor:
    """Sorted rows, asked for by ascending keys."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._rows: Iterator[Row] = map(from_line, lines)
        self._next = next(self._rows, None)

    def find(self, key: str) -> Row | None:
        while self._next and self._next.key < key:
            self._next = next(self._rows, None)
        return self._next if self._next and self._next.key == key else None
