"""The clips and people that `bench chaos` fills a local cloud with, and takes away afterwards.

Clips are copies of one that is published already, of many owners: rows of the table, entries of the newcomers and of
the hot lists, no files. Their publication is told to nobody, since hundreds at once would each start three functions.
"""

import copy
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import httpx
import valkey

from local import functions
from local.cloud import client
from local.errors import NotReady
from local.outputs import Outputs
from local.ports import HOST
from local.services import Services
from reelstack.events import VideoPublished, VideoWithdrawn
from reelstack.feed import newcomers
from reelstack.feed.features import ClipState
from reelstack.platform import cache
from reelstack.videos import videos
from reelstack_client import Client, PasswordSignIn

CLIPS, OWNERS, TAGS = 300, 60, ("tea", "sea", "bikes", "cats", "rain", "jazz")
PREFIX = "chaos"
BATCH = 25
SETTLED_SECONDS, MOST_SECONDS = 2, 180
"""Of the bus after the table's stream was read, and until it was read."""


def fill(services: Services, named: Outputs) -> None:
    with closing(client(services, "dynamodb")) as tables:
        _fill(services, named, tables)


def _fill(services: Services, named: Outputs, tables: Any) -> None:
    table = named.tables["videos"]
    found = [one for one in _scan(tables, table) if "shard" in one]
    known = [one for one in found if one["video_id"]["S"].startswith(PREFIX)]
    sample = next((one for one in found if one not in known), None)
    if sample is None:
        raise NotReady("the cloud has no published clip that could be copied: reelstack up makes one")
    clips = [clip(sample, f"{PREFIX}{number}", number) for number in range(CLIPS)]
    _write(tables, named.tables["users"], [_owner(number) for number in range(OWNERS)])
    with _nobody_told(services, named, [one["video_id"]["S"] for one in clips]):
        _write(tables, table, clips)
    with valkey.Valkey(HOST, services.ports.cache) as server:
        _together(server, [newcomers.noted(_state(one)) for one in clips])
    warm(services, named)


def empty(services: Services, named: Outputs, people: int) -> None:
    """The cloud has what it had before, but for what its streams still take out of the search index."""
    with closing(client(services, "dynamodb")) as tables, closing(client(services, "cognito-idp")) as cognito:
        _empty(services, named, people, tables, cognito)


def _empty(services: Services, named: Outputs, people: int, tables: Any, cognito: Any) -> None:
    made = [one["video_id"]["S"] for one in _scan(tables, named.tables["videos"])]
    clips = [one for one in made if one.startswith(PREFIX)]
    with _nobody_told(services, named, clips):
        _delete(tables, named.tables["videos"], "video_id", clips)
    _delete(tables, named.tables["users"], "user_id", [f"owner{number}" for number in range(OWNERS)])
    for number in range(people):
        with suppress(cognito.exceptions.UserNotFoundException):
            cognito.admin_delete_user(UserPoolId=named.user_pool_id, Username=f"{PREFIX}{number}")
    with valkey.Valkey(HOST, services.ports.cache) as server:
        server.delete(newcomers.KEY, f"{newcomers.KEY}:of")
    warm(services, named)


def warm(services: Services, named: Outputs) -> None:
    """Hot lists and ready-made pages are made anew."""
    with closing(client(services, "lambda")) as lambdas:
        functions.call(lambdas, named.functions["update_hot_lists"], {})


def person(services: Services, named: Outputs, number: int, http: httpx.Client) -> Callable[[], str]:
    """An account that likes something, so that its pages search."""
    with closing(client(services, "cognito-idp")) as cognito:
        return _person(named, number, cognito, http)


def _person(named: Outputs, number: int, cognito: Any, http: httpx.Client) -> Callable[[], str]:
    name, password = f"{PREFIX}{number}", f"Aa1!{secrets.token_hex(8)}"
    with suppress(cognito.exceptions.UsernameExistsException):
        attributes = [
            {"Name": "email", "Value": f"{name}@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ]
        cognito.admin_create_user(
            UserPoolId=named.user_pool_id, Username=name, MessageAction="SUPPRESS", UserAttributes=attributes
        )
    cognito.admin_set_user_password(UserPoolId=named.user_pool_id, Username=name, Password=password, Permanent=True)
    token = PasswordSignIn(named.endpoint, named.client_id, name, password, http=http)
    Client(named.edge_url, token, http=http).feed.set_interests([TAGS[number % len(TAGS)]])
    return token


def clip(sample: dict[str, Any], video_id: str, number: int) -> dict[str, Any]:
    """The row of a clip like `sample`, published `number` seconds ago."""
    made, at = copy.deepcopy(sample), int(time.time() * 1000) - number * 1000
    made |= {
        "video_id": {"S": video_id},
        "owner_id": {"S": f"owner{number % OWNERS}"},
        "title": {"S": f"Clip {number}"},
        "upload_id": {"S": f"up-{video_id}"},
        "tags": {"L": [{"S": TAGS[number % len(TAGS)]}]},
        "created_at": {"N": str(at)},
        "published_at": {"N": str(at)},
        "shard": {"N": str(number % 8)},
    }
    return made


def _state(row: dict[str, Any]) -> ClipState:
    tags = tuple(one["S"] for one in row["tags"]["L"])
    return ClipState(row["video_id"]["S"], row["owner_id"]["S"], tags, "", "", 10_000, int(row["published_at"]["N"]))


def _owner(number: int) -> dict[str, Any]:
    return {
        "user_id": {"S": f"owner{number}"},
        "handle": {"S": f"owner{number}"},
        "display_name": {"S": f"Owner {number}"},
        "created_at": {"N": "1"},
    }


@contextmanager
def _nobody_told(services: Services, named: Outputs, clips: list[str]) -> Iterator[None]:
    """Within, no rule hears of what becomes of clips. Each publication and each withdrawal starts functions: hundreds
    at once would be hundreds of processes. It ends when the stream's consumer has seen all of them, which it shows by
    what it takes out of the cache."""
    with closing(client(services, "events")) as bus:
        yield from _silent(services, named, clips, bus)


def _silent(services: Services, named: Outputs, clips: list[str], bus: Any) -> Iterator[None]:
    rules = bus.list_rules(EventBusName=named.bus)["Rules"]
    kinds = (VideoPublished.name, VideoWithdrawn.name)
    hearing = [one["Name"] for one in rules if any(kind in one.get("EventPattern", "") for kind in kinds)]
    for name in hearing:
        bus.disable_rule(Name=name, EventBusName=named.bus)
    marks = [f"{cache.PREFIX}{key}" for one in clips for key in videos.cache_keys(one)[:1]]
    try:
        with valkey.Valkey(HOST, services.ports.cache) as server:
            _together(server, [("SET", mark, cache.CHANGING, "EX", 2 * MOST_SECONDS) for mark in marks])
            yield
            deadline = time.monotonic() + MOST_SECONDS
            while time.monotonic() < deadline and any(_together(server, [("GET", mark) for mark in marks])):
                time.sleep(1)
        time.sleep(SETTLED_SECONDS)
    finally:
        for name in hearing:
            bus.enable_rule(Name=name, EventBusName=named.bus)


def _together(server: Any, commands: list[tuple[Any, ...]]) -> list[Any]:
    """One by one for a cluster, which refuses a command for keys of several slots; in one request all the same."""
    with server.pipeline(transaction=False) as request:
        for command in commands:
            request.execute_command(*command)
        answers: list[Any] = request.execute()
    return answers


def _scan(tables: Any, table: str) -> list[dict[str, Any]]:
    pages = tables.get_paginator("scan").paginate(TableName=table)
    return [one for page in pages for one in page["Items"]]


def _write(tables: Any, table: str, some: list[dict[str, Any]]) -> None:
    for first in range(0, len(some), BATCH):
        puts = [{"PutRequest": {"Item": item}} for item in some[first : first + BATCH]]
        tables.batch_write_item(RequestItems={table: puts})


def _delete(tables: Any, table: str, key: str, ids: list[str]) -> None:
    for first in range(0, len(ids), BATCH):
        deletes = [{"DeleteRequest": {"Key": {key: {"S": one}}}} for one in ids[first : first + BATCH]]
        tables.batch_write_item(RequestItems={table: deletes})
