"""Rows of who watched what, in the schema of KuaiRand (Gao et al. 2022), and readers of files that a user brings.

KuaiRand  log_*.csv            all columns that this schema has
KuaiRec   *_matrix.csv         watch times alone; likes and the like are unknown, and 0
MovieLens u.data, ratings.dat, ratings.csv   a rating of 4 or 5 is a view of the whole film, of 5 a like, of 1 a hate

Nothing is downloaded. A file is read line by line; one that has other columns, or a line that is none or says what
cannot be (a negative time, a like that is neither 0 nor 1), raises DatasetRefused with the number of the line and
nothing of its content.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TextIO

from cli.simulation.people import Clips
from cli.simulation.runs import Row
from cli.simulation.world import LONG_VIEW_MS

TAB = 1
FILM_MS = 60_000
"""MovieLens knows no length."""
MOST_ROWS = 50_000_000
MOST_MS = 10**15
"""A number beyond it is no time."""
MOST_HEAD = 10_000
"""Characters of a first line."""
SHARES = ("is_click", "is_like", "is_follow", "is_comment", "is_forward", "is_hate", "long_view", "is_profile_enter")


class DatasetRefused(ValueError):
    """A file has not the columns of a data set that is known, or a line of it cannot be read."""


@dataclass(frozen=True)
class Seen:
    user_id: str
    video_id: str
    time_ms: int
    is_click: int
    is_like: int
    is_follow: int
    is_comment: int
    is_forward: int
    is_hate: int
    long_view: int
    play_time_ms: int
    duration_ms: int
    is_profile_enter: int
    is_rand: int
    tab: int


COLUMNS = tuple(one.name for one in fields(Seen))


def is_long_view(play_time_ms: int, duration_ms: int) -> bool:
    return play_time_ms >= min(duration_ms, LONG_VIEW_MS)


def of_row(row: Row, clips: Clips) -> Seen:
    """A clip that plays by itself is clicked when it is not skipped at once."""
    one, duration = row.outcome, int(clips.duration_ms[row.clip])
    return Seen(
        str(row.viewer),
        str(row.clip),
        row.at_ms,
        is_click=int(not one.fast_skip),
        is_like=int(one.like),
        is_follow=int(one.follow),
        is_comment=int(one.comment),
        is_forward=int(one.share),
        is_hate=int(one.hide),
        long_view=int(one.is_long(duration)),
        play_time_ms=one.watched_ms,
        duration_ms=duration,
        is_profile_enter=int(one.profile),
        is_rand=int(row.shown.by_chance),
        tab=TAB,
    )


def write(rows: Iterable[Seen], file: TextIO) -> int:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007  # it is the number of rows
        writer.writerow(astuple(row))
    return count


def read(path: Path) -> Iterator[Seen]:
    """Rows of a file, whose first line or name says which data set it is of. Raises DatasetRefused."""
    number = 1
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            of_line, lines = _reader(path.name, file)
            for line in lines:
                if number > MOST_ROWS:
                    raise DatasetRefused(f"{path.name} has more than {MOST_ROWS} rows")
                yield _sound(of_line(line))
                number += 1
    except DatasetRefused:
        raise
    except UnicodeDecodeError as error:
        raise DatasetRefused(f"{path.name} is no text in UTF-8") from error
    except (ValueError, LookupError, TypeError, ArithmeticError, csv.Error) as error:
        raise DatasetRefused(f"row {number} of {path.name} cannot be read") from error


def shares(rows: Iterable[Seen]) -> dict[str, float]:
    """How often each thing happens, to lay a simulated world beside a real one."""
    count, sums, watched = 0, dict.fromkeys(SHARES, 0), 0.0
    for row in rows:
        count += 1
        watched += min(row.play_time_ms / row.duration_ms, 1.0) if row.duration_ms else 0.0
        for name in SHARES:
            sums[name] += getattr(row, name)
    if not count:
        return {"rows": 0}
    return {"rows": count, **{name: of / count for name, of in sums.items()}, "watched_share": watched / count}


Line = Mapping[str, str]


def _reader(name: str, file: TextIO) -> tuple[Callable[[Line], Seen], Iterable[Line]]:
    first = file.readline(MOST_HEAD).strip()
    file.seek(0)
    heads = set(first.split(","))
    if set(COLUMNS) <= heads:
        return _kuairand, csv.DictReader(file)
    if {"user_id", "video_id", "play_duration", "video_duration", "timestamp"} <= heads:
        return _kuairec, csv.DictReader(file)
    if {"userId", "movieId", "rating", "timestamp"} <= heads:
        return _movielens, csv.DictReader(file)
    for between in ("::", "\t"):
        if first.count(between) == 3:
            names = ("userId", "movieId", "rating", "timestamp")
            split = (dict(zip(names, line.strip().split(between), strict=False)) for line in file if line.strip())
            return _movielens, split
    raise DatasetRefused(f"{name} has the columns of no data set that is known")


def _sound(row: Seen) -> Seen:
    times = (row.time_ms, row.play_time_ms, row.duration_ms)
    flags = (*(getattr(row, name) for name in SHARES), row.is_rand)
    if not all(0 <= one <= MOST_MS for one in times) or not all(one in (0, 1) for one in flags):
        raise ValueError("a time or a flag that cannot be")
    return row


def _kuairand(line: Line) -> Seen:
    numbers = {name: int(float(line[name])) for name in COLUMNS[2:]}
    return Seen(line["user_id"], line["video_id"], **numbers)


def _kuairec(line: Line) -> Seen:
    """Times are in milliseconds, but for the timestamp, which is empty in some rows."""
    played, duration = int(float(line["play_duration"])), int(float(line["video_duration"]))
    at_ms = int(float(line["timestamp"] or 0) * 1000)
    return _watched(line["user_id"], line["video_id"], at_ms, (played, duration))


def _movielens(line: Line) -> Seen:
    rating = float(line["rating"])
    if not 0 < rating <= 5:
        raise ValueError("a rating is between 0.5 and 5")
    played = FILM_MS if rating >= 4 else int(FILM_MS * rating / 5 / 4)
    at_ms = int(line["timestamp"]) * 1000
    return _watched(line["userId"], line["movieId"], at_ms, (played, FILM_MS), like=rating >= 5, hate=rating <= 1)


def _watched(
    user: str, video: str, at_ms: int, watched: tuple[int, int], *, like: bool = False, hate: bool = False
) -> Seen:
    played, duration = watched
    return Seen(
        user,
        video,
        at_ms,
        is_click=1,
        is_like=int(like),
        is_follow=0,
        is_comment=0,
        is_forward=0,
        is_hate=int(hate),
        long_view=int(is_long_view(played, duration)),
        play_time_ms=played,
        duration_ms=duration,
        is_profile_enter=0,
        is_rand=0,
        tab=0,
    )
