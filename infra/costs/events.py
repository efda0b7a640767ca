"""What a month's behavior events cost in the stream, the archive and the daily jobs, beside what an idle stage costs.
Pure.

Requests that bring events are priced in infra/checks/spending_work.py, plays that are counted in docs/decisions.
"""

from math import ceil

from infra.costs import prices
from infra.costs.idle import Line
from infra.settings import EVENT_STREAM_DAYS, Settings
from reelstack.production.cost_estimate import US_EAST_1

RECORD_KB = 1
"""Kinesis rounds each record up to so much; an event is 670 bytes long, one of quality about 960."""
ARCHIVED_BYTES = 140
"""Of an event in a gzip of 2,000 by 200 viewers, made at random: measured."""
SHARDS = 4
"""Of a stream on demand that was never busier; each writes an object a minute while anybody watches."""
BATCH_SECONDS, BATCH_MEMORY_GB = 0.5, 0.5
DAYS = 30
WORKER_VCPUS, WORKER_GB = 4, 16
STEPS = 7
STEP_MINUTES, TRAINING_MINUTES = 3, 10
"""How long a driver and an executor, or a driver alone, run for a day with few events: estimated, not measured."""
EVENT_VCPU_SECONDS = 4e-4
"""Of all steps for one event: 100,000 rows through ALS, windows and an as-of join took two cores 20 s."""
EVENTS_OF_VIEWER, EVENTS_OF_CLIP = 100, 20
"""In a day, of each who watched and of each clip that was watched: assumed."""
PROFILE_UNITS = 9
"""Write units of a profile with 200 interests."""
MINUTES_A_MONTH = prices.HOURS_A_MONTH * 60
GB = 1e9
STREAM_KEPT_GB = prices.STREAM_KEPT_GB * (EVENT_STREAM_DAYS - 1) / 30
"""Beyond the first day, which is free."""
STREAMED_KB = (prices.STREAM_IN_GB + prices.STREAM_OUT_GB + STREAM_KEPT_GB + US_EAST_1.s3_gb_month) * 1000 / GB
"""Put into the stream, read once, kept there, and archived for a month as it is: what spending is bounded by."""


EVENTS_A_SECOND_PER_KPU = 580
"""What the job `interests` did for each core of a busy laptop (586; 1,242 on a quiet one, by bench/realtime.py). Not
measured on AWS, so the costs keep the lower figure."""
BUSIEST = 4
"""The busiest hour's rate over the day's mean: assumed."""


def kpu(settings: Settings, number: int) -> int:
    """KPUs that the job needs in the busiest hour of such a month."""
    busiest = number / prices.SECONDS_A_MONTH * BUSIEST
    return max(settings.interests_kpu, ceil(busiest / EVENTS_A_SECOND_PER_KPU))


def lines(settings: Settings, number: int) -> list[Line]:
    """Of `number` events a month, evenly spread."""
    streamed_gb = number * RECORD_KB * 1000 / GB
    objects = min(number, SHARDS * MINUTES_A_MONTH)
    run = US_EAST_1.lambda_request + BATCH_SECONDS * BATCH_MEMORY_GB * _gb_second(settings)
    kept_months = settings.event_days / 30
    more_kpu = kpu(settings, number) - settings.interests_kpu
    each = [
        ("stream: put", streamed_gb * prices.STREAM_IN_GB),
        ("stream: read once", streamed_gb * prices.STREAM_OUT_GB),
        ("interests: read by fan-out", streamed_gb * (prices.STREAM_FAN_OUT_GB + prices.ENDPOINT_GB)),
        ("interests: KPUs beyond the idle stage's", more_kpu * prices.kpu_month()),
        (f"stream: keep {EVENT_STREAM_DAYS} days", streamed_gb * STREAM_KEPT_GB),
        ("archive: functions", objects * run),
        ("archive: S3 requests", objects * US_EAST_1.s3_put),
        (
            f"archive: keep {settings.event_days} days",
            number * ARCHIVED_BYTES / GB * kept_months * US_EAST_1.s3_gb_month,
        ),
    ]
    return [Line(what, number, round(dollars, 4)) for what, dollars in (*each, *_daily(number))]


def _daily(number: int) -> list[tuple[str, float]]:
    """Of the jobs that run each night, and of what they write into tables."""
    worker = WORKER_VCPUS * prices.SPARK_VCPU_HOUR + WORKER_GB * prices.SPARK_GB_HOUR
    vcpu = worker / WORKER_VCPUS
    return [
        ("daily jobs: start and end of steps", DAYS * STEPS * STEP_MINUTES / 60 * 2 * worker),
        ("daily jobs: events", number * EVENT_VCPU_SECONDS / 3600 * vcpu),
        ("daily jobs: training", DAYS * TRAINING_MINUTES / 60 * worker),
        ("daily jobs: plays into tables", number / EVENTS_OF_CLIP * prices.WRITE_UNIT),
        ("daily jobs: profiles into tables", number / EVENTS_OF_VIEWER * PROFILE_UNITS * prices.WRITE_UNIT),
    ]


def _gb_second(settings: Settings) -> float:
    return US_EAST_1.lambda_gb_second[settings.architecture]
