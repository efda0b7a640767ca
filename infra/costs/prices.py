"""AWS's list prices in us-east-1, in US dollars: those that the cost commands use besides production's own.

On demand, without free tier, discounts and taxes. Lambda, Step Functions and S3 are priced once, in
reelstack.production.cost_estimate, which functions use, too. Whoever changes a number changes `AS_OF`.
"""

AS_OF = "2026-11-29; list prices, not compared with a bill"
SOURCES = {
    "API Gateway": "aws.amazon.com/api-gateway/pricing, HTTP APIs, first 300 million",
    "CloudFront": "aws.amazon.com/cloudfront/pricing, North America and Europe, first 10 TB",
    "CloudWatch": "aws.amazon.com/cloudwatch/pricing",
    "DynamoDB": "aws.amazon.com/dynamodb/pricing/on-demand",
    "ElastiCache": "aws.amazon.com/elasticache/pricing, Serverless for Valkey",
    "Kinesis": "aws.amazon.com/kinesis/data-streams/pricing, on demand",
    "EMR Serverless": "aws.amazon.com/emr/pricing, EMR Serverless, ARM",
    "KMS": "aws.amazon.com/kms/pricing",
    "Managed Flink": "aws.amazon.com/managed-service-apache-flink/pricing",
    "Lambda SnapStart": "aws.amazon.com/lambda/pricing, Python",
    "OpenSearch": "aws.amazon.com/opensearch-service/pricing",
    "PrivateLink": "aws.amazon.com/privatelink/pricing",
    "Secrets Manager": "aws.amazon.com/secrets-manager/pricing",
    "SQS": "aws.amazon.com/sqs/pricing",
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
S3_GLACIER_IR_GB = 0.004


def flink_month(kpu: int) -> float:
    """An application of Managed Flink that has `kpu` units all month, and one for its job manager."""
    return kpu * kpu_month() + HOURS_A_MONTH * KPU_HOUR


def kpu_month() -> float:
    return HOURS_A_MONTH * KPU_HOUR + KPU_STORAGE_GB * FLINK_STORAGE_GB
