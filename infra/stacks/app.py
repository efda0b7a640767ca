"""Everything that computes: functions, the state machine, queues and rules."""

import json
from typing import Any

from aws_cdk import ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra import asl
from infra.alarms import Alarms
from infra.catalogue import FUNCTIONS, Fn
from infra.function import RETENTION, ROOT, RUNTIME, Function, camel
from infra.layers import LayerSource, layer_path
from infra.managed_engines import ManagedEngines
from infra.search_domain import SEARCH_ABILITIES, SearchDomain
from infra.settings import Settings
from infra.socket_api import connections, socket_api, socket_url
from infra.stacks.state import StateStack
from reelstack.config import Config
from reelstack.orders import Priority
from reelstack.tables import User, Video, deployed

UPLOADED = ("PutObject", "CompleteMultipartUpload")
"""Reasons of "Object Created" that mean a client finished an upload; copies and replicas make the event too."""
QUEUE_ATTEMPTS = 5
STREAM_ATTEMPTS = 10
COUNTED_AT_ONCE = 1000
"""Records of one shard: about as many as a partition of the table can make in the second a batch waits."""
DOORBELL_SECONDS = 300
COMPOSE_SECONDS = 330
"""How long an order to compose stays hidden: longer than its function may run."""

OF_THE_USER_POOL = ("administer_users", "disable_users", "look_up_users", "delete_users")
"""Abilities that stages with another issuer have no use for."""


def dead_letters_of(queue: sqs.Queue) -> sqs.IQueue:
    assert queue.dead_letter_queue
    return queue.dead_letter_queue.queue


def distribution_parameter(settings: Settings) -> str:
    """Name of the SSM parameter by which functions learn the distribution's id, whose stack comes after theirs."""
    return f"/reelstack/{settings.stage}/distribution-id"


class AppStack(Stack):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        settings: Settings,
        state: StateStack,
        *,
        vpc: ec2.IVpc | None = None,
        functions_group: ec2.ISecurityGroup | None = None,
        cache_url: str = "",
        search: SearchDomain | None = None,
        layer_source: LayerSource = layer_path,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.settings, self.state, self.layer_source = settings, state, layer_source
        self.alarms = Alarms(scope, construct_id.removesuffix("App") + "Alarms", settings, **kwargs)

        self.bus = events.EventBus(self, "Bus")
        self.socket_api = socket_api(self, settings)
        self.production_queues = {
            priority: self._queue(f"Production{priority.title()}", visibility=Duration.seconds(90))
            for priority in Priority
        }
        self.compose_queue = self._queue("Compose", visibility=Duration.seconds(COMPOSE_SECONDS))
        self.machine_name = f"reelstack-{settings.stage}-production"
        self.machine_arn = self.format_arn(
            service="states",
            resource="stateMachine",
            resource_name=self.machine_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        self.managed = ManagedEngines(self, "Managed", settings, state)
        self.rights_machines = {name: f"reelstack-{settings.stage}-{name}" for name in ("export", "erasure")}
        self.search = search
        self.config = self._config(cache_url)
        self.layers = {name: self._layer(name) for name in ("common", "deps", "media", "ml") if not self._spared(name)}
        self.functions = {line.name: self._function(line, vpc, functions_group) for line in FUNCTIONS}
        for line in FUNCTIONS:
            for ability in line.calls:
                if statement := self._ability(ability):
                    self.functions[line.name].add_to_role_policy(statement)

        self.machine = self._machine()
        self.rights = [self._rights_machine(name) for name in self.rights_machines]
        self._streams()
        self._queues()
        self._rules()
        self.alarms.line()
        if search:
            self.alarms.search(search)
        self._outputs()

    # --- configuration -----------------------------------------------------------------------------------------------

    def _config(self, cache_url: str) -> Config:
        settings, state = self.settings, self.state
        return Config(
            stage=settings.stage,
            region=self.region,
            **{deployed(model).field: table.table_name for model, table in state.tables.items()},
            uploads_bucket=state.uploads_bucket.bucket_name,
            media_bucket=state.media_bucket.bucket_name,
            bus_name=self.bus.event_bus_name,
            **{
                f"production_{priority}_{kind}_url": url
                for priority, queue in self.production_queues.items()
                for kind, url in (("queue", queue.queue_url), ("dead", dead_letters_of(queue).queue_url))
            },
            compose_queue_url=self.compose_queue.queue_url,
            production_machine_arn=self.machine_arn,
            production_slots=settings.production_slots,
            production_low_slots=settings.production_low_slots,
            production_slots_per_creator=settings.production_slots_per_creator,
            low_microdollars_per_day=round(settings.low_dollars_per_day * 1_000_000),
            origin_secret=state.origin_secret.secret_arn,
            playback_secret=state.playback_secret.secret_arn,
            playback_keys_store=state.playback_keys.key_value_store_arn,
            distribution_parameter=distribution_parameter(settings),
            cache_url=settings.cache_url or cache_url,
            search_url=settings.search_url or (self.search.url if self.search else ""),
            rates=json.dumps(
                {
                    of: [rate.at_once, rate.per_second]
                    for of, rate in {
                        "user": settings.user_rate,
                        "address": settings.address_rate,
                        **settings.route_rates,
                    }.items()
                }
            ),
            max_upload_bytes=settings.max_upload_bytes,
            max_duration_seconds=settings.max_duration_seconds,
            upload_url_seconds=settings.upload_url_seconds,
            upload_path=f"https://{settings.domain}" if settings.upload_path == "cloudfront" else settings.upload_path,
            max_open_uploads=settings.max_open_uploads,
            max_uploads_per_day=settings.max_uploads_per_day,
            max_upload_bytes_per_day=settings.max_upload_bytes_per_day,
            playback_seconds_public=settings.playback_seconds_public,
            playback_seconds_private=settings.playback_seconds_private,
            ffmpeg_path=settings.ffmpeg_path,
            ffprobe_path=settings.ffprobe_path,
            encode_threads=settings.encode_threads,
            architecture=settings.architecture,
            segment_seconds=settings.segment_seconds,
            avc_rungs=",".join(str(rung) for rung in settings.avc_rungs),
            engine=settings.engine,
            mediaconvert_over_seconds=settings.mediaconvert_over_seconds,
            mediaconvert_max_microdollars=round(settings.mediaconvert_max_dollars * 1_000_000),
            mediaconvert_queue=self.managed.queue_arn,
            mediaconvert_role=self.managed.transcode_role.role_arn,
            moderation_engines=",".join(settings.moderation_engines),
            rekognition_topic=self.managed.looked.topic_arn,
            rekognition_role=self.managed.look_role.role_arn,
            moderation_thresholds=json.dumps(
                {label: threshold.model_dump() for label, threshold in settings.moderation_thresholds.items()}
            ),
            max_following=settings.max_following,
            timeline_large_followers=settings.timeline_large_followers,
            timeline_days=settings.timeline_days,
            timeline_entries=settings.timeline_entries,
            review_hold_seconds=settings.review_hold_seconds,
            appeal_days=settings.appeal_days,
            user_pool_id=state.user_pool.user_pool_id if state.user_pool else "",
            session_cache_seconds=settings.session_cache_seconds,
            session_seconds=settings.session_days * 24 * 3600,
            handle_hold_seconds=settings.handle_hold_days * 24 * 3600,
            handle_change_seconds=settings.handle_change_days * 24 * 3600,
            max_avatar_bytes=settings.max_avatar_bytes,
            export_machine_arn=self._machine_arn("export"),
            erasure_machine_arn=self._machine_arn("erasure"),
            erase_after_seconds=settings.erase_after_days * 24 * 3600,
            socket_url=socket_url(self.socket_api, settings),
            push_platforms=json.dumps(settings.push_platforms),
        )

    def _machine_arn(self, name: str) -> str:
        """Known by name before the machine is made: its functions' configuration comes first."""
        return self.format_arn(
            service="states",
            resource="stateMachine",
            resource_name=self.rights_machines[name],
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def _ability(self, name: str) -> iam.PolicyStatement | None:
        """What a catalogue line's `calls` stand for; nothing where the stage lacks what it would be allowed on."""
        state = self.state
        if name in OF_THE_USER_POOL and not state.user_pool:
            return None
        if name == "push_to_devices" and not self.settings.push_platforms:
            return None
        if name in SEARCH_ABILITIES:
            return self.search.statement(name) if self.search else None
        origin, playback = state.origin_secret.secret_arn, state.playback_secret.secret_arn
        waiting = [queue.queue_arn for queue in self.production_queues.values()]
        dead = [dead_letters_of(queue).queue_arn for queue in self.production_queues.values()]
        abilities: dict[str, tuple[list[str], str | list[str]]] = {
            "read_origin_secret": (["secretsmanager:GetSecretValue"], origin),
            "read_playback_secret": (["secretsmanager:GetSecretValue"], playback),
            "write_playback_secret": (["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"], playback),
            "write_playback_keys_store": (
                [
                    "cloudfront-keyvaluestore:DescribeKeyValueStore",
                    "cloudfront-keyvaluestore:ListKeys",
                    "cloudfront-keyvaluestore:UpdateKeys",
                ],
                state.playback_keys.key_value_store_arn,
            ),
            "read_distribution_parameter": (
                ["ssm:GetParameter"],
                self.format_arn(service="ssm", resource=f"parameter{distribution_parameter(self.settings)}"),
            ),
            "scan_videos": (["dynamodb:Scan"], state.tables[Video].table_arn),
            "scan_users": (["dynamodb:Scan"], state.tables[User].table_arn),
            "put_events": (["events:PutEvents"], self.bus.event_bus_arn),
            "receive_production_queues": (["sqs:ReceiveMessage", "sqs:DeleteMessage"], waiting),
            "bury_production_messages": (["sqs:SendMessage"], dead),
            "redrive_dead_letters": (
                ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
                dead,
            ),
            "send_production_messages": (["sqs:SendMessage"], waiting),
            "count_production_messages": (["sqs:GetQueueAttributes"], [*waiting, *dead]),
            "list_media": (["s3:ListBucket"], state.media_bucket.bucket_arn),
            "send_compose_queue": (["sqs:SendMessage"], self.compose_queue.queue_arn),
            "start_production_machine": (["states:StartExecution"], self.machine_arn),
            "describe_production_machine": (["states:DescribeExecution"], self.executions(":*")),
            "answer_production": (["states:SendTaskSuccess"], self.machine_arn),
            "answer_engine_steps": (
                ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"],
                self.machine_arn,
            ),
            "create_transcode_job": (["mediaconvert:CreateJob"], self.managed.queue_arn),
            "pass_transcode_role": (["iam:PassRole"], self.managed.transcode_role.role_arn),
            "pass_rekognition_role": (["iam:PassRole"], self.managed.look_role.role_arn),
            "administer_users": (
                [
                    "cognito-idp:ListUsers",
                    "cognito-idp:AdminDisableUser",
                    "cognito-idp:AdminEnableUser",
                    "cognito-idp:AdminUserGlobalSignOut",
                    "cognito-idp:AdminListGroupsForUser",
                    "cognito-idp:AdminAddUserToGroup",
                    "cognito-idp:AdminRemoveUserFromGroup",
                ],
                state.user_pool.user_pool_arn if state.user_pool else [],
            ),
            "disable_users": (
                [
                    "cognito-idp:ListUsers",
                    "cognito-idp:AdminDisableUser",
                    "cognito-idp:AdminEnableUser",
                    "cognito-idp:AdminUserGlobalSignOut",
                ],
                state.user_pool.user_pool_arn if state.user_pool else [],
            ),
            "look_up_users": (["cognito-idp:ListUsers"], state.user_pool.user_pool_arn if state.user_pool else []),
            "delete_users": (
                ["cognito-idp:ListUsers", "cognito-idp:AdminDeleteUser"],
                state.user_pool.user_pool_arn if state.user_pool else [],
            ),
            "start_export_machine": (["states:StartExecution"], self._machine_arn("export")),
            "start_erasure_machine": (["states:StartExecution"], self._machine_arn("erasure")),
            "abort_uploads": (["s3:AbortMultipartUpload"], state.uploads_bucket.arn_for_objects("originals/*")),
            "post_to_connections": (["execute-api:ManageConnections"], connections(self.socket_api)),
            "push_to_devices": (
                ["sns:CreatePlatformEndpoint", "sns:SetEndpointAttributes", "sns:DeleteEndpoint", "sns:Publish"],
                [
                    arn
                    for application in self.settings.push_platforms.values()
                    # Its devices' endpoints are named like it: …:app/APNS/<name>, …:endpoint/APNS/<name>/<id>
                    for arn in (application, f"{application.replace(':app/', ':endpoint/', 1)}/*")
                ],
            ),
            # Rekognition has no resources to name for what it is sent.
            "look_at_pictures": (["rekognition:DetectModerationLabels"], "*"),
            "start_content_moderation": (["rekognition:StartContentModeration"], "*"),
            "read_content_moderation": (
                ["rekognition:GetContentModeration", "rekognition:DetectModerationLabels"],
                "*",
            ),
        }
        actions, on = abilities[name]
        return iam.PolicyStatement(actions=actions, resources=on if isinstance(on, list) else [on])

    def executions(self, which: str) -> str:
        """ARNs of the machine's executions (which=":*"), or of those its Distributed Map starts ("/*")."""
        return self.format_arn(
            service="states",
            resource="execution",
            resource_name=f"{self.machine_name}{which}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    # --- functions ---------------------------------------------------------------------------------------------------

    def _spared(self, layer: str) -> bool:
        """A laptop's Python has the third-party libraries already; unpacking them per worker would cost seconds."""
        return self.settings.is_local and layer != "common"

    def _layer(self, name: str) -> lambda_.LayerVersion:
        path = ROOT / "layers" / "common" if name == "common" else self.layer_source(name, self.settings)  # type: ignore[arg-type]
        return lambda_.LayerVersion(
            self,
            f"{name.title()}Layer",
            code=lambda_.Code.from_asset(str(path), exclude=["**/__pycache__"]),
            compatible_runtimes=[RUNTIME],
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _function(self, line: Fn, vpc: ec2.IVpc | None, group: ec2.ISecurityGroup | None) -> Function:
        made = Function(
            self,
            line,
            settings=self.settings,
            config=self.config,
            layers=[self.layers[name] for name in ("common", *line.layers) if name in self.layers],
            tables=self.state.tables,
            buckets={"uploads": self.state.uploads_bucket, "media": self.state.media_bucket},
            vpc=vpc,
            security_group=group,
        )
        self.alarms.function(line, made)
        return made

    def _queue(self, name: str, visibility: Duration) -> sqs.Queue:
        """A queue with its dead-letter queue and an alarm on each."""
        dead = self._dead_letters(f"{name}Dead")
        queue = sqs.Queue(
            self,
            name,
            visibility_timeout=visibility,
            retention_period=Duration.days(14),
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=QUEUE_ATTEMPTS),
        )
        self.alarms.queue(queue)
        return queue

    def _dead_letters_of(self, function: str) -> sqs.Queue:
        """One a function, whatever invokes it."""
        name = f"{camel(function)}Dead"
        known = self.node.try_find_child(name)
        return known if isinstance(known, sqs.Queue) else self._dead_letters(name)

    def _dead_letters(self, name: str) -> sqs.Queue:
        dead = sqs.Queue(
            self,
            name,
            retention_period=Duration.days(14),
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
        )
        self.alarms.dead_letters(dead)
        return dead

    # --- the state machine -------------------------------------------------------------------------------------------

    def _machine(self) -> sfn.StateMachine:
        text, wanted = asl.read("production")
        numbers = {
            "segment_workers": self.settings.segment_workers,
            "review_seconds": self.settings.review_days * 24 * 3600,
        }
        functions = {name.removesuffix("_arn"): name for name in wanted - numbers.keys()}
        log_group = logs.LogGroup(
            self,
            "ProductionLogs",
            # Step Functions' own log delivery wants this prefix, or its resource policy overflows.
            log_group_name=f"/aws/vendedlogs/states/{self.machine_name}",
            retention=RETENTION[self.settings.log_days],
            removal_policy=RemovalPolicy.DESTROY,
        )
        machine = sfn.StateMachine(
            self,
            "Production",
            state_machine_name=self.machine_name,
            definition_body=sfn.DefinitionBody.from_string(asl.with_numbers(text, numbers)),
            definition_substitutions={
                placeholder: self.functions[name].function_arn for name, placeholder in functions.items()
            },
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ALL),
        )
        machine.add_to_role_policy(
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"],
                resources=[self.functions[name].function_arn for name in sorted(functions)],
            )
        )
        # A Distributed Map runs its items as child executions of the same machine.
        machine.add_to_role_policy(iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.machine_arn]))
        machine.add_to_role_policy(
            iam.PolicyStatement(
                actions=["states:DescribeExecution", "states:StopExecution"], resources=[self.executions(":*")]
            )
        )
        machine.add_to_role_policy(
            iam.PolicyStatement(actions=["states:RedriveExecution"], resources=[self.executions("/*")])
        )
        self.alarms.machine(machine)
        return machine

    def _rights_machine(self, name: str) -> sfn.StateMachine:
        """Exports and erasures: steps one after another, each a function."""
        text, wanted = asl.read(name)
        functions = {placeholder: self.functions[placeholder.removesuffix("_arn")] for placeholder in sorted(wanted)}
        log_group = logs.LogGroup(
            self,
            f"{camel(name)}Logs",
            log_group_name=f"/aws/vendedlogs/states/{self.rights_machines[name]}",
            retention=RETENTION[self.settings.log_days],
            removal_policy=RemovalPolicy.DESTROY,
        )
        machine = sfn.StateMachine(
            self,
            camel(name),
            state_machine_name=self.rights_machines[name],
            definition_body=sfn.DefinitionBody.from_string(text),
            definition_substitutions={key: function.function_arn for key, function in functions.items()},
            tracing_enabled=True,
            # What passes between these steps names people: errors only, and without it.
            logs=sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ERROR, include_execution_data=False),
        )
        machine.add_to_role_policy(
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"],
                resources=[function.function_arn for function in functions.values()],
            )
        )
        self.alarms.machine(machine)
        return machine

    # --- what starts what ---------------------------------------------------------------------------------------------

    def _streams(self) -> None:
        for line in FUNCTIONS:
            if not line.streams:
                continue
            self.alarms.stream(line, self.functions[line.name])
            dead = sources.SqsDlq(self._dead_letters_of(line.name))
            for followed in line.streams:
                self.functions[line.name].add_event_source(
                    sources.DynamoEventSource(
                        self.state.tables[followed],
                        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                        batch_size=COUNTED_AT_ONCE if line.counts else 100,
                        max_batching_window=Duration.seconds(1) if line.counts else None,
                        retry_attempts=STREAM_ATTEMPTS,
                        parallelization_factor=line.at_once,
                        on_failure=dead,
                        report_batch_item_failures=line.partial,
                        # The window makes Lambda name the shard in each event, which exact counting is fenced by.
                        tumbling_window=Duration.seconds(60) if line.counts else None,
                    )
                )

    def _queues(self) -> None:
        """A queue that invokes its function by itself. Production's have none: slots decide when they are read."""
        queues = {"compose": self.compose_queue}
        for line in FUNCTIONS:
            if line.queue:
                self.functions[line.name].add_event_source(
                    sources.SqsEventSource(
                        queues[line.queue], batch_size=1, max_concurrency=self.settings.compose_workers
                    )
                )

    def _rules(self) -> None:
        """Work goes into its queue; the same event rings `start_production`, which takes what it has slots for."""
        doorbell = self._called("start_production", max_event_age=Duration.seconds(DOORBELL_SECONDS))
        for priority, queue in self.production_queues.items():
            work: list[events.IRuleTarget] = [targets.SqsQueue(queue), doorbell]
            events.Rule(
                self,
                f"Uploaded{priority.title()}",
                event_pattern=events.EventPattern(
                    source=["aws.s3"],
                    detail_type=["Object Created"],
                    detail={
                        "bucket": {"name": [self.state.uploads_bucket.bucket_name]},
                        "object": {"key": [{"prefix": f"originals/{priority}/"}]},
                        "reason": list(UPLOADED),
                    },
                ),
                targets=work,
            )
            # An order that names no priority is a normal one.
            named = [priority, {"exists": False}] if priority == Priority.NORMAL else [priority]
            events.Rule(
                self,
                f"ProductionRequested{priority.title()}",
                event_bus=self.bus,
                event_pattern=events.EventPattern(
                    source=["reelstack"], detail_type=["ProductionRequested"], detail={"priority": named}
                ),
                targets=work,
            )
        events.Rule(
            self,
            "ProductionEnded",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "stateMachineArn": [self.machine_arn],
                    "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
                },
            ),
            targets=[doorbell],
        )
        events.Rule(
            self,
            "Withdrawn",
            event_bus=self.bus,
            event_pattern=events.EventPattern(source=["reelstack"], detail_type=["VideoWithdrawn"]),
            targets=[self._called("withdraw")],
        )
        events.Rule(
            self,
            "Published",
            event_bus=self.bus,
            event_pattern=events.EventPattern(source=["reelstack"], detail_type=["VideoPublished"]),
            targets=[self._called("fan_out_video")],
        )
        events.Rule(
            self,
            "Notified",
            event_bus=self.bus,
            event_pattern=events.EventPattern(
                source=["reelstack"], detail_type=["FollowChanged", "VideoPublished", "VideoRefused"]
            ),
            targets=[self._called("notify")],
        )
        events.Rule(
            self,
            "Transcoded",
            event_pattern=events.EventPattern(
                source=["aws.mediaconvert"],
                detail_type=["MediaConvert Job State Change"],
                detail={
                    "queue": [self.managed.queue_arn],
                    "status": ["PROGRESSING", "STATUS_UPDATE", "COMPLETE", "ERROR", "CANCELED"],
                },
            ),
            targets=[self._called("hear_mediaconvert")],
        )
        events.Rule(
            self,
            "AvatarUploaded",
            # Whatever the reason: only presigned posts write there, and S3 writes their reason with a blank.
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [self.state.uploads_bucket.bucket_name]},
                    "object": {"key": [{"prefix": "avatars/"}]},
                },
            ),
            targets=[self._called("make_avatar")],
        )
        self._called("hear_rekognition")
        self.managed.tell(self.functions["hear_rekognition"], self._dead_letters("LookedDead"))
        events.Rule(
            self,
            "RestoreGranted",
            event_bus=self.bus,
            event_pattern=events.EventPattern(source=["reelstack"], detail_type=["RestoreGranted"]),
            targets=[self._called("restore")],
        )
        self._schedule("start_production", Duration.minutes(1), doorbell)
        self._schedule("reconcile_production", Duration.minutes(5), self._called("reconcile_production"))
        self._schedule("start_erasures", Duration.minutes(1), self._called("start_erasures"))
        self._schedule("rotate_playback_keys", Duration.days(1), self._called("rotate_playback_keys"))

    def _called(self, name: str, max_event_age: Duration | None = None) -> targets.LambdaFunction:
        """A function as a rule's target. EventBridge's dead letters are what it could not hand over; what the function
        took and failed at is known to Lambda only. Both end in the same queue."""
        dead, function = self._dead_letters_of(name), self.functions[name]
        function.configure_async_invoke(
            on_failure=destinations.SqsDestination(dead), max_event_age=max_event_age, retry_attempts=2
        )
        return targets.LambdaFunction(function, dead_letter_queue=dead, max_event_age=max_event_age)

    def _schedule(self, name: str, every: Duration, target: events.IRuleTarget) -> None:
        events.Rule(self, f"Every{camel(name)}", schedule=events.Schedule.rate(every), targets=[target])

    # --- outputs ------------------------------------------------------------------------------------------------------

    def _outputs(self) -> None:
        values = {
            **{f"Production{p.title()}QueueUrl": queue.queue_url for p, queue in self.production_queues.items()},
            **{
                f"Production{p.title()}DeadQueueUrl": dead_letters_of(queue).queue_url
                for p, queue in self.production_queues.items()
            },
            "ComposeQueueUrl": self.compose_queue.queue_url,
            "ProductionMachineArn": self.machine.state_machine_arn,
            **{f"{machine.node.id}MachineArn": machine.state_machine_arn for machine in self.rights},
            "BusName": self.bus.event_bus_name,
            **{f"{camel(name)}Function": function.function_name for name, function in self.functions.items()},
        }
        for name, value in values.items():
            CfnOutput(self, f"Out{name}", key=name, value=value)
