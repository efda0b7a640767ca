"""One line of the catalogue: a Lambda function, what starts it, how big it is, and what it may touch.

A line is all there is to say: its environment, its layers, its IAM statements, its alarms and its sample events follow
from it. `reads` and `writes` name tables by model and buckets by `uploads:<prefix>` or `media:<prefix>`. `config` lists
the fields of platform.config.Config that the function receives besides the names of its tables and buckets.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from pynamodb.models import Model

LayerName = Literal["common", "deps", "crt", "media", "ml", "rank"]
Trigger = Literal["http", "step", "stream", "queue", "event", "schedule", "socket", "user_pool"]
Target = type[Model] | str

MEDIA: tuple[LayerName, ...] = ("deps", "media")
ML: tuple[LayerName, ...] = ("deps", "ml")
RANK: tuple[LayerName, ...] = ("deps", "rank")
"""ONNX Runtime and NumPy, without the moderation models."""
CRT: tuple[LayerName, ...] = ("deps", "crt")
"""For what only AWS's native library does: SigV4A, which a KeyValueStore wants, and CRC-64/NVME. botocore imports it
wherever it lies, which would cost every other cold start a tenth."""
PRODUCTION_QUEUES = tuple(
    f"production_{priority}_{kind}_url" for priority in ("high", "normal", "low") for kind in ("queue", "dead")
)
PLAYBACK = ("playback_secret", "playback_seconds_public", "playback_seconds_private")
"""Of who signs addresses of videos; with "read_playback_secret" in `calls`."""
PRODUCTION_SLOTS = ("production_slots", "production_low_slots", "low_microdollars_per_day")


@dataclass(frozen=True)
class Fn:
    """One Lambda. `timeout` seconds, `memory` MB, `disk` MB of /tmp."""

    name: str
    trigger: Trigger
    layers: tuple[LayerName, ...] = ("deps",)
    memory: int = 512
    timeout: int = 10
    disk: int = 512
    vpc: bool = False
    """True: needs something inside the VPC (the cache). Only profile `full` has one."""
    machine: Literal["production", "privacy", "profiles", "tiering"] = "production"
    """Of a step: which state machines it belongs to: production's, those of exports and erasures, the daily one, or the
    one that moves objects between storage classes."""
    every_minutes: int = 0
    """How often a schedule starts it; 0: none does."""
    of_jobs: bool = False
    """Whether its schedule is for a job, or for a load, that only profile `full` has."""
    daily_at: str = ""
    """When a schedule starts it each day, "HH:MM" by UTC; empty: none does."""
    events: tuple[str, ...] = ()
    """Detail types of the event bus that start it."""
    event_seconds: int = 0
    """How long an event may wait for it; 0: as long as Lambda keeps any."""
    routes: tuple[str, ...] = ()
    public_routes: tuple[str, ...] = ()
    """Routes that answer without a token."""
    anonymous_routes: tuple[str, ...] = ()
    """Those of `routes` that can be read without a token, too."""
    pages: tuple[str, ...] = ()
    """Pages for browsers, which are no part of the API: behind the distribution, nobody shows a token there."""
    deployments: tuple[str, ...] = ()
    """Names under which it stands once more, each in a stack and behind an API of its own: infra/stacks/feed.py."""
    copied_by: tuple[str, ...] = ()
    """Those of `routes` that its deployments have, too."""
    copy_of: str = ""
    """Of a deployment: the name of the function that it is one of. `copies` sets it."""
    streams: tuple[type[Model], ...] = ()
    """Tables whose changes it follows."""
    event_stream: bool = False
    """Whether it reads the stream of behavior events. Without one (profile `core`) nothing starts it."""
    counts: bool = False
    """A consumer that adds up: batches are large, wait a second to become so, and name their shard."""
    at_once: int = 1
    """Batches of one shard that are taken at the same time; what happened to one item stays in order."""
    partial: bool = False
    """A consumer that says which records or messages of a batch it could not take; the others do not come again."""
    queue: str = ""
    """The work queue whose messages invoke it: "compose", "plays", "table-events"; or "denials", a batch at a time."""
    messages: int = 1
    """How many messages of its queue it takes at once, if that hands on what comes in any order."""
    reads: tuple[Target, ...] = ()
    writes: tuple[Target, ...] = ()
    deletes: tuple[Target, ...] = ()
    appends: tuple[Target, ...] = ()
    """Tables it may add items to, whose items it may neither change nor delete."""
    checks: tuple[type[Model], ...] = ()
    """Tables whose items its transactions may depend on."""
    batches: tuple[type[Model], ...] = ()
    """Tables whose items it puts and deletes many at a time."""
    lists: tuple[str, ...] = ()
    """Bucket prefixes whose keys it may list."""
    config: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    """Other things it may do, by the names of infra/functions/grants.py."""
    room: str = ""
    """The capability it belongs to. The joiner sets it from the page on which the line stands."""

    @property
    def module(self) -> str:
        """The module with its handler. Its folder is its whole package."""
        return f"{self.folder.replace('/', '.')}.handler"

    @property
    def folder(self) -> str:
        """Where its package lies in the checkout."""
        return f"functions/{self.place}"

    @property
    def place(self) -> str:
        """`<room>/<function>`, below functions/ and events/; a room's HTTP service is its `api`."""
        name = self.copy_of or self.name
        return f"{self.room}/{'api' if name == self.room else name}"


def copies(lines: Iterable[Fn]) -> list[Fn]:
    """A line for each deployment: feed -> feed_a, feed_b. Same code and grants, and of the routes those it says."""
    return [
        replace(
            line,
            name=f"{line.name}_{deployment}",
            copy_of=line.name,
            deployments=(deployment,),
            routes=line.copied_by,
            anonymous_routes=tuple(route for route in line.anonymous_routes if route in line.copied_by),
        )
        for line in lines
        for deployment in line.deployments
        if not line.copy_of
    ]
