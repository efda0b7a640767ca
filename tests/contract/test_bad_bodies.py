"""Bodies that no route takes, sent to every route by who may use it, with what it needs to do its deed. The routes are
those of the matrix, which has a row for each: a new one is asked by itself."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from reelstack.web import ROLES
from reelstack.web.route_policy import BODY
from tests.authorization import Row, rows
from tests.support.asking import Asking
from tests.support.world import World, world
from tests.videos.test_videos import problem

__all__ = ["world"]  # a fixture
MALFORMED, INVALID, TOO_LARGE = (400, "malformed-json"), (422, "invalid-request"), (413, "request-too-large")
BAD = {
    "{": MALFORMED,
    '{"a": 1}}': MALFORMED,
    "[" * 20_000: MALFORMED,
    "": INVALID,
    "null": INVALID,
    "[]": INVALID,
    '"text"': INVALID,
}


@pytest.fixture
def asking(call: Callable[..., Any]) -> Asking:
    return Asking(call)


def ask(asking: Asking, row: Row, **kwargs: Any) -> Any:
    return asking(row.route, user=row.rightful, roles=(row.role or ROLES[0],), **kwargs)


def with_bodies(asking: Asking) -> list[Row]:
    return [row for row in rows() if asking.body(row.route) is not None]


@pytest.mark.engines
def test_a_body_that_is_not_what_the_route_describes_is_told_so_and_changes_nothing(
    asking: Asking, world: World
) -> None:
    wrong = []
    for row in with_bodies(asking):
        world.begin(row.route)
        world.mark()
        for body, expected in BAD.items():
            found = problem(ask(asking, row, body=body))
            wrong += [f"{row.route}: {body[:9]!r}: {found}"] if found != expected or world.changed() else []
    assert not wrong


def test_json_is_read_only_if_it_says_that_it_is_json(asking: Asking, world: World) -> None:
    for row in with_bodies(asking):
        world.begin(row.route)
        world.mark()
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            assert problem(ask(asking, row, headers={"content-type": kind})) == INVALID, (row.route, kind)
        assert not world.changed(), row.route


def test_no_route_reads_a_byte_more_than_its_limit(asking: Asking, world: World) -> None:
    """Those neither that want no body."""
    world.mark()
    for row in rows():
        limit = asking.operation(row.route)[BODY]
        refused = ask(asking, row, body=longest(asking, row) + " ")
        assert (problem(refused), refused.json["max_bytes"]) == (TOO_LARGE, limit), row.route
    assert not world.changed()


def test_every_route_reads_a_body_as_long_as_its_limit(asking: Asking, world: World) -> None:
    for row in with_bodies(asking):
        world.begin(row.route)
        assert ask(asking, row, body=longest(asking, row)).status < 300, row.route


def longest(asking: Asking, row: Row) -> str:
    """What the route takes, and blanks up to its limit."""
    body = asking.body(row.route)
    return ("" if body is None else json.dumps(body)).ljust(asking.operation(row.route)[BODY])
