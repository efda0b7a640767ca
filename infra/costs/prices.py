"""AWS's list prices in us-east-1, in US dollars: those that the cost commands use besides production's own.

On demand, without free tier, discounts and taxes. Lambda and Step Functions are priced once, in
reelstack.production.cost_estimate, and S3 in reelstack.platform.s3_prices, which functions use, too. Change `AS_OF`
with a number.
"""

from collections.abc import Sequence

AS_OF = "2026-11-30; list prices, not compared with a bill"
SOURCES = {
    "API Gateway": "aws.amazon.com/api-gateway/pricing, HTTP APIs, first 300 million",
    "CloudFront": "aws.amazon.com/cloudfront/pricing, North America and Europe, first 10 TB",
    "CloudWatch": "aws.amazon.com/cloudwatch/pricing",
    "Cognito": "aws.amazon.com/cognito/pricing, users of the pool itself",
    "DynamoDB": "aws.amazon.com/dynamodb/pricing/on-demand",
    "ElastiCache": "aws.amazon.com/elasticache/pricing, Serverless for Valkey",
    "Kinesis": "aws.amazon.com/kinesis/data-streams/pricing, on demand",
    "EMR Serverless": "aws.amazon.com/emr/pricing, EMR Serverless, ARM",
    "EventBridge": "aws.amazon.com/eventbridge/pricing; S3's notifications as opt-in events",
    "KMS": "aws.amazon.com/kms/pricing",
    "Managed Flink": "aws.amazon.com/managed-service-apache-flink/pricing",
    "Lambda": "aws.amazon.com/lambda/pricing, first tier",
    "Lambda SnapStart": "aws.amazon.com/lambda/pricing, Python",
    "MediaConvert": "aws.amazon.com/mediaconvert/pricing, on demand: reelstack.production.engine_choice",
    "OpenSearch": "aws.amazon.com/opensearch-service/pricing",
    "PrivateLink": "aws.amazon.com/privatelink/pricing",
    "S3": "aws.amazon.com/s3/pricing",
    "SNS": "aws.amazon.com/sns/pricing, mobile push",
    "Secrets Manager": "aws.amazon.com/secrets-manager/pricing",
    "SQS": "aws.amazon.com/sqs/pricing",
    "Step Functions": "aws.amazon.com/step-functions/pricing, standard workflows, first tier",
    "WAF": "aws.amazon.com/waf/pricing",
    "X-Ray": "aws.amazon.com/xray/pricing",
}

HOURS_A_MONTH = 730
SECONDS_A_MONTH = HOURS_A_MONTH * 3600

# a month, used or not
SNAP_START_GB_SECOND = 0.0000015046
"""Of memory, for each published version that can be restored from its snapshot."""
ALARM_METRIC = 0.10
CUSTOM_METRIC = 0.30
DASHBOARD = 3.00
KMS_KEY = 1.00
SECRET = 0.40
WEB_ACL, WEB_ACL_RULE = 5.00, 1.00
CACHE_GB_HOUR, CACHE_LEAST_GB = 0.084, 0.1
"""A serverless cache is charged for 100 MB even if it holds less."""
CACHE_ECPU = 0.0023 / 1e6
"""Of a processing unit; a cache with a minimum is charged for that even if it does less."""
STREAM_HOUR = 0.04
"""Of a Kinesis stream on demand, whatever is in it."""
KPU_HOUR = 0.11
"""Of a processing unit of Managed Flink: one processor, 4 GB. Each application has one more than it asks for."""
KPU_STORAGE_GB, FLINK_STORAGE_GB = 50, 0.10
"""What comes with each unit, and its price a month; snapshots are 0.023 $ a GB."""
ENDPOINT_ZONE_HOUR = 0.01
"""Of an interface endpoint, for each zone it stands in."""
SEARCH_NODE_HOUR = {
    "t3.small.search": 0.036,
    "t3.medium.search": 0.073,
    "m6g.large.search": 0.128,
    "m7g.medium.search": 0.068,
    "m7g.large.search": 0.135,
    "r6g.large.search": 0.167,
    "r7g.large.search": 0.186,
}
SEARCH_GIB = 0.122
HOSTED_ZONE = 0.50

# per use
STREAM_IN_GB, STREAM_OUT_GB, STREAM_KEPT_GB = 0.08, 0.04, 0.10
"""Of a Kinesis stream on demand: what is put (each record rounded up to a kilobyte), what a reader gets, and a month of
what is kept longer than a day."""
STREAM_FAN_OUT_GB, ENDPOINT_GB = 0.05, 0.01
"""What a reader with enhanced fan-out gets of the same stream; what passes an interface endpoint."""
SPARK_VCPU_HOUR, SPARK_GB_HOUR = 0.042094, 0.0046278
"""Of EMR Serverless on arm64, from a worker's start to its end, a minute at least; 20 GB of disk are in it."""
GATEWAY_REQUEST, CDN_HTTPS_REQUEST, WEB_ACL_REQUEST = 1.00 / 1e6, 1.00 / 1e6, 0.60 / 1e6
"""Of an HTTP API, of CloudFront by HTTPS and of a firewall's look at one request."""
LOG_GB = 0.50
TRACE = 5.00 / 1e6
QUEUE_REQUEST = 0.40 / 1e6
DELIVERED_GB = 0.085
DELIVERED_REQUEST = 0.0100 / 10_000
WRITE_UNIT, READ_UNIT = 0.625 / 1e6, 0.125 / 1e6
"""DynamoDB's on-demand request units."""
BUS_EVENT = 1.00 / 1e6
"""An event of our own, or one that a bucket sends to EventBridge because it was told to."""
EDGE_FUNCTION, EDGE_STORE_READ = 0.10 / 1e6, 0.03 / 1e6
"""A run of a CloudFront Function, and each of its reads of a KeyValueStore."""
EDGE_STORE_WRITE = 1.00 / 1000
"""A request to a KeyValueStore's API. Assumed, not found in a price list of AWS: the dearest reading of it."""
SHIELD_REQUEST = 0.0075 / 10_000
"""What Origin Shield is asked for by other regional caches than its own."""
INVALIDATED_PATH, INVALIDATED_FREE = 0.005, 1000
SOCKET_MESSAGE, SOCKET_MINUTE = 1.00 / 1e6, 0.25 / 1e6
PUSH = 0.50 / 1e6
TABLE_GB, TABLE_BACKUP_GB = 0.25, 0.20
"""A month of DynamoDB's data, and of its continuous backups."""
UPLOADED_GB = 0.02
"""Sent through CloudFront to a bucket."""


def flink_month(kpu: int) -> float:
    """An application of Managed Flink that has `kpu` units all month, and one for its job manager."""
    return kpu * kpu_month() + HOURS_A_MONTH * KPU_HOUR


def kpu_month() -> float:
    return HOURS_A_MONTH * KPU_HOUR + KPU_STORAGE_GB * FLINK_STORAGE_GB


# in steps: (up to so much in a month, dollars for each)
Steps = Sequence[tuple[float, float]]
WITHOUT_END = float("inf")
DELIVERED_STEPS: Steps = (
    *((10_000, 0.085), (50_000, 0.080), (150_000, 0.060), (500_000, 0.040), (1_024_000, 0.030), (5_024_000, 0.025)),
    (WITHOUT_END, 0.020),
)
"""Of CloudFront, by GB, to viewers in North America and Europe."""
COMPUTE_STEPS: dict[str, Steps] = {
    "arm64": ((7.5e9, 0.0000133334), (18.75e9, 0.0000120001), (WITHOUT_END, 0.0000106667)),
    "x86_64": ((6e9, 0.0000166667), (15e9, 0.0000150000), (WITHOUT_END, 0.0000133334)),
}
"""Of Lambda, by GB-seconds in a month and region."""
USER_STEPS: dict[str, Steps] = {
    "LITE": ((100_000, 0.0055), (1_000_000, 0.0046), (10_000_000, 0.00325), (WITHOUT_END, 0.0025)),
    "ESSENTIALS": ((WITHOUT_END, 0.015),),
    "PLUS": ((WITHOUT_END, 0.02),),
}
"""Of Cognito, by settings.cognito_plan: users who signed in, or renewed their token, in the month."""


def in_steps(quantity: float, steps: Steps) -> float:
    """Dollars of `quantity`, each part of it at the price of its step."""
    dollars, below = 0.0, 0.0
    for up_to, price in steps:
        dollars += max(0.0, min(quantity, up_to) - below) * price
        below = up_to
    return dollars
