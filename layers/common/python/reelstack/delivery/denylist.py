"""Denylist: videos whose playback tokens the edge refuses before they expire. See delivery.tokens and .edge_shards.

One writer serves all who deny: they send messages into a first-in-first-out queue, whose single message group SQS hands
to one invocation of write_denials at a time, ten messages at the most. A write has room for 50 denials, so the writer
does not write what little it was handed right after another write: it sends that back into the queue as one message,
until there are 50 denials or PACE_SECONDS are over. Nothing is forgotten: a denial that is over leaves its entry when
that is written the next time, and is no more than 22 bytes until then.

A message that the store refuses comes again. A message that nobody can understand, or whose shard is full, comes again
alone and at once, until the queue has moved it to the dead letters, whose alarm it rings: it holds up no denial.
"""

import json
import re
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from reelstack.delivery import edge_store
from reelstack.delivery.edge_ring import RING, Ring
from reelstack.delivery.edge_shards import Denial, Shard, ShardFull, place
from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.platform.telemetry import logger

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

OF_A_MESSAGE = edge_store.AT_ONCE
MESSAGES_AT_ONCE = 10
"""What one SendMessageBatch takes, and what Lambda hands on of a first-in-first-out queue."""
GROUP = "denials"
PACE_SECONDS = 5.0
"""Between two writes of less than OF_A_MESSAGE denials: twelve a minute, and a takedown holds within ten seconds."""
WAIT_SECONDS = 1.0
"""How long the writer lets messages gather that it sends back."""
OLD = "deny:"
"""Denials as entries of their own, which an edge function reads that was deployed before there were shards."""
VIDEO_ID = re.compile(r"[!-~]{1,500}")
"""A KeyValueStore takes a key of 512 bytes, and OLD stands before it."""
UNTIL = re.compile(r"[0-9]{1,10}(-[0-9]{1,10})?")
"""A denial's value: the unix second up to which it holds, and that up to which the denied tokens were issued."""


class NotQueued(RuntimeError):
    """SQS did not take a denial; whoever denied is invoked again."""


def deny(video_id: str, issued_up_to: int | None = None) -> int:
    """The edge refuses, in a moment, every token of this video until the last one in flight has expired; returns that
    unix time. Raises NotQueued.

    With `issued_up_to` (unix seconds) only those issued until then: a viewer who may still watch asks for a new one.
    """
    return deny_all([video_id], issued_up_to)


def deny_all(video_ids: Sequence[str], issued_up_to: int | None = None) -> int:
    """The same for many."""
    until = int(time.time()) + config().playback_seconds_public
    value = f"{until}" if issued_up_to is None else f"{until}-{issued_up_to}"
    some = [video_ids[start : start + OF_A_MESSAGE] for start in range(0, len(video_ids), OF_A_MESSAGE)]
    _send([dict.fromkeys(ids, value) for ids in some])
    return until


def _send(orders: Sequence[Mapping[str, str]]) -> None:
    for start in range(0, len(orders), MESSAGES_AT_ONCE):
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {
                "Id": str(number),
                "MessageBody": json.dumps({"deny": order}),
                "MessageGroupId": GROUP,
                "MessageDeduplicationId": uuid.uuid4().hex,
            }
            for number, order in enumerate(orders[start : start + MESSAGES_AT_ONCE])
        ]
        answer = aws.client("sqs").send_message_batch(QueueUrl=config().denials_queue_url, Entries=entries)
        if answer.get("Failed"):
            raise NotQueued(answer["Failed"][0].get("Message", ""))


# --- the writer ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Message:
    """One of the queue. `receipt` is what SQS knows this delivery of it by."""

    message_id: str
    receipt: str
    body: str


class _Pace:
    """When this process wrote last. A new process may write at once."""

    written_at = float("-inf")

    @classmethod
    def remaining(cls) -> float:
        return cls.written_at + PACE_SECONDS - time.monotonic()


def write(messages: Sequence[Message]) -> list[str]:
    """Does what these messages say, or puts it off; the same again changes nothing. Returns the ids of those that must
    come again."""
    orders = {message.message_id: _order(message.body) for message in messages}
    denied = _joined(order for order in orders.values() if order)
    try:
        refused = _write_or_gather(denied, is_all=len(messages) < MESSAGES_AT_ONCE)
    except (ClientError, BotoCoreError, NotQueued):
        logger.exception("denials come again", denials=len(denied))
        return list(orders)
    again = [message for message in messages if _comes_again(orders[message.message_id], refused)]
    for message in again:
        _let_come_at_once(message)
    return [message.message_id for message in again]


def _comes_again(order: Mapping[str, str] | None, refused: set[str]) -> bool:
    if order is None:
        logger.error("a message is no denial")
    return order is None or not refused.isdisjoint(order)


def _order(body: str) -> dict[str, str] | None:
    """What a message denies; None if that can never be done. Before there were shards, messages had the writer forget
    denials that were over: nothing is left to do for them."""
    try:
        order = json.loads(body)
    except (ValueError, RecursionError):
        return None
    match order:
        case {"deny": dict(denied), **rest} if not rest and all(map(_is_denial, denied.items())):
            return denied
        case {"forget": str(), **rest} if not rest:
            return {}
    return None


def _is_denial(entry: tuple[str, Any]) -> bool:
    video_id, value = entry
    return bool(VIDEO_ID.fullmatch(video_id) and isinstance(value, str) and UNTIL.fullmatch(value))


def _joined(orders: Iterator[Mapping[str, str]]) -> dict[str, Denial]:
    """Of several denials of a video the one that holds, whatever their order: what was put off comes later."""
    found: dict[str, Denial] = {}
    for order in orders:
        for video_id, text in order.items():
            denial = Denial.of(text)
            found[video_id] = max(denial, found.get(video_id, denial))
    return found


def _write_or_gather(denied: Mapping[str, Denial], *, is_all: bool) -> set[str]:
    """Returns which could not be written because their shard is full. `is_all`: no more messages are waiting."""
    if not denied:
        return set()
    if len(denied) < OF_A_MESSAGE and (remaining := _Pace.remaining()) > 0:
        if is_all:
            time.sleep(min(remaining, WAIT_SECONDS))
        _send([{video_id: str(denial) for video_id, denial in denied.items()}])
        return set()
    refused = _write(denied)
    _Pace.written_at = time.monotonic()
    return refused


def _let_come_at_once(message: Message) -> None:
    """While it is in flight, SQS hands on nothing of its group: for five times the queue's visibility timeout."""
    try:
        aws.client("sqs").change_message_visibility(
            QueueUrl=config().denials_queue_url, ReceiptHandle=message.receipt, VisibilityTimeout=0
        )
    except (ClientError, BotoCoreError):
        logger.exception("a message that comes again holds up the queue", message_id=message.message_id)


def _write(denied: Mapping[str, Denial]) -> set[str]:
    """Raises ClientError or BotoCoreError when the store refuses."""
    refused: set[str] = set()
    now = int(time.time())
    ring = edge_store.read([RING]).get(RING)
    names = {RING, *(place(video_id)[0] for video_id in denied)}
    if Ring.of(ring).keeps_old(now):
        names |= {OLD + video_id for video_id in denied}

    def edit(entries: edge_store.Entries) -> edge_store.Changes:
        refused.clear()
        ring, changes = Ring.of(entries.get(RING)), dict[str, str]()
        for video_id, denial in denied.items():
            name, old = place(video_id)[0], OLD + video_id
            value = changes.get(name) or entries.get(name) or ring.empty_shard()
            if ring.keeps_old(now):
                changes[old] = str(max(denial, Denial.of(entries.get(old, "0"))))
            if value is None:
                continue  # there are no shards yet: the first of them take over what stands in old entries
            try:
                changes[name] = Shard.of(value).with_denial(video_id, denial, now).value(now)
            except ShardFull as full:
                logger.error("no room for a denial", video_id=video_id, why=str(full))
                refused.add(video_id)
        return {name: value for name, value in changes.items() if entries.get(name) != value}

    edge_store.change(names, edit)
    return refused
