"""The CDN: bytes, requests, functions at the edge, firewall, logs, and what reaches the origin."""

from collections.abc import Iterator

from infra.costs import prices
from infra.costs.model.line import Price, amount, each, stepped
from infra.costs.model.size import GB, Size
from reelstack.platform import s3_prices
from reelstack.production.cost_estimate import US_EAST_1

GROUP = "delivery"
LOG_MONTHS = 3
"""infra/storage/buckets.py, LOG_DAYS."""
DENIALS_A_WRITE = 10
"""Videos that one write of the KeyValueStore denies: a batch of the queue."""
BLOCKED_LOG_SHARE = 0.001
"""Of requests, those that the firewall refuses or counts, and so logs."""
FIREWALL_LOG_BYTES = 1500


def lines(size: Size) -> Iterator[Price]:
    yield stepped(GROUP, "CDN: bytes", size.delivered_gb, "GB", prices.DELIVERED_STEPS, "CloudFront")
    ranges = size.watched_seconds * size.habits.requests_a_second
    files = size.media_requests - ranges
    yield each(GROUP, "CDN: ranges of clips", ranges, "requests", prices.CDN_HTTPS_REQUEST, "CloudFront")
    yield each(GROUP, "CDN: playlists, posters, files", files, "requests", prices.CDN_HTTPS_REQUEST, "CloudFront")
    yield each(GROUP, "CDN: the API", size.api_calls, "requests", prices.CDN_HTTPS_REQUEST, "CloudFront")
    yield from _at_the_edge(size)
    yield from _origin(size)
    yield from _withdrawals(size)


def _at_the_edge(size: Size) -> Iterator[Price]:
    asked = size.media_requests + size.api_calls
    yield each(GROUP, "edge functions", asked, "runs", prices.EDGE_FUNCTION, "CloudFront")
    # Of the API: the feed's weights, and for reads that can wait whether they are refused.
    of_the_api = size.feed_calls + size.views * size.habits.calls_a_view + size.searches
    reads = size.media_requests * size.habits.store_reads + of_the_api
    yield each(GROUP, "KeyValueStore: reads", reads, "reads", prices.EDGE_STORE_READ, "CloudFront")
    if size.settings.firewall:
        yield each(GROUP, "firewall: requests", asked, "requests", prices.WEB_ACL_REQUEST, "WAF")
        logged_gb = asked * BLOCKED_LOG_SHARE * FIREWALL_LOG_BYTES / GB
        yield amount(GROUP, "firewall: log", logged_gb, "GB", prices.LOG_GB, "CloudWatch")
    kept = asked * size.habits.log_bytes / GB * LOG_MONTHS
    yield stepped(GROUP, "CDN: log, 90 days", kept, "GB", s3_prices.STANDARD_STEPS, "S3")


def _origin(size: Size) -> Iterator[Price]:
    habits = size.habits
    shield = size.media_requests * habits.shield_share
    yield each(GROUP, "Origin Shield", shield, "requests", prices.SHIELD_REQUEST, "CloudFront")
    asked = size.media_requests * habits.origin_share
    yield each(GROUP, "origin: S3 requests", asked, "requests", US_EAST_1.s3_get, "S3")
    if habits.policy == "age":
        read = size.delivered_gb * habits.origin_share * habits.old_reads
        cold = "GLACIER_IR" if size.demand.months > 3 else "STANDARD_IA"
        price = s3_prices.S3[cold]
        yield amount(GROUP, f"origin: read out of {cold}", read, "GB", price.retrieval.dollars, "S3")
        more = price.get.each - US_EAST_1.s3_get
        yield each(GROUP, f"origin: requests of {cold}", asked * habits.old_reads, "requests", more, "S3")


def _withdrawals(size: Size) -> Iterator[Price]:
    """A deleted clip's paths are cleared at the edge, and its tokens denied."""
    gone = size.uploads * size.habits.withdrawn
    paths = max(0.0, size.uploads * size.habits.taken_down - prices.INVALIDATED_FREE)
    yield amount(GROUP, "invalidations", paths, "paths", prices.INVALIDATED_PATH, "CloudFront")
    writes = gone / DENIALS_A_WRITE
    yield amount(GROUP, "KeyValueStore: denials", writes, "writes", prices.EDGE_STORE_WRITE, "CloudFront")
