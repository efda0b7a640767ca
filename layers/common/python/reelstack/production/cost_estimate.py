"""What making a video is estimated to cost, from its plan and a table of prices. Pure.

An estimate, not the bill: on-demand list prices without free tier, discounts or transfer; encoding times from what the
encoders were measured to need. Everything is in microdollars (millionths of a US dollar).
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from reelstack.failure_reasons import Refused
from reelstack.media.ladder import Plan
from reelstack.platform.s3_prices import S3
from reelstack.production import workload
from reelstack.production.workload import MEMORY_MB, VCPU_MB

MICRO = 1_000_000
GB = 1_000_000_000


@dataclass(frozen=True)
class Prices:
    """US dollars. `source` and `as_of` say where the numbers come from: who changes one changes these."""

    source: str
    as_of: str
    lambda_gb_second: dict[str, float]
    lambda_request: float
    lambda_disk_gb_second: float
    """Of /tmp beyond the first 512 MB."""
    state_transition: float
    s3_put: float
    s3_get: float
    s3_gb_month: float
    transcribe_minute: float


US_EAST_1 = Prices(
    source="aws.amazon.com: pricing of lambda, step-functions, s3 and transcribe; us-east-1, first tier",
    as_of="2026-11-23; not compared with a bill: check before you rely on them",
    lambda_gb_second={"arm64": 0.0000133334, "x86_64": 0.0000166667},
    lambda_request=0.20 / 1_000_000,
    lambda_disk_gb_second=0.0000000309,
    state_transition=0.025 / 1000,
    s3_put=S3["STANDARD"].put.each,
    s3_get=S3["STANDARD"].get.each,
    s3_gb_month=S3["STANDARD"].storage.dollars,
    transcribe_minute=0.024,
)

DISK_MB = dict(zip(workload.STEPS, (4096, 4096, 4096, 4096, 2048, 512), strict=True))
LOADING_SECONDS = 2.0
"""Of the models, which a cold start of InspectFrames takes."""
TRANSCRIBED_SECONDS = 15
"""The least that Transcribe charges for."""
OVERHEAD_SECONDS = 1.0
"""Of each call: storing what was made, a share of cold starts."""
FETCHED_BYTES_PER_SECOND = 80e6
"""How fast a function gets the original out of S3: a worker does once, however many segments it makes."""
WORKERS = 11
"""Segments of one clip that are made at the same time, unless a caller says otherwise: settings.segment_workers."""
MEAN_RUN_UP = Fraction(1, 2)
"""Share of a key frame's gap that the average segment decodes in vain."""
SMALL_SECONDS, SMALL_MB, SMALL_STEPS = 0.2, 512, 1
"""Publish, and what else only writes an item."""
TRANSITIONS = 12
TRANSITIONS_PER_SEGMENT = 3
"""A child execution of the Distributed Map and its one state."""


@dataclass(frozen=True)
class Estimate:
    """Microdollars by kind. `storage_per_month` is what keeping it costs and is no part of `total`."""

    compute: int
    transitions: int
    requests: int
    storage_per_month: int

    @property
    def total(self) -> int:
        return self.compute + self.transitions + self.requests


def check(cost: Estimate, most_microdollars: int) -> None:
    """Raises Refused for a clip that would cost more than one may."""
    if cost.total > most_microdollars:
        raise Refused(
            "transcode-too-costly",
            f"Making the clip is estimated to cost {cost.total / MICRO:.2f} $; "
            f"at most {most_microdollars / MICRO:.2f} $ (max_clip_dollars) are spent. "
            "A shorter clip, fewer pictures a second or more key frames cost less.",
        )


def estimate(
    plan: Plan,
    *,
    original_bytes: int,
    architecture: str = "arm64",
    workers: int = WORKERS,
    transcribed: bool = False,
    prices: Prices = US_EAST_1,
) -> Estimate:
    """What one attempt at `plan` costs; renditions that are taken over are copied, not encoded."""
    seconds = float(plan.seconds)
    segments = len(plan.segments) if plan.made else 0
    firsts = len(plan.segments) if plan.first_rung == "segments" else 0
    calls = step_seconds(plan, original_bytes, workers)
    dollars = sum(_calls(step, number, each, architecture, prices) for step, number, each in calls)
    dollars += SMALL_STEPS * (_compute(SMALL_MB, 0, SMALL_SECONDS, architecture, prices) + prices.lambda_request)
    if transcribed:
        dollars += max(seconds, TRANSCRIBED_SECONDS) / 60 * prices.transcribe_minute
        submit = original_bytes / FETCHED_BYTES_PER_SECOND + seconds / workload.SOUND_SPEED + OVERHEAD_SECONDS
        dollars += _compute(VCPU_MB, DISK_MB["probe"], submit, architecture, prices)
    transitions = (TRANSITIONS + TRANSITIONS_PER_SEGMENT * (segments + firsts)) * prices.state_transition
    objects = segments * len(plan.made) + 2 * firsts
    puts, gets = objects + 2 * len(plan.renditions) + 8, objects + 2 * (segments + firsts) + len(plan.taken_over) + 8
    stored = original_bytes + sum(rendition.cap_kbps * 1000 / 8 * seconds for rendition in plan.renditions)
    return Estimate(
        compute=ceil(dollars * MICRO),
        transitions=ceil(transitions * MICRO),
        requests=ceil((puts * prices.s3_put + gets * prices.s3_get) * MICRO),
        storage_per_month=ceil(stored / GB * prices.s3_gb_month * MICRO),
    )


def step_seconds(plan: Plan, original_bytes: int, workers: int = WORKERS) -> list[tuple[str, int, float]]:
    """(step, number of calls, seconds on the clock of each), every vCPU of a function busy."""
    seconds, count = float(plan.seconds), len(plan.segments)
    fetch = original_bytes / FETCHED_BYTES_PER_SECOND
    share = fetch * min(1.0, workers / count)
    saving = workload.held_saving(plan)
    segment = saving * workload.segment_seconds(plan, plan.made, MEAN_RUN_UP) / _vcpus("transcode")
    if plan.first_rung == "segments":
        first = saving * workload.segment_seconds(plan, (plan.first,), MEAN_RUN_UP) / _vcpus("transcode")
        joined = workload.join_first_rung_seconds(plan) / _vcpus("encode_first_rung")
        rung = [("transcode", count, first + share), ("encode_first_rung", 1, joined + fetch)]
    else:
        whole = workload.first_rung_seconds(plan) / _vcpus("encode_first_rung")
        rung = [("encode_first_rung", 1, whole + fetch)]
    found = [
        ("probe", 1, fetch + seconds / 100),
        *rung,
        ("transcode", count if plan.made else 0, segment + share),
        ("package", 1, seconds / 60),
        ("sample_frames", 1, 2 * workload.looking_seconds(plan) / _vcpus("sample_frames")),
        ("inspect_frames", 1, LOADING_SECONDS + workload.inspecting_seconds(plan) / _vcpus("inspect_frames")),
    ]
    return [(step, number, each + OVERHEAD_SECONDS) for step, number, each in found]


def stage_seconds(plan: Plan, original_bytes: int, workers: int = WORKERS) -> tuple[float, float, float]:
    """Seconds on the clock of the first rung, of the other renditions, and of what follows until all is published."""
    calls = step_seconds(plan, original_bytes, workers)
    clock = [each * ceil(number / workers) for _, number, each in calls]
    *first, encode, package, sample, inspect = clock[1:]
    return sum(first), encode, max(package, sample + inspect - encode)


def _vcpus(step: str) -> float:
    return MEMORY_MB[step] / VCPU_MB


def _calls(step: str, number: int, seconds: float, architecture: str, prices: Prices) -> float:
    return number * (_compute(MEMORY_MB[step], DISK_MB[step], seconds, architecture, prices) + prices.lambda_request)


def _compute(memory_mb: int, disk_mb: int, seconds: float, architecture: str, prices: Prices) -> float:
    disk = max(0, disk_mb - 512) / 1024 * prices.lambda_disk_gb_second
    return seconds * (memory_mb / 1024 * prices.lambda_gb_second[architecture] + disk)
