"""Uploads, and making clips of them: FFmpeg in Lambda or MediaConvert, with every request, event and log on the way."""

from collections.abc import Iterator
from math import ceil

from infra.costs import prices
from infra.costs.clips import WRITES_A_CLIP
from infra.costs.model.line import Price, amount, each
from infra.costs.model.size import GB, Size
from reelstack.platform import s3_prices
from reelstack.production import cost_estimate, engine_choice, workload
from reelstack.production.cost_estimate import MICRO, US_EAST_1
from reelstack.uploads import parts

GROUP = "production"
QUEUE_REQUESTS = 6
"""Of SQS for one clip: sent, received, deleted, and empty looks."""
LOG_BYTES_A_CALL, TRACED_SHARE = 2_000, 0.05
SMALL_CALLS = 12
"""Functions that each clip sets off besides encoding: start_production, publish, streams, the feed's lists."""
ACCESS_LOG_BYTES, ACCESS_LOG_MONTHS = 600, 3
"""Of a line of a bucket's access log, kept for 90 days."""


def lines(size: Size) -> Iterator[Price]:
    yield from _sent(size)
    yield from _made(size)
    yield from _announced(size)


def _sent(size: Size) -> Iterator[Price]:
    number = part_count(size)
    puts = size.uploads * (number + 2)
    yield each(GROUP, "uploads: S3 requests", puts, "requests", US_EAST_1.s3_put, "S3")
    path = size.settings.upload_path
    sent = size.uploads * size.clip.original_gb
    if path == "acceleration":
        yield amount(GROUP, "uploads: acceleration", sent, "GB", s3_prices.ACCELERATION.dollars, "S3")
    elif path == "cloudfront":
        yield amount(GROUP, "uploads: through the CDN", sent, "GB", prices.UPLOADED_GB, "CloudFront")
        yield each(GROUP, "uploads: CDN requests", puts, "requests", prices.CDN_HTTPS_REQUEST, "CloudFront")


def part_count(size: Size) -> int:
    size_bytes = ceil(size.clip.original_gb * GB)
    return ceil(size_bytes / parts.part_size(size_bytes))


def _made(size: Size) -> Iterator[Price]:
    settings, clip, number = size.settings, size.clip, size.uploads * size.habits.ladder
    made = cost_estimate.estimate(
        clip.plan,
        original_bytes=round(clip.original_gb * GB),
        architecture=settings.architecture,
        workers=settings.segment_workers,
    )
    if by_mediaconvert(size):
        minutes = size.demand.clip_seconds / 60
        price = engine_choice.cost_microdollars(clip.plan) / MICRO / minutes
        yield amount(GROUP, "MediaConvert: the ladder", number * minutes, "minutes", price, "MediaConvert")
    vcpu = vcpu_seconds(size)
    yield each(GROUP, "encoding: functions", vcpu * number, "vCPU-seconds", compute_dollars(size) / vcpu, "Lambda")
    transitions = made.transitions / MICRO / US_EAST_1.state_transition * size.uploads
    yield each(
        GROUP, "encoding: state transitions", transitions, "transitions", US_EAST_1.state_transition, "Step Functions"
    )
    requests = made.requests / MICRO * number
    yield each(GROUP, "encoding: S3 requests", size.uploads, "clips", requests / size.uploads, "S3")
    writes = size.uploads * WRITES_A_CLIP
    yield each(GROUP, "uploads: table writes", writes, "write units", prices.WRITE_UNIT, "DynamoDB")


def by_mediaconvert(size: Size) -> bool:
    engine = size.settings.engine
    longer = size.demand.clip_seconds > size.settings.mediaconvert_over_seconds
    return engine == "mediaconvert" or (engine == "by-duration" and longer)


def _steps(size: Size) -> list[tuple[str, float]]:
    """(step, its vCPU-seconds for one clip) of those that functions do."""
    original, workers = round(size.clip.original_gb * GB), size.settings.segment_workers
    done = cost_estimate.step_seconds(size.clip.plan, original, workers)
    if by_mediaconvert(size):
        done.pop(max(place for place, (step, *_) in enumerate(done) if step == "transcode"))  # the ladder's
    return [(step, number * seconds * workload.MEMORY_MB[step] / workload.VCPU_MB) for step, number, seconds in done]


def vcpu_seconds(size: Size) -> float:
    """Of one clip, waiting for storage included: it is paid, too."""
    return sum(seconds for _, seconds in _steps(size))


def compute_dollars(size: Size) -> float:
    """Of one clip's functions: memory at the mean of the steps that a month fills, disk, and calls."""
    gb_seconds = vcpu_seconds(size) * workload.VCPU_MB / 1024
    month = gb_seconds * size.uploads * size.habits.ladder
    memory = (
        prices.in_steps(month, prices.COMPUTE_STEPS[size.settings.architecture]) / month * gb_seconds if month else 0
    )
    disk = sum(
        vcpu * workload.VCPU_MB / workload.MEMORY_MB[step] * max(0, cost_estimate.DISK_MB[step] - 512) / 1024
        for step, vcpu in _steps(size)
    )
    return memory + disk * US_EAST_1.lambda_disk_gb_second + calls(size) * US_EAST_1.lambda_request


def calls(size: Size) -> float:
    """Of functions, for one clip."""
    original, workers = round(size.clip.original_gb * GB), size.settings.segment_workers
    return SMALL_CALLS + sum(number for _, number, _ in cost_estimate.step_seconds(size.clip.plan, original, workers))


def objects(size: Size) -> int:
    """Work objects of one clip: each was an event while they lay in a bucket that announces what it gets."""
    plan = size.clip.plan
    firsts = len(plan.segments) if plan.first_rung == "segments" else 0
    frames = ceil(size.demand.clip_seconds)
    return len(plan.segments) * len(plan.made) + 2 * firsts + 3 + frames


def _announced(size: Size) -> Iterator[Price]:
    habits, number = size.habits, size.uploads
    yield each(GROUP, "events on the bus", number * habits.events_a_clip, "events", prices.BUS_EVENT, "EventBridge")
    yield each(GROUP, "queues", number * QUEUE_REQUESTS, "requests", prices.QUEUE_REQUEST, "SQS")
    logged = number * calls(size) * LOG_BYTES_A_CALL / GB
    yield amount(GROUP, "encoding: logs", logged, "GB", prices.LOG_GB, "CloudWatch")
    traces = number * calls(size) * TRACED_SHARE
    yield each(GROUP, "encoding: traces", traces, "traces", prices.TRACE, "X-Ray")
    touched = 2 * objects(size) + part_count(size) + size.clip.large_objects + size.clip.small_objects
    kept = number * touched * ACCESS_LOG_BYTES / GB * ACCESS_LOG_MONTHS
    yield amount(GROUP, "buckets' access logs, 90 days", kept, "GB", US_EAST_1.s3_gb_month, "S3")
