"""The job jobs/interests on AWS: an application of Managed Service for Apache Flink, which reads the event stream and
writes the cache.

It stands in the VPC, because the cache is nowhere else, and reaches Kinesis by an interface endpoint. What it runs is
one zip of infra/engines/interests_zip.py. CloudFormation makes the application and updates it, from a snapshot of its
state; it does not start it: `reelstack deploy` does (deployment/interests.py). A release that does not read that state
has another generation of it, and with it another name of the application: CloudFormation makes a new application, which
reads the stream from its beginning, and deletes the one before, which ran until then, with its snapshots.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kinesisanalyticsv2 as flink
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from infra.engines import interests_zip
from infra.monitoring.logs import RETENTION
from infra.names import Names
from infra.settings import Settings

RUNTIME = "FLINK-2_3"
RUN_OPTIONS, OPTIONS = "kinesis.analytics.flink.run.options", "interests"
"""Property groups: what Managed Flink itself reads, and what the job reads."""
CHECKPOINT_SECONDS = 10
PAUSE_SECONDS = 5
"""At least so much between the end of a checkpoint and the next one's beginning."""
TASKS_PER_KPU = 1
"""A KPU is one processor and 4 GB. The job computes; where it waits for the cache, it waits for a batch."""
SUBNETS = 2
"""Those of the cache and of the endpoints: traffic stays within a zone where it can."""

JobSource = Callable[[], Path]
"""Where the stack takes the zip from: `interests_zip.best`, or an empty one for who looks only at the template."""


@dataclass(frozen=True)
class Surroundings:
    """What the application reads, writes and stands in."""

    vpc: ec2.IVpc
    group: ec2.ISecurityGroup
    cache_url: str
    code: JobSource


class Interests(Construct):
    """`application` is not started, and not stopped, by CloudFormation."""

    def __init__(self, scope: Construct, settings: Settings, names: Names, around: Surroundings) -> None:
        super().__init__(scope, "Interests")
        self._settings, self.names, self._around = settings, names, around
        consumer = kinesis.CfnStreamConsumer(
            self, "Consumer", consumer_name=names.interests, stream_arn=names.event_stream_arn
        )
        code = assets.Asset(self, "Code", path=str(around.code()))
        log_group = logs.LogGroup(
            self, "Logs", retention=RETENTION[settings.log_days], removal_policy=RemovalPolicy.DESTROY
        )
        stream = logs.LogStream(self, "LogStream", log_group=log_group, removal_policy=RemovalPolicy.DESTROY)
        self.role = self._role(consumer, code, log_group)
        self.application = self._application(code)
        self.application.node.add_dependency(self.role)
        # CloudFormation ends a group's ARN with ":*".
        stream_arn = names.arn("logs", f"log-group:{log_group.log_group_name}:log-stream:{stream.log_stream_name}")
        flink.CfnApplicationCloudWatchLoggingOption(
            self,
            "Logging",
            application_name=self.application.ref,
            cloud_watch_logging_option=flink.CfnApplicationCloudWatchLoggingOption.CloudWatchLoggingOptionProperty(
                log_stream_arn=stream_arn
            ),
        )

    def _application(self, code: assets.Asset) -> flink.CfnApplication:
        location = flink.CfnApplication.S3ContentLocationProperty(
            bucket_arn=code.bucket.bucket_arn, file_key=code.s3_object_key
        )
        vpc = flink.CfnApplication.VpcConfigurationProperty(
            subnet_ids=[subnet.subnet_id for subnet in self._around.vpc.isolated_subnets[:SUBNETS]],
            security_group_ids=[self._around.group.security_group_id],
        )
        return flink.CfnApplication(
            self,
            "Application",
            application_name=self.names.interests_application,
            application_description="Interests of viewers and what trends, by the second",
            runtime_environment=RUNTIME,
            service_execution_role=self.role.role_arn,
            application_configuration=flink.CfnApplication.ApplicationConfigurationProperty(
                application_code_configuration=flink.CfnApplication.ApplicationCodeConfigurationProperty(
                    code_content=flink.CfnApplication.CodeContentProperty(s3_content_location=location),
                    code_content_type="ZIPFILE",
                ),
                # A savepoint before each update and each stop.
                application_snapshot_configuration=flink.CfnApplication.ApplicationSnapshotConfigurationProperty(
                    snapshots_enabled=True
                ),
                # An update whose job does not come up goes back to the version and the state before it.
                application_system_rollback_configuration=(
                    flink.CfnApplication.ApplicationSystemRollbackConfigurationProperty(rollback_enabled=True)
                ),
                environment_properties=flink.CfnApplication.EnvironmentPropertiesProperty(
                    property_groups=[
                        flink.CfnApplication.PropertyGroupProperty(property_group_id=group, property_map=values)
                        for group, values in self._options().items()
                    ]
                ),
                flink_application_configuration=self._flink(),
                vpc_configurations=[vpc],
            ),
        )

    def _options(self) -> dict[str, dict[str, str]]:
        return {
            RUN_OPTIONS: {
                "python": interests_zip.ENTRY,
                "jarfile": interests_zip.JAR,
                "pyFiles": interests_zip.PYTHON,
            },
            OPTIONS: {
                "source": "kinesis",
                "stream.arn": self.names.event_stream_arn,
                "region": self.names.region,
                "reader": "EFO",
                "consumer": self.names.interests,
                # Of a first start, and of the first of a generation: a week. docs/interests.md says how long it takes.
                "position": "TRIM_HORIZON",
                "cache": self._around.cache_url,
                "checkpoint.ms": str(CHECKPOINT_SECONDS * 1000),
            },
        }

    def _flink(self) -> flink.CfnApplication.FlinkApplicationConfigurationProperty:
        return flink.CfnApplication.FlinkApplicationConfigurationProperty(
            checkpoint_configuration=flink.CfnApplication.CheckpointConfigurationProperty(
                configuration_type="CUSTOM",
                checkpointing_enabled=True,
                checkpoint_interval=CHECKPOINT_SECONDS * 1000,
                min_pause_between_checkpoints=PAUSE_SECONDS * 1000,
            ),
            # APPLICATION: metrics of the whole job. Each operator's would be some hundred metrics, billed one by one.
            monitoring_configuration=flink.CfnApplication.MonitoringConfigurationProperty(
                configuration_type="CUSTOM", metrics_level="APPLICATION", log_level="INFO"
            ),
            parallelism_configuration=flink.CfnApplication.ParallelismConfigurationProperty(
                configuration_type="CUSTOM",
                parallelism=self._settings.interests_kpu * TASKS_PER_KPU,
                parallelism_per_kpu=TASKS_PER_KPU,
                auto_scaling_enabled=self._settings.interests_most_kpu > self._settings.interests_kpu,
            ),
        )

    def _role(self, consumer: kinesis.CfnStreamConsumer, code: assets.Asset, log_group: logs.LogGroup) -> iam.Role:
        """For this account's applications alone. The consumer is made here, so the job may not register any."""
        stack = Stack.of(self)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "kinesisanalytics.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": stack.account}}
            ),
        )
        for actions, resource in (
            (("s3:GetObject", "s3:GetObjectVersion"), code.bucket.arn_for_objects(code.s3_object_key)),
            (("kinesis:DescribeStreamSummary", "kinesis:ListShards"), self.names.event_stream_arn),
            (("kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"), consumer.attr_consumer_arn),
            (("logs:DescribeLogStreams", "logs:PutLogEvents"), log_group.log_group_arn),
            (("logs:DescribeLogGroups",), "*"),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
        for statement in self._interfaces():
            role.add_to_policy(statement)
        return role

    def _interfaces(self) -> list[iam.PolicyStatement]:
        """Managed Flink makes the network interfaces in our subnets by the application's own role."""
        described = ("Vpcs", "Subnets", "SecurityGroups", "DhcpOptions", "NetworkInterfaces")
        anywhere = [f"ec2:Describe{what}" for what in described]
        anywhere += ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"]
        return [
            iam.PolicyStatement(actions=anywhere, resources=["*"]),
            iam.PolicyStatement(
                actions=["ec2:CreateNetworkInterfacePermission"],
                resources=[self.names.arn("ec2", "network-interface/*")],
            ),
        ]
