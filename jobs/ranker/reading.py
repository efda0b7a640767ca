"""Reads what the job `profiles` wrote: training rows of some days, and the clips of the newest day. Parquet."""

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from jobs.ranker import rows as job_rows
from jobs.ranker.items_writer import COLUMNS as CLIP_COLUMNS
from jobs.ranker.places import Place
from jobs.ranker.rows import Rows


class NoRows(ValueError):
    """Rows lack a column."""


@dataclass(frozen=True)
class Training:
    rows: Rows
    """Oldest first."""
    days: NDArray[Any]
    """Of each row."""
    other_versions: int
    """How many rows were left out, since their features are of another version."""


def training(place: Place, day: str, days: int) -> Training:
    """The rows of `days` days up to `day`. Raises TooFewRows or NoRows."""
    tables, named, other_versions = [], list[str](), 0
    for name in _last(day, days):
        found = _table(place, f"training/day={name}/")
        if found is None:
            continue
        kept = _of_this_version(found)
        other_versions += found.num_rows - kept.num_rows
        if kept.num_rows:
            tables.append(kept)
            named += [name] * kept.num_rows
    if not named or named[-1] != day:
        job_rows.require_enough(len(named), 0, day, other_versions)
    whole = pa.concat_tables(tables, promote_options="default")
    missing = [name for name in job_rows.COLUMNS if name not in whole.column_names]
    if missing:
        raise NoRows(f"training rows have no {', '.join(missing)}")
    wanted = [*job_rows.COLUMNS, *(name for name in ("text",) if name in whole.column_names)]
    rows = job_rows.of_columns({name: whole.column(name).to_pylist() for name in wanted})
    order = np.lexsort((rows.videos.astype(str), rows.viewers.astype(str), rows.served_at, np.array(named)))
    return Training(rows.take(order), np.array(named)[order], other_versions)


def clips(place: Place, day: str) -> dict[str, list[Any]] | None:
    """The clips of the newest day up to `day`, by id, in columns; None if there are none."""
    keys = [key for key in place.keys("profiles/clips/") if key.endswith(".parquet")]
    known = sorted({key.split("day=")[1].split("/")[0] for key in keys if "day=" in key})
    usable = [name for name in known if name <= day]
    if not usable:
        return None
    table = _table(place, f"profiles/clips/day={usable[-1]}/")
    if table is None:
        return None
    missing = [name for name in CLIP_COLUMNS if name not in table.column_names]
    if missing:
        raise NoRows(f"clips have no {', '.join(missing)}")
    wanted = [*CLIP_COLUMNS, *(name for name in ("text",) if name in table.column_names)]
    return {name: table.select(wanted).sort_by("video_id").column(name).to_pylist() for name in wanted}


def _of_this_version(table: Any) -> Any:
    """Days of before a change of the features are there for two weeks after it."""
    if "features" not in table.column_names:
        return table  # NoRows says it
    return table.filter(pa.array(job_rows.of_this_version(table.column("features").to_pylist())))


def _table(place: Place, prefix: str) -> Any:
    keys = [key for key in place.keys(prefix) if key.endswith(".parquet")]
    # The day is in the path; a partition column of the same name would be added by a reader of whole folders.
    tables = [pq.read_table(io.BytesIO(place.read(key)), partitioning=None) for key in keys]
    return pa.concat_tables(tables, promote_options="default") if tables else None


def _last(day: str, days: int) -> Sequence[str]:
    end = datetime.date.fromisoformat(day)
    return [(end - datetime.timedelta(days=back)).isoformat() for back in reversed(range(days))]
