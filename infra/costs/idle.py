"""What a stage costs in a month in which nobody uses it, line by line from its synthesized templates. Pure.

Every type of resource has a price here or a reason why it is free while nothing happens; a template with another type
raises UnknownPrice, so no resource comes in without somebody asking what it costs.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from infra.costs import prices
from reelstack.production.cost_estimate import US_EAST_1

Resource = Mapping[str, Any]
Template = Mapping[str, Any]

SCHEDULED_SECONDS = 1.5
"""How long a scheduled function runs when there is nothing to do: start_production asks three queues for a second."""
EMPTY_RECEIVES_A_MONTH = 5 * 3 * 60 * prices.HOURS_A_MONTH
"""Lambda asks a queue with five pollers, each of which waits 20 s."""
COUNTED_EVERY_MINUTE = {"start_production": 4, "measure_interests": 2}
"""Custom metrics that a function writes at every scheduled run."""


class UnknownPrice(ValueError):
    """A template holds what nobody has priced."""


@dataclass(frozen=True)
class Line:
    """`dollars` a month for `number` of `what`."""

    what: str
    number: int
    dollars: float


def lines(templates: Sequence[Template]) -> list[Line]:
    """The dearest first; what is free is left out. Raises UnknownPrice."""
    found: dict[str, list[float]] = defaultdict(list)
    for template in templates:
        for resource in template.get("Resources", {}).values():
            for what, dollars in _priced(resource, template):
                found[what].append(dollars)
    made = [Line(what, len(each), round(sum(each), 2)) for what, each in found.items()]
    return sorted(made, key=lambda line: (-line.dollars, line.what))


def total(found: Sequence[Line]) -> float:
    return round(sum(line.dollars for line in found), 4)


def _priced(resource: Resource, template: Template) -> Iterator[tuple[str, float]]:
    type_ = resource["Type"]
    if type_ in PRICED:
        yield from PRICED[type_](resource.get("Properties", {}), template)
    elif type_ not in FREE:
        raise UnknownPrice(f"say in infra/costs/idle.py what {type_} costs while nothing happens, or why it is free")


def _version(properties: Resource, template: Template) -> Iterator[tuple[str, float]]:
    function = template["Resources"][properties["FunctionName"]["Ref"]]["Properties"]
    if function.get("SnapStart"):
        cached = function["MemorySize"] / 1024 * prices.SECONDS_A_MONTH * prices.SNAP_START_GB_SECOND
        yield "SnapStart snapshots", cached


def _alarm(properties: Resource, _: Template) -> Iterator[tuple[str, float]]:
    metrics = [metric for metric in properties.get("Metrics", []) if "MetricStat" in metric]
    yield "alarms", prices.ALARM_METRIC * max(1, len(metrics))


def _firewall(properties: Resource, _: Template) -> Iterator[tuple[str, float]]:
    yield "firewall (WAF)", prices.WEB_ACL + prices.WEB_ACL_RULE * len(properties["Rules"])


def _search(properties: Resource, _: Template) -> Iterator[tuple[str, float]]:
    cluster = properties["ClusterConfig"]
    nodes, instance = cluster["InstanceCount"], cluster["InstanceType"]
    if instance not in prices.SEARCH_NODE_HOUR:
        raise UnknownPrice(f"say in infra/costs/prices.py what an hour of {instance} costs")
    disks = nodes * properties["EBSOptions"]["VolumeSize"] * prices.SEARCH_GIB
    yield "OpenSearch", nodes * prices.HOURS_A_MONTH * prices.SEARCH_NODE_HOUR[instance] + disks


def _cache(properties: Resource, _: Template) -> Iterator[tuple[str, float]]:
    yield "Valkey (ElastiCache Serverless)", prices.CACHE_LEAST_GB * prices.HOURS_A_MONTH * prices.CACHE_GB_HOUR
    if least := properties["CacheUsageLimits"]["ECPUPerSecond"].get("Minimum"):
        yield "what Valkey is ready for", least * prices.SECONDS_A_MONTH * prices.CACHE_ECPU


def _endpoint(properties: Resource, _: Template) -> Iterator[tuple[str, float]]:
    if properties["VpcEndpointType"] == "Interface":
        zones = len(properties["SubnetIds"])
        yield "interface endpoints", zones * prices.HOURS_A_MONTH * prices.ENDPOINT_ZONE_HOUR


def _flink(properties: Resource, _: Template) -> Iterator[tuple[str, float]]:
    """KPUs that it begins with and one more for its job manager, and the storage that comes with each KPU."""
    given = properties["ApplicationConfiguration"]["FlinkApplicationConfiguration"]["ParallelismConfiguration"]
    kpu = ceil(given["Parallelism"] / given["ParallelismPerKPU"])
    yield "Managed Flink", prices.flink_month(kpu)


def _polling(properties: Resource, _: Template) -> Iterator[tuple[str, float]]:
    """Lambda reads streams without a charge, queues by requests."""
    if "StartingPosition" not in properties and properties.get("Enabled", True):
        yield "queues that Lambda polls", EMPTY_RECEIVES_A_MONTH * prices.QUEUE_REQUEST


def _rule(properties: Resource, template: Template) -> Iterator[tuple[str, float]]:
    """Each run of a schedule is an invocation, its time and a trace."""
    if "ScheduleExpression" not in properties:
        return
    runs = prices.SECONDS_A_MONTH / _seconds_between(properties["ScheduleExpression"])
    for target in properties["Targets"]:
        function = template["Resources"][target["Arn"]["Fn::GetAtt"][0]]["Properties"]
        architecture = function["Architectures"][0]
        time = SCHEDULED_SECONDS * function["MemorySize"] / 1024 * US_EAST_1.lambda_gb_second[architecture]
        yield "scheduled functions", runs * (US_EAST_1.lambda_request + time + prices.TRACE)
        name = function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for _ in range(COUNTED_EVERY_MINUTE.get(name, 0)):
            yield "metrics that scheduled functions write", prices.CUSTOM_METRIC


def _seconds_between(schedule: str) -> float:
    """ "rate(5 minutes)" -> 300, "cron(30 1 * * ? *)" -> a day. Raises UnknownPrice for another kind."""
    seconds = {"minute": 60, "hour": 3600, "day": 24 * 3600}
    if re.fullmatch(r"cron\(\d+ \d+ \* \* \? \*\)", schedule):
        return seconds["day"]
    if not (read := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", schedule)):
        raise UnknownPrice(f"say in infra/costs/idle.py how often {schedule} is")
    return int(read[1]) * seconds[read[2]]


def _each(what: str, dollars: float) -> Callable[[Resource, Template], Iterator[tuple[str, float]]]:
    return lambda _properties, _template: iter([(what, dollars)])


PRICED: dict[str, Callable[[Resource, Template], Iterator[tuple[str, float]]]] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _each("dashboards", prices.DASHBOARD),
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::ElastiCache::ServerlessCache": _cache,
    "AWS::Events::Rule": _rule,
    "AWS::Kinesis::Stream": _each("event stream (Kinesis)", prices.HOURS_A_MONTH * prices.STREAM_HOUR),
    "AWS::KinesisAnalyticsV2::Application": _flink,
    "AWS::KMS::Key": _each("KMS keys", prices.KMS_KEY),
    "AWS::Lambda::EventSourceMapping": _polling,
    "AWS::Lambda::Version": _version,
    "AWS::OpenSearchService::Domain": _search,
    "AWS::Route53::HostedZone": _each("hosted zones", prices.HOSTED_ZONE),
    "AWS::SecretsManager::Secret": _each("secrets", prices.SECRET),
    "AWS::WAFv2::WebACL": _firewall,
}

NOT_CHARGED = "AWS charges nothing for it"
BY_REQUEST, BY_BYTES = "charged by request", "charged by what is stored or moved"

FREE: dict[str, str] = {
    **dict.fromkeys(
        (
            *("AWS::ApiGatewayV2::ApiMapping", "AWS::ApiGatewayV2::Authorizer", "AWS::ApiGatewayV2::DomainName"),
            *("AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Stage"),
            *("AWS::AppConfig::Application", "AWS::AppConfig::ConfigurationProfile", "AWS::AppConfig::Deployment"),
            *("AWS::AppConfig::DeploymentStrategy", "AWS::AppConfig::Environment"),
            "AWS::AppConfig::HostedConfigurationVersion",
            *("AWS::CertificateManager::Certificate", "AWS::CloudFormation::CustomResource"),
            *("AWS::CloudFront::CachePolicy", "AWS::CloudFront::OriginAccessControl"),
            *("AWS::CloudFront::OriginRequestPolicy", "AWS::CloudFront::ResponseHeadersPolicy"),
            *("AWS::Cognito::UserPoolClient", "AWS::Cognito::UserPoolDomain", "AWS::Cognito::UserPoolGroup"),
            *("AWS::EC2::RouteTable", "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::Subnet"),
            *("AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPC", "AWS::IAM::Policy", "AWS::IAM::Role"),
            "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption",
            *("AWS::Lambda::Alias", "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::LayerVersion"),
            *("AWS::Lambda::Permission", "AWS::Logs::ResourcePolicy", "AWS::MediaConvert::Queue"),
            *("AWS::Route53::RecordSet", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"),
            *("AWS::SSM::Parameter", "AWS::WAFv2::LoggingConfiguration"),
        ),
        NOT_CHARGED,
    ),
    **dict.fromkeys(
        (
            *("AWS::ApiGatewayV2::Api", "AWS::CloudFront::Distribution", "AWS::CloudFront::Function"),
            *("AWS::CloudFront::KeyValueStore", "AWS::Events::EventBus", "AWS::Lambda::Function"),
            *("AWS::EMRServerless::Application", "AWS::SNS::Subscription"),
            *("AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::StepFunctions::StateMachine"),
        ),
        BY_REQUEST,
    ),
    **dict.fromkeys(
        (
            *("AWS::DynamoDB::Table", "AWS::EC2::FlowLog", "AWS::Kinesis::StreamConsumer", "AWS::Logs::LogGroup"),
            *("AWS::Logs::LogStream", "AWS::S3::Bucket"),
        ),
        BY_BYTES,
    ),
    "AWS::Cognito::UserPool": "charged by the month's active users",
}
"""Types that cost nothing while nothing happens, and why."""
