"""How the account's pool of concurrent Lambda executions is divided: bulkheads between production and the API.

Every function of an account and region draws on one pool (`lambda_concurrency` of the settings). What runs long and is
started by many has a share of it reserved, which is at once a promise and a limit. HTTP services and short functions
have the rest together. A step that is refused for want of concurrency is tried again by its machine, a
stream's batch and an event by Lambda itself.

Slots × workers never exceed what is reserved for segments. Were it twice as much, every segment would get its turn only
as long as segments are short: with 240 s each, those that wait meet a full pool for longer than they are tried again
(bench/concurrency.py).

Facts of AWS: a reservation that leaves less than 100 unreserved is refused, so a small account (a new one has 10)
reserves nothing, and only slots and workers bound production there. A throttled message of SQS counts as received and
ends among the dead letters, so a queue never calls more than its function's reservation.
"""

from collections.abc import Mapping, Sequence

from infra.catalogue import Fn
from infra.settings import Settings

SHARES: dict[str, float] = {
    "transcode": 55,
    "encode_first_rung": 10,
    **dict.fromkeys(("compose_upload", "notify"), 2),
    **dict.fromkeys(("probe", "package", "inspect_frames"), 1.5),
    **dict.fromkeys(("sample_frames", "make_avatar", "count_interactions", "fan_out_video", "update_timelines"), 1),
    **dict.fromkeys(("start_production", "submit_rekognition", "read_rekognition"), 0.5),
    **dict.fromkeys(("withdraw_video", "restore_video", "index_search"), 0.5),
    **dict.fromkeys(("collect_export_part", "zip_export"), 0.5),
    **dict.fromkeys(("erase_videos", "erase_items"), 0.3),
    **dict.fromkeys(("plan_export", "write_denials"), 0.2),
}
"""Function -> percent of the account's concurrent executions. The API keeps at least 15: a test adds up."""
UNRESERVED = 100
"""Concurrent executions that AWS insists on leaving to functions without a reservation."""
CREATOR = 0.25
"""Of the segments that are at work at a time, those that one creator's productions may take."""
SEGMENTS, JOINED = "transcode", "compose_upload"


class PoolTooSmall(ValueError):
    """The settings let more run at a time than the account's concurrency holds."""


def reservations(settings: Settings, lines: Sequence[Fn]) -> dict[str, int]:
    """Function -> ReservedConcurrentExecutions. Empty on a laptop, and where the pool is too small to reserve any."""
    shares = {line.name: _part(settings, line.name) for line in lines if line.name in SHARES}
    unreserved = settings.lambda_concurrency - sum(shares.values())
    return {} if settings.is_local or unreserved < UNRESERVED else shares


def check(settings: Settings) -> None:
    """Holds slots and workers against the pool. Raises PoolTooSmall, which says what to change."""
    if settings.is_local:
        return
    most = _part(settings, SEGMENTS)
    _hold(settings, "production_slots", settings.production_slots, most)
    _hold(settings, "production_slots_per_creator", settings.production_slots_per_creator, max(2, int(CREATOR * most)))
    joined = _part(settings, JOINED)
    if settings.compose_workers > max(2, joined):  # SQS takes no fewer than two
        raise PoolTooSmall(
            f"stage {settings.stage}: compose_workers {settings.compose_workers} is more than {joined}, what "
            f"lambda_concurrency {settings.lambda_concurrency} leaves to {JOINED}: lower it, or raise "
            "lambda_concurrency to the account's quota"
        )


def unreserved(settings: Settings, reserved: Mapping[str, int]) -> int:
    """What HTTP services and short functions share."""
    return settings.lambda_concurrency - sum(reserved.values())


def _hold(settings: Settings, name: str, slots: int, most: int) -> None:
    wanted = slots * settings.segment_workers
    if wanted > most:
        raise PoolTooSmall(
            f"stage {settings.stage}: {name} {slots} × segment_workers {settings.segment_workers} = {wanted} segments "
            f"at a time, and lambda_concurrency {settings.lambda_concurrency} allows {most}: lower {name} to "
            f"{most // settings.segment_workers} or segment_workers to {most // slots}, or raise lambda_concurrency "
            "once the account's quota is that high (Service Quotas, Lambda, concurrent executions)"
        )


def _part(settings: Settings, function: str) -> int:
    return max(1, int(settings.lambda_concurrency * SHARES[function] / 100))
