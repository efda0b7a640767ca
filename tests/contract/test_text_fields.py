"""Every field of a request that a person writes is of a type of `platform.text_fields`; the rest are for machines."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reelstack.web import ROLES
from tests.authorization import rows
from tests.support.asking import Asking, described
from tests.support.world import World, world
from tests.videos.test_videos import problem

__all__ = ["world"]  # a fixture
MACHINES = {
    "content_type": "compared with the types that are taken",
    "cursor": "given out by the API; decoded and checked",
    "idempotency-key": "checked by the middleware",
    "index": "given out by the API",
    "key": "compared with the upload's id",
    "new_password": "never stored, and its characters are nobody else's business",
    "old_password": "as new_password",
    "session": "given out by the API; a feed begins anew with another",
    "session_id": "given out by the API",
    "url": "compared with the site's own",
    "until": "a date, or refused",
    "uploadId": "compared with the upload's id",
}
"""Texts without a fixed form that no person writes for others to read."""
FIXED = {"enum", "const", "pattern", "x-text"}
NO_TEXTS = ("\\ud800", "a\\udfffb", "\\ufffe", "\\udbff\\udfff", "\\u0000", "\\u200b", "\\u202e")
"""As JSON escapes: halves of a pair, noncharacters, and what nobody sees."""
TOLD = (None, (422, "invalid-request"), (422, "handle-invalid"))


def texts(schema: dict[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every text of a schema, with the name of its field."""
    while "$ref" in schema:
        schema = described()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    for one in schema.get("anyOf", ()):
        yield from texts(one, name)
    for field, one in schema.get("properties", {}).items():
        yield from texts(one, field)
    if "items" in schema:
        yield from texts(schema["items"], name)
    if schema.get("type") == "string":
        yield name, schema


def asked() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Route, field and schema of every text that a request may hold."""
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            fields = [
                ("", body),
                *((one["name"], one["schema"]) for one in operation.get("parameters", ()) if "name" in one),
            ]
            for name, schema in fields:
                yield from ((f"{method.upper()} {path}", *found) for found in texts(schema, name))


@pytest.mark.engines
def test_every_text_of_a_request_is_a_persons_or_has_a_fixed_form() -> None:
    assert not {(route, name) for route, name, schema in asked() if not FIXED & schema.keys() and name not in MACHINES}


def test_the_fields_that_people_write_are_known() -> None:
    written = {name for _, name, schema in asked() if "x-text" in schema}
    assert written == {
        *("title", "description", "tags", "text", "detail", "reason", "display_name", "bio", "handle", "q", "tag"),
    }


@pytest.mark.engines
def test_what_is_no_text_is_refused_and_nothing_breaks(call: Callable[..., Any], world: World) -> None:
    asking, by_route = Asking(call), {row.route: row for row in rows()}
    wrong = []
    for route, field in sorted({(route, name) for route, name, schema in asked() if "x-text" in schema}):
        whole, row = asking.body(route), by_route[route]
        for sign in NO_TEXTS if whole is not None else ():
            world.begin(route)
            body = json.dumps(whole | {field: ["SIGN"] if field == "tags" else "SIGN"}).replace("SIGN", sign)
            answer = asking(route, user=row.rightful, roles=(row.role or ROLES[0],), body=body)
            told = None if answer.status < 300 else problem(answer)
            wrong += [f"{route} {field} {sign}: {told}"] if told not in TOLD else []
    assert not wrong


def test_a_field_with_half_a_character_in_its_name_is_refused(call: Callable[..., Any]) -> None:
    assert problem(call("accounts", "PATCH", "/v1/me", body='{"\\ud800": 1}')) == (422, "invalid-request")
