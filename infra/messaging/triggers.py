"""What starts the functions of one stack, as their lines say: streams, queues, events of the bus, schedules."""

from collections.abc import Callable, Collection, Mapping

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct
from pynamodb.models import Model

from infra.catalogue import Fn
from infra.messaging.queues import dead_letters_of_function
from infra.monitoring.alarms import Alarms
from infra.names import Names, camel

STREAM_ATTEMPTS = 10
"""Of a batch, halved each time, so that a record that cannot be read goes to the dead letters alone. A counting
consumer gives up no record: the next batch would move the shard's mark past it. Being late raises its alarm."""
COUNTED_AT_ONCE = 1000
"""Records of one shard: about as many as a partition of the table can make in the second a batch waits."""
BATCH_RECORDS = 100
ARCHIVED_AT_ONCE = 10_000
"""Behavior events of one shard that make an object: the most that Lambda takes. It hands on 6 MB at most, in base64."""
ARCHIVE_SECONDS = 60
"""How long events of a shard are gathered, of at most 300: fewer objects cost less to write and to list."""
FIFO_BATCH = 10
"""The most that Lambda takes from such a queue at once."""
ASYNC_ATTEMPTS = 2


class Triggers:
    """`target` makes a function the target of a rule; the other methods read the lines."""

    def __init__(
        self, scope: Construct, lines: list[Fn], functions: Mapping[str, lambda_.Function], names: Names, alarms: Alarms
    ) -> None:
        self._scope, self._functions, self._names, self._alarms = scope, functions, names, alarms
        self._lines = {line.name: line for line in lines}
        self._targets: dict[str, targets.LambdaFunction] = {}
        self.bus = events.EventBus.from_event_bus_name(scope, "Bus", names.bus)

    def follow_streams(self, streams: Mapping[type[Model], str]) -> None:
        """`streams`: the ARNs, which DynamoDB makes up."""
        for line in self._lines.values():
            for followed in line.streams:
                self._follow(line, self._table(followed, streams[followed]))
            if line.streams:
                self._alarms.stream(line, self._functions[line.name])

    def _table(self, model: type[Model], stream_arn: str) -> dynamodb.ITable:
        construct_id = f"{model.__name__}Table"
        known = self._scope.node.try_find_child(construct_id)
        return known or dynamodb.Table.from_table_attributes(  # type: ignore[return-value]  # what is found is one
            self._scope, construct_id, table_arn=self._names.table_arn(model), table_stream_arn=stream_arn
        )

    def _follow(self, line: Fn, table: dynamodb.ITable) -> None:
        dead = dead_letters_of_function(self._scope, self._alarms, line.name)
        self._functions[line.name].add_event_source(
            sources.DynamoEventSource(
                table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=COUNTED_AT_ONCE if line.counts else BATCH_RECORDS,
                max_batching_window=Duration.seconds(1) if line.counts else None,
                retry_attempts=None if line.counts else STREAM_ATTEMPTS,
                bisect_batch_on_error=not line.counts,
                parallelization_factor=line.at_once,
                on_failure=sources.SqsDlq(dead),
                report_batch_item_failures=line.partial,
                # The window makes Lambda name the shard in each event, which exact counting is fenced by.
                tumbling_window=Duration.seconds(60) if line.counts else None,
            )
        )

    def follow_events(self) -> None:
        """The stream of behavior events, for its consumers in this stack."""
        for line in self._lines.values():
            if not line.event_stream:
                continue
            stream = kinesis.Stream.from_stream_arn(self._scope, "Events", self._names.event_stream_arn)
            function = self._functions[line.name]
            function.add_event_source(
                sources.KinesisEventSource(
                    stream,
                    starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                    batch_size=ARCHIVED_AT_ONCE,
                    max_batching_window=Duration.seconds(ARCHIVE_SECONDS),
                    retry_attempts=STREAM_ATTEMPTS,
                    bisect_batch_on_error=True,
                    on_failure=sources.SqsDlq(dead_letters_of_function(self._scope, self._alarms, line.name)),
                )
            )
            self._alarms.stream(line, function, gathered_seconds=ARCHIVE_SECONDS)

    def read_queues(
        self, queues: Mapping[str, sqs.IQueue], at_once: Callable[[str], int], unread: Collection[str] = ()
    ) -> None:
        """A queue that invokes its function by itself, `at_once` of them at a time. A first-in-first-out queue hands on
        as many messages as it can, and its one message group is what keeps a second invocation waiting. Nothing is sent
        to those of `unread` in this stage: polling them would cost a quarter of a dollar a month."""
        for line in self._lines.values():
            if line.queue:
                queue = queues[line.queue]
                source = (
                    sources.SqsEventSource(queue, batch_size=FIFO_BATCH, report_batch_item_failures=line.partial)
                    if queue.fifo
                    else sources.SqsEventSource(
                        queue,
                        batch_size=line.messages,
                        enabled=False if line.queue in unread else None,
                        max_concurrency=at_once(line.name),
                        report_batch_item_failures=line.partial,
                    )
                )
                self._functions[line.name].add_event_source(source)

    def listen(self, *, has_jobs: bool) -> None:
        """A rule for the events of the bus that a line names, and one for its schedule. `has_jobs`: whether the stage
        has the jobs that some schedules measure."""
        for line in self._lines.values():
            if line.events:
                events.Rule(
                    self._scope,
                    f"{camel(line.name)}Events",
                    event_bus=self.bus,
                    event_pattern=events.EventPattern(source=["reelstack"], detail_type=list(line.events)),
                    targets=[self.target(line.name)],
                )
            if line.of_jobs and not has_jobs:
                self.target(line.name)  # its grants and its dead letters are the same in every profile
            elif line.every_minutes or line.daily_at:
                events.Rule(
                    self._scope,
                    f"{camel(line.name)}Schedule",
                    schedule=_schedule(line),
                    targets=[self.target(line.name)],
                )

    def target(self, name: str) -> targets.LambdaFunction:
        """EventBridge's dead letters are events that it could not deliver; what the function took and failed at is
        known to Lambda only. Both end in the same queue."""
        if name not in self._targets:
            self._targets[name] = self._make_target(self._lines[name])
        return self._targets[name]

    def _make_target(self, line: Fn) -> targets.LambdaFunction:
        age = Duration.seconds(line.event_seconds) if line.event_seconds else None
        dead, function = self.dead_letters(line.name), self._functions[line.name]
        function.configure_async_invoke(
            on_failure=destinations.SqsDestination(dead), max_event_age=age, retry_attempts=ASYNC_ATTEMPTS
        )
        return targets.LambdaFunction(function, dead_letter_queue=dead, max_event_age=age)

    def dead_letters(self, name: str) -> sqs.Queue:
        return dead_letters_of_function(self._scope, self._alarms, name)


def _schedule(line: Fn) -> events.Schedule:
    if not line.daily_at:
        return events.Schedule.rate(Duration.minutes(line.every_minutes))
    hour, minute = line.daily_at.split(":")
    return events.Schedule.cron(hour=str(int(hour)), minute=str(int(minute)))
