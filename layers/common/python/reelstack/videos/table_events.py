"""What people did, as their tables tell it, into the stream of behavior events. Only profile `full` has one.

Nothing is lost and nothing is held up. What the stream does not take goes to the queue `table-events`, from which it is
sent again. Only if that does not take it either does `send` fail; its caller's batch comes again then, and every event
has the id that it had before. Events that waited in the queue arrive after later ones: readers go by `at`.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reelstack.accounts import users
from reelstack.accounts.users import Facts
from reelstack.behavior import stored_event, table_changes
from reelstack.behavior.stored_event import TableChange, Viewer
from reelstack.platform import aws, event_stream
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.event_stream import StreamEvent
from reelstack.platform.stream_records import StreamRecord
from reelstack.platform.telemetry import count
from reelstack.videos import event_clips

AWAY_SECONDS = 60
"""For so long a stream that took nothing is not tried again by this process: counting would wait for it each time."""
MESSAGE_BYTES = 200_000
"""Of events in one message; SQS takes 256 KiB."""
OF_USERS = ("follow", "unfollow", "block")
"""Types whose `target` is a user."""
_away_until = [0.0]


class EventsNotTaken(RuntimeError):
    """The stream did not take all events of a message; it comes again."""


def send(table: str, records: Iterable[StreamRecord]) -> int:
    """Sends the events of stream records, and returns how many these are. `table`: the field of Config that names the
    records' table; one without events sends none.

    Raises botocore's errors if neither the stream nor the queue takes them.
    """
    if not event_stream.exists() or table not in table_changes.RULES:
        return 0
    changes = [change for record in records if (change := table_changes.read(table, record))]
    events = list(_stored(changes)) if changes else []
    left = events if time.monotonic() < _away_until[0] else _put(events)
    if events and len(left) == len(events):
        _away_until[0] = max(_away_until[0], time.monotonic() + AWAY_SECONDS)
    _enqueue(left)
    return len(events)


def send_again(body: str) -> int:
    """Sends the events of a message of the queue, and returns how many: those that are not of a deleted account or
    clip. A dead letter may be older than the deletion. Raises EventsNotTaken."""
    events = _still_there(json.loads(body)["events"])
    if left := _put(events):
        raise EventsNotTaken(f"{len(left)} of {len(events)}")
    return len(events)


def _stored(changes: Sequence[TableChange]) -> Iterator[dict[str, Any]]:
    """Their records, but for what concerns a deleted clip or account: what is erased with it was taken back by nobody,
    and nobody's likes come back into the stream after they left."""
    clips = event_clips.find_not_deleted(change.video_id for change in changes if change.video_id)
    people = {user_id for change in changes for user_id in _people(change)}
    facts, received_at = users.read_facts_of(people), now_ms()
    for change in changes:
        clip = clips.get(change.video_id)
        if any(facts[user_id]["deleted"] for user_id in _people(change)) or (change.video_id and clip is None):
            continue
        yield stored_event.of_table(change, _viewer(change.viewer_id, facts), clip, received_at)


def _still_there(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """An erased account has no item any more; each that did something had one, made with its session."""
    clips = event_clips.find_not_deleted(event["video_id"] for event in events if event["video_id"])
    named = {index: _named(event) for index, event in enumerate(events)}
    facts = users.read_facts_of({user_id for people in named.values() for user_id in people})
    gone = {user_id for user_id, told in facts.items() if told["deleted"] or told["absent"]}
    return [
        event
        for index, event in enumerate(events)
        if gone.isdisjoint(named[index]) and (not event["video_id"] or event["video_id"] in clips)
    ]


def _named(event: dict[str, Any]) -> tuple[str, ...]:
    others = (event["target"],) if event["type"] in OF_USERS else ()
    # A clip's owner is not looked for: their clips go with them.
    return (event["viewer"], *others, *((event["owner_id"],) if event["owner_id"] and not event["video_id"] else ()))


def _people(change: TableChange) -> tuple[str, ...]:
    others = (change.target,) if change.type in OF_USERS else ()
    return (change.viewer_id, *others, *((change.owner_id,) if change.owner_id else ()))


def _viewer(user_id: str, facts: dict[str, Facts]) -> Viewer:
    return Viewer(user_id, signed_in=True, personalised=facts[user_id].get("personalised", True))


def _put(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that the stream did not take."""
    left = event_stream.put([StreamEvent(event["viewer"], stored_event.line(event)) for event in events])
    return [events[index] for index in left]


def _enqueue(events: Sequence[dict[str, Any]]) -> None:
    if events:
        count("TableEventsQueued", len(events))
    for body in _messages(events):
        aws.client("sqs").send_message(QueueUrl=config().table_events_queue_url, MessageBody=body)


def _messages(events: Sequence[dict[str, Any]]) -> Iterator[str]:
    some: list[dict[str, Any]] = []
    size = 0
    for event in events:
        length = len(json.dumps(event)) + 2
        if some and size + length > MESSAGE_BYTES:
            yield json.dumps({"events": some})
            some, size = [], 0
        some.append(event)
        size += length
    if some:
        yield json.dumps({"events": some})
