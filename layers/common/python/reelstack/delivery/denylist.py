"""Denylist: videos whose playback tokens the edge refuses before they expire. See delivery.tokens.

One writer serves all who deny: they send messages into a first-in-first-out queue, whose single message group SQS hands
to one invocation of write_denials at a time. A store that is written to by one needs no luck: UpdateKeys names the
store's version and takes 50 entries, so of a hundred takedowns at once that each wrote for themselves most would fail.
A denial is needed until the last token in flight has expired; once an hour the writer forgets those that are over.
"""

import json
import time
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reelstack.delivery import edge_store
from reelstack.platform import aws
from reelstack.platform.config import config

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

OF_A_MESSAGE = edge_store.AT_ONCE
MESSAGES_AT_ONCE = 10
"""What one SendMessageBatch takes."""
GROUP = "denials"
FORGETTING_SECONDS = 5.0
"""How long the writer looks for old denials before it writes new ones again: about 5,000 entries."""
PREFIX = "deny:"


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


def write(messages: Sequence[str]) -> int:
    """Does what these messages say, in their order; the same again changes nothing. Returns how many denials."""
    orders = [json.loads(message) for message in messages]
    denied: dict[str, str] = {}
    for order in orders:
        denied |= order.get("deny", {})
    edge_store.write(puts={f"{PREFIX}{video_id}": value for video_id, value in denied.items()}, deletes=[])
    for order in orders:
        if "forget" in order:
            _forget(order["forget"] or None)
    return len(denied)


def _forget(token: str | None) -> None:
    """No denial is renewed between the look and the removal: this is the only writer."""
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
    if token:
        forget_expired(token)


def _is_over(item: dict[str, str], now: int) -> bool:
    return item["Key"].startswith(PREFIX) and int(item["Value"].partition("-")[0]) <= now
