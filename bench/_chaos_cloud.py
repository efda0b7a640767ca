"""The local cloud that `bench chaos` breaks: clips and people of its own, and a proxy before each thing the feed needs.

Only the feed's function goes through the proxies: its environment names them while the benchmark runs, and what it was
before afterwards. Everything else of the cloud sees healthy servers.
"""

import copy
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import valkey

from bench._faulty_proxy import Proxy, proxy
from bench._report import say
from local import functions, outputs
from local.cloud import client
from local.outputs import Outputs
from local.places import Places
from local.ports import HOST
from local.services import Services
from reelstack.degradation import facts, health
from reelstack.events import VideoPublished
from reelstack.feed import items, live_signals, rank_model
from reelstack_client import Client, PasswordSignIn

CLIPS, OWNERS, TAGS = 300, 60, ("tea", "sea", "bikes", "cats", "rain", "jazz")
BATCH = 25
CACHE_MS = 250
"""Deadline of the feed's requests to Valkey here: on AWS it is 20 ms, on a machine that is shared those are lost to
others' work. It is half of what a slow Valkey adds."""
DEPLOYMENT = "a"
PREFIX, PUBLISHED = "REELSTACK_", VideoPublished.name
SETTLED_SECONDS = 10
BEAT_SECONDS = 1.0
FLOOD_TIMES = 3


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
        client(self.services, "s3").put_object(Bucket=self.data, Key=key, Body=body)

    def remove(self, key: str) -> None:
        client(self.services, "s3").delete_object(Bucket=self.data, Key=key)

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
        stack.callback(_empty, services, named, people)
        _fill(services, named)
        tokens = [_person(services, named, number) for number in range(people)]
        made = World(services, named, cache, search, tables, tokens, threading.Event(), threading.Event())
        stack.enter_context(_through_proxies(made))
        stack.enter_context(_beside(lambda: _beat(made), BEAT_SECONDS))
        stack.enter_context(_beside(lambda: _flood(made), 1 / FLOOD_TIMES))
        made.beats.set()
        yield made


def _fill(services: Services, named: Outputs) -> None:
    """Clips like the published one, of many owners, and hot lists of them."""
    tables, table = client(services, "dynamodb"), named.tables["videos"]
    found = [one for one in tables.scan(TableName=table)["Items"] if "shard" in one]
    known = [one for one in found if one["video_id"]["S"].startswith("chaos")]
    if len(known) < CLIPS:
        sample = next(one for one in found if one not in known)
        _write(tables, named.tables["users"], [_owner(number) for number in range(OWNERS)])
        with _nobody_told(services, named):
            _write(tables, table, [_clip(sample, number) for number in range(CLIPS)])
    functions.call(client(services, "lambda"), named.functions["update_hot_lists"], {})


def _empty(services: Services, named: Outputs, people: int) -> None:
    """The cloud has what it had before, but for what its streams still take out of the search index."""
    tables, cognito = client(services, "dynamodb"), client(services, "cognito-idp")
    keys = {"videos": [f"chaos{number}" for number in range(CLIPS)], "users": [f"owner{n}" for n in range(OWNERS)]}
    for name, ids in keys.items():
        key = {"videos": "video_id", "users": "user_id"}[name]
        for first in range(0, len(ids), BATCH):
            deletes = [{"DeleteRequest": {"Key": {key: {"S": one}}}} for one in ids[first : first + BATCH]]
            tables.batch_write_item(RequestItems={named.tables[name]: deletes})
    for number in range(people):
        with suppress(cognito.exceptions.UserNotFoundException):
            cognito.admin_delete_user(UserPoolId=named.user_pool_id, Username=f"chaos{number}")
    functions.call(client(services, "lambda"), named.functions["update_hot_lists"], {})


@contextmanager
def _nobody_told(services: Services, named: Outputs) -> Iterator[None]:
    """Within, a publication is told to nobody: hundreds at once would each start three functions."""
    bus = client(services, "events")
    rules = [one for one in bus.list_rules(EventBusName=named.bus)["Rules"] if PUBLISHED in one.get("EventPattern", "")]
    for one in rules:
        bus.disable_rule(Name=one["Name"], EventBusName=named.bus)
    try:
        yield
        time.sleep(SETTLED_SECONDS)  # the stream is read every second
    finally:
        for one in rules:
            bus.enable_rule(Name=one["Name"], EventBusName=named.bus)


def _write(tables: Any, table: str, some: list[dict[str, Any]]) -> None:
    for first in range(0, len(some), BATCH):
        puts = [{"PutRequest": {"Item": item}} for item in some[first : first + BATCH]]
        tables.batch_write_item(RequestItems={table: puts})


def _owner(number: int) -> dict[str, Any]:
    return {
        "user_id": {"S": f"owner{number}"},
        "handle": {"S": f"owner{number}"},
        "display_name": {"S": f"Owner {number}"},
        "created_at": {"N": "1"},
    }


def _clip(sample: dict[str, Any], number: int) -> dict[str, Any]:
    made, at = copy.deepcopy(sample), int(time.time() * 1000) - number * 1000
    made |= {
        "video_id": {"S": f"chaos{number}"},
        "owner_id": {"S": f"owner{number % OWNERS}"},
        "title": {"S": f"Clip {number}"},
        "upload_id": {"S": f"up-chaos{number}"},
        "tags": {"L": [{"S": TAGS[number % len(TAGS)]}]},
        "created_at": {"N": str(at)},
        "published_at": {"N": str(at)},
        "shard": {"N": str(number % 8)},
    }
    return made


def _person(services: Services, named: Outputs, number: int) -> Callable[[], str]:
    """An account that likes something, so that its pages search."""
    cognito, name, password = client(services, "cognito-idp"), f"chaos{number}", f"Aa1!{secrets.token_hex(8)}"
    with suppress(cognito.exceptions.UsernameExistsException):
        attributes = [
            {"Name": "email", "Value": f"{name}@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ]
        cognito.admin_create_user(
            UserPoolId=named.user_pool_id, Username=name, MessageAction="SUPPRESS", UserAttributes=attributes
        )
    cognito.admin_set_user_password(UserPoolId=named.user_pool_id, Username=name, Password=password, Permanent=True)
    token = PasswordSignIn(named.endpoint, named.client_id, name, password)
    with httpx.Client(timeout=30) as http:
        Client(named.edge_url, token, http=http).feed.set_interests([TAGS[number % len(TAGS)]])
    return token


@contextmanager
def _through_proxies(made: World) -> Iterator[None]:
    lambdas, name = client(made.services, "lambda"), made.named.functions["feed"]
    before = lambdas.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    through = {
        f"{PREFIX}CACHE_URL": f"valkey://{HOST}:{made.cache.port}",
        f"{PREFIX}SEARCH_URL": f"http://{HOST}:{made.search.port}",
        f"{PREFIX}FEED_CACHE_MS": str(CACHE_MS),
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://{HOST}:{made.tables.port}",
    }
    say(f"the feed's function goes through proxies on {made.cache.port}, {made.search.port}, {made.tables.port}")
    lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": before | through})
    try:
        yield
    finally:
        lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": before})


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
