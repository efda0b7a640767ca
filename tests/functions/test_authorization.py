"""The authorization matrix, asked of every service through its handler, as the gateway would call it."""

from collections.abc import Callable
from typing import Any

import pytest

from cli import openapi
from infra.catalogue import FUNCTIONS
from reelstack import blocks, comment_ids, sessions
from reelstack.tables.interactions import Comment
from reelstack.tables.moderation import Review
from reelstack.tables.ties import Block
from reelstack.tables.users import User
from reelstack.tables.videos import Upload, Video
from reelstack.web import ROLES
from tests.authorization import COLUMNS, NEVER, Row, rows
from tests.functions.test_videos import ASSET, make

Call = Callable[..., Any]
COMMENT = "1795420800000-3f2a9c01d4e7"
IDS = {
    "video_id": "vid",
    "upload_id": "upl",
    "comment_id": COMMENT,
    "user_id": "ann",
    "session_id": "s1",
    "role": "creator",
    "channel": "link",
    "device_id": "phone",
}
SERVICE = {route: line.name for line in FUNCTIONS for route in (*line.routes, *line.public_routes)}
IN_PROCESS = tuple(column for column in COLUMNS if column != "expired")
"""That a token has expired, only the gateway knows: tests/infra/test_http_api.py, tests/cloud/test_door.py."""


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return openapi.describe()


def test_every_route_of_the_catalogue_and_of_the_description_has_a_row(described: dict[str, Any]) -> None:
    told = [f"{method.upper()} {path}" for path, methods in described["paths"].items() for method in methods]
    assert sorted(row.route for row in rows()) == sorted(SERVICE) == sorted(told)


def test_every_column_says_a_status_or_why_not() -> None:
    odd = [(row.route, column, said) for row in rows() for column, said in row.expected.items()]
    assert not [one for one in odd if not (one[2].isdigit() or one[2] == NEVER)]


def test_what_a_row_says_of_roles_is_what_its_route_declares() -> None:
    rules = openapi.rules()
    for row in rows():
        role = rules[row.route].requires.role
        assert (row.expected["no token"] == "401") == (role is not None), row.route
        assert (row.expected["other role"] == "403") == (role not in (None, "viewer")), row.route


def test_everybody_is_told_what_the_matrix_says(call: Call, described: dict[str, Any]) -> None:
    rules = openapi.rules()
    wrong = []
    for row in rows():
        for column in IN_PROCESS:
            expected = row.expected[column]
            if expected.isdigit() and column in ASKED:
                found = ASKED[column](call, row, rules[row.route].requires.role, body_of(described, row))
                wrong += [f"{row.route}: {column}: {found} instead of {expected}"] if str(found) != expected else []
    assert not wrong


# --- each way of not being the right one -----------------------------------------------------------------------------


def world(**video: Any) -> None:
    """A published video of ann's with a comment of hers and a question about it, and an upload of hers."""
    sessions._kept.clear()
    for user_id in ("ann", "bob"):
        User(user_id, created_at=1).save()
    for block in Block.scan():
        block.delete()
    Comment(
        comment_ids.thread_of("vid", COMMENT),
        COMMENT,
        video_id="vid",
        author_id="ann",
        text="Mine",
        state="visible",
        created_at=1,
        mentions=[],
        score=0,
    ).save()
    make(labels={}, **video).update([Video.asset.set(ASSET)])
    Review("vid", owner_id="ann", queue="reviews", kind="policy", attempt=1, asked_at=1, urgency=1).save()
    Upload(
        "upl",
        owner_id="ann",
        video_id="vid",
        key="originals/normal/upl",
        s3_upload_id="s3",
        size_bytes=10,
        part_size_bytes=10,
        content_type="video/mp4",
        state="open",
        created_at=1,
    ).save()


def ask(call: Call, row: Row, body: Any, **who: Any) -> int:
    return int(call(SERVICE[row.route], row.method, row.path(**IDS), body=body, **who).status)


def without_token(call: Call, row: Row, role: str | None, body: Any) -> int:
    return ask(call, row, body, user=None)


def in_a_lower_role(call: Call, row: Row, role: str | None, body: Any) -> int:
    return ask(call, row, body, user="bob", roles=(ROLES[ROLES.index(role or "viewer") - 1],))


def as_somebody_else(call: Call, row: Row, role: str | None, body: Any) -> int:
    # A verdict wants a video that waits for one.
    world(**({"state": "review"} if row.route.endswith("/verdict") else {}))
    return ask(call, row, body, user="bob", roles=(role or "viewer",))


def when_it_is_private(call: Call, row: Row, role: str | None, body: Any) -> int:
    world(visibility="private", **({"state": "review"} if row.route.endswith("/verdict") else {}))
    User("ann", created_at=1, private=True).save()
    return ask(call, row, body, user="bob", roles=(role or "viewer",))


def when_blocked(call: Call, row: Row, role: str | None, body: Any) -> int:
    world(**({"state": "review"} if row.route.endswith("/verdict") else {}))
    blocks.block("ann", "bob")
    return ask(call, row, body, user="bob", roles=(role or "viewer",))


def when_suspended(call: Call, row: Row, role: str | None, body: Any) -> int:
    world()
    User("bob", created_at=1, suspended_at=2).save()
    return ask(call, row, body, user="bob", roles=(role or "viewer",))


ASKED: dict[str, Callable[[Call, Row, str | None, Any], int]] = {
    "no token": without_token,
    "other role": in_a_lower_role,
    "other owner": as_somebody_else,
    "private": when_it_is_private,
    "blocked": when_blocked,
    "suspended": when_suspended,
}


# --- bodies that are as they should be -------------------------------------------------------------------------------


BODIES: dict[str, Any] = {
    "PATCH /v1/videos/{video_id}": {"title": "New"},
    "PATCH /v1/videos/{video_id}/comments/{comment_id}": {"text": "New"},
    "PATCH /v1/me": {"bio": "New"},
    "PUT /v1/me/handle": {"handle": "bob"},
    "PUT /v1/me/devices/{device_id}": {"platform": "ios", "token": "0123456789abcdef"},
}
"""Where the smallest body that the schema takes says nothing."""


def body_of(described: dict[str, Any], row: Row) -> Any:
    """The smallest body the route's schema takes; None if it takes none."""
    operation = described["paths"][row.route.split(" ")[1]][row.method.lower()]
    if "requestBody" not in operation:
        return None
    if row.route in BODIES:
        return BODIES[row.route]
    return smallest(described, operation["requestBody"]["content"]["application/json"]["schema"])


def smallest(described: dict[str, Any], schema: dict[str, Any]) -> Any:
    while "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if choices := schema.get("enum") or schema.get("anyOf"):
        return choices[0] if "enum" in schema else smallest(described, choices[0])
    match schema.get("type"):
        case "object":
            return {name: smallest(described, schema["properties"][name]) for name in schema.get("required", ())}
        case "array":
            return [smallest(described, schema["items"])] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
    return "x" * max(1, schema.get("minLength", 1))
