"""What a size asks of each quota in its busiest hour. Means of the month come from infra.costs.model.size."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from infra.costs import answers, events, prices
from infra.costs.model import interaction, production
from infra.costs.model.size import Size
from reelstack.delivery.edge_shards import NAMES, RECORDS
from reelstack.production import cost_estimate

PEAK = 2.0
"""The busiest hour's rate over the month's mean: of viewers and of uploads."""
SESSION_MINUTES = 10
"""How long an app stays open: a socket opens as often."""
SIGN_INS_A_DAY, TOKEN_HOURS = 0.02, 1
"""Of a user: by password; and how long an access token lasts while the app is used."""
DENIED_DAYS = 0.25
"""How long a denial stays in the KeyValueStore: playback_seconds_public is 6 hours."""
FIRST_SHARD_FULL = 60_000
"""Up to so many denials at a time no shard gets more than it holds (docs/decisions/delivery.md): it is chance."""
INVALIDATION_SECONDS = 10
"""How long one is in progress: assumed."""
BUSIEST_TABLE = 0.5
"""Of all write units, those of the busiest table: counters or likes."""
BUSIEST_READ_TABLE = 0.4
VCPU_OF_SPARK_HOURS = 4
"""Within which a day's jobs are to end."""
GBPS = 1e9


@dataclass(frozen=True)
class Need:
    """`amount` in the quota's unit; `how` says what it is made of."""

    amount: float
    how: str


def _rate(number: float) -> float:
    """Of what a month holds: a second of the busiest hour."""
    return number / prices.SECONDS_A_MONTH * PEAK


def _gbps(size: Size) -> Need:
    bits = size.demand.viewers * PEAK * size.habits.kbps * 1000 * (1 + size.habits.ahead)
    return Need(bits / GBPS, "viewers × kbit/s: no server of ours is in the way of a byte")


def _cdn_requests(size: Size) -> Need:
    return Need(_rate(size.media_requests + size.api_calls), "ranges, playlists, posters, and the API")


def _denied(size: Size) -> Need:
    a_day = size.uploads * size.habits.withdrawn / 30
    shards = f"{len(NAMES):,} shards of {RECORDS}; the first of them is full from about {FIRST_SHARD_FULL:,} on"
    return Need(a_day * DENIED_DAYS, f"withdrawn clips whose addresses have not expired; {shards}")


def _invalidations(size: Size) -> Need:
    return Need(_rate(size.uploads * size.habits.taken_down) * INVALIDATION_SECONDS, "one for each takedown by staff")


def _api(size: Size) -> Need:
    return Need(_rate(size.api_calls), "feed, events, likes, comments, counts, uploads")


def _sockets(size: Size) -> Need:
    return Need(size.demand.viewers * PEAK / (SESSION_MINUTES * 60), f"an app that is open for {SESSION_MINUTES} min")


def _executions(size: Size) -> Need:
    api = _rate(size.api_calls) * interaction.CALL_SECONDS + _rate(size.feed_calls) * answers.SECONDS
    encoding = _rate(size.uploads * size.habits.ladder) * _clip_seconds(size)
    return Need(api + encoding, f"{encoding:,.0f} for clips, {api:,.0f} for the API")


def _clip_seconds(size: Size) -> float:
    """Of all functions that make one clip, added up."""
    original, workers = round(size.clip.original_gb * 1e9), size.settings.segment_workers
    return sum(number * each for _, number, each in cost_estimate.step_seconds(size.clip.plan, original, workers))


def _stage_seconds(size: Size) -> float:
    """How long one production runs."""
    original = round(size.clip.original_gb * 1e9)
    return sum(cost_estimate.stage_seconds(size.clip.plan, original, size.settings.segment_workers))


def _started(size: Size) -> Need:
    return Need(_rate(size.uploads), "one execution a clip; those of its segments are the map's own")


def _transitions(size: Size) -> Need:
    made = cost_estimate.estimate(size.clip.plan, original_bytes=round(size.clip.original_gb * 1e9))
    each = made.transitions / cost_estimate.MICRO / cost_estimate.US_EAST_1.state_transition
    return Need(_rate(size.uploads) * each, f"{each:.0f} a clip, three for each segment")


def _map_runs(size: Size) -> Need:
    return Need(_rate(size.uploads) * _stage_seconds(size), "one for each production under way")


def _targets(size: Size) -> Need:
    each = size.habits.events_a_clip + 1  # the arrival of an original has two targets
    return Need(
        _rate(size.uploads) * each, "the original's arrival twice, and three events of ours; none for work files"
    )


def _put_events(size: Size) -> Need:
    return Need(_rate(size.uploads) * (size.habits.events_a_clip - 1), "published, listed, withdrawn")


def _table_reads(size: Size) -> Need:
    units = size.other_calls * interaction.READ_UNITS + size.feed_calls * answers.READ_UNITS
    return Need(_rate(units) * BUSIEST_READ_TABLE, "the busiest table: videos or counters")


def _table_writes(size: Size) -> Need:
    units = size.views * size.habits.writes_a_view * interaction.WRITE_UNITS
    return Need(_rate(units) * BUSIEST_TABLE, "the busiest table: counters, written in batches")


def _put_objects(size: Size) -> Need:
    each = production.part_count(size) + production.objects(size)
    return Need(_rate(size.uploads) * each, "parts, work files and renditions; S3 divides a prefix by its keys")


def _read_objects(size: Size) -> Need:
    return Need(_rate(size.media_requests) * size.habits.origin_share, "what no cache of the CDN answers")


def _stream(size: Size) -> Need:
    return Need(_rate(size.events) * events.RECORD_KB / 1000, "a kilobyte for each event")


def _flink(size: Size) -> Need:
    return Need(
        events.kpu(size.settings, round(size.events)), f"{events.EVENTS_A_SECOND_PER_KPU} events/s for each KPU"
    )


def _spark(size: Size) -> Need:
    seconds = size.events / 30 * events.EVENT_VCPU_SECONDS
    return Need(ceil(seconds / (VCPU_OF_SPARK_HOURS * 3600)), f"a day's events within {VCPU_OF_SPARK_HOURS} hours")


def _cache_commands(size: Size) -> Need:
    return Need(_rate(size.feed_calls) * answers.CACHE_COMMANDS + 3 * _rate(size.api_calls), "of feed and rate limiter")


def _token_renewals(size: Size) -> Need:
    return Need(size.demand.viewers * PEAK / (TOKEN_HOURS * 3600), "an hour each while the app is used")


def _sign_ins(size: Size) -> Need:
    a_day = size.demand.daily_users * SIGN_INS_A_DAY
    return Need(a_day / 86_400 * PEAK, "one user in fifty a day; the others renew their tokens")


def _pushes(size: Size) -> Need:
    return Need(size.demand.daily_users * size.habits.pushes_a_day / 86_400 * PEAK, "to phones")


NEEDS: dict[str, Callable[[Size], Need]] = {
    "CDN bits": _gbps,
    "CDN requests": _cdn_requests,
    "denied videos at the edge": _denied,
    "wildcard invalidations": _invalidations,
    "API requests": _api,
    "sockets that open": _sockets,
    "functions at once": _executions,
    "executions started": _started,
    "state transitions": _transitions,
    "open map runs": _map_runs,
    "open executions": _map_runs,
    "events to targets": _targets,
    "events put": _put_events,
    "reads of a table": _table_reads,
    "writes of a table": _table_writes,
    "objects put below a prefix": _put_objects,
    "objects read below a prefix": _read_objects,
    "event stream": _stream,
    "job of interests": _flink,
    "daily jobs": _spark,
    "cache commands": _cache_commands,
    "cache memory": lambda size: Need(interaction.cache_gb(size), "users of the day and hot clips"),
    "search nodes": lambda size: Need(
        interaction.search_nodes(size) or size.settings.search_nodes, f"{interaction.NODE}, by documents and searches"
    ),
    "sign-ins": _sign_ins,
    "renewed tokens": _token_renewals,
    "accounts": lambda size: Need(size.demand.daily_users * size.habits.monthly_users, "who signed in this month"),
    "pushes": _pushes,
}
"""By the quotas' names."""
