"""How the account's pool of concurrent Lambda executions is divided: bulkheads between production and the API.

Every function of an account and region draws on one pool (`lambda_concurrency` of the settings). A line of the
catalogue whose `share` is not 0 has that part of it reserved, which is at once a promise and a limit. HTTP services and
short functions share what is left. A step that is refused for want of concurrency is tried again by its machine, a
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

UNRESERVED = 100
"""Concurrent executions that AWS insists on leaving to functions without a reservation."""
CREATOR = 0.25
"""Of the segments that are at work at a time, those that one creator's productions may take."""
SEGMENTS, JOINED = "transcode", "compose_upload"


class PoolTooSmall(ValueError):
    """The settings let more run at a time than the account's concurrency holds."""


def reservations(settings: Settings, lines: Sequence[Fn]) -> dict[str, int]:
    """Function -> ReservedConcurrentExecutions. Empty on a laptop, and where the pool is too small to reserve any."""
    shares = {line.name: _part(settings, line.share) for line in lines if line.share}
    unreserved = settings.lambda_concurrency - sum(shares.values())
    return {} if settings.is_local or unreserved < UNRESERVED else shares


def check(settings: Settings, lines: Sequence[Fn]) -> None:
    """Holds slots and workers against the pool. Raises PoolTooSmall, which says what to change."""
    by_name = {line.name: line for line in lines}
    if settings.is_local or SEGMENTS not in by_name:
        return
    most = _part(settings, by_name[SEGMENTS].share)
    _hold(settings, "production_slots", settings.production_slots, most)
    _hold(settings, "production_slots_per_creator", settings.production_slots_per_creator, max(2, int(CREATOR * most)))
    joined = _part(settings, by_name[JOINED].share)
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


def _part(settings: Settings, share: float) -> int:
    return max(1, int(settings.lambda_concurrency * share / 100))
