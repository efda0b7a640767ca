"""What starts what: streams, queues, rules and schedules."""

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_lambda_event_sources as sources

from infra.catalogue import FUNCTIONS
from infra.function import camel
from infra.queues import dead_letters, dead_letters_of_function
from reelstack.priorities import Priority

if TYPE_CHECKING:
    from infra.stacks.app import AppStack

UPLOADED = ("PutObject", "CompleteMultipartUpload")
"""Reasons of "Object Created" that mean a client finished an upload; copies and replicas make the event too."""
STREAM_ATTEMPTS = 10
"""Of a batch, halved each time, so that a record that cannot be read goes to the dead letters alone. What counts gives
up nothing: the next batch would move the shard's mark past what was left out. Its lateness rings (infra/alarms.py)."""
COUNTED_AT_ONCE = 1000
"""Records of one shard: about as many as a partition of the table can make in the second a batch waits."""
DOORBELL_SECONDS = 300


def follow_streams(app: "AppStack") -> None:
    for line in FUNCTIONS:
        if not line.streams:
            continue
        app.alarms.stream(line, app.functions[line.name])
        dead = sources.SqsDlq(dead_letters_of_function(app, line.name))
        for followed in line.streams:
            app.functions[line.name].add_event_source(
                sources.DynamoEventSource(
                    app.state.tables[followed],
                    starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                    batch_size=COUNTED_AT_ONCE if line.counts else 100,
                    max_batching_window=Duration.seconds(1) if line.counts else None,
                    retry_attempts=None if line.counts else STREAM_ATTEMPTS,
                    bisect_batch_on_error=not line.counts,
                    parallelization_factor=line.at_once,
                    on_failure=dead,
                    report_batch_item_failures=line.partial,
                    # The window makes Lambda name the shard in each event, which exact counting is fenced by.
                    tumbling_window=Duration.seconds(60) if line.counts else None,
                )
            )


def read_queues(app: "AppStack") -> None:
    """A queue that invokes its function by itself. Production's have none: slots decide when they are read."""
    queues = {"compose": app.compose_queue}
    for line in FUNCTIONS:
        if line.queue:
            app.functions[line.name].add_event_source(
                sources.SqsEventSource(queues[line.queue], batch_size=1, max_concurrency=app.settings.compose_workers)
            )


def hear_events(app: "AppStack") -> None:
    """Work goes into its queue; the same event rings `start_production`, which takes what it has slots for."""
    doorbell = _called(app, "start_production", max_event_age=Duration.seconds(DOORBELL_SECONDS))
    for priority, queue in app.production_queues.items():
        work: list[events.IRuleTarget] = [targets.SqsQueue(queue), doorbell]
        events.Rule(
            app,
            f"Uploaded{priority.title()}",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [app.state.uploads_bucket.bucket_name]},
                    "object": {"key": [{"prefix": f"originals/{priority}/"}]},
                    "reason": list(UPLOADED),
                },
            ),
            targets=work,
        )
        # An order that names no priority is a normal one.
        named = [priority, {"exists": False}] if priority == Priority.NORMAL else [priority]
        events.Rule(
            app,
            f"ProductionRequested{priority.title()}",
            event_bus=app.bus,
            event_pattern=events.EventPattern(
                source=["reelstack"], detail_type=["ProductionRequested"], detail={"priority": named}
            ),
            targets=work,
        )
    events.Rule(
        app,
        "ProductionEnded",
        event_pattern=events.EventPattern(
            source=["aws.states"],
            detail_type=["Step Functions Execution Status Change"],
            detail={
                "stateMachineArn": [app.machine_arn],
                "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
            },
        ),
        targets=[doorbell],
    )
    events.Rule(
        app,
        "Withdrawn",
        event_bus=app.bus,
        event_pattern=events.EventPattern(source=["reelstack"], detail_type=["VideoWithdrawn", "AccountNarrowed"]),
        targets=[_called(app, "withdraw")],
    )
    events.Rule(
        app,
        "Published",
        event_bus=app.bus,
        event_pattern=events.EventPattern(source=["reelstack"], detail_type=["VideoPublished"]),
        targets=[_called(app, "fan_out_video")],
    )
    events.Rule(
        app,
        "Notified",
        event_bus=app.bus,
        event_pattern=events.EventPattern(
            source=["reelstack"], detail_type=["FollowChanged", "VideoPublished", "VideoRefused"]
        ),
        targets=[_called(app, "notify")],
    )
    events.Rule(
        app,
        "Transcoded",
        event_pattern=events.EventPattern(
            source=["aws.mediaconvert"],
            detail_type=["MediaConvert Job State Change"],
            detail={
                "queue": [app.managed.queue_arn],
                "status": ["PROGRESSING", "STATUS_UPDATE", "COMPLETE", "ERROR", "CANCELED"],
            },
        ),
        targets=[_called(app, "hear_mediaconvert")],
    )
    events.Rule(
        app,
        "AvatarUploaded",
        # Whatever the reason: only presigned posts write there, and S3 writes their reason with a blank.
        event_pattern=events.EventPattern(
            source=["aws.s3"],
            detail_type=["Object Created"],
            detail={
                "bucket": {"name": [app.state.uploads_bucket.bucket_name]},
                "object": {"key": [{"prefix": "avatars/"}]},
            },
        ),
        targets=[_called(app, "make_avatar")],
    )
    _called(app, "hear_rekognition")
    app.managed.tell(app.functions["hear_rekognition"], dead_letters(app, "LookedDead"))
    events.Rule(
        app,
        "RestoreGranted",
        event_bus=app.bus,
        event_pattern=events.EventPattern(source=["reelstack"], detail_type=["RestoreGranted"]),
        targets=[_called(app, "restore")],
    )
    _schedule(app, "start_production", Duration.minutes(1), doorbell)
    _schedule(app, "reconcile_production", Duration.minutes(5), _called(app, "reconcile_production"))
    _schedule(app, "start_erasures", Duration.minutes(1), _called(app, "start_erasures"))
    _schedule(app, "erase_deleted_videos", Duration.minutes(15), _called(app, "erase_deleted_videos"))
    _schedule(app, "rotate_playback_keys", Duration.days(1), _called(app, "rotate_playback_keys"))


def _called(app: "AppStack", name: str, max_event_age: Duration | None = None) -> targets.LambdaFunction:
    """A function as a rule's target. EventBridge's dead letters are what it could not hand over; what the function
    took and failed at is known to Lambda only. Both end in the same queue."""
    dead, function = dead_letters_of_function(app, name), app.functions[name]
    function.configure_async_invoke(
        on_failure=destinations.SqsDestination(dead), max_event_age=max_event_age, retry_attempts=2
    )
    return targets.LambdaFunction(function, dead_letter_queue=dead, max_event_age=max_event_age)


def _schedule(app: "AppStack", name: str, every: Duration, target: events.IRuleTarget) -> None:
    events.Rule(app, f"Every{camel(name)}", schedule=events.Schedule.rate(every), targets=[target])
