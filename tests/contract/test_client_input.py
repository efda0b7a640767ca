"""Ids and cursors come from clients: whatever cannot be a key of a table is refused before a table is asked.

DynamoDB takes no key that is empty or longer than 2,048 bytes (a sort key: 1,024), and no number of more than 38
digits. moto does not mind.
"""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli import openapi
from reelstack.platform import cursors
from reelstack.platform.config import Config
from reelstack.platform.errors import CursorInvalid
from tests.videos.test_videos import problem

Call = Callable[..., Any]
ROUTES = [
    ("videos", "GET", "/v1/videos/{}"),
    ("videos", "POST", "/v1/videos/{}/retry"),
    ("interactions", "PUT", "/v1/videos/{}/like"),
    ("interactions", "DELETE", "/v1/videos/{}/bookmark"),
    ("interactions", "DELETE", "/v1/videos/{}/comments/1795420800000-3f2a9c01d4e7/like"),
    ("interactions", "DELETE", "/v1/videos/vid/comments/{}/like"),
    ("moderation", "GET", "/v1/reviews/{}"),
    ("operations", "POST", "/v1/videos/{}/produce"),
    ("uploads", "GET", "/v1/uploads/{}"),
    ("social", "GET", "/v1/users/{}/follow"),
    ("accounts", "DELETE", "/v1/me/sessions/{}"),
]


def unbounded(schema: dict[str, Any], known: dict[str, Any]) -> bool:
    """Whether a text of any length would do."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        return any(unbounded(one, known) for one in schema["anyOf"])
    bounds = {"maxLength", "enum", "const"}
    # A date has ten signs (RFC 3339).
    return schema.get("type") == "string" and schema.get("format") != "date" and not schema.keys() & bounds


def test_every_text_in_an_address_has_a_bound() -> None:
    described = openapi.describe()
    known = described["components"]["schemas"]

    def found() -> Iterator[str]:
        for path, methods in described["paths"].items():
            for method, operation in methods.items():
                for one in operation.get("parameters", ()):
                    if unbounded(one["schema"], known):
                        yield f"{method} {path}: {one['name']}"

    assert not list(found())


@pytest.mark.parametrize(("service", "method", "path"), ROUTES)
def test_an_id_no_table_can_hold_is_a_refused_request(call: Call, service: str, method: str, path: str) -> None:
    answer = call(service, method, path.format("x" * 2000), user="ada", roles=("admin",))
    assert problem(answer) == (422, "invalid-request")


def cursor(position: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("kinds", "position"),
    [
        ((str,), [""]),
        ((str,), ["\ud800"]),
        ((str,), ["a\x00"]),
        ((str,), [7]),
        ((str,), []),
        ((str,), {"a": 1}),
        ((int, str), [10**38, "a"]),
        ((int, str), [-1, "a"]),
        ((int, str), [True, "a"]),
        ((int, str), [1.5, "a"]),
        ((int, str), [1, ""]),
        ((int, str), [1]),
    ],
)
def test_a_cursor_no_table_can_be_asked_for_is_invalid(kinds: tuple[type, ...], position: Any) -> None:
    with pytest.raises(CursorInvalid):
        cursors.decode(cursor(position), *kinds)


@pytest.mark.parametrize("position", [(0, "a"), (10**38 - 1, "1795420800000-3f2a9c01d4e7"), (1, "é|@:")])
def test_a_cursor_that_was_given_out_is_taken_back(position: tuple[int, str]) -> None:
    assert cursors.decode(cursors.encode(*position), int, str) == position


@pytest.mark.parametrize(
    ("service", "path", "position"),
    [
        ("interactions", "/v1/me/likes", [""]),
        ("interactions", "/v1/me/bookmarks", [10**40, "vid"]),
        ("social", "/v1/me/blocks", [1, ""]),
        ("feed", "/v1/feed/latest", [10**38, "vid"]),
        ("notifications", "/v1/me/notifications", [10**38, "a"]),
        ("videos", "/v1/videos", [1, "\ud800"]),
    ],
)
def test_an_invalid_cursor_is_a_refused_request(
    call: Call, aws: Config, service: str, path: str, position: list[Any]
) -> None:
    assert problem(call(service, "GET", f"{path}?cursor={cursor(position)}")) == (422, "cursor-invalid")
