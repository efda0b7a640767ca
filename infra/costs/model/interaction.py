"""What answers viewers beside the CDN: API, feed, events, search, cache, sockets, pushes, accounts.

Answers of the feed and events of viewers are priced by infra.costs.answers and .events, as their own commands are.
"""

from collections.abc import Iterator
from math import ceil

from infra.costs import answers, events, prices
from infra.costs.idle import Line
from infra.costs.model.line import Price, amount, each, stepped
from infra.costs.model.size import DAYS, GB, Size
from reelstack.production.cost_estimate import US_EAST_1

API, PEOPLE, ENGINES, EVENTS = "API", "people", "search and cache", "events"
CALL_SECONDS, CALL_GB = 0.05, 0.5
"""Of a function that answers: assumed, as in infra/costs/clips.py."""
READ_UNITS = 4
WRITE_UNITS = 8
"""Of a like or a comment: the item, its indexes, its counter's share, a notification."""
STREAM_SECONDS, STREAM_GB, STREAM_BATCH = 0.5, 0.5, 100
"""Of a function that follows a table's stream, for a batch of changes."""
CALL_LOG_BYTES, CALL_BYTES = 800, 1500
DOCUMENT_BYTES, COPIES, NODE_GB = 2000, 2, 500
"""Of a clip in the index with its vectors and tags; a primary and its replica; what a node holds."""
NODE_SEARCHES_A_SECOND = 150
"""Searches and candidates of the feed that one r7g.large.search answers; assumed."""
NODE = "r7g.large.search"
FILLED, IDLE_SEARCHES_A_SECOND = 0.7, 20
"""How full a disk may be; what the nodes of an idle stage (t3.small) answer, assumed."""
BUSIEST = 2.5
"""The busiest hour's rate over the month's mean."""
VIEWER_BYTES, CLIP_BYTES, HOT_SHARE = 12_000, 2_000, 0.02
"""In the cache: of a user of the day, and of a clip; of stored clips, those that are in it."""


def lines(size: Size) -> Iterator[Price]:
    yield from _api(size)
    yield from _feed(size)
    if size.settings.profile == "full":
        yield from _events(size)
        yield from _engines(size)
    yield from _people(size)


def _api(size: Size) -> Iterator[Price]:
    """Every call but the feed's: gateway, function, tables, logs. The CDN's and the firewall's part is `delivery`'s."""
    calls = size.other_calls + size.event_calls
    compute = CALL_SECONDS * CALL_GB * US_EAST_1.lambda_gb_second[size.settings.architecture]
    yield each(API, "API: gateway", calls, "requests", prices.GATEWAY_REQUEST, "API Gateway")
    yield each(API, "API: functions", calls, "calls", US_EAST_1.lambda_request + compute, "Lambda")
    yield each(API, "API: table reads", calls * READ_UNITS, "read units", prices.READ_UNIT, "DynamoDB")
    writes = size.views * size.habits.writes_a_view
    yield each(API, "API: table writes", writes * WRITE_UNITS, "write units", prices.WRITE_UNIT, "DynamoDB")
    batch = (
        US_EAST_1.lambda_request + STREAM_SECONDS * STREAM_GB * US_EAST_1.lambda_gb_second[size.settings.architecture]
    )
    batches = writes * WRITE_UNITS / STREAM_BATCH
    yield each(API, "API: functions behind streams", batches, "batches", batch, "Lambda")
    logged = calls * CALL_LOG_BYTES / GB
    yield amount(API, "API: logs", logged, "GB", prices.LOG_GB, "CloudWatch")
    yield each(API, "API: traces", calls * answers.TRACED_SHARE, "traces", prices.TRACE, "X-Ray")


FEED_SERVICES = {
    "gateway": "API Gateway",
    "function": "Lambda",
    "DynamoDB": "DynamoDB",
    "Valkey": "ElastiCache",
    "logs and traces": "CloudWatch",
    "served features: S3 requests": "S3",
}
"""Lines of infra.costs.answers -> services; what the CDN and the firewall do is in `delivery`."""


def _feed(size: Size) -> Iterator[Price]:
    million = {line.what: line for line in answers.lines(size.settings, 1_000_000)}
    for what, service in FEED_SERVICES.items():
        yield each(API, f"feed: {what}", size.feed_calls, "answers", million[what].dollars / 1e6, service)


EVENT_SERVICES = {
    "stream": "Kinesis",
    "interests: read by fan-out": "Kinesis",
    "interests: KPUs": "Managed Flink",
    "archive: functions": "Lambda",
    "archive": "S3",
    "daily jobs: plays": "DynamoDB",
    "daily jobs: profiles": "DynamoDB",
    "daily jobs": "EMR Serverless",
}
"""Beginnings of the lines of infra.costs.events -> services; the longest that fits."""


def _events(size: Size) -> Iterator[Price]:
    number = size.events
    for line in events.lines(size.settings, round(number)):
        if line.dollars:
            yield each(EVENTS, line.what, number, "events", line.dollars / number, _service(line))


def _service(line: Line) -> str:
    return EVENT_SERVICES[max((b for b in EVENT_SERVICES if line.what.startswith(b)), key=len)]


def _engines(size: Size) -> Iterator[Price]:
    if nodes := search_nodes(size):
        hour = prices.SEARCH_NODE_HOUR[NODE]
        yield amount(ENGINES, f"search: {NODE}", nodes * prices.HOURS_A_MONTH, "node hours", hour, "OpenSearch")
        yield amount(ENGINES, "search: disks", index_gb(size), "GB", prices.SEARCH_GIB, "OpenSearch")
    hours = max(0.0, cache_gb(size) - prices.CACHE_LEAST_GB) * prices.HOURS_A_MONTH
    yield amount(ENGINES, "cache: memory", hours, "GB hours", prices.CACHE_GB_HOUR, "ElastiCache")


def index_gb(size: Size) -> float:
    return size.stored_clips * DOCUMENT_BYTES * COPIES / GB


def searches_a_second(size: Size) -> float:
    """In the busiest hour: people's own, and one of each answer of the feed for candidates."""
    return (size.searches + size.feed_calls) / prices.SECONDS_A_MONTH * BUSIEST


def search_nodes(size: Size) -> int:
    """None beyond those of the idle stage while they are enough. Else three at least: of fewer no majority outlives the
    loss of a zone."""
    settings, held, asked = size.settings, index_gb(size), searches_a_second(size)
    if held <= settings.search_nodes * settings.search_gib * FILLED and asked <= IDLE_SEARCHES_A_SECOND:
        return 0
    return max(3, ceil(max(held / NODE_GB, asked / NODE_SEARCHES_A_SECOND)))


def cache_gb(size: Size) -> float:
    return (size.demand.daily_users * VIEWER_BYTES + size.stored_clips * HOT_SHARE * CLIP_BYTES) / GB


def _people(size: Size) -> Iterator[Price]:
    users = size.demand.daily_users
    active, plan = users * size.habits.monthly_users, size.settings.cognito_plan
    yield stepped(PEOPLE, f"accounts: {plan.title()}", active, "users", prices.USER_STEPS[plan], "Cognito")
    minutes = size.watched_seconds / 60
    yield each(PEOPLE, "sockets: open", minutes, "minutes", prices.SOCKET_MINUTE, "API Gateway")
    pushed = users * size.habits.pushes_a_day * DAYS
    yield each(PEOPLE, "sockets: messages", pushed, "messages", prices.SOCKET_MESSAGE, "API Gateway")
    yield each(PEOPLE, "pushes to phones", pushed, "pushes", prices.PUSH, "SNS")
