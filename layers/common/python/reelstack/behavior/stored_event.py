"""An event as it is streamed and archived: one flat JSON object a line, the same for every source and every reader.

FIELDS is the contract with the Flink job, the Spark jobs and the archive. Nothing is removed from it or gets another
type; a new field has a neutral value in old events. What a client sent besides is in `extra`, as a JSON object; so are
the measures of a `quality` event, which no job reads.
"""

import json
from dataclasses import dataclass
from typing import Any

from reelstack.behavior.receipts import Receipt

VERSION = 1
EXTRA = "extra"
TABLE_TYPES = (
    *("like", "unlike", "comment", "share", "bookmark", "unbookmark"),
    *("follow", "unfollow", "block", "report"),
)
"""Taken from the tables, where they are exact and cannot be forged: behavior.table_changes. So are hides of people with
an account; others' are told by clients alone."""
FIELDS: dict[str, Any] = {
    "v": VERSION,
    "id": "",
    "type": "",
    "viewer": "",
    "signed_in": False,
    "personalised": False,
    "video_id": "",
    "owner_id": "",
    "tags": [],
    "language": "",
    "region": "",
    "duration_ms": 0,
    "at": 0,
    "received_at": 0,
    "origin": "direct",
    "answer_id": "",
    "position": -1,
    "source": "",
    "level": 0,
    "policy": "",
    "model": "",
    "propensity": 0.0,
    "served_at": 0,
    "view_id": "",
    "watched_ms": 0,
    "position_ms": 0,
    "speed": 1.0,
    "muted": False,
    "what": "",
    "target": "",
    EXTRA: "",
}
"""Name -> its neutral value, whose type is the field's. Times are unix milliseconds, by the server's clock."""
QUALITY = "quality"
"""The type of client_events.Quality: how a clip played. It counts for nothing that is concluded from events."""
ELSEWHERE = {"receipt", "user_id", "tag"}
"""Members of client events that other fields say: those of the receipt, and `target`."""
DIRECT, SHOWN, TABLE = "direct", "shown", "table"
"""`origin`: opened by its address or in a profile; shown by an answer, which a receipt proves; taken from a table."""


@dataclass(frozen=True)
class Clip:
    """What an event says of its clip, so that no reader of events has to ask a table."""

    video_id: str
    owner_id: str
    tags: tuple[str, ...]
    duration_ms: int
    language: str = ""


@dataclass(frozen=True)
class Viewer:
    """`viewer_id`: a user id, or "s:" and the session of somebody without an account."""

    viewer_id: str
    signed_in: bool
    personalised: bool
    region: str = ""


@dataclass(frozen=True)
class TableChange:
    """What somebody did, as a table's stream tells it."""

    type: str
    """One of TABLE_TYPES, or "hide"."""
    event_id: str
    """A UUID, the same each time that the change is read."""
    viewer_id: str
    at: int
    """Unix milliseconds."""
    video_id: str = ""
    """Of the clip it is about; empty if it is about a user, or about a comment alone."""
    what: str = ""
    target: str = ""
    owner_id: str = ""
    """Of a hidden creator; a clip says its own."""


def of_client(
    event: Any, viewer: Viewer, clip: Clip | None, receipt: Receipt | None, times: tuple[int, int]
) -> dict[str, Any]:
    """The record of a client_events event; `times`: when it happened and when it came, unix milliseconds. Nothing
    happened to a clip before the answer that has shown it: a client may date an event as early as it likes."""
    at, received_at = times
    # Not what is unknown: a client could call it as our own fields are called.
    known = event.model_dump(include=type(event).model_fields.keys() & FIELDS.keys(), exclude_none=True)
    extra = {**(event.model_extra or {}), **_measures(event)}
    target = {"profile_visit": "user_id", "hide": "tag"}.get(event.type, "")
    return {
        **FIELDS,
        **known,
        **_of_viewer(viewer),
        **(_of_clip(clip) if clip else {}),
        **(_of_receipt(receipt) if receipt else {}),
        "at": min(received_at, max(at, receipt.served_at_ms)) if receipt else at,
        "received_at": received_at,
        "target": (getattr(event, target) or "") if target else "",
        "v": VERSION,
        EXTRA: json.dumps(extra, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if extra else "",
    }


def of_table(change: TableChange, viewer: Viewer, clip: Clip | None, received_at: int) -> dict[str, Any]:
    """The record of what a table says. `received_at`: when it was read off the table's stream, unix milliseconds."""
    return {
        **FIELDS,
        **_of_viewer(viewer),
        **(_of_clip(clip) if clip else {}),
        "id": change.event_id,
        "type": change.type,
        "at": change.at,
        "received_at": max(received_at, change.at),  # two servers' clocks differ a little
        "origin": TABLE,
        "what": change.what,
        "target": change.target,
        **({"owner_id": change.owner_id} if change.owner_id else {}),
    }


def line(record: dict[str, Any]) -> bytes:
    """The record as it is streamed: JSON in the order of FIELDS, without a line break."""
    return json.dumps({name: record[name] for name in FIELDS}, ensure_ascii=False, separators=(",", ":")).encode()


def _measures(event: Any) -> dict[str, Any]:
    """What a type of event says that has no field of its own here."""
    names = type(event).model_fields.keys() - FIELDS.keys() - ELSEWHERE
    found: dict[str, Any] = event.model_dump(include=names, exclude_none=True) if names else {}
    return found


def _of_viewer(viewer: Viewer) -> dict[str, Any]:
    return {
        "viewer": viewer.viewer_id,
        "signed_in": viewer.signed_in,
        "personalised": viewer.personalised,
        "region": viewer.region,
    }


def _of_clip(clip: Clip) -> dict[str, Any]:
    return {
        "video_id": clip.video_id,
        "owner_id": clip.owner_id,
        "tags": list(clip.tags),
        "duration_ms": clip.duration_ms,
        "language": clip.language,
    }


def _of_receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "origin": SHOWN,
        "answer_id": receipt.answer_id,
        "position": receipt.position,
        "source": receipt.source,
        "level": receipt.level,
        "policy": receipt.policy,
        "model": receipt.model,
        "propensity": receipt.propensity,
        "served_at": receipt.served_at_ms,
    }
