"""Telling the service what was watched: `client.behavior`, and a queue on disk that survives a crash and a bad network.

queue = client.behavior.queue(folder)
view = queue.add("play", video)                  # a Video of a feed brings its receipt
queue.add("progress", video, view_id=view, watched_ms=5000, position_ms=5000)
queue.flush()                                    # each fifteen seconds, and when the app goes to the background
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

from reelstack_client.errors import AWAY, ClientError, Invalid, TooLarge
from reelstack_client.methods import operation
from reelstack_client.models import Answer
from reelstack_client.room import Manner, Room, Runner, Runs
from reelstack_client.steps import Steps, working
from reelstack_client.videos import Video

EventType = Literal[
    "impression",
    "play",
    "progress",
    "finish",
    "replay",
    "skip",
    "pause",
    "profile_visit",
    "hide",
    "quality",
]
MOST_SENT, MOST_KEPT = 100, 5000
"""Events: of one request, and on disk."""
SPOILED = (Invalid, TooLarge)
"""What the service says of a batch that it cannot read. Of a caller whom it does not know it reads none."""
SCHEMA = "CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL)"


class RefusedEvent(Answer):
    """An event that was not taken and would not be if it were sent again."""

    index: int
    id: str | None = None
    reason: str
    detail: str = ""


class Taken(Answer):
    accepted: int
    refused: tuple[RefusedEvent, ...] = ()
    retry: tuple[int, ...] = ()
    """Places of events to send again in a moment."""
    kept: str = "all"
    """"plays": this service counts plays, keeps where clips were left (`Video.resume_ms`) and drops the rest."""


class Behavior(Room[Manner]):
    """What the caller watched. Likes, comments, shares and follows are known from their own requests."""

    @operation
    def report(self, events: Sequence[dict[str, Any]]) -> Steps[Taken]:
        """Sends at most 100 events, in the form of docs/behavior.md, once; `queue` keeps them until they are taken."""
        given: Any = events
        listed: list[Any] = [*given] if isinstance(given, Iterable) else [given]
        if isinstance(given, str | bytes) or not all(isinstance(one, dict) for one in listed):
            raise ClientError("a list of events is wanted, each a dictionary (docs/behavior.md)")
        body = {"sent_at": _now_ms(), "events": listed}
        return self._ask(Taken, "POST", "/v1/events", body=body, repeatable=True)

    def queue(self, folder: Path | None = None) -> EventQueue[Manner]:
        """A queue in `folder`, or in $XDG_STATE_HOME/reelstack. Several processes of one account may share it: who
        sends the events is who watched."""
        return EventQueue[Manner](self.runner, folder or _default_folder(), partial(Behavior.report.steps, self))


Report: TypeAlias = Callable[[Sequence[dict[str, Any]]], Steps[Taken]]


class EventQueue(Runs[Manner]):
    """Events that wait on disk until the service took them. When there are more than 5,000, the oldest reports of
    progress go first, then those of quality, and then the oldest of all."""

    def __init__(self, runner: Runner, folder: Path, report: Report) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(runner)
        self._path, self._report = folder / "events.sqlite", report
        with closing(self._open()) as db, db:
            db.execute(SCHEMA)

    def add(self, type_: EventType, video: Video | str | None = None, **more: Any) -> str:
        """Keeps an event of now, and returns its id; that of a `play` is the `view_id` of what follows."""
        event = {"id": event_id(), "type": type_, "at": _now_ms(), **more}
        if isinstance(video, Video):
            event |= {"video_id": video.video_id} | ({"receipt": video.receipt} if video.receipt else {})
        elif video:
            event["video_id"] = video
        with closing(self._open()) as db, db:
            db.execute("INSERT INTO events VALUES (?, ?, ?)", (event["id"], type_, json.dumps(event)))
            for only in ("WHERE type = 'progress'", "WHERE type = 'quality'", ""):
                self._trim(db, only)
        return str(event["id"])

    @operation
    def flush(self) -> Steps[int]:
        """Sends what waits, the oldest first, and returns how many events still wait. Raises nothing for a network or
        service that is away. Raises NotSignedIn and other Refused: what was not taken stays."""
        while batch := (yield from working(self._oldest)):
            try:
                taken = yield from self._report([event for _, event in batch])
            except AWAY:
                break
            except SPOILED:
                if len(batch) == 1:
                    yield from working(partial(self._remove, [batch[0][0]]))  # nobody will ever take it
                    continue
                taken = yield from self._one_by_one(batch)
            later = {batch[place][0] for place in taken.retry if 0 <= place < len(batch)}
            settled = [one for one, _ in batch if one not in later]
            yield from working(partial(self._remove, settled))
            if later:
                break
        return len(self)

    def __len__(self) -> int:
        with closing(self._open()) as db:
            return int(db.execute("SELECT count(*) FROM events").fetchone()[0])

    def _one_by_one(self, batch: list[tuple[str, dict[str, Any]]]) -> Steps[Taken]:
        """A batch that was refused whole: one of its events spoils it."""
        retry = list[int]()
        for place, (_, event) in enumerate(batch):
            try:
                retry += [place] if (yield from self._report([event])).retry else []
            except AWAY:  # neither would those after it be taken
                return Taken(accepted=0, retry=(*retry, *range(place, len(batch))))
            except SPOILED:
                continue
        return Taken(accepted=0, retry=tuple(retry))

    def _trim(self, db: sqlite3.Connection, only: str) -> None:
        over = int(db.execute("SELECT count(*) FROM events").fetchone()[0]) - MOST_KEPT
        if over > 0:
            which = f"SELECT id FROM events {only} ORDER BY id LIMIT ?"  # noqa: S608  # `only` is one of three texts of ours
            db.execute(f"DELETE FROM events WHERE id IN ({which})", (over,))  # noqa: S608

    def _oldest(self) -> list[tuple[str, dict[str, Any]]]:
        with closing(self._open()) as db:
            found = db.execute("SELECT id, body FROM events ORDER BY id LIMIT ?", (MOST_SENT,)).fetchall()
        return [(one, json.loads(body)) for one, body in found]

    def _remove(self, ids: list[str]) -> None:
        with closing(self._open()) as db, db:
            db.executemany("DELETE FROM events WHERE id = ?", [(one,) for one in ids])

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=10)


def event_id() -> str:
    """A UUIDv7 (RFC 9562): 48 bits of unix milliseconds, then chance. Ids of later events are greater."""
    value = (_now_ms() << 80) | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _default_folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local/state") / "reelstack/events"
