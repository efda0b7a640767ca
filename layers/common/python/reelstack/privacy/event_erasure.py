"""Erasing behavior events: a weekly pass that writes archived objects again without the lines of who left.

Objects of the archive are not by viewer, so one pass reads all of them for everybody who waits: what it costs does not
grow with the number of requests. An erased account takes part in two: the first after a week at most, the second three
weeks later over what arrived meanwhile, when neither the stream (7 days) nor dead letters (14) can hold its events any
more. A pass that broke off is begun anew; an object that has nothing of theirs is left as it is.

S3 counts an object's days from when it was written last. So each pass also deletes what is older by its name than the
archive is kept, and there is one every week.

Parquet is written again by a step of jobs/profiles, which reads erasures/<run>/erased.txt and opted-out.txt, an id a
line, and leaves the note parquet.json beside them.
"""

import gzip
import json
import shutil
import tempfile
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from reelstack.behavior import archive
from reelstack.behavior.erasure import Leaving, rewritten
from reelstack.platform import storage
from reelstack.platform.clock import DAY_SECONDS, now_ms
from reelstack.platform.config import config
from reelstack.platform.telemetry import count
from reelstack.privacy import data_requests, event_export
from reelstack.privacy.data_requests import Kind, Progress
from reelstack.tables.privacy import DataRequest

QUEUE = "event-erasures"
FOLDER = "erasures/"
FEATURES = "features/"
"""day=/hour=/*.jsonl.gz: the log of feature vectors that the feed made, a row a clip that it showed to somebody."""
DAYS = 30
"""How long a pass's document, which names who left, is kept: the lifecycle rule of its prefix."""
PARQUET = (archive.COMPACTED, "training/")
DAY_MS = DAY_SECONDS * 1000
WEEK_MS = 7 * DAY_MS
HOUR_MS = 3600 * 1000
LATE_MS = 3 * WEEK_MS
"""Between the first pass and the second."""
BEFORE_MS = 8 * DAY_MS
"""The second pass begins with the day so long before the request: an archive's batch is delivered again for 7 days."""
CLAIM_MS = 4 * DAY_MS
"""Until those of a pass are due again: longer than its state machine may run."""
MOST = 20_000
"""Requests of one pass; the others wait for the next. Noting that each is done takes some 10 ms."""
PASSES = {Kind.EVENTS: 2, Kind.OPT_OUT: 1}


class EventPass(BaseModel):
    """Who takes part in a pass: erasures/<run>/viewers.json. User id -> passes before."""

    version: Literal[1] = 1
    run: str
    """The day on which its week began, by UTC."""
    since: str = ""
    """The first day of objects to be read; empty: all."""
    erased: dict[str, int] = {}
    opted_out: dict[str, int] = {}


def note(user_id: str, kind: Kind) -> None:
    """Has the archive written again without an erased account (Kind.EVENTS), or with the mark that somebody is not to
    be personalised (Kind.OPT_OUT). Twice is once. A stage without an archive has nothing to do."""
    if config().data_bucket:
        due_at = (now_ms() // WEEK_MS + 1) * WEEK_MS
        request = data_requests.new(user_id, kind, Progress.WAITING, PASSES[kind], queue=QUEUE, due_at=due_at)
        request.put_if(DataRequest.state.does_not_exist())


def start_due() -> int:
    """Starts the week's pass, once, since executions of a week share their name: in its first hour, or later if
    somebody waits for it."""
    now = now_ms()
    if not config().data_bucket:
        return 0
    waits = any(True for _ in DataRequest.by_due.query(QUEUE, DataRequest.due_at <= now, limit=1))
    if not waits and now % WEEK_MS > HOUR_MS:
        return 0
    run = _day(now // WEEK_MS * WEEK_MS)
    data_requests.execute(config().event_erasure_machine_arn, run, json.dumps({"run": run}))
    return 1


# --- steps -----------------------------------------------------------------------------------------------------------


def plan(run: str) -> list[str]:
    """Decides who takes part; returns the prefixes, each of a day, whose objects are to be read."""
    held = _read(run) or _begin(run)
    due_at = now_ms() + CLAIM_MS
    for kind, user_id, passes in _everybody(held):
        DataRequest(user_id, kind).update_if(DataRequest.tries == passes, [DataRequest.due_at.set(due_at)])
    days = [day for prefix in _kept_days() for day in storage.list_folders("data", prefix)]
    read = held.erased or held.opted_out
    return [day for day in days if _is_over(day) or (read and _day_of(day) >= held.since)]


def erase_day(run: str, prefix: str, after: str, until: float) -> dict[str, Any]:
    """Reads the objects below a prefix that follow the key `after` until the time (time.time()) is over; returns what
    the next call is to be told, and whether there is one to be made."""
    held = _read(run)
    leaving = Leaving(frozenset(held.erased), frozenset(held.opted_out)) if held else Leaving(frozenset())
    if prefix.startswith(FEATURES):  # training rows are made of them, and there are none of who opted out
        leaving = Leaving(leaving.erased | leaving.opted_out)
    change = _delete if _is_over(prefix) else _rewrite
    changed, done = 0, True
    for key in storage.list_keys("data", prefix, after):
        if time.time() >= until:
            done = False
            break
        changed += change(key, leaving)
        after = key
    count("EventObjectsRewritten", changed)
    return {"run": run, "prefix": prefix, "after": after, "done": done}


def finish(run: str) -> bool:
    """Notes that the pass is over. False while Parquet waits to be written again by the daily job."""
    held = _read(run)
    if held is None:
        return True
    stored = any(storage.list_keys("data", prefix, most=1) for prefix in PARQUET)
    if stored and not storage.list_keys("data", parquet_note(run), most=1):
        return False
    for kind, user_id, passes in _everybody(held):
        _settle(kind, user_id, passes, run)
    return True


def waiting_for_parquet() -> str:
    """The folder of the newest pass, as long as Parquet was not written again for it; empty if there is none."""
    passes = storage.list_folders("data", FOLDER) if config().data_bucket else []
    run = passes[-1].removeprefix(FOLDER).rstrip("/") if passes else ""
    return f"{FOLDER}{run}" if run and not storage.list_keys("data", parquet_note(run), most=1) else ""


def parquet_note(run: str) -> str:
    """The object by which the daily job says that it has written Parquet again for this pass."""
    return f"{FOLDER}{run}/parquet.json"


# --- inside ----------------------------------------------------------------------------------------------------------


def _begin(run: str) -> EventPass:
    """Noted before anybody's request is touched: what broke off goes on with the same people."""
    due = list(islice(DataRequest.by_due.query(QUEUE, DataRequest.due_at <= now_ms()), MOST))
    people: dict[str, dict[str, int]] = {Kind.EVENTS: {}, Kind.OPT_OUT: {}}
    for request in due:
        people[request.kind][request.user_id] = int(request.tries)
    # Who takes part for the second time has left days before that behind.
    oldest = min((int(one.asked_at) for one in due), default=0) if all(int(one.tries) for one in due) else 0
    since = _day(oldest - BEFORE_MS) if oldest else ""
    held = EventPass(run=run, since=since, erased=people[Kind.EVENTS], opted_out=people[Kind.OPT_OUT])
    for name, ids in (("erased", held.erased), ("opted-out", held.opted_out)):
        lines = "".join(f"{user_id}\n" for user_id in ids)
        storage.write("data", f"{FOLDER}{run}/{name}.txt", lines.encode(), "text/plain", storage.NEVER)
    storage.write("data", _key(run), held.model_dump_json().encode(), "application/json", storage.NEVER)
    return held


def _read(run: str) -> EventPass | None:
    found = storage.read_json_or_none("data", _key(run))
    return None if found is None else EventPass.model_validate(found)


def _everybody(held: EventPass) -> list[tuple[Kind, str, int]]:
    erased = [(Kind.EVENTS, user_id, passes) for user_id, passes in held.erased.items()]
    return erased + [(Kind.OPT_OUT, user_id, passes) for user_id, passes in held.opted_out.items()]


def _settle(kind: Kind, user_id: str, passes: int, run: str) -> None:
    """Once for each pass: afterwards the request has another number of them, or is gone."""
    request = DataRequest(user_id, kind)
    again = int(datetime.fromisoformat(f"{run}T00:00:00+00:00").timestamp()) * 1000 + LATE_MS
    still = DataRequest.tries == passes
    if passes + 1 < PASSES[kind]:
        request.update_if(still, [DataRequest.tries.set(passes + 1), DataRequest.due_at.set(again)])
    elif (found := data_requests.find(user_id, kind)) and int(found.tries) == passes:
        found.delete()


def _kept_days() -> dict[str, int]:
    # Features are kept as training rows are, no longer than events: this is for those that were written again.
    events = config().event_days
    return {archive.PREFIX: events, archive.BY_VIEWER: event_export.KEPT_DAYS, FEATURES: events}


def _is_over(prefix: str) -> bool:
    """Whether the day of a prefix is older than its archive is kept."""
    kept = next(days for archived, days in _kept_days().items() if prefix.startswith(archived))
    return _day_of(prefix) < _day(now_ms() - kept * DAY_MS)


def _day_of(prefix: str) -> str:
    return prefix.rpartition("day=")[2].rstrip("/")


def _delete(key: str, _: Leaving) -> bool:
    storage.delete("data", key)
    return True


def _rewrite(key: str, leaving: Leaving) -> bool:
    """Whether the object was changed. It keeps its name; the old version goes after a week, by lifecycle."""
    body = storage.stream("data", key)
    if body is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before", Path(folder) / "after"
        with before.open("wb") as target:
            shutil.copyfileobj(body, target)
        # Packing takes three times as long as reading, and most objects have nothing of theirs.
        with gzip.open(before) as lines:
            if all(rewritten(line, leaving) == line for line in lines):
                return False
        # Without a time and a name, which gzip would note, the same lines are the same bytes.
        with gzip.open(before) as lines, after.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, 0) as target:
            target.writelines(rewritten(line, leaving) for line in lines)
        storage.upload("data", after, key, "application/gzip", storage.NEVER)
    return True


def _key(run: str) -> str:
    return f"{FOLDER}{run}/viewers.json"


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d")
