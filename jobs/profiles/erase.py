"""Step `erase`: takes people out of the artefacts of all days, as viewers and as owners of clips.

`--viewers` names a file of ids, or the folder of a pass of privacy.event_erasure: erased.txt, opted-out.txt. Rows of
an erased viewer go, and rows that are about an erased owner's clips; where others' rows name them, the name becomes
empty, as in archived events (behavior.erasure). Those who opted out keep their events, for sums, marked as not
personalised; their profiles and training rows go. parquet.json in the folder says that it is done.

One look at the columns that name somebody finds the files; only those are read whole and replaced. Running it twice
changes nothing more; a run that broke off is begun anew.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles.place import STAGING, Place
from jobs.profiles.run import Run
from reelstack.behavior.erasure import NAMED

AT_ONCE = 8
"""Files that are rewritten at the same time: one is a second's work, and an erased creator is named in most of them."""
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
    """Returns how many files were replaced."""
    paths = sorted(_touched(place, folder, rewriting))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda path: _rewrite_file(place, path, rewriting), paths))
    return len(paths)


def _touched(place: Place, folder: str, rewriting: Rewriting) -> Iterator[str]:
    days = [place.at(f"{folder}/day={day}") for day in place.days(folder)]
    if not days:
        return
    # Each file by itself: `day` and `bucket` are in the path, and in no file.
    files = place.spark.read.option("recursiveFileLookup", "true").option("pathGlobFilter", "*.parquet")
    found = files.parquet(*days).where(rewriting.gone | rewriting.changed)
    for row in found.select(F.col("_metadata.file_path").alias("path")).distinct().collect():
        yield f"{folder}/{row['path'].rpartition(f'/{folder}/')[2]}"


def _rewrite_file(place: Place, path: str, rewriting: Rewriting) -> None:
    rows = place.spark.read.parquet(place.at(path)).where(~rewriting.gone).withColumns(rewriting.columns)
    staged = f"{STAGING}/erase/{zlib.crc32(path.encode()):08x}"
    place.delete(staged)
    rows.coalesce(1).write.parquet(place.at(staged), compression="snappy")
    (part,) = [name for name in place.names(staged) if name.endswith(".parquet")]
    place.delete(path)
    place.rename(f"{staged}/{part}", path)
    place.delete(staged)


def _lines(place: Place) -> Iterator[str]:
    """The files for the tables' loaders."""
    for folder in ("profiles/viewer_records", "profiles/play_counts"):
        yield from (f"{folder}/day={day}/part-00000.jsonl" for day in place.days(folder))


def _relined(place: Place, path: str, leaving: Leaving) -> bool:
    before = [json.loads(line) for line in (place.read_text(path) or "").splitlines()]
    viewers, creators = set(leaving.everybody), {f"{CREATOR}{owner}" for owner in leaving.erased}
    owners = set(leaving.erased)
    kept = [row for row in before if row.get("viewer") not in viewers and row.get("owner_id") not in owners]
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
