"""A night's plan: every object of a clip, and the class in which it belongs, a part of the listing at a time.

A part is written as JSON Lines, at most 100 objects a line, and the same call again writes the same part. What a plan
knows beside the listing is in files below `tiering/` of the bucket `media`: a row for each object that was moved or
read (`history`), the day's reads at the origin, plays of the clip by day, and facts that the night before found of all
objects: the fitted decay, and how many plays make a clip hot.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from reelstack.platform import aws, storage
from reelstack.platform.config import config
from reelstack.tables.counters import DailyPlays
from reelstack.tiering import classes, decay, history
from reelstack.tiering.cost_policy import Cost
from reelstack.tiering.history import Row
from reelstack.tiering.moves import MOST_OBJECTS, Line, Move
from reelstack.tiering.objects import WEEK_DAYS, Objects
from reelstack.tiering.policies import Intelligent, Policy, Seed

ROOT = "tiering/"
CLIPS = "v/"
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


def plan_key(run: str, part: int) -> str:
    return f"{ROOT}plans/{run}/part-{part:05}.jsonl"


def reads_key(day: date) -> str:
    """Bytes read at the origin on a day, by key, sorted."""
    return f"{ROOT}reads/{day.isoformat()}.tsv"


def history_prefix(day: date) -> str:
    return f"{ROOT}history/{day.isoformat()}/"


FACTS = f"{ROOT}facts.json"


def make_policy(name: str, facts: dict[str, Any] | None) -> Policy:
    """By its name in the settings. Raises ValueError for another name."""
    if name == "cost":
        return Cost(decay.from_json(facts["decay"]) if facts else decay.Decay())
    if name == "seed":
        return Seed(hot_plays=facts["hot_plays"] if facts else 0.0)
    if name == "intelligent":
        return Intelligent()
    raise ValueError(f"no policy {name!r}")


def write_part(request: Request, until: float) -> Part:
    """Lists, decides and writes one part. Raises botocore's ClientError."""
    listed, done = _listed(request.after, until)
    rows = list(_rows(request, [row for row, _ in listed]))
    made = Part(done=done, after=listed[-1][0].key if listed else request.after, objects=len(rows))
    moves = _moves(request, rows, listed, made) if rows else []
    lines = [moves[at : at + MOST_OBJECTS] for at in range(0, len(moves), MOST_OBJECTS)]
    text = "".join(
        Line(run=request.run, number=request.part * MOST_KEYS + at, moves=line).model_dump_json() + "\n"
        for at, line in enumerate(lines)
    )
    storage.write("media", plan_key(request.run, request.part), text.encode(), "application/x-ndjson", storage.NEVER)
    document = "".join(row.as_line() for row in _after(rows, moves) if row.is_needed)
    key = f"{history_prefix(request.day)}part-{request.part:05}.tsv"
    storage.write("media", key, document.encode(), "text/tab-separated-values", storage.NEVER)
    made.moves, made.lines = len(moves), len(lines)
    return made


def _after(rows: list[Row], moves: list[Move]) -> Iterator[Row]:
    """What tomorrow's plan is told: which objects have a tag that asks for a move."""
    moved = {move.key: move.source != move.target and move.is_down for move in moves}
    for row in rows:
        yield replace(row, tagged=moved.get(row.key, row.tagged))


def _listed(after: str, until: float) -> tuple[list[tuple[Row, tuple[str, int]]], bool]:
    """Rows of the listing with (ETag, size), and whether it is over."""
    found: list[tuple[Row, tuple[str, int]]] = []
    pages = aws.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=storage.bucket_name("media"), Prefix=CLIPS, StartAfter=after):
        for item in page.get("Contents", []):
            since = item["LastModified"].date()
            row = Row(item["Key"], item.get("StorageClass", "STANDARD"), since, since)
            found.append((row, (item["ETag"], item["Size"])))
        if len(found) >= MOST_KEYS or time.time() >= until:
            return found, not page["IsTruncated"]
    return found, True


def _rows(request: Request, listed: list[Row]) -> Iterator[Row]:
    """Of each listed object, with what nights before know of it."""
    before, nights = _history_before(request.day)
    rows, reads = history.Cursor(before), _reads(request.day)
    for row in listed:
        # The day that ends the plan's window is `day`; a listing is made in the night after it.
        fresh = Row(row.key, row.storage_class, min(row.since, request.day), min(row.born, request.day))
        yield history.tonight(rows.find(row.key), fresh, nights, reads.get(row.key, 0))


def _history_before(day: date) -> tuple[Iterator[str], int]:
    """The newest history before a day, within the window, and how many nights ago it was written."""
    for nights in range(1, 31):
        prefix = history_prefix(day - timedelta(days=nights))
        if keys := storage.list_keys("media", prefix):
            return (line.decode() for key in keys for line in storage.lines("media", key)), nights
    return iter(()), 1


def _reads(day: date) -> dict[str, int]:
    if not storage.list_keys("media", reads_key(day)):
        return {}
    parts = (line.decode().split("\t") for line in storage.lines("media", reads_key(day)))
    return {key: int(number) for key, number in parts}


def _moves(request: Request, rows: list[Row], listed: list[tuple[Row, tuple[str, int]]], made: Part) -> list[Move]:
    facts = storage.read_json_or_none("media", FACTS)
    objects = _objects(request.day, rows, [size for _, (_, size) in listed])
    chosen = make_policy(request.policy, facts).choose(objects)
    dollars = classes.move(objects.code, chosen, objects.size)
    dollars = dollars + np.where(
        chosen == objects.code, 0.0, classes.early_delete(objects.code, objects.size, objects.held_days)
    )
    _write_sums(request, objects, rows)
    moves = []
    for row, (_, (etag, size)), target, cost in zip(rows, listed, chosen.tolist(), dollars.tolist(), strict=True):
        wanted = classes.CLASSES[target]
        if wanted == row.storage_class and not row.tagged:
            continue
        if request.limit_dollars is not None and request.spent_dollars + made.dollars + cost > request.limit_dollars:
            made.put_off += 1
            continue
        made.dollars += cost
        made.by_target[wanted] = made.by_target.get(wanted, 0) + 1
        moves.append(Move(key=row.key, etag=etag, size=size, source=row.storage_class, target=wanted))
    return moves


def _objects(day: date, rows: list[Row], sizes: list[int]) -> Objects:
    plays: dict[str, tuple[list[int], int | None]] = {}
    for row in rows:
        if (clip := _clip(row.key)) not in plays:
            plays[clip] = _plays(clip, day)
    ages = [(day - row.born).days + 1 for row in rows]
    unplayed = [plays[_clip(row.key)][1] for row in rows]
    return Objects(
        size=np.array(sizes, dtype=float),
        code=np.array([classes.code_of(row.storage_class) for row in rows], dtype=np.int8),
        held_days=np.array([(day - row.since).days + 1 for row in rows], dtype=float),
        age_days=np.array(ages, dtype=float),
        origin_bytes=np.array([row.reads for row in rows], dtype=float),
        plays=np.array([plays[_clip(row.key)][0] for row in rows], dtype=float),
        unplayed_days=np.array(
            [age if days is None else days for age, days in zip(ages, unplayed, strict=True)], float
        ),
    )


def _clip(key: str) -> str:
    """v/<video>/<attempt>/… -> <video>"""
    return key.split("/")[1]


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
    weeks = {_clip(row.key): int(plays) for row, plays in zip(rows, objects.plays.sum(axis=1).tolist(), strict=True)}
    counted: dict[str, int] = {}
    for plays in weeks.values():
        counted[str(plays)] = counted.get(str(plays), 0) + 1
    document = {"fit": fit.as_json(), "clips_by_plays": counted}
    key = f"{ROOT}sums/{request.run}/part-{request.part:05}.json"
    storage.write("media", key, json.dumps(document).encode(), "application/json", storage.NEVER)
