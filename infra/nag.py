"""What the rule checkers find and we mean: every exception of cdk-nag and checkov for a resource, with its reason.

`cdk synth` runs cdk-nag's AwsSolutions pack on each stage for AWS and stops at a finding that is not named here. What
checkov finds on every resource of a kind, and we mean, stands in .checkov.yaml; what it finds on one, here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from aws_cdk import Acknowledgment, App, CfnResource, Stack, Validations
from aws_cdk import aws_sqs as sqs
from cdk_nag import AwsSolutionsChecks
from constructs import Construct, IConstruct

from infra.catalogue import FUNCTIONS, Fn
from infra.search_domain import SEARCH_ABILITIES
from infra.settings import Settings
from infra.stacks.api import ApiStack
from infra.stacks.app import AppStack
from infra.stacks.delivery import DeliveryStack
from infra.stacks.network import NetworkStack
from infra.stacks.state import StateStack

ANYWHERE: dict[str, str] = {
    "xray:PutTraceSegments": "X-Ray has no resources to name",
    "xray:PutTelemetryRecords": "X-Ray has no resources to name",
    "xray:GetSamplingRules": "X-Ray has no resources to name",
    "xray:GetSamplingTargets": "X-Ray has no resources to name",
    "dynamodb:ListStreams": "a stream's mapping lists streams before it knows which; DynamoDB takes no resource there",
    "ec2:CreateNetworkInterface": "Lambda makes interfaces in the VPC that do not exist yet",
    "ec2:DescribeNetworkInterfaces": "EC2 knows no resource for Describe calls",
    "ec2:DescribeSubnets": "EC2 knows no resource for Describe calls",
    "ec2:DeleteNetworkInterface": "Lambda removes interfaces whose ids it chose itself",
    "ec2:AssignPrivateIpAddresses": "the interfaces are Lambda's own, of ids unknown here",
    "ec2:UnassignPrivateIpAddresses": "the interfaces are Lambda's own, of ids unknown here",
    "rekognition:StartContentModeration": "Rekognition has no resources to name for what it is sent",
    "rekognition:GetContentModeration": "Rekognition's jobs are not resources IAM can name",
    "rekognition:DetectModerationLabels": "Rekognition has no resources to name for what it is sent",
    "logs:CreateLogDelivery": "Step Functions' log delivery is not a resource IAM can name",
    "logs:GetLogDelivery": "Step Functions' log delivery is not a resource IAM can name",
    "logs:UpdateLogDelivery": "Step Functions' log delivery is not a resource IAM can name",
    "logs:DeleteLogDelivery": "Step Functions' log delivery is not a resource IAM can name",
    "logs:ListLogDeliveries": "Step Functions' log delivery is not a resource IAM can name",
    "logs:PutResourcePolicy": "asked by Step Functions for log delivery; it takes no resource",
    "logs:DescribeResourcePolicies": "asked by Step Functions for log delivery; it takes no resource",
    "logs:DescribeLogGroups": "asked by Step Functions for log delivery; it takes no resource",
}
"""Actions that may be granted on `Resource: "*"`, and why. A test holds every policy against this table."""


@dataclass(frozen=True)
class Meant:
    """A finding on one construct. `rule` is without its pack's prefix: SMG4, CKV_AWS_18, W3010."""

    construct: IConstruct
    rule: str
    because: str


def check(
    app: App,
    settings: Settings,
    state: StateStack,
    application: AppStack,
    api: ApiStack,
    delivery: DeliveryStack,
    network: NetworkStack | None,
) -> None:
    """Makes `app.synth()` run cdk-nag and raise at a finding that nobody meant. Call it when all stacks are built."""
    for meant in (*_data(state), *_computing(state, application), *_edge(api, delivery, settings), *_inside(network)):
        if meant.rule.startswith("CKV"):
            _skip_checkov(meant)
        else:
            pack = "CloudFormation-Validate::" if meant.rule.startswith("W") else "AwsSolutions::AwsSolutions-"
            Validations.of(meant.construct).acknowledge(Acknowledgment(id=pack + meant.rule, reason=meant.because))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def _data(state: StateStack) -> Iterator[Meant]:
    yield Meant(
        state.origin_secret,
        "SMG4",
        "CloudFormation gives its value to CloudFront only while it updates the distribution: to rotate it is to "
        "deploy, as docs/operations.md says",
    )
    yield Meant(
        state.playback_secret,
        "SMG4",
        "functions/rotate_playback_keys rotates it every 30 days together with the edge's KeyValueStore, which Secrets "
        "Manager's own rotation knows nothing of",
    )
    if state.user_pool:
        yield Meant(state.user_pool, "COG2", "Viewers of short clips are offered a second factor, not made to have one")
        yield Meant(state.user_pool, "COG8", "The Plus plan is billed per user and month; a team chooses it knowingly")
    yield Meant(state.logs_bucket, "CKV_AWS_18", "It holds the other buckets' access logs; its own would never end")
    yield Meant(state.logs_bucket, "CKV_AWS_21", "Nobody overwrites a log object, and each is gone after 90 days")


def _computing(state: StateStack, application: AppStack) -> Iterator[Meant]:
    for line in FUNCTIONS:
        yield from _function(line, state, application)
    yield Meant(application.machine.role, "IAM5[Resource::*]", "Log delivery and X-Ray have no resources to name")
    for machine in application.rights:
        yield Meant(machine, "SF1", "What passes between its steps names people: it logs errors only")
        yield Meant(machine.role, "IAM5[Resource::*]", "Log delivery and X-Ray have no resources to name")
    for which in (":*", "/*"):
        yield Meant(
            application.machine.role,
            f"IAM5[Resource::{application.resolve(application.executions(which))}]",
            "A Distributed Map watches, stops and redrives its own executions, whose names Step Functions makes up",
        )
    for prefix in ("originals/", "work/"):
        arn = _imported(state.uploads_bucket.bucket_arn, state)
        yield Meant(
            application.managed.transcode_role,
            f"IAM5[Resource::{arn}/{prefix}*]",
            "MediaConvert reads any original it is asked to make, and writes below the work of its attempt",
        )
    queues = [child for child in application.node.children if isinstance(child, sqs.Queue)]
    redriven = {queue.dead_letter_queue.queue for queue in queues if queue.dead_letter_queue}
    if application.search:
        domain = application.search.domain
        yield Meant(domain, "OS3", "Functions have no fixed addresses: they sign, and IAM decides by their roles")
        yield Meant(
            domain, "OS4", "A few small nodes elect one of themselves; search can be built again from the tables"
        )
        yield Meant(
            domain,
            "CKV_AWS_317",
            "Audit logs want users kept inside OpenSearch; here IAM decides who asks, and only our functions may",
        )
    for queue in queues:
        if not queue.dead_letter_queue and queue not in redriven:
            yield Meant(queue, "SQS3", "It is a dead-letter queue: of a rule, a stream or asynchronous calls")


def _function(line: Fn, state: StateStack, application: AppStack) -> Iterator[Meant]:
    function = application.functions[line.name]
    assert function.role
    yield Meant(
        function, "L1", "The layers' locked wheels are built and measured for Python 3.13, supported until October 2029"
    )
    yield Meant(function.role, "IAM5[Resource::*]", "X-Ray, and network interfaces inside a VPC: nag.ANYWHERE")
    for target in sorted({target for target in (*line.reads, *line.writes, *line.deletes) if isinstance(target, str)}):
        bucket, prefix = target.split(":")
        arn = _imported({"uploads": state.uploads_bucket, "media": state.media_bucket}[bucket].bucket_arn, state)
        yield Meant(
            function.role, f"IAM5[Resource::{arn}/{prefix}*]", f"The catalogue gives it the objects below {target}"
        )
    if "abort_uploads" in line.calls:
        arn = _imported(state.uploads_bucket.bucket_arn, state)
        yield Meant(function.role, f"IAM5[Resource::{arn}/originals/*]", "It aborts uploads of whoever is erased")
    if "describe_production_machine" in line.calls:
        executions = str(application.resolve(application.executions(":*")))
        yield Meant(
            function.role, f"IAM5[Resource::{executions}]", "It asks for executions of one machine, named by upload"
        )
    if "cancel_transcode_jobs" in line.calls:
        jobs = f"arn:aws:mediaconvert:{application.region}:{application.account}:jobs/*"
        yield Meant(function.role, f"IAM5[Resource::{jobs}]", "MediaConvert names jobs as it takes them")
    if "post_to_connections" in line.calls:
        socket = application.get_logical_id(cast(CfnResource, application.socket_api.node.default_child))
        place = f"arn:aws:execute-api:{application.region}:{application.account}:<{socket}>/live"
        for method in ("POST", "DELETE"):
            yield Meant(
                function.role,
                f"IAM5[Resource::{place}/{method}/@connections/*]",
                "Connections are named by API Gateway as they open",
            )
    for path in sorted({p for ability in line.calls for _, p in SEARCH_ABILITIES.get(ability, ()) if "*" in p}):
        if application.search:
            arn = str(application.resolve(application.search.arn))
            yield Meant(function.role, f"IAM5[Resource::{arn}/{path}]", "Indexes are named by when they were made")
    if function.is_bound_to_vpc:
        policy = function.role.node.find_child("DefaultPolicy")
        yield Meant(policy, "CKV_AWS_111", "Network interfaces inside a VPC: nag.ANYWHERE")


def _edge(api: ApiStack, delivery: DeliveryStack, settings: Settings) -> Iterator[Meant]:
    health = cast(Construct, api.http.api.node.find_child("GET--v1--health"))
    yield Meant(health, "APIG4", "A health check carries no token, and the answer says only that the service answers")
    yield Meant(api.closing, "APIG4", "API Gateway asks for authorization when a connection opens, and never again")
    for rule in ("APIG1", "CKV_AWS_95"):
        yield Meant(
            api.socket_stage,
            rule,
            "A WebSocket API logs by a role that is set for the whole account and region, which a stage must not "
            "change for others; functions/connect logs who came in",
        )
    edge = delivery.distribution
    yield Meant(edge, "CFR1", "Clips are for everyone; who may see which is decided by playback tokens, not by country")
    if not settings.domain:
        why = "A distribution without a name of its own has CloudFront's certificate and the minimum that comes with it"
        yield Meant(edge, "CFR4", why)
        yield Meant(edge, "CKV_AWS_174", why)


def _inside(network: NetworkStack | None) -> Iterator[Meant]:
    if network:
        yield Meant(network.vpc, "W3010", "Zones are written out so that synthesizing asks no account for them")


def _imported(value: str, owner: Stack) -> str:
    """The name under which another stack imports `value`; cdk-nag names resources by it."""
    return str(owner.resolve(owner.export_value(value))["Fn::ImportValue"])


def _skip_checkov(meant: Meant) -> None:
    """checkov reads exceptions from the resource's own metadata."""
    resource = meant.construct if isinstance(meant.construct, CfnResource) else meant.construct.node.default_child
    assert isinstance(resource, CfnResource)
    known: dict[str, Any] = resource.get_metadata("checkov") or {"skip": []}
    skip = [*known["skip"], {"id": meant.rule, "comment": meant.because}]
    resource.add_metadata("checkov", {"skip": skip})
