"""Takes a batch of client events: reads each, checks its receipt, adds what its clip is, and hands it on.

What is accepted is in the stream, plays are in the queue of those to count, and where the viewer left a clip is kept,
before the answer says so.
"""

import time
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from reelstack.accounts import users
from reelstack.behavior import client_events, plausibility, receipts, resume, stored_event, table_changes
from reelstack.behavior.client_events import Batch, EventRefused
from reelstack.behavior.receipts import Receipt, ReceiptRefused
from reelstack.behavior.resume import Sighting
from reelstack.behavior.stored_event import Clip, Viewer
from reelstack.cards import answers
from reelstack.counters import plays as counted
from reelstack.interactions import watch_positions
from reelstack.platform import event_stream
from reelstack.platform.event_stream import StreamEvent
from reelstack.platform.telemetry import count
from reelstack.videos import event_clips
from reelstack.web import Anonymous, Caller

REASONS = Literal[
    "malformed",
    "too-large",
    "unknown-type",
    "receipt-invalid",
    "receipt-expired",
    "video-not-found",
    "watched-too-long",
]
MOST_PLAYS = 25
"""Of one batch are counted at once; the rest is to be sent again. A player that reports every fifteen seconds has
fewer, and a play costs four writes."""
MOST_CLIPS = 25
"""Whose watch positions one batch moves, with a write each; what concerns further clips is to be sent again."""
DETAILS = {
    "receipt-invalid": "This receipt was not given to you for this video",
    "receipt-expired": "A receipt is valid for a day",
    "video-not-found": "There is no such video for you",
    "watched-too-long": "So much cannot have been played since the video was shown to you",
}


class RefusedEvent(BaseModel):
    """An event that is not taken, and would not be if it were sent again."""

    index: int
    """Its place in the batch, from 0."""
    id: str | None
    reason: REASONS
    detail: str


class Taken(BaseModel):
    accepted: int
    refused: list[RefusedEvent]
    retry: list[int]
    """Places in the batch of events to send again in a moment: they could not be taken just now."""
    kept: Literal["all", "plays"]
    """Without a stream of events (profile core) plays are counted, and where the viewer left a clip is kept; the rest
    is dropped."""


@dataclass(frozen=True)
class _Read:
    index: int
    event: Any
    receipt: Receipt | None


def take(batch: Batch, caller: Caller | Anonymous, country: str) -> Taken:
    """`country`: where the request came from, or empty."""
    received_at = time.time_ns() // 1_000_000
    reader = _Reader(caller, received_at)
    read = [one for index, given in enumerate(batch.events) if (one := reader.read(index, given))]
    clips = reader.clips(read)
    known = [one for one in read if reader.has_clip(one, clips)]
    signed_in = _signed_in(caller, country)
    records = {
        one.index: _counting(
            stored_event.of_client(
                one.event,
                signed_in or _anonymous(caller, one.receipt, country),
                clips.get((one.event.video_id or "", one.receipt is not None)),
                one.receipt,
                (plausibility.event_time(one.event.at, batch.sent_at, received_at), received_at),
            )
        )
        for one in known
    }
    seen = _sightings(known, records, batch.sent_at) if isinstance(caller, Caller) else {}
    later = _for_later(records, seen)
    retry = later | _hand_on({one: records[one] for one in records.keys() - later})
    retry |= _keep_positions(caller.user_id or "", {one: seen[one] for one in seen.keys() - retry})
    accepted = len(records) - len(retry)
    count("EventsAccepted", accepted)
    return Taken(
        accepted=accepted,
        refused=sorted(reader.refused, key=lambda one: one.index),
        retry=sorted(retry),
        kept="all" if event_stream.exists() else "plays",
    )


class _Reader:
    """Reads the events of one caller, and notes those that are refused."""

    def __init__(self, caller: Caller | Anonymous, received_at: int) -> None:
        self._caller, self._received_at = caller, received_at
        self.refused: list[RefusedEvent] = []

    def read(self, index: int, given: dict[str, Any]) -> _Read | None:
        try:
            event = client_events.read(given)
            receipt = self._receipt(event)
        except (EventRefused, ReceiptRefused) as refused:
            if refused.reason == "unknown-type":
                count("EventsOfUnknownType")
            self._refuse(index, given.get("id"), refused.reason, str(refused))
            return None
        if receipt and not self._can_be(event, receipt):
            self._refuse(index, event.id, "watched-too-long")
            return None
        return _Read(index, event, receipt)

    def clips(self, read: list[_Read]) -> dict[tuple[str, bool], Clip]:
        """(video id, whether a receipt proves that it was shown) -> clip."""
        shown = event_clips.find(one.receipt.video_id for one in read if one.receipt)
        direct = {one.event.video_id for one in read if not one.receipt and one.event.video_id}
        visible = event_clips.find_visible(direct, self._caller.user_id) if direct else {}
        return {(video_id, True): clip for video_id, clip in shown.items()} | {
            (video_id, False): clip for video_id, clip in visible.items()
        }

    def has_clip(self, one: _Read, clips: dict[tuple[str, bool], Clip]) -> bool:
        video_id = one.event.video_id
        if video_id is None or (video_id, one.receipt is not None) in clips:
            return True
        self._refuse(one.index, one.event.id, "video-not-found")
        return False

    def _receipt(self, event: Any) -> Receipt | None:
        if event.receipt is None:
            return None
        receipt = receipts.verified(event.receipt, self._caller.user_id, answers.keys(), self._received_at)
        if receipt.video_id != event.video_id:
            raise ReceiptRefused("receipt-invalid")
        return receipt

    def _can_be(self, event: Any, receipt: Receipt) -> bool:
        watched_ms = getattr(event, "watched_ms", 0)
        return plausibility.can_have_watched(watched_ms, receipt.served_at_ms, self._received_at)

    def _refuse(self, index: int, event_id: Any, reason: str, detail: str = "") -> None:
        told = event_id if isinstance(event_id, str) and event_id.isascii() and len(event_id) <= 64 else None
        said = DETAILS.get(reason, detail)
        self.refused.append(RefusedEvent(index=index, id=told, reason=reason, detail=said))  # type: ignore[arg-type]


def _signed_in(caller: Caller | Anonymous, country: str) -> Viewer | None:
    if isinstance(caller, Anonymous):
        return None
    personalised = users.is_personalised(caller.user_id)
    return Viewer(caller.user_id, signed_in=True, personalised=personalised, region=country)


def _anonymous(caller: Caller | Anonymous, receipt: Receipt | None, country: str) -> Viewer:
    session = receipt.session if receipt else caller.session
    return Viewer(f"s:{session}", signed_in=False, personalised=False, region=country)


def _counting(record: dict[str, Any]) -> dict[str, Any]:
    """The record with the id by which it counts once, and no more watch time than counts."""
    most = plausibility.most_watched_ms(record["duration_ms"])
    return _once_with_tables(record | {"watched_ms": min(record["watched_ms"], most)})


def _once_with_tables(record: dict[str, Any]) -> dict[str, Any]:
    """The table tells of a hide too, if the viewer has an account: both get one id, so that readers count one."""
    if record["type"] != "hide" or not record["signed_in"]:
        return record
    named = {"video": record["video_id"], "creator": record["owner_id"], "tag": record["target"]}[record["what"]]
    return record | {"id": table_changes.hide_id(record["viewer"], record["what"], named)}


def _sightings(read: list[_Read], records: dict[int, dict[str, Any]], sent_at: int) -> dict[int, Sighting]:
    found = {one.index: resume.read(records[one.index], one.event.at, sent_at) for one in read}
    return {index: sighting for index, sighting in found.items() if sighting}


def _for_later(records: dict[int, dict[str, Any]], seen: dict[int, Sighting]) -> set[int]:
    """Indexes of what goes beyond the work that one request may cause."""
    plays = sorted(index for index, record in records.items() if record["type"] == "play")
    clips = list(dict.fromkeys(seen[index].video_id for index in sorted(seen)))[:MOST_CLIPS]
    return {*plays[MOST_PLAYS:], *(index for index, one in seen.items() if one.video_id not in clips)}


def _keep_positions(viewer_id: str, seen: dict[int, Sighting]) -> set[int]:
    """Indexes of the events that could not be kept. They come again into the stream, too: see _hand_on."""
    latest = resume.latest(seen.values())
    left = watch_positions.keep(viewer_id, latest.values())
    return {index for index, one in seen.items() if one.video_id in left and one == latest[one.video_id]}


def _hand_on(records: dict[int, dict[str, Any]]) -> set[int]:
    """Indexes of what could not be handed on. A play that is streamed and cannot be counted comes again, too: readers
    of the stream count an id once."""
    places = sorted(records)
    events = [StreamEvent(records[place]["viewer"], stored_event.line(records[place])) for place in places]
    retry = {places[index] for index in event_stream.put(events)} if event_stream.exists() and events else set()
    plays = {place: record for place, record in records.items() if record["type"] == "play" and place not in retry}
    if plays and not counted.enqueue([(record["id"], record["video_id"]) for record in plays.values()]):
        retry |= plays.keys()
    return retry
