"""IAM statements that follow from a catalogue line's tables, buckets and place."""

from collections.abc import Iterator

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from infra.catalogue import Fn, Target
from infra.names import Names
from infra.storage.stores import Stores
from reelstack.tables.model import schema

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
NETWORK_INTERFACES = (
    *("CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface"),
    *("AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"),
)


def statements(
    line: Fn, log_group: logs.LogGroup, names: Names, stores: Stores, *, in_vpc: bool
) -> Iterator[iam.PolicyStatement]:
    """All that a function is allowed but its `calls`."""
    yield _allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{log_group.log_group_arn}")
    # X-Ray has no resources to name.
    yield _allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")
    if in_vpc:
        # Lambda makes and removes its own network interfaces; EC2 knows no narrower resource at that moment.
        yield _allow([f"ec2:{action}" for action in NETWORK_INTERFACES], "*")
    for verb in TABLE_ACTIONS:
        targets: tuple[Target, ...] = getattr(line, verb)
        for target in targets:
            yield _access(verb, target, names, stores)
    for target in line.lists:
        yield _listing(target, stores)


def _allow(actions: list[str], *resources: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=list(resources))


def _access(verb: str, target: Target, names: Names, stores: Stores) -> iam.PolicyStatement:
    if isinstance(target, str):
        bucket, prefix = target.split(":")
        objects = stores.buckets[bucket].arn_for_objects(f"{prefix}*")
        return _allow([f"s3:{action}" for action in BUCKET_ACTIONS[verb]], objects)
    arn = names.table_arn(target)
    indexes = [f"{arn}/index/{index['index_name']}" for index in schema(target)["global_secondary_indexes"]]
    return _allow([f"dynamodb:{action}" for action in TABLE_ACTIONS[verb]], arn, *(indexes if verb == "reads" else []))


def _listing(target: str, stores: Stores) -> iam.PolicyStatement:
    """Listing is an action on the bucket; the prefix can only be a condition."""
    bucket, prefix = target.split(":")
    return iam.PolicyStatement(
        actions=["s3:ListBucket"],
        resources=[stores.buckets[bucket].bucket_arn],
        conditions={"StringLike": {"s3:prefix": f"{prefix}*"}},
    )
