"""Step `erase`: takes people out of the artefacts of all days, as viewers and as owners of clips.

`--viewers` names a file of ids, or the folder of a pass of privacy.event_erasure: erased.txt, opted-out.txt. Rows of
an erased viewer go, and rows that are about an erased owner's clips; where others' rows name them, the name becomes
empty, as in archived events (behavior.erasure). Those who opted out keep their events, for sums, marked as not
personalised; their profiles and training rows go. parquet.json in the folder says that it is done.

One look at the columns that name somebody finds the files; only those are read whole and replaced, day by day.
Running it twice changes nothing more; a run that broke off is begun anew.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles.place import STAGING, Place
from jobs.profiles.run import Run
from reelstack.behavior.erasure import NAMED

AT_ONCE = 4
"""Days of an artefact that are rewritten at the same time: an erased creator is named in most of 400."""
FILE, ROW = "_file", "_row"
CREATOR = "c:"
"""Before a creator's id, as the key of an interest (feed.scores)."""


@dataclass(frozen=True)
class Leaving:
    erased: tuple[str, ...]
    opted_out: tuple[str, ...]

    @property
    def everybody(self) -> tuple[str, ...]:
        return self.erased + self.opted_out


@dataclass(frozen=True)
class Rewriting:
    """Of the Parquet files of a folder: which rows go, which are changed, and how (new columns by name)."""

    gone: Any
    changed: Any
    columns: dict[str, Any]


def run(step: Run) -> None:
    told = step.options.viewers
    is_pass = step.place.exists(f"{told}/erased.txt")
    erased = _ids(step.place, f"{told}/erased.txt" if is_pass else told)
    leaving = Leaving(erased, _ids(step.place, f"{told}/opted-out.txt") if is_pass else ())
    rewritten = sum(_rewrite(step.place, folder, of(leaving)) for folder, of in FOLDERS.items())
    rewritten += sum(_relined(step.place, path, leaving) for path in _lines(step.place))
    done = {"version": 1, "viewers": len(set(leaving.everybody)), "files_rewritten": rewritten}
    if is_pass:
        step.place.write_json(f"{told}/parquet.json", done)
    print(json.dumps(done))


def _of_events(leaving: Leaving) -> Rewriting:
    shy = _is_of("viewer", leaving.opted_out) & F.col("personalised")
    named = {name: _is_of(name, leaving.erased) for name in NAMED}
    emptied = {name: F.when(is_named, "").otherwise(F.col(name)) for name, is_named in named.items()}
    gone = _is_of("viewer", leaving.erased)
    changed = reduce(lambda one, other: one | other, named.values(), shy)
    return Rewriting(gone, changed, {**emptied, "personalised": F.col("personalised") & ~shy})


def _of_training(leaving: Leaving) -> Rewriting:
    named = _is_of("owner_id", leaving.erased)
    owner = F.when(named, "").otherwise(F.col("owner_id"))
    return Rewriting(_is_of("viewer", leaving.everybody), named, {"owner_id": owner})


def _of_viewers(leaving: Leaving) -> Rewriting:
    creators = [f"{CREATOR}{owner}" for owner in leaving.erased]
    liked = F.exists("interests", lambda each: each["key"].isin(*creators))
    kept = F.filter("interests", lambda each: ~each["key"].isin(*creators))
    return Rewriting(_is_of("viewer", leaving.everybody), liked, {"interests": kept})


def _of_owners(leaving: Leaving) -> Rewriting:
    return Rewriting(_is_of("owner_id", leaving.erased), F.lit(False), {})


FOLDERS: dict[str, Callable[[Leaving], Rewriting]] = {
    "profiles/events": _of_events,
    "profiles/viewers": _of_viewers,
    "training": _of_training,
    "profiles/clips": _of_owners,
    "profiles/creators": _of_owners,
    "profiles/play_counts": _of_owners,
}


def _is_of(name: str, ids: tuple[str, ...]) -> Any:
    """False also of null: what is not known is nobody's."""
    return F.coalesce(F.col(name).isin(*ids), F.lit(False))


def _ids(place: Place, path: str) -> tuple[str, ...]:
    text = place.read_text(path)
    if text is None:
        raise FileNotFoundError(place.at(path))
    return tuple(sorted({line.strip() for line in text.splitlines() if line.strip()}))


def _rewrite(place: Place, folder: str, rewriting: Rewriting) -> int:
    """Returns how many files were replaced. Days are independent of one another, so some are rewritten at a time."""
    paths = sorted(_touched(place, folder, rewriting))
    days = {day: list(found) for day, found in groupby(paths, lambda path: path.partition("/")[0])}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda day: _rewrite_day(place, f"{folder}/{day}", days[day], rewriting), days))
    return len(paths)


def _touched(place: Place, folder: str, rewriting: Rewriting) -> set[str]:
    """Paths below the folder."""
    days = [f"{folder}/day={day}" for day in place.days(folder)]
    if not days:
        return set()
    found = _read(place, days).where(rewriting.gone | rewriting.changed)
    return {row["path"] for row in found.select(_path_below(folder).alias("path")).distinct().collect()}


def _rewrite_day(place: Place, folder: str, paths: list[str], rewriting: Rewriting) -> None:
    """Rows stay in their files and in their order. A file of which no row is left goes."""
    names = [path.partition("/")[2] for path in paths]
    rows = _read(place, [f"{folder}/{name}" for name in names])
    rows = rows.select("*", _path_below(folder).alias(FILE), F.col("_metadata.row_index").alias(ROW))
    kept = rows.where(~rewriting.gone).withColumns(rewriting.columns)
    in_files = kept.repartition(FILE).sortWithinPartitions(FILE, ROW).drop(ROW)
    staged = f"{STAGING}/erase/{folder}"
    place.delete(staged)
    in_files.write.partitionBy(FILE).parquet(place.at(staged), compression="snappy")
    made = {unquote(name.partition("=")[2]): f"{staged}/{name}" for name in place.names(staged) if FILE in name}
    for name in names:
        place.delete(f"{folder}/{name}")
        if name in made:
            (part,) = [part for part in place.names(made[name]) if part.endswith(".parquet")]
            place.rename(f"{made[name]}/{part}", f"{folder}/{name}")
    place.delete(staged)


def _read(place: Place, paths: list[str]) -> Any:
    """Parquet files by themselves: `day` and `bucket` are in their paths, and in no row."""
    reader = place.spark.read.option("recursiveFileLookup", "true").option("pathGlobFilter", "*.parquet")
    return reader.parquet(*(place.at(path) for path in paths))


def _path_below(folder: str) -> Any:
    return F.substring_index(F.col("_metadata.file_path"), f"/{folder}/", -1)


def _lines(place: Place) -> Iterator[str]:
    """Files of JSON lines: for the tables' loaders, and for reports of experiments."""
    for folder in ("profiles/viewer_records", "profiles/viewer_days", "profiles/play_counts"):
        yield from (f"{folder}/day={day}/part-00000.jsonl" for day in place.days(folder))


def _relined(place: Place, path: str, leaving: Leaving) -> bool:
    before = [json.loads(line) for line in (place.read_text(path) or "").splitlines()]
    viewers, creators = set(leaving.everybody), {f"{CREATOR}{owner}" for owner in leaving.erased}
    owners = set(leaving.erased)
    named = [(row, row.get("viewer", row.get("unit"))) for row in before]
    kept = [row for row, viewer in named if viewer not in viewers and row.get("owner_id") not in owners]
    after = [
        row | {"interests": [each for each in row["interests"] if each[0] not in creators]}
        if "interests" in row
        else row
        for row in kept
    ]
    if after == before:
        return False
    place.write_text(path, "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in after))
    return True
