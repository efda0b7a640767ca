"""How the account's pool of concurrent Lambda executions is divided: bulkheads between production and the API.

Every function of an account and region draws on one pool (`lambda_concurrency` of the settings). What runs long and is
started by many has a share of it reserved, which is at once a promise and a limit. HTTP services and short functions
have the rest together. A step that is refused for want of concurrency is tried again by its machine, a
stream's batch and an event by Lambda itself.

Slots × workers never exceed what is reserved for segments. Were it twice as much, every segment would get its turn only
as long as segments are short: with 240 s each, those that wait meet a full pool for longer than they are tried again
(bench/concurrency.py).

The other steps of a production have smaller reservations, and every production goes through each of them: there are at
most SLOTS_PER_EXECUTION slots for each execution that such a step has. With ten times as many, clips whose steps take a
minute fail (tests/bench/test_concurrency.py).

Facts of AWS: a reservation that leaves less than 100 unreserved is refused, so a small account (a new one has 10)
reserves nothing, and only slots and workers bound production there: together with the uploads that are joined they
leave the API its part. A throttled message of SQS counts as received and
ends among the dead letters, so a queue never calls more than its function's reservation.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isqrt

from infra.catalogue import Fn
from infra.settings import Settings

SHARES: dict[str, float] = {
    "transcode": 52,
    "encode_first_rung": 8,
    **dict.fromkeys(("feed_a", "feed_b"), 2.5),
    "compose_upload": 2,
    **dict.fromkeys(("probe", "package", "sample_frames", "inspect_frames", "notify"), 1.5),
    **dict.fromkeys(("count_interactions", "fan_out_video", "update_timelines"), 1),
    **dict.fromkeys(("make_avatar", "submit_transcription"), 0.3),
    **dict.fromkeys(("start_production", "submit_rekognition", "read_rekognition"), 0.5),
    **dict.fromkeys(("withdraw_video", "restore_video", "index_search"), 0.5),
    **dict.fromkeys(("collect_export_part", "zip_export"), 0.5),
    **dict.fromkeys(("erase_videos", "erase_items"), 0.3),
    "erase_events": 0.5,
    **dict.fromkeys(("plan_export", "write_denials", "move_archives"), 0.2),
    "update_hot_lists": 0.2,
    "move_objects": 0.3,  # the machine's MaxConcurrency, of 1,000
    **dict.fromkeys(("load_daily_plays", "sum_daily_plays", "load_viewer_profiles", "load_clip_features"), 0.1),
    **dict.fromkeys(("export_catalogue", "stop_harmful_arms", "plan_tiers"), 0.1),
}
"""Function -> percent of the account's concurrent executions. The API keeps at least 15: a test adds up."""
UNRESERVED = 100
"""Concurrent executions that AWS insists on leaving to functions without a reservation."""
SHORT = 0.005
"""Of the pool, what a queue whose messages take a second may call of a function without a reservation."""
CREATOR = 0.25
"""Of the segments that are at work at a time, those that one creator's productions may take."""
SEGMENTS, JOINED = "transcode", "compose_upload"
STEPS = ("probe", "encode_first_rung", "package", "sample_frames", "inspect_frames")
"""What each production calls once. Frames are looked at beside the segments: one execution more than its workers."""
SLOTS_PER_EXECUTION = 3.5
API_SHARE, API_LEAST = 0.15, 4
"""What the API keeps where nothing is reserved. Of a new account's ten: four, of which joining takes two."""


class PoolTooSmall(ValueError):
    """The settings let more run at a time than the account's concurrency holds."""


@dataclass(frozen=True)
class Limit:
    """How many productions may run, by the workers of each; and why not more."""

    slots: Callable[[int], int]
    why: str


def reservations(settings: Settings, lines: Sequence[Fn]) -> dict[str, int]:
    """Function -> ReservedConcurrentExecutions. Empty on a laptop, and where the pool is too small to reserve any."""
    shares = {line.name: _part(settings, line.name) for line in lines if line.name in SHARES}
    return shares if _reserves(settings) else {}


def check(settings: Settings) -> None:
    """Holds slots and workers against the pool. Raises PoolTooSmall, which says what to change."""
    if settings.is_local:
        return
    most = max(2, int(CREATOR * _part(settings, SEGMENTS)))
    of_a_creator = Limit(lambda workers: most // workers, f"one creator may have {most} segments at a time")
    _hold(settings, "production_slots", settings.production_slots, _limits(settings))
    _hold(settings, "production_slots_per_creator", settings.production_slots_per_creator, [of_a_creator])
    if settings.compose_workers > _joined(settings):
        raise PoolTooSmall(
            f"stage {settings.stage}: compose_workers {settings.compose_workers} is more than {_joined(settings)}, "
            f"what lambda_concurrency {settings.lambda_concurrency} leaves to {JOINED}: lower compose_workers to "
            f"{_joined(settings)}, or raise lambda_concurrency to the account's quota"
        )


def called_by_queue(settings: Settings, function: str) -> int:
    """How many of a function its queue may call at a time; Lambda takes no limit below two."""
    return settings.compose_workers if function == JOINED else max(2, int(settings.lambda_concurrency * SHORT))


def unreserved(settings: Settings, reserved: Mapping[str, int]) -> int:
    """What HTTP services and short functions share."""
    return settings.lambda_concurrency - sum(reserved.values())


def _limits(settings: Settings) -> list[Limit]:
    segments = _part(settings, SEGMENTS)
    limits = [Limit(lambda workers: segments // workers, f"{segments} segments may be made at a time")]
    if _reserves(settings):
        step = min(STEPS, key=lambda step: _part(settings, step))
        slots = int(SLOTS_PER_EXECUTION * _part(settings, step))
        why = f"{step} has {_part(settings, step)} executions, each for at most {SLOTS_PER_EXECUTION} productions"
        return [*limits, Limit(lambda _workers: slots, why)]
    joined = min(settings.compose_workers, _joined(settings))
    kept = max(API_LEAST, ceil(API_SHARE * settings.lambda_concurrency) + joined)
    free = settings.lambda_concurrency - kept
    why = f"{kept} stay with the API and joined uploads, and a production has one execution more than its workers"
    return [*limits, Limit(lambda workers: free // (workers + 1), why)]


def _hold(settings: Settings, name: str, slots: int, limits: Sequence[Limit]) -> None:
    """Raises PoolTooSmall with each single change that is enough, or the two that are enough together."""

    def most(workers: int) -> int:
        return min(limit.slots(workers) for limit in limits)

    workers = settings.segment_workers
    if slots <= most(workers):
        return
    fewer = next((fewer for fewer in range(workers - 1, 0, -1) if slots <= most(fewer)), 0)
    ways = [f"{name} to {most(workers)}"] * (most(workers) > 0) + [f"segment_workers to {fewer}"] * (fewer > 0)
    both = isqrt(most(1))
    raise PoolTooSmall(
        f"stage {settings.stage}: {name} {slots} × segment_workers {workers} is more than lambda_concurrency "
        f"{settings.lambda_concurrency} allows: {min(limits, key=lambda limit: limit.slots(workers)).why}. Lower "
        f"{' or '.join(ways) or f'{name} to {most(both)} and segment_workers to {both}'}, or raise lambda_concurrency "
        "once the account's quota is that high (Service Quotas, Lambda, concurrent executions)"
    )


def _reserves(settings: Settings) -> bool:
    left = settings.lambda_concurrency - sum(_part(settings, name) for name in SHARES)
    return not settings.is_local and left >= UNRESERVED


def _joined(settings: Settings) -> int:
    """Uploads that may be joined at a time: SQS calls no fewer than two."""
    return max(2, _part(settings, JOINED))


def _part(settings: Settings, function: str) -> int:
    return max(1, int(settings.lambda_concurrency * SHARES[function] / 100))
