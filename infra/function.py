"""The one construct that makes a Lambda from a catalogue line: code, layers, environment, role and log group."""

import json
from pathlib import Path
from typing import Any

from aws_cdk import Duration, IgnoreMode, RemovalPolicy, Size
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct
from pynamodb.models import Model

from infra.catalogue import Fn, Target
from infra.settings import Settings
from reelstack.config import Config
from reelstack.tables.base import deployed, schema

ROOT = Path(__file__).parent.parent
RUNTIME = lambda_.Runtime.PYTHON_3_13
SNAP_START_DISK = 512  # MB; SnapStart refuses more

RETENTION = {7: logs.RetentionDays.ONE_WEEK, 30: logs.RetentionDays.ONE_MONTH, 365: logs.RetentionDays.ONE_YEAR}

TABLE_ACTIONS = {
    "reads": ("GetItem", "BatchGetItem", "Query"),
    "writes": ("PutItem", "UpdateItem"),
    "deletes": ("DeleteItem",),
    "appends": ("PutItem",),
    "checks": ("ConditionCheckItem",),
    "batches": ("BatchWriteItem",),
}
BUCKET_ACTIONS = {
    "reads": ("GetObject",),
    "writes": ("PutObject", "AbortMultipartUpload", "ListMultipartUploadParts"),
    "deletes": ("DeleteObject",),
}


class Function(lambda_.Function):
    """`invocable` is what callers should name: the SnapStart alias of HTTP services, the function itself otherwise."""

    def __init__(
        self,
        scope: Construct,
        line: Fn,
        *,
        settings: Settings,
        config: Config,
        layers: list[lambda_.ILayerVersion],
        tables: dict[type[Model], dynamodb.Table],
        buckets: dict[str, s3.Bucket],
        vpc: ec2.IVpc | None,
        security_group: ec2.ISecurityGroup | None,
    ) -> None:
        self.line = line
        name = camel(line.name)
        log_group = logs.LogGroup(
            scope,
            f"{name}Logs",
            retention=RETENTION[settings.log_days],
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = iam.Role(scope, f"{name}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        for statement in _statements(line, log_group, tables, buckets, in_vpc=bool(vpc and line.vpc)):
            role.add_to_policy(statement)
        network: dict[str, Any] = {"vpc": vpc, "security_groups": [security_group]} if vpc and line.vpc else {}
        super().__init__(
            scope,
            name,
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64
            if settings.architecture == "arm64"
            else lambda_.Architecture.X86_64,
            code=function_code(line.name),
            handler=f"functions.{line.name}.handler.handler",
            role=role,
            layers=layers,
            memory_size=line.memory,
            timeout=Duration.seconds(line.timeout),
            ephemeral_storage_size=Size.mebibytes(line.disk),
            environment=environment(line, config),
            log_group=log_group,
            tracing=lambda_.Tracing.ACTIVE,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_started(line, settings) else None,
            **network,
        )
        self.invocable: lambda_.IFunction = (
            lambda_.Alias(scope, f"{name}Live", alias_name="live", version=self.current_version)
            if snap_started(line, settings)
            else self
        )


def camel(name: str) -> str:
    """start_production -> StartProduction"""
    return "".join(part.title() for part in name.split("_"))


def snap_started(line: Fn, settings: Settings) -> bool:
    return line.trigger == "http" and line.disk <= SNAP_START_DISK and not settings.is_local


def function_code(name: str) -> lambda_.Code:
    """The function's own folder below `functions/`, and nothing else of the checkout."""
    return lambda_.Code.from_asset(
        str(ROOT),
        exclude=["/*", "!/functions", "/functions/*", "!/functions/__init__.py", f"!/functions/{name}", "__pycache__"],
        ignore_mode=IgnoreMode.GIT,
    )


def environment(line: Fn, config: Config) -> dict[str, str]:
    """Exactly the fields the line names, the names of its tables and buckets, and what Powertools wants to know. Of
    rates, those of its own routes."""
    fields = ("stage", "region", *line.config, *_stores(line))
    # Those of all routes would not fit into four kilobytes.
    asked = {"user", "address", *line.routes}
    rates = json.dumps({of: rate for of, rate in json.loads(config.rates).items() if of in asked})
    return {
        **config.model_copy(update={"rates": rates}).to_env(tuple(dict.fromkeys(fields))),
        "POWERTOOLS_SERVICE_NAME": line.name,
        "POWERTOOLS_METRICS_NAMESPACE": "Reelstack",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def _stores(line: Fn) -> tuple[str, ...]:
    """Config fields that name the tables and buckets this line touches or follows."""
    fields = []
    touched = (*line.reads, *line.writes, *line.deletes, *line.appends, *line.checks, *line.batches, *line.lists)
    for target in (*touched, *line.streams):
        if isinstance(target, str):
            fields.append(f"{target.split(':')[0]}_bucket")
        else:
            fields.append(deployed(target).field)
    return tuple(fields)


def _statements(
    line: Fn,
    log_group: logs.LogGroup,
    tables: dict[type[Model], dynamodb.Table],
    buckets: dict[str, s3.Bucket],
    *,
    in_vpc: bool,
) -> list[iam.PolicyStatement]:
    made = [
        iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[f"{log_group.log_group_arn}"]
        ),
        # X-Ray has no resources to name.
        iam.PolicyStatement(actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]),
    ]
    if in_vpc:
        # Lambda makes and removes its own network interfaces; EC2 knows no narrower resource at that moment.
        made.append(
            iam.PolicyStatement(
                actions=[
                    "ec2:CreateNetworkInterface",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DescribeSubnets",
                    "ec2:DeleteNetworkInterface",
                    "ec2:AssignPrivateIpAddresses",
                    "ec2:UnassignPrivateIpAddresses",
                ],
                resources=["*"],
            )
        )
    for verb, targets in (("reads", line.reads), ("writes", line.writes), ("deletes", line.deletes)):
        made += [_access(verb, target, tables, buckets) for target in targets]
    made += [_access("appends", target, tables, buckets) for target in line.appends]
    made += [_access("checks", target, tables, buckets) for target in line.checks]
    made += [_access("batches", target, tables, buckets) for target in line.batches]
    made += [_listing(target, buckets) for target in line.lists]
    return made


def _listing(target: str, buckets: dict[str, s3.Bucket]) -> iam.PolicyStatement:
    """Listing is an action on the bucket; the prefix can only be a condition."""
    bucket, prefix = target.split(":")
    return iam.PolicyStatement(
        actions=["s3:ListBucket"],
        resources=[buckets[bucket].bucket_arn],
        conditions={"StringLike": {"s3:prefix": f"{prefix}*"}},
    )


def _access(
    verb: str, target: Target, tables: dict[type[Model], dynamodb.Table], buckets: dict[str, s3.Bucket]
) -> iam.PolicyStatement:
    if isinstance(target, str):
        bucket, prefix = target.split(":")
        return iam.PolicyStatement(
            actions=[f"s3:{action}" for action in BUCKET_ACTIONS[verb]],
            resources=[buckets[bucket].arn_for_objects(f"{prefix}*")],
        )
    arn = tables[target].table_arn
    indexes = [f"{arn}/index/{index['index_name']}" for index in schema(target)["global_secondary_indexes"]]
    return iam.PolicyStatement(
        actions=[f"dynamodb:{action}" for action in TABLE_ACTIONS[verb]],
        resources=[arn, *(indexes if verb == "reads" else [])],
    )
