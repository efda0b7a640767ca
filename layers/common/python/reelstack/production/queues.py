"""The three queues orders come in by, and their dead letters: each with the reason it could not be handled."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.production.jobs import NotAnUpload, Order
from reelstack.uploads.priorities import Priority

AT_ONCE = 10  # SQS hands out and takes ten at a time
WAIT_SECONDS = 1
LAST_RECEIVE = 5
"""What is received so often is buried with its reason; without it, SQS itself would move the message, and say none."""
LOOK_SECONDS = 20
"""How long a dead letter is hidden from others while somebody lists or moves it."""
UNKNOWN = "taken five times and never finished: start_production died or ran out of time"

Message = dict[str, Any]


class DeadLetter(BaseModel):
    """One message in a dead-letter queue. `upload_id` is None if it names none."""

    priority: Priority
    message_id: str
    upload_id: str | None
    attempt: int | None
    reason: str
    died_at: str
    body: str


def urls(priority: Priority) -> tuple[str, str]:
    """(queue, dead-letter queue)"""
    return {
        Priority.HIGH: (config().production_high_queue_url, config().production_high_dead_url),
        Priority.NORMAL: (config().production_normal_queue_url, config().production_normal_dead_url),
        Priority.LOW: (config().production_low_queue_url, config().production_low_dead_url),
    }[priority]


def receive(priority: Priority) -> list[Message]:
    """Up to ten messages, waiting a second for the first: an invocation may come before its message can be seen."""
    answer = aws.client("sqs").receive_message(
        QueueUrl=urls(priority)[0],
        MaxNumberOfMessages=AT_ONCE,
        WaitTimeSeconds=WAIT_SECONDS,
        MessageSystemAttributeNames=["ApproximateReceiveCount"],
    )
    return [dict(message) for message in answer.get("Messages", [])]


def received(message: Message) -> int:
    """How often this message was handed out."""
    return int(message.get("Attributes", {}).get("ApproximateReceiveCount", 1))


def delete(priority: Priority, message: Message) -> None:
    aws.client("sqs").delete_message(QueueUrl=urls(priority)[0], ReceiptHandle=message["ReceiptHandle"])


def dead_letter(priority: Priority, body: str, reason: str) -> None:
    """Puts a message among the dead letters, with why."""
    aws.client("sqs").send_message(
        QueueUrl=urls(priority)[1],
        MessageBody=body,
        MessageAttributes={
            "reason": {"DataType": "String", "StringValue": reason[:500] or "unknown"},
            "died_at": {"DataType": "String", "StringValue": datetime.now(UTC).isoformat(timespec="seconds")},
        },
    )


def dead(priority: Priority, limit: int) -> list[DeadLetter]:
    """Up to `limit` dead letters, left where they are."""
    sqs, url = aws.client("sqs"), urls(priority)[1]
    seen = _take_dead(priority, limit)
    for message in seen:  # one by one: the emulator has another permission for the batch than AWS
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    return [_letter(priority, message) for message in seen]


def redrive(priority: Priority, limit: int) -> int:
    """Sends up to `limit` dead letters back to their queue. Twice is harmless: an order starts once. Returns how many.

    Sent first and deleted then, so that what breaks in between leaves a duplicate, not a gap.
    """
    sqs, (queue, graveyard) = aws.client("sqs"), urls(priority)
    moved = _take_dead(priority, limit)
    for message in moved:
        sqs.send_message(QueueUrl=queue, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=graveyard, ReceiptHandle=message["ReceiptHandle"])
    return len(moved)


def count(priority: Priority) -> tuple[int, int]:
    """(messages in the queue, dead letters), as SQS estimates them."""
    queue, graveyard = (_count(url) for url in urls(priority))
    return queue, graveyard


def _count(url: str) -> int:
    names: list[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)


def _take_dead(priority: Priority, limit: int) -> list[Message]:
    taken: dict[str, Message] = {}
    while len(taken) < limit:
        answer = aws.client("sqs").receive_message(
            QueueUrl=urls(priority)[1],
            MaxNumberOfMessages=min(AT_ONCE, limit - len(taken)),
            VisibilityTimeout=LOOK_SECONDS,
            WaitTimeSeconds=WAIT_SECONDS,
            MessageAttributeNames=["reason", "died_at"],
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        fresh = [message for message in answer.get("Messages", []) if message["MessageId"] not in taken]
        if not fresh:
            break
        taken |= {message["MessageId"]: dict(message) for message in fresh}
    return list(taken.values())


def _letter(priority: Priority, message: Message) -> DeadLetter:
    said = {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}
    try:
        order = Order.from_message(message["Body"])
    except NotAnUpload:
        order = None
    sent = int(message["Attributes"]["SentTimestamp"]) / 1000
    return DeadLetter(
        priority=priority,
        message_id=message["MessageId"],
        upload_id=order.upload_id if order else None,
        attempt=order.attempt if order else None,
        reason=said.get("reason", UNKNOWN),
        died_at=said.get("died_at", datetime.fromtimestamp(sent, UTC).isoformat(timespec="seconds")),
        body=message["Body"][:1000],
    )
