"""The local cloud that `bench chaos` breaks: clips and people of its own, and a proxy before each thing the feed needs.

Only the feed's functions go through the proxies: their environment names them while the benchmark runs, and what it was
before afterwards. Everything else of the cloud sees healthy servers. Deployment A answers all; B, which is asked where
A fails, has the same trouble.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import valkey

from bench import _chaos_clips
from bench._faulty_proxy import Proxy, proxy
from bench._report import say
from local import feed_weights, outputs
from local.cloud import client
from local.outputs import Outputs
from local.places import Places
from local.ports import HOST
from local.services import Services
from reelstack.degradation import facts, health
from reelstack.feed import items, live_signals, rank_model

DEADLINE_MS = 1000
"""Of the feed's requests to Valkey, search and tables here: on AWS 20, 150 and 100 ms, which on a shared machine are
lost to others' work. It is half of what a slow one adds."""
DEPLOYMENT, ALONE = "a", feed_weights.Weights(a=100, b=0)
PREFIX = "REELSTACK_"
BEAT_SECONDS = 1.0
FLOOD_TIMES = 3
TIMEOUT_SECONDS = 60
"""Of the function: eight cold starts at once on a busy machine take longer than it has on AWS for an answer."""


@dataclass
class World:
    services: Services
    named: Outputs
    cache: Proxy
    search: Proxy
    tables: Proxy
    tokens: list[Callable[[], str]]
    beats: threading.Event
    """Set: the heartbeat of the job `interests` is written."""
    flood: threading.Event
    """Set: others take tokens out of the deployment's bucket, three times as many as it has."""

    @property
    def data(self) -> str:
        return self.named.buckets["data"]

    def put(self, key: str, body: bytes) -> None:
        with closing(client(self.services, "s3")) as store:
            store.put_object(Bucket=self.data, Key=key, Body=body)

    def remove(self, key: str) -> None:
        with closing(client(self.services, "s3")) as store:
            store.delete_object(Bucket=self.data, Key=key)

    def corrupt(self) -> None:
        for pointer in (items.POINTER, rank_model.POINTER):
            self.put(pointer, b'{"format": 0}')

    def mend(self) -> None:
        for pointer in (items.POINTER, rank_model.POINTER):
            self.remove(pointer)


@contextmanager
def world(places: Places, people: int) -> Iterator[World]:
    """Of a cloud that runs in `places`, with that many people who have accounts."""
    services, named = Services.of(places), outputs.read(places)
    with ExitStack() as stack:
        cache, search, tables = (
            stack.enter_context(proxy(port))
            for port in (services.ports.cache, services.ports.search, services.ports.aws)
        )
        stack.callback(_chaos_clips.empty, services, named, people)
        _chaos_clips.fill(services, named)
        made = World(services, named, cache, search, tables, [], threading.Event(), threading.Event())
        stack.enter_context(_one_answers(services, named))
        stack.enter_context(_through_proxies(made))
        http = stack.enter_context(httpx.Client(timeout=60))
        made.tokens += [_chaos_clips.person(services, named, number, http) for number in range(people)]
        stack.enter_context(_beside(lambda: _beat(made), BEAT_SECONDS))
        stack.enter_context(_beside(lambda: _flood(made), 1 / FLOOD_TIMES))
        made.beats.set()
        yield made


@contextmanager
def _one_answers(services: Services, named: Outputs) -> Iterator[None]:
    arn = named.edge_settings_store
    with closing(client(services, "cloudfront-keyvaluestore")) as store:
        before = feed_weights.read(store, arn) or feed_weights.EVEN
        feed_weights.change(store, arn, lambda _: ALONE)
        try:
            yield
        finally:
            feed_weights.change(store, arn, lambda _: before)


@contextmanager
def _through_proxies(made: World) -> Iterator[None]:
    with closing(client(made.services, "lambda")) as lambdas:
        yield from _configured(made, lambdas)


def _configured(made: World, lambdas: Any) -> Iterator[None]:
    names = [made.named.functions[f"feed_{one}"] for one in "ab"]
    before = {name: lambdas.get_function_configuration(FunctionName=name) for name in names}
    through = {
        f"{PREFIX}CACHE_URL": f"valkey://{HOST}:{made.cache.port}",
        f"{PREFIX}SEARCH_URL": f"http://{HOST}:{made.search.port}",
        f"{PREFIX}FEED_CACHE_MS": str(DEADLINE_MS),
        f"{PREFIX}FEED_TABLES_MS": str(DEADLINE_MS),
        f"{PREFIX}FEED_SEARCH_MS": str(DEADLINE_MS),
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://{HOST}:{made.tables.port}",
    }
    say(f"the feed's functions go through proxies on {made.cache.port}, {made.search.port}, {made.tables.port}")
    for name, own in before.items():
        variables = {"Variables": own["Environment"]["Variables"] | through}
        lambdas.update_function_configuration(FunctionName=name, Environment=variables, Timeout=TIMEOUT_SECONDS)
    try:
        yield
    finally:
        for name, own in before.items():
            unchanged = {setting: own[setting] for setting in ("Environment", "Timeout")}
            lambdas.update_function_configuration(FunctionName=name, **unchanged)


@contextmanager
def _beside(act: Callable[[], None], every: float) -> Iterator[None]:
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(every):
            with suppress(valkey.exceptions.ValkeyError):
                act()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)


def _server(made: World) -> Any:
    """Valkey itself, as those see it who have no trouble."""
    return valkey.Valkey(HOST, made.services.ports.cache, socket_timeout=2)


def _beat(made: World) -> None:
    if made.beats.is_set():
        with _server(made) as server:
            now = int(time.time() * 1000)
            server.hset(live_signals.HEARTBEAT_KEY, mapping={"chaos": live_signals.pack_beat(now, 0)})


def _flood(made: World) -> None:
    """As many processes would that have as many answers to give: the bucket's own script."""
    if made.flood.is_set():
        with _server(made) as server:
            now = int(time.time() * 1000)
            tag = f"rs:health:{{feed:{DEPLOYMENT}}}"
            second, flights = f"{tag}:{now // 1000}", f"{tag}:in_flight"
            asked = (now, now, f"flood{now}", health.RATE, health.RATE, health.KEPT_SECONDS)
            server.eval(health.BEGIN, 2, second, flights, *asked)
            server.hincrby(second, facts.BEGUN, health.RATE)
