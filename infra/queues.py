"""Queues of work and of dead letters, each with its alarm."""

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs

from infra.function import camel

if TYPE_CHECKING:
    from infra.stacks.app import AppStack

QUEUE_ATTEMPTS = 5


def work_queue(app: "AppStack", name: str, visibility: Duration) -> sqs.Queue:
    """A queue with its dead-letter queue and an alarm on each."""
    dead = dead_letters(app, f"{name}Dead")
    queue = sqs.Queue(
        app,
        name,
        visibility_timeout=visibility,
        retention_period=Duration.days(14),
        enforce_ssl=True,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=QUEUE_ATTEMPTS),
    )
    app.alarms.queue(queue)
    return queue


def dead_letters_of_function(app: "AppStack", function: str) -> sqs.Queue:
    """One a function, whatever invokes it."""
    name = f"{camel(function)}Dead"
    known = app.node.try_find_child(name)
    return known if isinstance(known, sqs.Queue) else dead_letters(app, name)


def dead_letters(app: "AppStack", name: str) -> sqs.Queue:
    dead = sqs.Queue(
        app,
        name,
        retention_period=Duration.days(14),
        enforce_ssl=True,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
    )
    app.alarms.dead_letters(dead)
    return dead


def dead_letters_of(queue: sqs.Queue) -> sqs.IQueue:
    assert queue.dead_letter_queue
    return queue.dead_letter_queue.queue
