"""Denylist: videos whose playback tokens the edge refuses before they expire. See delivery.tokens.

One writer serves all who deny: they send messages into a first-in-first-out queue, whose single message group SQS hands
to one invocation of write_denials at a time. A store that is written to by one needs no luck: UpdateKeys names the
store's version and takes 50 entries, so of a hundred takedowns at once that each wrote for themselves most would fail.
A denial is needed until the last token in flight has expired; once an hour the writer forgets those that are over, and
at once when the store is full. A message that the store refuses comes again with all after it. A message that nobody
can understand comes again alone and at once, until the queue has moved it to the dead letters: it holds up no denial.
"""

import json
import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from reelstack.delivery import edge_store
from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.platform.telemetry import logger

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

OF_A_MESSAGE = edge_store.AT_ONCE
MESSAGES_AT_ONCE = 10
"""What one SendMessageBatch takes."""
GROUP = "denials"
FORGETTING_SECONDS = 5.0
"""How long the writer looks for old denials before it writes new ones again: about 5,000 entries."""
FULL_STORE_ROUNDS = 6
"""How often a full store is looked through for so long before a denial comes again: the function has 60 s."""
PREFIX = "deny:"
VIDEO_ID = re.compile(r"[!-~]{1,500}")
"""A KeyValueStore takes a key of 512 bytes. It refuses a longer one with the same error as an entry too many."""
UNTIL = re.compile(r"[0-9]{1,15}(-[0-9]{1,15})?")
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
    _send([{"deny": dict.fromkeys(ids, value)} for ids in some])
    return until


def forget_expired(after: str | None = None) -> None:
    """Has the writer remove denials whose last token has expired: a KeyValueStore holds 5 MB. `after` is where it
    stopped looking the last time."""
    _send([{"forget": after or ""}])


def _send(orders: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(orders), MESSAGES_AT_ONCE):
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {
                "Id": str(number),
                "MessageBody": json.dumps(order),
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


def write(messages: Sequence[Message]) -> list[str]:
    """Does what these messages say; the same again changes nothing. Returns the ids of those that must come again.

    Denials are urgent and written first, in their order. Forgetting touches only what has expired, so it may follow.
    """
    orders = {message.message_id: _order(message.body) for message in messages}
    strange = [message for message in messages if orders[message.message_id] is None]
    known = {message_id: order for message_id, order in orders.items() if order is not None}
    again = _failed(known)
    for message in strange:
        logger.error("a message is no denial", message_id=message.message_id)
        _let_come_at_once(message)
    return [message_id for message_id in orders if message_id in again or orders[message_id] is None]


def _order(body: str) -> dict[str, Any] | None:
    """What a message says; None if that can never be done."""
    try:
        order = json.loads(body)
    except (ValueError, RecursionError):
        return None
    match order:
        case {"deny": dict(denied), **rest} if not rest and all(map(_is_denial, denied.items())):
            return {"deny": denied}
        case {"forget": str(after), **rest} if not rest:
            return {"forget": after}
    return None


def _is_denial(entry: tuple[str, Any]) -> bool:
    video_id, value = entry
    return bool(VIDEO_ID.fullmatch(video_id) and isinstance(value, str) and UNTIL.fullmatch(value))


def _failed(orders: dict[str, dict[str, Any]]) -> list[str]:
    """Carries the orders out and stops at the first that fails. Returns that one and all that follow it."""
    denials = [message_id for message_id, order in orders.items() if "deny" in order]
    forgettings = [message_id for message_id in orders if message_id not in denials]
    waiting = [*denials, *forgettings]
    try:
        _write_denials({key: value for message_id in denials for key, value in orders[message_id]["deny"].items()})
        waiting = forgettings
        while waiting:
            _forget(orders[waiting[0]]["forget"] or None)
            waiting = waiting[1:]
    except (ClientError, BotoCoreError, NotQueued):
        logger.exception("denials come again", messages=len(waiting))
    return waiting


def _let_come_at_once(message: Message) -> None:
    """While it is in flight, SQS hands on nothing of its group: for five times the queue's visibility timeout."""
    try:
        aws.client("sqs").change_message_visibility(
            QueueUrl=config().denials_queue_url, ReceiptHandle=message.receipt, VisibilityTimeout=0
        )
    except (ClientError, BotoCoreError):
        logger.exception("a message that is no denial holds up the queue", message_id=message.message_id)


def _write_denials(denied: dict[str, str]) -> None:
    """A full store is made room in first. Raises ClientError if nothing in it has expired."""
    full = aws.client("cloudfront-keyvaluestore").exceptions.ServiceQuotaExceededException
    puts, token = {f"{PREFIX}{video_id}": value for video_id, value in denied.items()}, None
    for round_ in range(FULL_STORE_ROUNDS + 1):
        try:
            edge_store.write(puts=puts, deletes=[])
        except full:
            if round_ == FULL_STORE_ROUNDS or (round_ and not token):
                raise
            logger.warning("the store is full", denials=len(puts))
            token = _remove_expired(token)
        else:
            return


def _forget(token: str | None) -> None:
    if token := _remove_expired(token):
        forget_expired(token)


def _remove_expired(token: str | None) -> str | None:
    """Looks for FORGETTING_SECONDS, from where `token` says. Returns where to go on, None at the store's end.

    No denial is renewed between the look and the removal: this is the only writer.
    """
    store, arn = aws.client("cloudfront-keyvaluestore"), config().playback_keys_store
    over, until, now = [], time.monotonic() + FORGETTING_SECONDS, int(time.time())
    while True:
        start = {"NextToken": token} if token else {}
        page = store.list_keys(KvsARN=arn, MaxResults=edge_store.AT_ONCE, **start)
        over += [item["Key"] for item in page["Items"] if _is_over(item, now)]
        token = page.get("NextToken")
        if not token or time.monotonic() >= until:
            break
    edge_store.write(puts={}, deletes=over)
    return token


def _is_over(item: dict[str, str], now: int) -> bool:
    return item["Key"].startswith(PREFIX) and int(item["Value"].partition("-")[0]) <= now
