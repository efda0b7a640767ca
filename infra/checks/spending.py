"""docs/spending.md: the most money that one signed-in user can spend in a day, line by line, from the settings.

    python -m infra.checks.spending [STAGE]     prints the table; without a stage it writes the page of `prod`
    python -m infra.checks.spending --check     fails if the page is another

Each bucket of web.rate_limits is emptied all day with its dearest route, each quota is used up, and what a request sets
off is followed through the catalogue. List prices without free tier: an upper bound, not a forecast.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from infra import ROOT
from infra.catalogue import FUNCTIONS, Fn
from infra.checks.dearest_clip import dearest_clip, within_limits
from infra.checks.spending_work import FOLLOWS, INVOKED, QUOTAS, ROUTES, Work
from infra.costs.events import STREAMED_KB
from infra.settings import Settings
from infra.stages import STAGES
from reelstack.production.cost_estimate import US_EAST_1
from reelstack.uploads.parts import MIN_CHUNK_BYTES
from reelstack.web.rate_limits import Rate

PAGE = ROOT / "docs" / "spending.md"
DAY_SECONDS = 24 * 3600
GIB = 1024**3
LINES = {line.name: line for line in FUNCTIONS}

PER_REQUEST = 1.00e-6 + 1.00e-6 + 0.60e-6
"""API Gateway (HTTP API), CloudFront (HTTPS) and WAF."""
READ_UNIT, WRITE_UNIT = 0.125e-6, 0.625e-6
"""DynamoDB on demand. A read of ROUTES is half a unit: eventually consistent."""
LOG_AND_TRACE = 0.5e-6 + 0.25e-6
"""A kilobyte of CloudWatch Logs, and one X-Ray trace in twenty."""
PUSH = 1.0e-6
"""A WebSocket message; SNS's mobile push is half of it."""
EDGE_REQUEST = 1e-3
"""Of the KeyValueStore's API. Assumed, not found in a price list of AWS: the dearest reading of it."""
MINUTE = 0.25e-6
PICTURE = 1e-3
"""Rekognition DetectModerationLabels."""
EVERY_REQUEST = Work(5, read=2, write=1)
"""The caller's session and account, and the window of the rate limiter."""
IDEMPOTENCY_WRITES = 4
FAN_OUT_MS_PER_WRITE = 0.6
COMPOSE_SECONDS = 90


@dataclass(frozen=True)
class Request:
    """A line of ROUTES."""

    route: str
    work: Work
    changes: tuple[str, ...]
    events: tuple[str, ...]
    quota: str


@dataclass(frozen=True)
class Row:
    """`times` a day, `each` dollars."""

    what: str
    limit: str
    times: float
    each: float

    @property
    def dollars(self) -> float:
        return self.times * self.each


def requests() -> list[Request]:
    """What users can ask for, by route."""
    lines = [[cell.strip() for cell in line.split("|")] for line in ROUTES.strip().splitlines()[1:]]
    return [
        Request(
            route,
            Work(int(ms), float(read), float(write), float(s3)),
            tuple(changes.split()),
            tuple(events.split()),
            quota,
        )
        for route, ms, read, write, s3, changes, events, quota in lines
        if quota in QUOTAS
    ]


def rows(settings: Settings) -> list[Row]:
    """The dearest way to use up each bucket, then each quota; the dearest row first."""
    found = [*_buckets(settings), *_quotas(settings)]
    return sorted(found, key=lambda row: -row.dollars)


def total(settings: Settings) -> float:
    return sum(row.dollars for row in rows(settings))


# --- what a request costs --------------------------------------------------------------------------------------------


def price(request: Request, settings: Settings) -> float:
    """Dollars of one request with everything that follows from it."""
    service = next(line for line in FUNCTIONS if request.route in (*line.routes, *line.public_routes))
    kept = IDEMPOTENCY_WRITES if request.route.startswith("POST") else 0
    works = (EVERY_REQUEST, request.work)
    dollars = PER_REQUEST + kept * WRITE_UNIT + sum(_invocation(service, work, settings) for work in works)
    for name, quiet in _followers(request):
        dollars += _followed(name, settings, quiet=quiet)
    return dollars


def _followers(request: Request) -> Iterator[tuple[str, bool]]:
    """Functions that a request sets off; True: by an item that went, of which nobody is told."""
    for table in request.changes:
        for line in FUNCTIONS:
            if table.removeprefix("-") in [model.__name__ for model in line.streams]:
                yield line.name, table.startswith("-")
    for event in request.events:
        yield from ((name, False) for name in FOLLOWS.get(event, ()))
        for line in FUNCTIONS:
            if event in line.events:
                yield (known if (known := f"{line.name} {event}") in INVOKED else line.name), False


def _followed(name: str, settings: Settings, *, quiet: bool = False) -> float:
    work = INVOKED[name]
    if quiet:
        work = INVOKED.get(f"{name} -", Work(work.ms, work.read))
    dollars = _invocation(LINES[name.partition(" ")[0]], work, settings)
    if name == "update_timelines" and not quiet:
        dollars += settings.timeline_entries * (WRITE_UNIT + READ_UNIT / 2)
    if not quiet:
        dollars += sum(_followed(further, settings) for further in work.sets_off)
    return dollars


def _invocation(line: Fn, work: Work, settings: Settings) -> float:
    gb_seconds = work.ms / 1000 * line.memory / 1024
    looks = work.pictures if settings.moderation_engines == ("rekognition",) else 0
    return (
        US_EAST_1.lambda_request
        + gb_seconds * US_EAST_1.lambda_gb_second[settings.architecture]
        + work.read * READ_UNIT / 2
        + work.write * WRITE_UNIT
        + work.s3 * US_EAST_1.s3_put
        + work.pushes * PUSH
        + work.edge * EDGE_REQUEST
        + work.minutes * MINUTE
        + looks * PICTURE
        + work.streamed_kb * STREAMED_KB
        + LOG_AND_TRACE
    )


# --- how often -------------------------------------------------------------------------------------------------------


def _buckets(settings: Settings) -> Iterator[Row]:
    """One row for what all routes without a rate of their own share, and one for each that has one."""
    shared = [one for one in requests() if one.route not in settings.route_rates and one.quota != "once"]
    dearest = max(shared, key=lambda one: price(one, settings))
    yield _row(f"any other route; the dearest is {dearest.route}", dearest, settings.user_rate, settings)
    for one in requests():
        if one.quota == "once":
            yield Row(one.route, "once", 1, price(one, settings))
        elif rate := settings.route_rates.get(one.route):
            yield _row(one.route, one, rate, settings)


def _row(what: str, request: Request, rate: Rate, settings: Settings) -> Row:
    times, limit = _a_day(rate), f"{rate.per_second:g}/s"
    if request.quota == "uploads" and times > settings.max_uploads_per_day:
        times, limit = settings.max_uploads_per_day, "max_uploads_per_day"
    return Row(what, limit, times, price(request, settings))


def _quotas(settings: Settings) -> Iterator[Row]:
    uploads, kept = settings.max_uploads_per_day, settings.max_upload_bytes_per_day
    yield Row("productions", "creator_dollars_per_day", 1, settings.creator_dollars_per_day)
    slots = settings.production_slots_per_creator
    yield Row("productions that run when the limit is reached", "slots per creator", slots, dearest_clip(settings))
    yield Row("starts of productions", "max_uploads_per_day", uploads, _started(settings))
    yield Row("publications, written into timelines and lists", "max_uploads_per_day", uploads, _fanned_out(settings))
    yield Row("chunks that are joined", "max_uploads_per_day", uploads, _composed(settings))
    pieces = kept / MIN_CHUNK_BYTES
    yield Row("chunks and parts that are sent once", "max_upload_bytes_per_day", pieces, US_EAST_1.s3_put)
    yield Row("originals, kept for a month", "max_upload_bytes_per_day", kept / GIB, US_EAST_1.s3_gb_month)
    yield Row("an export of everything", "one a day", 1, _exported(settings))


def _started(settings: Settings) -> float:
    return _invocation(LINES["start_production"], Work(500, read=60, write=30), settings)


def _fanned_out(settings: Settings) -> float:
    followers = settings.timeline_large_followers
    work = Work(round(followers * FAN_OUT_MS_PER_WRITE), read=followers / 40, write=followers)
    beside = _followed("notify", settings) + _followed("update_hot_lists", settings)
    return _invocation(LINES["fan_out_video"], work, settings) + beside


def _composed(settings: Settings) -> float:
    pieces = settings.max_upload_bytes / MIN_CHUNK_BYTES
    work = Work(COMPOSE_SECONDS * 1000, read=4, write=6, s3=220)
    return _invocation(LINES["compose_upload"], work, settings) + pieces * US_EAST_1.s3_get


def _exported(settings: Settings) -> float:
    """Of a year's uploads at the daily limit nobody has an archive in a day; a hundred archives of 4 GiB is a bound."""
    volumes = 100
    zipped = _invocation(LINES["zip_export"], Work(900_000, s3=300), settings) * volumes
    gathered = _invocation(LINES["collect_export_part"], Work(900_000, read=200_000, s3=100), settings) * 8
    return zipped + gathered + volumes * 4 * US_EAST_1.s3_gb_month * 7 / 30


# --- the page --------------------------------------------------------------------------------------------------------


def table(found: Iterable[Row]) -> str:
    lines = ["| what | limited by | times a day | each, $ | a day, $ |", "|---|---|---:|---:|---:|"]
    lines += [f"| {row.what} | {row.limit} | {row.times:,.0f} | {row.each:.7f} | {row.dollars:.2f} |" for row in found]
    return "\n".join(lines)


def page(settings: Settings) -> str:
    return HEAD.format(
        stage=settings.stage,
        total=total(settings),
        budget=settings.user_dollars_per_day,
        table=table(rows(settings)),
        clip=_clip(settings),
        anonymous=_anonymous(settings),
    )


def _anonymous(settings: Settings) -> str:
    """What reading without a token can cost in a day, from one address and from any number of them."""
    routes = {route for line in FUNCTIONS for route in line.anonymous_routes}
    prices = {one.route: price(one, settings) for one in requests() if one.route in routes}
    own, address, gateway = settings.route_rates, settings.anonymous_rate, settings.anonymous_route_rate
    one_address = max(prices[one] for one in prices.keys() - own.keys()) * _a_day(address)
    one_address += sum(prices[one] * _a_day(own[one]) for one in prices.keys() & own.keys())
    flood = sum(prices.values()) * gateway.per_second * DAY_SECONDS
    return (
        f"one address at {address.per_second:g} requests a second (`anonymous_rate`) costs at most\n"
        f"  {one_address:.2f} $ a day. Any number of addresses are held by the gateway's throttle of each of the\n"
        f"  {len(routes)} routes, {gateway.per_second:g}/s (`anonymous_route_rate`): {flood:,.0f} $ a day"
    )


def _a_day(rate: Rate) -> float:
    return rate.at_once + rate.per_second * DAY_SECONDS


def _clip(settings: Settings) -> str:
    dearest = within_limits(settings)
    bound = f"by `max_clip_dollars`, since the other limits would allow {dearest:.2f} $"
    return f"{dearest_clip(settings):.2f} $, {bound if dearest > settings.max_clip_dollars else 'by its limits'}"


HEAD = """# What one user can spend

Generated by `python -m infra.checks.spending` from the settings of `{stage}`, the catalogue and list prices; a test
fails when it is stale. The most that one signed-in user who wants to do harm can cost in a day: **{total:.2f} $** of
the {budget:.0f} $ that `user_dollars_per_day` allows. Each bucket of requests is emptied all day with its dearest
route, and what a request sets off is followed through streams, events and queues. A production is priced as the dearest
clip that the first step accepts: {clip}.

{table}

Not in the table, because nothing of ours counts it:

- **Playback.** A user may fetch at the speed of the link: 1 Gbit/s all day is 10.8 TB, about 900 $ at CloudFront's list
  price. The firewall counts requests of an address (`edge_rate_limit`), not bytes. An AWS budget with an alarm is what
  notices it; a suspended account gets no new address, and the old ones end after `playback_seconds_public`.
- **Addresses for uploads** are good for `upload_url_seconds`, any number of times: S3 has no limit for an address. One
  that is sent a hundred times a second costs 43 $ a day. The size of each is signed, older versions go after a day, and
  an upload is counted once. Suspending the account ends it within `upload_url_seconds`; a policy of the bucket that
  denies `s3:signatureAge` above some milliseconds ends it at once.
- **Readers without an account:** {anonymous}.
  `anonymous_reading=False` ends it.
- **Many users.** The limits are per user. `creators` decides who may upload; sign-up is Cognito's.
"""


def main(arguments: Sequence[str]) -> None:
    settings = STAGES[next((one for one in arguments if one in STAGES), "prod")]
    if settings.stage in arguments:
        sys.stdout.write(f"{table(rows(settings))}\n\n{total(settings):.2f} $ a day\n")
    elif "--check" not in arguments:
        PAGE.write_text(page(settings))
    elif not PAGE.exists() or PAGE.read_text() != page(settings):
        sys.exit("docs/spending.md is not what the settings say: run `python -m infra.checks.spending`")


if __name__ == "__main__":
    main(sys.argv[1:])
