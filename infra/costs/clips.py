"""What clips cost: to produce, to keep for some months and to deliver, by a stage's settings and a typical clip. Pure.

Producing is priced by reelstack.production.cost_estimate, as every upload is. Beside it stand what the assumptions of
`Clip` say, all of which the command line can change.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any

from infra.costs import prices
from infra.costs.idle import Line
from infra.settings import Settings
from reelstack.media.ladder import Facts, Plan, make_plan
from reelstack.platform.s3_prices import S3
from reelstack.production import workload
from reelstack.production.cost_estimate import GB, MICRO, US_EAST_1, Estimate, estimate

SOURCE_KBPS = {480: 4_000, 720: 8_000, 1080: 17_000, 2160: 50_000}
"""What phones record, by short side."""
API_REQUEST = 1.00 / 1e6
API_SECONDS, API_MB = 0.05, 512
API_CALLS_A_VIEW = 2
"""Playback, and a page of the feed that is shared by ten clips, likes and comments with it."""
READS_A_CALL = 4
WRITES_A_CLIP = 40
"""Upload, claim, lease, backlog, states of the video and their indexes."""
FILES_A_VIEW = 4
"""Two playlists, a poster and the page's share of the web app's files."""
RANGE_SECONDS = 4


@dataclass(frozen=True)
class Clip:
    """A typical clip, upright, and what becomes of it. `watched`: the share of it that a view plays."""

    seconds: int = 30
    short_side: int = 1080
    fps: int = 30
    views: int = 100
    watched: float = 0.7
    popular: float = 0.05
    """Share of the clips that are played `ladder_plays` times, where only these have all renditions."""
    months: int = 12
    """How long it is kept."""
    played: str = "hevc-720"
    """The rendition that viewers get."""


def lines(settings: Settings, number: int, clip: Clip) -> list[Line]:
    """What `number` of such clips cost in all, in the order in which the money is spent."""
    plan, original_bytes = _plan(settings, clip), _original_bytes(settings, clip)
    whole = _estimate(settings, plan, original_bytes)
    made, later = whole, list[Line]()
    if settings.ladder_policy == "popular":
        begun = plan.begun()
        made = _estimate(settings, begun, original_bytes)
        later = _completed(_estimate(settings, completion_of(plan), original_bytes), whole, made, number, clip)
    each = [
        ("produce: functions", made.compute / MICRO),
        ("produce: state transitions", made.transitions / MICRO),
        ("produce: S3 requests", made.requests / MICRO),
        ("produce: tables", WRITES_A_CLIP * prices.WRITE_UNIT),
        (f"keep {clip.months} months: S3", _kept(made, original_bytes, clip)),
        *_delivered(settings, plan, clip),
    ]
    return [*(Line(what, number, round(number * dollars, 4)) for what, dollars in each), *later]


def completion_of(plan: Plan) -> Plan:
    """The re-encode that makes what a clip lacks that was published with the first of its plan's renditions only. Its
    first rung, its sound and its previews are made again; the other rendition is taken over."""
    return plan.only((), [one.name for one in plan.begun().renditions], "v/")


def _estimate(settings: Settings, plan: Plan, original_bytes: int) -> Estimate:
    workers = settings.segment_workers
    return estimate(plan, original_bytes=original_bytes, architecture=settings.architecture, workers=workers)


def _completed(rest: Estimate, whole: Estimate, begun: Estimate, number: int, clip: Clip) -> list[Line]:
    """What the clips cost besides that turn out to be watched."""
    watched = round(number * clip.popular)
    kept = clip.months * (whole.storage_per_month - begun.storage_per_month) / MICRO
    return [
        Line("watched clips: produce the rest", watched, round(watched * rest.total / MICRO, 4)),
        Line(f"watched clips: keep it {clip.months} months", watched, round(watched * kept, 4)),
    ]


def phone_facts(width: int, height: int, fps: int, frames: int, **more: Any) -> Facts:
    """What probe finds in a phone's file with sound and a constant rate; `more` are further fields of Facts."""
    return Facts(
        container="mov",
        video_stream=0,
        audio_stream=1,
        width=width,
        height=height,
        tick=(1, 90_000),
        start_ticks=0,
        fps=(fps, 1),
        frames=frames,
        constant=True,
        **more,
    )


def plan_of(facts: Facts, settings: Settings) -> Plan:
    """The plan that probe makes of such a source in a stage with these settings."""
    return make_plan(
        facts,
        segment_seconds=settings.segment_seconds,
        avc_rungs=settings.avc_rungs,
        av1_rungs=settings.av1_rungs,
        av1_preset=settings.av1_preset,
    )


def _plan(settings: Settings, clip: Clip) -> Plan:
    facts = phone_facts(clip.short_side, clip.short_side * 16 // 9, clip.fps, clip.seconds * clip.fps)
    return workload.arrange(plan_of(facts, settings))


def _original_bytes(settings: Settings, clip: Clip) -> int:
    near = min(SOURCE_KBPS, key=lambda side: abs(side - clip.short_side))
    return min(SOURCE_KBPS[near] * 1000 // 8 * clip.seconds, settings.max_upload_bytes)


def _kept(made: Estimate, original_bytes: int, clip: Clip) -> float:
    """Everything in Standard at first; the original in Glacier Instant Retrieval from its second month on."""
    original = original_bytes / GB
    standard = made.storage_per_month / MICRO
    later = standard - original * US_EAST_1.s3_gb_month + original * S3["GLACIER_IR"].storage.dollars
    return min(clip.months, 1) * standard + max(0, clip.months - 1) * later


def _delivered(settings: Settings, plan: Plan, clip: Clip) -> list[tuple[str, float]]:
    played = {rendition.name: rendition for rendition in plan.renditions}.get(clip.played, plan.first)
    seconds = clip.seconds * clip.watched
    views = clip.views
    requests = views * (FILES_A_VIEW + ceil(2 * seconds / RANGE_SECONDS))
    calls = views * API_CALLS_A_VIEW
    memory = API_SECONDS * API_MB / 1024 * US_EAST_1.lambda_gb_second[settings.architecture]
    call = API_REQUEST + US_EAST_1.lambda_request + memory + READS_A_CALL * prices.READ_UNIT
    return [
        (f"deliver {views} views: bytes", views * played.cap_kbps * 1000 / 8 * seconds / GB * prices.DELIVERED_GB),
        (f"deliver {views} views: requests", (requests + calls) * prices.DELIVERED_REQUEST),
        (f"deliver {views} views: API", calls * call),
    ]
