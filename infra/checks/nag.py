"""What the rule checkers find and we mean: every exception of cdk-nag and checkov for a resource, with its reason.

`cdk synth` runs cdk-nag's AwsSolutions pack on each stage for AWS and stops at a finding that is not named here. What
checkov finds on every resource of a kind, and we mean, stands in .checkov.yaml; what it finds on one, here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aws_cdk import Acknowledgment, App, CfnResource, Validations
from aws_cdk import aws_sqs as sqs
from cdk_nag import AwsSolutionsChecks
from constructs import IConstruct

from infra.api.public_routes import any_method, open_routes
from infra.api.routes import route_id
from infra.catalogue import FUNCTIONS, copies
from infra.checks.nag_wildcards import imported, of_calls, on_objects
from infra.engines.spark import NOTES, READS, WRITES
from infra.functions.function import Function
from infra.stacks.capability import CapabilityStack
from infra.stacks.discovery import DiscoveryStack
from infra.stacks.interests import InterestsStack
from infra.stacks.people import PeopleStack
from infra.stacks.production import ProductionStack
from infra.stacks.stage import Foundation, Stage
from infra.stacks.videos import VideosStack
from infra.storage.stores import Stores


@dataclass(frozen=True)
class Meant:
    """A finding on one construct. `rule` is without its pack's prefix: SMG4, CKV_AWS_18, W3010."""

    construct: IConstruct
    rule: str
    because: str


def check(app: App, stage: Stage) -> None:
    """Makes `app.synth()` run cdk-nag and raise at a finding that nobody meant. Call it when all stacks are built."""
    for meant in _all(stage):
        if meant.rule.startswith("CKV"):
            _skip_checkov(meant)
        else:
            pack = "CloudFormation-Validate::" if meant.rule.startswith("W") else "AwsSolutions::AwsSolutions-"
            Validations.of(meant.construct).acknowledge(Acknowledgment(id=pack + meant.rule, reason=meant.because))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def _all(stage: Stage) -> Iterator[Meant]:
    foundation = stage.foundation
    yield from _data(foundation.state.stores)
    why = "A notice names an object by its id. S3 cannot use SNS's own key, and a key of ours is 1 $ a month"
    yield Meant(foundation.state.restored, "CKV_AWS_26", why)
    yield from _edge(foundation)
    yield from _inside(foundation)
    why = "A health check carries no token, and the answer says only that the service answers"
    yield Meant(foundation.api.node.find_child("ANY--v1--health"), "APIG4", why)
    yield from _read_without_a_token(foundation)
    if stage.interests:
        yield from _interests(stage.interests)
    for stack in (*stage.capabilities, *stage.deployments):
        yield from _capability(stack)
        if isinstance(stack, ProductionStack):
            yield from _production(stack)
        if isinstance(stack, VideosStack):
            yield from _videos(stack)
        if isinstance(stack, PeopleStack):
            yield from _people(stack)
        if isinstance(stack, DiscoveryStack):
            yield from _spark(stack)


def _read_without_a_token(foundation: Foundation) -> Iterator[Meant]:
    why = "Public clips are watched without an account; the service decides what a reader without a token may see"
    for line in [*FUNCTIONS, *copies(FUNCTIONS)]:
        api = foundation.api.copies.get(line.name, foundation.api)
        for route in open_routes(line, "", foundation.settings):
            if route.key not in map(any_method, line.public_routes):
                yield Meant(api.node.find_child(route_id(route.key)), "APIG4", why)


def _data(stores: Stores) -> Iterator[Meant]:
    yield Meant(
        stores.origin_secret,
        "SMG4",
        "CloudFormation gives its value to CloudFront only while it updates the distribution: to rotate it is to "
        "deploy, as docs/operations.md says",
    )
    yield Meant(
        stores.playback_secret,
        "SMG4",
        "rotate_signing_keys rotates it every 30 days together with the edge's KeyValueStore, which Secrets "
        "Manager's own rotation knows nothing of",
    )
    if pool := stores.user_pool:
        yield Meant(pool, "COG2", "Viewers of short clips are offered a second factor, not made to have one")
        yield Meant(pool, "COG8", "The Plus plan is billed per user and month; a team chooses it knowingly")
    yield Meant(stores.logs, "CKV_AWS_18", "It holds the other buckets' access logs; its own would never end")
    yield Meant(stores.logs, "CKV_AWS_21", "Nobody overwrites a log object, and each is gone after 90 days")
    why = "A step makes its work objects again, a client sends its chunks again, and both are gone within days"
    yield Meant(stores.intermediates, "CKV_AWS_21", why)


def _capability(stack: CapabilityStack) -> Iterator[Meant]:
    for function in stack.functions.values():
        yield from _function(function, stack)
    redriven = {queues.dead for queues in stack.queues.values()}
    for queue in (child for child in stack.node.children if isinstance(child, sqs.Queue)):
        if not queue.dead_letter_queue and queue not in redriven:
            yield Meant(queue, "SQS3", "It is a dead-letter queue: of a rule, a stream or asynchronous calls")


def _production(stack: ProductionStack) -> Iterator[Meant]:
    names = stack.wiring.names
    for machine in (stack.machine, stack.decision_machine):
        yield Meant(machine.role, "IAM5[Resource::*]", "Log delivery and X-Ray have no resources to name")
    for which in (":*", "/*"):
        yield Meant(
            stack.machine.role,
            f"IAM5[Resource::{names.executions_arn('production', which)}]",
            "A Distributed Map watches, stops and redrives its own executions, whose names Step Functions makes up",
        )
    stores = stack.wiring.stores
    for bucket, prefix in ((stores.uploads, "originals/"), (stores.intermediates, "work/")):
        arn = imported(bucket.bucket_arn, stores)
        yield Meant(
            stack.managed.mediaconvert_role,
            f"IAM5[Resource::{arn}/{prefix}*]",
            "MediaConvert reads any original it is asked to make, and writes below the work of its attempt",
        )


def _videos(stack: VideosStack) -> Iterator[Meant]:
    names, stores, role = stack.wiring.names, stack.wiring.stores, stack.machine.role
    yield Meant(role, "IAM5[Resource::*]", "Log delivery and X-Ray have no resources to name")
    for which in (":*", "/*"):
        why = "A Distributed Map watches, stops and redrives its own executions, whose names Step Functions makes up"
        yield Meant(role, f"IAM5[Resource::{names.executions_arn('tiering', which)}]", why)
    plans = f"{imported(stores.media.bucket_arn, stores)}/tiering/plans/*"
    yield Meant(role, f"IAM5[Resource::{plans}]", "The files of a plan are named by its night and their number")


def _people(stack: PeopleStack) -> Iterator[Meant]:
    for machine in stack.machines:
        yield Meant(machine, "SF1", "What passes between its steps names people: it logs errors only")
        yield Meant(machine.role, "IAM5[Resource::*]", "Log delivery and X-Ray have no resources to name")
    why = "API Gateway asks for authorization when a connection opens, and never again"
    yield Meant(stack.socket.closing, "APIG4", why)
    for rule in ("APIG1", "CKV_AWS_95"):
        yield Meant(
            stack.socket.stage,
            rule,
            "A WebSocket API logs by a role that is set for the whole account and region, which a stage must not "
            "change for others; websocket logs who came in",
        )


def _spark(stack: DiscoveryStack) -> Iterator[Meant]:
    spark, machine = stack.spark, stack.machine
    if spark is None or machine is None:
        return
    stores = stack.wiring.stores
    assert stores.data
    yield Meant(machine.role, "IAM5[Resource::*]", "Log delivery and X-Ray have no resources to name")
    data = imported(stores.data.bucket_arn, stores)
    yield Meant(machine.role, f"IAM5[Resource::{data}/profiles/quality/*]", "Reports are named by their days")
    application = f"<{stack.get_logical_id(spark.application)}.Arn>"
    runs = "EMR Serverless names runs as it takes them"
    yield Meant(machine.role, f"IAM5[Resource::{application}/jobruns/*]", runs)
    yield Meant(spark.role, "IAM5[Resource::*]", "EMR asks which log groups there are, which names no resource")
    for prefix in (*READS, *WRITES):
        why = "A job reads and writes a day's objects below the prefixes of its steps"
        yield Meant(spark.role, f"IAM5[Resource::{data}/{prefix}*]", why)
    yield Meant(spark.role, f"IAM5[Resource::{data}/{NOTES}]", "A pass of an erasure is named by its week")


def _function(function: Function, stack: CapabilityStack) -> Iterator[Meant]:
    assert function.role
    yield Meant(
        function, "L1", "The layers' locked wheels are built and measured for Python 3.13, supported until October 2029"
    )
    yield Meant(function.role, "IAM5[Resource::*]", "X-Ray, and network interfaces inside a VPC: checks/anywhere.py")
    for resource, why in (*on_objects(function, stack.wiring.stores), *of_calls(function, stack)):
        yield Meant(function.role, f"IAM5[Resource::{resource}]", why)
    if function.is_bound_to_vpc:
        policy = function.role.node.find_child("DefaultPolicy")
        yield Meant(policy, "CKV_AWS_111", "Network interfaces inside a VPC: infra/checks/anywhere.py")


def _edge(foundation: Foundation) -> Iterator[Meant]:
    edge = foundation.delivery.distribution
    yield Meant(edge, "CFR1", "Clips are for everyone; who may see which is decided by playback tokens, not by country")
    if not foundation.settings.firewall:
        why = "A stage that saves the firewall's price: settings.firewall. The application limits each user and address"
        yield Meant(edge, "CFR2", why)
        yield Meant(edge, "CKV_AWS_68", why)
    elif foundation.edge_global:
        acl = foundation.edge_global.node.find_child("Firewall").node.find_child("Acl")
        why = "Log4JRCE counts and labels; KnownAttacks blocks by its labels of address, query and header"
        yield Meant(acl, "CKV_AWS_192", why)
    if not foundation.settings.domain:
        why = "A distribution without a name of its own has CloudFront's certificate and the minimum that comes with it"
        yield Meant(edge, "CFR4", why)
        yield Meant(edge, "CKV_AWS_174", why)


def _inside(foundation: Foundation) -> Iterator[Meant]:
    if foundation.network:
        why = "Zones are written out so that synthesizing asks no account for them"
        yield Meant(foundation.network.vpc, "W3010", why)
    if foundation.engines:
        domain = foundation.engines.search.domain
        yield Meant(domain, "OS3", "Functions have no fixed addresses: they sign, and IAM decides by their roles")
        why = "A few small nodes elect one of themselves; search can be built again from the tables"
        yield Meant(domain, "OS4", why)
        if foundation.settings.search_nodes == 1:
            why = "One node stands in one zone: search_nodes. Without it searches are refused, and nothing is lost"
            yield Meant(domain, "OS7", why)
        yield Meant(
            domain,
            "CKV_AWS_317",
            "Audit logs want users kept inside OpenSearch; here IAM decides who asks, and only our functions may",
        )


def _interests(stack: InterestsStack) -> Iterator[Meant]:
    role = stack.interests.role
    why = "Managed Flink describes and makes network interfaces by this role, and lists log groups: checks/anywhere.py"
    yield Meant(role, "IAM5[Resource::*]", why)
    interfaces = stack.interests.names.arn("ec2", "network-interface/*")
    why = "Managed Flink attaches the interfaces that it made in our subnets, of ids unknown here"
    yield Meant(role, f"IAM5[Resource::{interfaces}]", why)
    yield Meant(role.node.find_child("DefaultPolicy"), "CKV_AWS_111", why)


def _skip_checkov(meant: Meant) -> None:
    """checkov reads exceptions from the resource's own metadata."""
    resource = meant.construct if isinstance(meant.construct, CfnResource) else meant.construct.node.default_child
    assert isinstance(resource, CfnResource)
    known: dict[str, Any] = resource.get_metadata("checkov") or {"skip": []}
    skip = [*known["skip"], {"id": meant.rule, "comment": meant.because}]
    resource.add_metadata("checkov", {"skip": skip})
