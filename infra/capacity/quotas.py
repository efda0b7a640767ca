"""AWS's default quotas in us-east-1 that a large service meets, with their pages. A change of one changes `AS_OF`, too.

`seen` says whether the number was read on that page at that date; the others are what its author remembers of it, and
Service Quotas in one's own account is what counts (`aws service-quotas list-service-quotas --service-code …`).
"""

from dataclasses import dataclass
from typing import Literal

from reelstack.delivery.edge_shards import NAMES, RECORDS

AS_OF = "2026-11-30"
DOCS = "docs.aws.amazon.com/"
CLOUDFRONT = "AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html"
STEPS = "step-functions/latest/dg/service-quotas.html"
BUSES = "eventbridge/latest/userguide/eb-quota.html"
COGNITO = "cognito/latest/developerguide/quotas.html"
DYNAMODB = "amazondynamodb/latest/developerguide/ServiceQuotas.html"
GATEWAY = "apigateway/latest/developerguide/limits.html"
LAMBDA = "lambda/latest/dg/gettingstarted-limits.html"

DENIALS = len(NAMES) * RECORDS
"""What a KeyValueStore holds as we write it: its 5 MB in values of 1,024 bytes at most, each with the ring of keys."""

Raised = Literal["on request", "never", "by itself", "by a setting"]


@dataclass(frozen=True)
class Quota:
    """`limit` in `unit`, for one account and region unless `of` says otherwise."""

    name: str
    service: str
    limit: float
    unit: str
    page: str
    raised: Raised = "on request"
    seen: bool = False
    of: str = ""

    @property
    def source(self) -> str:
        return f"{DOCS}{self.page}"


QUOTAS: dict[str, Quota] = {
    quota.name: quota
    for quota in (
        Quota("CDN bits", "CloudFront", 150, "Gbit/s", CLOUDFRONT, seen=True, of="distribution"),
        Quota("CDN requests", "CloudFront", 250_000, "requests/s", CLOUDFRONT, seen=True, of="distribution"),
        Quota("denied videos at the edge", "CloudFront", DENIALS, "denials", CLOUDFRONT, "never", of="KeyValueStore"),
        Quota("wildcard invalidations", "CloudFront", 15, "in progress", CLOUDFRONT, "never", seen=True),
        Quota("API requests", "API Gateway", 10_000, "requests/s", GATEWAY),
        Quota(
            "sockets that open",
            "API Gateway",
            500,
            "connections/s",
            "apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html",
            seen=True,
        ),
        Quota("functions at once", "Lambda", 1000, "executions", LAMBDA),
        Quota("executions started", "Step Functions", 300, "starts/s", STEPS),
        Quota("state transitions", "Step Functions", 5000, "transitions/s", STEPS),
        Quota("open map runs", "Step Functions", 1000, "map runs", STEPS, seen=True),
        Quota("open executions", "Step Functions", 1_000_000, "executions", STEPS, seen=True),
        Quota("events to targets", "EventBridge", 18_750, "invocations/s", BUSES, seen=True),
        Quota("events put", "EventBridge", 10_000, "requests/s", BUSES, seen=True),
        Quota("reads of a table", "DynamoDB", 40_000, "read units/s", DYNAMODB, of="table"),
        Quota("writes of a table", "DynamoDB", 40_000, "write units/s", DYNAMODB, of="table"),
        Quota(
            "objects put below a prefix",
            "S3",
            3500,
            "requests/s",
            "AmazonS3/latest/userguide/optimizing-performance.html",
            "by itself",
            of="partition of keys",
        ),
        Quota(
            "objects read below a prefix",
            "S3",
            5500,
            "requests/s",
            "AmazonS3/latest/userguide/optimizing-performance.html",
            "by itself",
            of="partition of keys",
        ),
        Quota(
            "event stream",
            "Kinesis",
            10_000,
            "MB/s",
            "streams/latest/dev/service-sizes-and-limits.html",
            of="stream on demand",
        ),
        Quota(
            "job of interests",
            "Managed Flink",
            64,
            "KPU",
            "managed-flink/latest/java/limits.html",
            seen=True,
            of="application",
        ),
        Quota(
            "daily jobs",
            "EMR Serverless",
            16,
            "vCPU at once",
            "emr/latest/EMR-Serverless-UserGuide/endpoints-quotas.html",
        ),
        Quota(
            "cache commands",
            "ElastiCache",
            15_000_000,
            "ECPU/s",
            "AmazonElastiCache/latest/dg/quota-limits.html",
            "by a setting",
            of="cache",
        ),
        Quota("cache memory", "ElastiCache", 5000, "GB", "AmazonElastiCache/latest/dg/quota-limits.html", of="cache"),
        Quota(
            "search nodes",
            "OpenSearch",
            80,
            "nodes",
            "opensearch-service/latest/developerguide/limits.html",
            of="domain",
        ),
        Quota("sign-ins", "Cognito", 120, "requests/s", COGNITO),
        Quota("renewed tokens", "Cognito", 120, "requests/s", COGNITO),
        Quota("accounts", "Cognito", 40_000_000, "users", COGNITO, of="user pool"),
        Quota("pushes", "SNS", 30_000, "messages/s", "general/latest/gr/sns.html"),
    )
}
