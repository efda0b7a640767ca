"""A night's plan: every object of a clip, and the class in which it belongs, a part of the listing at a time.

A part is written as JSON Lines, at most 100 objects a line, and the same call again writes the same part. What a plan
knows beside the listing is in files below `tiering/` of the bucket `media`: a row for each object that was moved or
read (`history`), the day's reads at the origin, plays of the clip by day, and facts that the night before found of all
objects: the fitted decay and how many plays make a clip hot.
"""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from reelstack.platform import aws, storage
from reelstack.platform.config import config
from reelstack.tables.counters import DailyPlays
from reelstack.tiering import classes, decay, document_keys, history, moves
from reelstack.tiering.cost_policy import Cost
from reelstack.tiering.history import Row
from reelstack.tiering.moves import MOST_OBJECTS, Line, Move
from reelstack.tiering.objects import WEEK_DAYS, WINDOW_DAYS, Objects
from reelstack.tiering.policies import Policy, Seed
from reelstack.videos import archives

MOST_KEYS = 20_000
"""Of a part: some 20 MB in memory, and half a minute of listing."""
PLAYS_READ = 8
"""Newest days with plays of a clip: the last one, and the week's."""


@dataclass(frozen=True)
class Request:
    """A part of a run. `limit_dollars`: what the run's moves may cost together; None: whatever they do."""

    run: str
    day: date
    policy: str = "cost"
    part: int = 0
    after: str = ""
    spent_dollars: float = 0.0
    limit_dollars: float | None = None
    dry_run: bool = False
    """Nothing will be moved: nothing is told to the next run."""


@dataclass
class Part:
    """What a part came to; `after` is where the next one begins."""

    done: bool = False
    after: str = ""
    objects: int = 0
    moves: int = 0
    lines: int = 0
    dollars: float = 0.0
    put_off: int = 0
    """Moves that the limit left for another night."""
    by_target: dict[str, int] = field(default_factory=dict)


def add_totals(totals: dict[str, Any], made: Part) -> dict[str, Any]:
    """Sums over the parts of a run."""
    sums = {name: totals.get(name, 0) + getattr(made, name) for name in ("objects", "moves", "dollars", "put_off")}
    before = totals.get("by_target", {})
    targets = {target: before.get(target, 0) + made.by_target.get(target, 0) for target in {*before, *made.by_target}}
    return sums | {"by_target": targets}


def make_policy(name: str, facts: dict[str, Any] | None) -> Policy:
    """By its name in the settings. Raises ValueError for another one: with `intelligent` S3 decides, no run starts."""
    if name == "cost":
        return Cost(decay.from_json(facts["decay"]) if facts else decay.Decay())
    if name == "seed":
        return Seed(hot_plays=facts["hot_plays"] if facts else 0.0)
    raise ValueError(f"no policy {name!r}")


def write_part(request: Request, until: float) -> Part:
    """Lists, decides and writes one part. Raises botocore's ClientError."""
    listed, after, done = _listed(request.after, until)
    rows = list(_rows(request, [row for row, _ in listed]))
    made = Part(done=done, after=after, objects=len(rows))
    planned = _moves(request, rows, listed, made) if rows else []
    lines = [planned[at : at + MOST_OBJECTS] for at in range(0, len(planned), MOST_OBJECTS)]
    text = "".join(
        Line(run=request.run, number=request.part * MOST_KEYS + at, moves=line).model_dump_json() + "\n"
        for at, line in enumerate(lines)
    )
    key = document_keys.plan(request.run, request.part)
    storage.write("media", key, text.encode(), "application/x-ndjson", storage.NEVER)
    if not request.dry_run:
        _write_history(request, list(_after(rows, planned)), is_last=done)
    made.moves, made.lines = len(planned), len(lines)
    return made


def _write_history(request: Request, rows: list[Row], *, is_last: bool) -> None:
    document = "".join(row.as_line() for row in rows if row.is_needed)
    key = document_keys.history(request.run, request.part)
    storage.write("media", key, document.encode(), "text/tab-separated-values", storage.NEVER)
    if is_last:
        storage.write("media", document_keys.history_end(request.run), b"", "text/plain", storage.NEVER)


def _after(rows: list[Row], planned: list[Move]) -> Iterator[Row]:
    """What tomorrow's plan is told: which objects have a tag that asks for a move."""
    moved = {move.key: move.source != move.target and move.is_down for move in planned}
    for row in rows:
        yield replace(row, tagged=moved.get(row.key, row.tagged))


def _listed(after: str, until: float) -> tuple[list[tuple[Row, tuple[str, int]]], str, bool]:
    """Rows of the listing with (ETag, size), the last key that was seen, and whether it is over. What is no clip's, and
    what lies in a class without a price here (One Zone-IA), somebody put there by hand: it is passed over."""
    found: list[tuple[Row, tuple[str, int]]] = []
    pages = aws.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=storage.bucket_name("media"), Prefix=document_keys.CLIPS, StartAfter=after):
        for item in page.get("Contents", []):
            after = item["Key"]
            if not document_keys.is_of_a_clip(after) or item.get("StorageClass", "STANDARD") not in classes.CLASSES:
                continue
            since = item["LastModified"].date()
            row = Row(item["Key"], item.get("StorageClass", "STANDARD"), since, since)
            found.append((row, (item["ETag"], item["Size"])))
        if len(found) >= MOST_KEYS or time.time() >= until:
            return found, after, not page["IsTruncated"]
    return found, after, True


def _rows(request: Request, listed: list[Row]) -> Iterator[Row]:
    """Of each listed object, with what nights before know of it."""
    before, nights = _history_before(request)
    rows, reads = history.Cursor(before), _reads(request.day)
    for row in listed:
        # The day that ends the plan's window is `day`; a listing is made in the night after it.
        fresh = Row(row.key, row.storage_class, min(row.since, request.day), min(row.born, request.day))
        yield history.tonight(rows.find(row.key), fresh, request.day, nights, reads.get(row.key, 0))


def _history_before(request: Request) -> tuple[Iterator[str], int]:
    """The newest history of a night, or an attempt, before this run, within the window, and how many nights ago it was
    written. One of a run that was killed lacks objects and does not count."""
    mine = document_keys.night_of(request.run) or (request.day, 0)
    runs = [folder.split("/")[-2] for folder in storage.list_folders("media", document_keys.HISTORY)]
    before = [(night, run) for run in runs if (night := document_keys.night_of(run)) and night < mine]
    for (day, _), run in sorted(before, reverse=True):
        nights = (request.day - day).days
        keys = storage.list_keys("media", document_keys.history(run)) if 0 <= nights < WINDOW_DAYS else []
        if (end := document_keys.history_end(run)) in keys:
            return (line.decode() for key in keys if key != end for line in storage.lines("media", key)), nights
    return iter(()), 1


def _reads(day: date) -> dict[str, int]:
    if not storage.list_keys("media", document_keys.reads(day)):
        return {}
    parts = (line.decode().split("\t") for line in storage.lines("media", document_keys.reads(day)))
    return {key: int(number) for key, number in parts}


def _moves(request: Request, rows: list[Row], listed: list[tuple[Row, tuple[str, int]]], made: Part) -> list[Move]:
    facts = storage.read_json_or_none("media", document_keys.FACTS)
    objects = _objects(request.day, rows, [size for _, (_, size) in listed])
    chosen = make_policy(request.policy, facts).choose(objects)
    dollars = classes.move(objects.code, chosen, objects.size)
    dollars = dollars + np.where(
        chosen == objects.code, 0.0, classes.early_delete(objects.code, objects.size, objects.held_days)
    )
    _write_sums(request, objects, rows)
    wanted = [
        (Move(key=row.key, etag=etag, size=size, source=row.storage_class, target=classes.CLASSES[target]), cost)
        for row, (_, (etag, size)), target, cost in zip(rows, listed, chosen.tolist(), dollars.tolist(), strict=True)
        if classes.CLASSES[target] != row.storage_class or row.tagged
    ]
    return list(_within_limit(request, _possible(wanted), made))


def _possible(wanted: list[tuple[Move, float]]) -> Iterator[tuple[Move, float]]:
    """Without those of videos that their owners archived, and those that no call could carry out."""
    away = archives.archived_among({document_keys.clip_of(move.key) for move, _ in wanted})
    for move, dollars in wanted:
        may = moves.is_movable(move.etag, move.size, move.source, move.target)
        if may and document_keys.clip_of(move.key) not in away:
            yield move, dollars


def _within_limit(request: Request, wanted: Iterable[tuple[Move, float]], made: Part) -> Iterator[Move]:
    """What the limit pays, counted in `made`."""
    for move, dollars in wanted:
        if request.limit_dollars is not None and request.spent_dollars + made.dollars + dollars > request.limit_dollars:
            made.put_off += 1
            continue
        made.dollars += dollars
        made.by_target[move.target] = made.by_target.get(move.target, 0) + 1
        yield move


def _objects(day: date, rows: list[Row], sizes: list[int]) -> Objects:
    plays: dict[str, tuple[list[int], int | None]] = {}
    for row in rows:
        if (clip := document_keys.clip_of(row.key)) not in plays:
            plays[clip] = _plays(clip, day)
    ages = [(day - row.born).days + 1 for row in rows]
    unplayed = [plays[document_keys.clip_of(row.key)][1] for row in rows]
    return Objects(
        size=np.array(sizes, dtype=float),
        code=np.array([classes.code_of(row.storage_class) for row in rows], dtype=np.int8),
        held_days=np.array([(day - row.since).days + 1 for row in rows], dtype=float),
        age_days=np.array(ages, dtype=float),
        origin_bytes=np.array([row.reads for row in rows], dtype=float),
        plays=np.array([plays[document_keys.clip_of(row.key)][0] for row in rows], dtype=float),
        unplayed_days=np.array(
            [age if days is None else days for age, days in zip(ages, unplayed, strict=True)], float
        ),
    )


def _plays(video_id: str, day: date) -> tuple[list[int], int | None]:
    """Plays of the last 7 days, oldest first, and days since the last one; None if none is known. Only profile `full`
    counts plays by day."""
    if not config().data_bucket:
        return [0] * WEEK_DAYS, None
    found = list(
        DailyPlays.query(video_id, DailyPlays.day <= day.isoformat(), scan_index_forward=False, limit=PLAYS_READ)
    )
    week, last = [0] * WEEK_DAYS, None
    for row in found:
        ago = (day - date.fromisoformat(row.day)).days
        if row.plays and last is None:
            last = ago
        if ago < WEEK_DAYS:
            week[WEEK_DAYS - 1 - ago] = int(row.plays)
    return week, last


def _write_sums(request: Request, objects: Objects, rows: list[Row]) -> None:
    """What the night's facts are found from, a document for each part."""
    fit = decay.Fit()
    fit.add(objects)
    weeks = {
        document_keys.clip_of(row.key): int(plays)
        for row, plays in zip(rows, objects.plays.sum(axis=1).tolist(), strict=True)
    }
    counted: dict[str, int] = {}
    for plays in weeks.values():
        counted[str(plays)] = counted.get(str(plays), 0) + 1
    document = {"fit": fit.as_json(), "clips_by_plays": counted}
    key = document_keys.sums(request.run, request.part)
    storage.write("media", key, json.dumps(document).encode(), "application/json", storage.NEVER)
