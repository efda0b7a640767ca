"""What answers of the feed cost besides what an idle stage does, at level 0 and of ten clips. Pure.

Read units, commands and bytes are those of a real answer, which tests/feed/test_answer_costs.py counts; how long one
takes on AWS is assumed. The search, the cache's memory and the job `interests` are paid by the month.
"""

from infra.costs import prices
from infra.costs.idle import Line
from infra.settings import Settings
from reelstack.production.cost_estimate import GB, US_EAST_1

CLIPS = 10
SECONDS, MEMORY_GB = 0.06, 1.5
"""Of the function: assumed. Its own work is about 20 ms; the rest it waits for search, tables and the cache."""
READ_UNITS = 5
"""Of DynamoDB, of an answer of which the cache knows all that it keeps: where the viewer left these clips."""
COLD_READ_UNITS = 25
"""Besides, where it knows nothing: clips, accounts, counters, what the viewer likes, keeps and follows."""
COLD_SHARE = 0.2
"""Of answers, assumed: a clip is in the cache for a minute."""
CACHE_COMMANDS = 140
"""Also those within scripts. Each of less than a kilobyte, which is one ECPU."""
BYTES = 6000
"""As the CDN sends it, compressed."""
LOG_BYTES = 1500
"""The gateway's line, the answer's metrics, and its share of what measures.py writes."""
TRACED_SHARE = 0.05
ROWS, ROWS_AN_OBJECT = 2, 500
"""Of served features that are kept for training."""
METRICS = 45
"""By level, source, stage and reason, a month while somebody asks all day; none without answers."""


def lines(settings: Settings, number: int) -> list[Line]:
    """Of `number` answers in profile `full`."""
    units = READ_UNITS + COLD_SHARE * COLD_READ_UNITS
    compute = SECONDS * MEMORY_GB * US_EAST_1.lambda_gb_second[settings.architecture]
    each = [
        ("gateway", prices.GATEWAY_REQUEST),
        ("CDN and firewall: requests", prices.CDN_HTTPS_REQUEST + prices.WEB_ACL_REQUEST),
        ("CDN: bytes", BYTES / GB * prices.DELIVERED_GB),
        ("function", US_EAST_1.lambda_request + compute),
        ("DynamoDB", units * prices.READ_UNIT),
        ("Valkey", CACHE_COMMANDS * prices.CACHE_ECPU),
        ("logs and traces", LOG_BYTES / GB * prices.LOG_GB + TRACED_SHARE * prices.TRACE),
        ("served features: S3 requests", ROWS / ROWS_AN_OBJECT * US_EAST_1.s3_put),
    ]
    return [Line(what, number, round(number * dollars, 6)) for what, dollars in each]


def metrics_month() -> float:
    return METRICS * prices.CUSTOM_METRIC
