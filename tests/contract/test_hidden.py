"""Nothing tells "blocked" from "not there": at every route that names something by an id, in its path or its body, who
is blocked gets the answer that an id gets which never existed: status, headers, problem, and nothing written.

What staff may do across blocks is in the matrix (tests/authorization.py).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reelstack.accounts import handles
from reelstack.interactions import comment_ids
from reelstack.social import blocks
from reelstack.tables.accounts import User
from reelstack.tables.interactions import Comment
from reelstack.tables.videos import Video
from tests.authorization import KEPT, Row, rows
from tests.support.asking import SERVICE, Asking
from tests.support.world import COMMENT, IDS, World, world

__all__ = ["world"]  # a fixture
NEVER = {
    "video_id": "dim",
    "upload_id": "lpu",
    "comment_id": "1795420800000-000000000000",
    "user_id": "nna",
}
"""An id of each kind that never was one, of the same form."""
REPLY = f"{COMMENT}.{COMMENT}"
ANSWERED = (COMMENT, REPLY)
"""A comment, and a reply, which nobody can answer."""
PEOPLE = ("viewer", "creator")
OWN = ("/v1/me/devices/{device_id}",)
"""Ids that the caller makes up: there is nobody else's."""


def named(row: Row) -> list[str]:
    return [name for name in re.findall(r"{(\w+)}", row.route) if name in NEVER]


def hidden_rows() -> Iterator[Row]:
    """Routes of people that name something, but those that are the same for everybody."""
    asked = (row for row in rows() if row.role in PEOPLE and row.route not in KEPT)
    return (row for row in asked if named(row) and not row.route.endswith(OWN))


class Stranger:
    """bob, between whom and ann a block stands; the ids of a request are those that he names."""

    def __init__(self, call: Callable[..., Any], world: World, blocker: str) -> None:
        self._call, self._world, self._asking, self._blocker = call, world, Asking(call), blocker

    def told(self, row: Row, ids: dict[str, str], body: Any = None) -> dict[str, Any]:
        """All of the answer that may tell something."""
        self._world.begin(row.route)
        handles.claim("ann", "anna")
        self.prepare(row)
        blocks.block(self._blocker, "bob" if self._blocker == "ann" else "ann")
        self._world.mark()
        method, path = row.route.split(" ")
        answer = self._call(
            SERVICE[row.route],
            method,
            path.format(**IDS | ids),
            user="bob",
            roles=(row.role,),
            body=self._asking.body(row.route) if body is None else body,
        )
        said = {
            name: value for name, value in (answer.json or {}).items() if name not in ("instance", "correlation_id")
        }
        headers = {
            name: value for name, value in answer.headers.items() if name not in ("x-correlation-id", "content-length")
        }
        refused = answer.status >= 300
        return {"status": answer.status, "headers": headers, "body": said, "wrote": refused and self._world.changed()}

    def otherwise(self, row: Row, ids: dict[str, str], nothing: dict[str, Any], body: Any = None) -> list[str]:
        """What is told other than of nothing."""
        there = self.told(row, ids, body)
        differs = {name: (there[name], nothing[name]) for name in there if there[name] != nothing[name]}
        return [f"{row.route} but {ids}: {differs}"] if differs else []

    def prepare(self, row: Row) -> None:
        """Further ways in which something stands there."""


class BelowAnothersVideo(Stranger):
    """ann's comment is below cyd's video, and cyd answered it."""

    def prepare(self, row: Row) -> None:
        Video("vid").update([Video.owner_id.set("cyd")])
        reply = {"video_id": "vid", "author_id": "cyd", "text": "so do I", "state": "visible", "created_at": 2}
        Comment(comment_ids.thread_of("vid", REPLY), REPLY, **reply).save()


def test_what_is_behind_a_block_is_told_as_what_never_was(call: Callable[..., Any], world: World) -> None:
    """Whichever of the two set it: the matrix has both."""
    bob, wrong = Stranger(call, world, "ann"), []
    for row in hidden_rows():
        nothing = bob.told(row, {name: NEVER[name] for name in named(row)})
        for real in some(named(row)):
            wrong += bob.otherwise(row, {name: NEVER[name] for name in named(row) if name not in real}, nothing)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "body", [{"text": "fuck"}, *({"text": "no", "answers": to} for to in (*ANSWERED, NEVER["comment_id"]))]
)
def test_nothing_that_is_written_below_a_hidden_video_tells_of_it(
    call: Callable[..., Any], world: World, body: dict[str, str]
) -> None:
    bob = Stranger(call, world, "ann")
    writing = next(row for row in rows() if row.route == "POST /v1/videos/{video_id}/comments")
    assert not bob.otherwise(writing, {}, bob.told(writing, {"video_id": NEVER["video_id"]}, body), body)


def some(names: list[str]) -> list[set[str]]:
    """Which of the ids are real: all, or only what they are within."""
    return [set(names[: count + 1]) for count in range(len(names))]


@pytest.mark.parametrize("blocker", ["ann", "bob"])
def test_a_comment_of_somebody_blocked_is_told_as_one_that_never_was(
    call: Callable[..., Any], world: World, blocker: str
) -> None:
    bob, wrong = BelowAnothersVideo(call, world, blocker), []
    for row in (row for row in hidden_rows() if "comment_id" in named(row)):
        wrong += bob.otherwise(row, {}, bob.told(row, {"comment_id": NEVER["comment_id"]}))
    writing = next(row for row in rows() if row.route == "POST /v1/videos/{video_id}/comments")
    never, real = (bob.told(writing, {}, {"text": "no", "answers": to}) for to in (NEVER["comment_id"], COMMENT))
    assert (wrong, real) == ([], never)


@pytest.mark.parametrize("blocker", ["ann", "bob"])
def test_a_handle_of_somebody_blocked_is_told_as_one_that_nobody_has(
    call: Callable[..., Any], world: World, blocker: str
) -> None:
    bob = Stranger(call, world, blocker)
    for row in (row for row in hidden_rows() if row.route == "GET /v1/users/{user_id}"):
        assert bob.told(row, {"user_id": "@anna"}) == bob.told(row, {"user_id": "@nobody"})


def test_an_upload_of_another_is_told_as_one_that_never_was(call: Callable[..., Any], world: World) -> None:
    """Without a block, too: nobody else has anything to do with it."""

    class Anybody(Stranger):
        def prepare(self, row: Row) -> None:
            """No block with bob."""

    bob, wrong = Anybody(call, world, "cyd"), []
    for row in (row for row in hidden_rows() if "upload_id" in named(row)):
        wrong += bob.otherwise(row, {}, bob.told(row, {"upload_id": NEVER["upload_id"]}))
    assert not wrong, "\n".join(wrong)


def test_a_suspended_owner_is_told_as_nobody(call: Callable[..., Any], world: World) -> None:
    class Suspended(Stranger):
        def prepare(self, row: Row) -> None:
            User("ann").update([User.suspended_at.set(2)])

    bob, wrong = Suspended(call, world, "cyd"), []
    for row in hidden_rows():
        wrong += bob.otherwise(row, {}, bob.told(row, {name: NEVER[name] for name in named(row)}))
    assert not wrong, "\n".join(wrong)
