"""What making a video is estimated to cost, from its plan and a table of prices. Pure.

An estimate, not the bill: on-demand list prices without free tier, discounts or transfer; encoding times from what the
encoders were measured to need. Everything is in microdollars (millionths of a US dollar).
"""

from dataclasses import dataclass
from math import ceil

from reelstack.media.ladder import Plan

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


US_EAST_1 = Prices(
    source="aws.amazon.com/lambda/pricing, /step-functions/pricing, /s3/pricing; us-east-1, first tier",
    as_of="2026-11-23; not compared with a bill: check before you rely on them",
    lambda_gb_second={"arm64": 0.0000133334, "x86_64": 0.0000166667},
    lambda_request=0.20 / 1_000_000,
    lambda_disk_gb_second=0.0000000309,
    state_transition=0.025 / 1000,
    s3_put=0.005 / 1000,
    s3_get=0.0004 / 1000,
    s3_gb_month=0.023,
)

PIXELS_PER_SECOND = {"avc": 60e6, "hevc": 15e6}
"""What one vCPU encodes with our presets, decoding and scaling included; rounded down."""
VCPU_MB = 1769
"""Lambda gives one vCPU per so much memory."""
MEMORY_MB = {"probe": 1769, "encode_first_rung": 5307, "transcode": 7076, "package": 1769, "sample_frames": 1769}
DISK_MB = {"probe": 4096, "encode_first_rung": 4096, "transcode": 4096, "package": 4096, "sample_frames": 2048}
INSPECT_MB, INSPECT_SECONDS = 1769, 4.0
OVERHEAD_SECONDS = 1.5
"""Of each call: fetching the original, storing what was made, a share of cold starts."""
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


def estimate(plan: Plan, *, original_bytes: int, architecture: str = "arm64", prices: Prices = US_EAST_1) -> Estimate:
    """What one attempt at `plan` costs; renditions that are taken over are copied, not encoded."""
    seconds = float(plan.seconds)
    segments = len(plan.segments) if plan.made else 0
    dollars = sum(
        _calls(step, number, seconds_each, architecture, prices)
        for step, number, seconds_each in (
            ("probe", 1, OVERHEAD_SECONDS + seconds / 100),
            (
                "encode_first_rung",
                1,
                OVERHEAD_SECONDS + _encoding_seconds(plan, "encode_first_rung", [plan.first.name]),
            ),
            ("transcode", segments, OVERHEAD_SECONDS + _segment_seconds(plan)),
            ("package", 1, OVERHEAD_SECONDS + seconds / 60),
            ("sample_frames", 1, OVERHEAD_SECONDS + seconds / 100),
        )
    )
    dollars += _compute(INSPECT_MB, 0, INSPECT_SECONDS, architecture, prices) + prices.lambda_request
    dollars += SMALL_STEPS * (_compute(SMALL_MB, 0, SMALL_SECONDS, architecture, prices) + prices.lambda_request)
    transitions = (TRANSITIONS + TRANSITIONS_PER_SEGMENT * segments) * prices.state_transition
    objects = segments * len(plan.made)
    puts, gets = objects + 2 * len(plan.renditions) + 8, objects + 2 * segments + len(plan.taken_over) + 8
    stored = original_bytes + sum(rendition.cap_kbps * 1000 / 8 * seconds for rendition in plan.renditions)
    return Estimate(
        compute=ceil(dollars * MICRO),
        transitions=ceil(transitions * MICRO),
        requests=ceil((puts * prices.s3_put + gets * prices.s3_get) * MICRO),
        storage_per_month=ceil(stored / GB * prices.s3_gb_month * MICRO),
    )


def _calls(step: str, number: int, seconds: float, architecture: str, prices: Prices) -> float:
    return number * (_compute(MEMORY_MB[step], DISK_MB[step], seconds, architecture, prices) + prices.lambda_request)


def _compute(memory_mb: int, disk_mb: int, seconds: float, architecture: str, prices: Prices) -> float:
    disk = max(0, disk_mb - 512) / 1024 * prices.lambda_disk_gb_second
    return seconds * (memory_mb / 1024 * prices.lambda_gb_second[architecture] + disk)


def _segment_seconds(plan: Plan) -> float:
    whole = _encoding_seconds(plan, "transcode", [rendition.name for rendition in plan.made])
    return whole / max(1, len(plan.segments))


def _encoding_seconds(plan: Plan, step: str, names: list[str]) -> float:
    """Wall seconds to encode these renditions of the whole clip on the step's vCPUs."""
    vcpus = MEMORY_MB[step] / VCPU_MB
    work = sum(
        rendition.width * rendition.height / PIXELS_PER_SECOND[rendition.codec]
        for rendition in plan.renditions
        if rendition.name in names
    )
    return work * plan.facts.frames / vcpus
