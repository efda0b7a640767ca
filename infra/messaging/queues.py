"""Queues of work and of dead letters, each with its alarm."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.monitoring.alarms import Alarms
from infra.names import Names, camel

QUEUE_ATTEMPTS = 5
RETENTION_DAYS = 14


@dataclass(frozen=True)
class WorkQueue:
    queue: sqs.Queue
    dead: sqs.Queue


def work_queue(scope: Construct, alarms: Alarms, names: Names, name: str, visibility_seconds: int) -> WorkQueue:
    """A queue with its dead-letter queue and an alarm on each. Their names are fixed: functions of other stacks send
    to them and redrive them."""
    dead = dead_letters(scope, alarms, f"{camel(name)}Dead", names.queue(f"{name}-dead"), of_work=True)
    queue = sqs.Queue(
        scope,
        camel(name),
        queue_name=names.queue(name),
        fifo=_fifo(names.queue(name)),
        visibility_timeout=Duration.seconds(visibility_seconds),
        retention_period=Duration.days(RETENTION_DAYS),
        enforce_ssl=True,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=QUEUE_ATTEMPTS),
    )
    alarms.queue(queue)
    return WorkQueue(queue, dead)


def dead_letters_of_function(scope: Construct, alarms: Alarms, function: str) -> sqs.Queue:
    """One a function, whatever invokes it."""
    construct_id = f"{camel(function)}Dead"
    known = scope.node.try_find_child(construct_id)
    return known if isinstance(known, sqs.Queue) else dead_letters(scope, alarms, construct_id)


def dead_letters(
    scope: Construct, alarms: Alarms, construct_id: str, name: str | None = None, *, of_work: bool = False
) -> sqs.Queue:
    """Without a name CloudFormation makes one up, which is enough for a queue that only its own stack uses."""
    dead = sqs.Queue(
        scope,
        construct_id,
        queue_name=name,
        fifo=_fifo(name or ""),
        retention_period=Duration.days(RETENTION_DAYS),
        enforce_ssl=True,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
    )
    alarms.dead_letters(dead, of_work=of_work)
    return dead


def _fifo(queue_name: str) -> bool | None:
    """Left out, not false, of an ordinary queue: CloudFormation knows no false, and a change would replace it."""
    return True if queue_name.endswith(".fifo") else None
