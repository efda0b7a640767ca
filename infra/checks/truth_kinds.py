"""What a laptop does with each type of resource in the production template, for docs/truth.md.

A type that is not here fails `make check`: whoever adds one says what running the system locally proves of it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """`acts`: deployed on a laptop it does its work there. Otherwise the emulator only keeps what it was told.

    `note`: what of the type even a run on a laptop does not show.
    """

    acts: bool
    note: str


NOTHING = "—"

KINDS: dict[str, Kind] = {
    "AWS::ApiGatewayV2::Api": Kind(
        True,
        "its default address is the only one; the gateway reads the CORS of the template only since local/template.py "
        "spells it so; a page of another origin was seen to read answers and refusals of services, not of the gateway",
    ),
    "AWS::ApiGatewayV2::Authorizer": Kind(
        True, "tokens are the emulator's Cognito's; the form of claims is docs/on-aws.md's"
    ),
    "AWS::ApiGatewayV2::Integration": Kind(True, "a request's 30 s limit"),
    "AWS::ApiGatewayV2::Route": Kind(True, NOTHING),
    "AWS::ApiGatewayV2::Stage": Kind(True, "throttles are not enforced, no access log is written"),
    "AWS::AppConfig::Application": Kind(True, NOTHING),
    "AWS::AppConfig::ConfigurationProfile": Kind(
        True, "its JSON schema is kept and not asked: `reelstack experiments put` checks the same before"
    ),
    "AWS::AppConfig::Deployment": Kind(True, "is complete at once"),
    "AWS::AppConfig::DeploymentStrategy": Kind(True, NOTHING),
    "AWS::AppConfig::Environment": Kind(True, NOTHING),
    "AWS::AppConfig::HostedConfigurationVersion": Kind(True, "AppConfig's lock: LatestVersionNumber is not looked at"),
    "AWS::CloudFront::CachePolicy": Kind(True, "honoured by the local edge, not by the emulator's CloudFront"),
    "AWS::CloudFront::Distribution": Kind(
        True, "the local edge stands before it: HTTP/2 and 3, TLS, shield, price class, firewall and log do nothing"
    ),
    "AWS::CloudFront::Function": Kind(
        True, "runs on Node under the local edge, without CloudFront's limits on time and size"
    ),
    "AWS::CloudFront::KeyValueStore": Kind(
        True, "changes are seen at once, not after seconds; SigV4A is not asked for"
    ),
    "AWS::CloudFront::OriginAccessControl": Kind(True, NOTHING),
    "AWS::CloudFront::OriginRequestPolicy": Kind(False, "kept; the local edge sends every header on"),
    "AWS::CloudFront::ResponseHeadersPolicy": Kind(
        True, "the local edge adds the headers: a page played under the CSP, another origin's played by CORS"
    ),
    "AWS::CloudWatch::Alarm": Kind(False, "kept; the emulator has none of the services' metrics to hold against it"),
    "AWS::CloudWatch::Dashboard": Kind(False, "kept, never drawn"),
    "AWS::Cognito::UserPool": Kind(
        True, "no mail, no second factor; nothing is asked after a forgotten password was confirmed"
    ),
    "AWS::Cognito::UserPoolClient": Kind(
        True, "its callbacks: the code flow with PKCE is walked through at the emulator's page"
    ),
    "AWS::Cognito::UserPoolDomain": Kind(False, "kept; the emulator's sign-in page has no host name of its own"),
    "AWS::Cognito::UserPoolGroup": Kind(True, NOTHING),
    "AWS::DynamoDB::Table": Kind(True, "capacity, hot partitions, recovery to a point in time"),
    "AWS::EC2::FlowLog": Kind(False, "a laptop has no VPC"),
    "AWS::EC2::RouteTable": Kind(False, "a laptop has no VPC"),
    "AWS::EC2::SecurityGroup": Kind(False, "a laptop has no VPC"),
    "AWS::EC2::SecurityGroupIngress": Kind(False, "a laptop has no VPC"),
    "AWS::EC2::Subnet": Kind(False, "a laptop has no VPC"),
    "AWS::EC2::SubnetRouteTableAssociation": Kind(False, "a laptop has no VPC"),
    "AWS::EC2::VPC": Kind(False, "a laptop has no VPC"),
    "AWS::EC2::VPCEndpoint": Kind(False, "a laptop has no VPC"),
    "AWS::EMRServerless::Application": Kind(
        False, "not made on a laptop: `reelstack profiles run` starts the same steps in Spark's local mode"
    ),
    "AWS::ElastiCache::ServerlessCache": Kind(
        False, "a real Valkey process is the cache there, without TLS and cluster mode"
    ),
    "AWS::Events::EventBus": Kind(True, NOTHING),
    "AWS::Events::Rule": Kind(True, "delivery never fails, so nothing goes to a dead-letter queue"),
    "AWS::IAM::Policy": Kind(
        True, "enforced, but for the state machine's role and the KeyValueStore, which is authorized against * only"
    ),
    "AWS::IAM::Role": Kind(True, "who may assume it"),
    "AWS::Kinesis::StreamConsumer": Kind(
        False, "in the Flink job's stack, which a laptop has not; a feeder reads with GetRecords there"
    ),
    "AWS::KinesisAnalyticsV2::Application": Kind(
        False,
        "the same job runs there as a process (`make up ENGINES=1`), started by local/. Of its two sources that of "
        "files was seen, segments that a feeder copies from Kinesis; the Kinesis connector, by which it reads on AWS, "
        "was not: the registry in use does not serve its jar. Of this application nothing was seen but that its "
        "properties fit AWS's model",
    ),
    "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption": Kind(
        False, "the job's log is a file there: `reelstack logs interests`"
    ),
    "AWS::Logs::LogStream": Kind(False, "the job's log is a file there: `reelstack logs interests`"),
    "AWS::Kinesis::Stream": Kind(
        True, "capacity on demand, more shards than the four it begins with, throttles, encryption"
    ),
    "AWS::KMS::Key": Kind(False, "kept; nothing is published that it would encrypt"),
    "AWS::Lambda::Alias": Kind(False, "without SnapStart the gateway calls the function itself"),
    "AWS::Lambda::EventInvokeConfig": Kind(True, NOTHING),
    "AWS::Lambda::EventSourceMapping": Kind(
        True,
        "tumbling windows: the shard is not named; one shard only. Of Kinesis: batching windows (what is there is "
        "handed on within a second), halving and dead letters (a batch that failed comes again whole, without end)",
    ),
    "AWS::Lambda::Function": Kind(
        True, "memory, disk, concurrency, SnapStart, arm64 and the VPC; it runs on the machine's own Python and FFmpeg"
    ),
    "AWS::Lambda::LayerVersion": Kind(True, "only the shared package; the others' content is tested by itself"),
    "AWS::Lambda::Permission": Kind(False, "kept; the gateway and EventBridge invoke without asking for it"),
    "AWS::Lambda::Version": Kind(False, "without SnapStart nothing is published"),
    "AWS::Logs::LogGroup": Kind(True, "retention"),
    "AWS::Logs::ResourcePolicy": Kind(False, "only the search domain's logs need it"),
    "AWS::MediaConvert::Queue": Kind(False, "left out: unknown to the emulator; FFmpeg makes the ladder there"),
    "AWS::OpenSearchService::Domain": Kind(
        False,
        "osmem-server answers there; `make test-engines` runs its tests over OpenSearch too, without TLS and IAM",
    ),
    "AWS::S3::Bucket": Kind(
        True, "lifecycle rules are kept, no object ever moves or expires; no acceleration, no access log"
    ),
    "AWS::S3::BucketPolicy": Kind(True, "the refusal of plain HTTP and old TLS"),
    "AWS::SNS::Subscription": Kind(False, "kept; Rekognition, which would publish, is not there"),
    "AWS::SNS::Topic": Kind(False, "kept; no alarm ever goes off, no Rekognition ever looks"),
    "AWS::SNS::TopicPolicy": Kind(False, "kept; no alarm ever goes off, no Rekognition ever looks"),
    "AWS::SQS::Queue": Kind(True, NOTHING),
    "AWS::SQS::QueuePolicy": Kind(True, "the refusal of plain HTTP"),
    "AWS::SSM::Parameter": Kind(True, NOTHING),
    "AWS::SecretsManager::Secret": Kind(True, NOTHING),
    "AWS::StepFunctions::StateMachine": Kind(True, "the whole machine's TimeoutSeconds; log delivery; X-Ray"),
    "AWS::WAFv2::LoggingConfiguration": Kind(False, "left out: unknown to the emulator"),
    "AWS::WAFv2::WebACL": Kind(False, "kept; it inspects no request"),
}
