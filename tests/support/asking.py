"""Asking for any route of the catalogue with a body that it takes, whoever asks."""

from collections.abc import Callable
from typing import Any

from cli import openapi
from infra.catalogue import FUNCTIONS
from reelstack.web.route_policy import KEPT
from tests.support.world import IDS, PASSWORD

SERVICE = {route: line.name for line in FUNCTIONS for route in (*line.routes, *line.public_routes)}
QUERIES = {
    "GET /v1/search/videos": "?q=bunny",
    "GET /v1/search/users": "?q=ann",
    "GET /v1/oembed": "?url=https://clips.example.com/@ann/vid",
}
NEVER_KEPT = "no-store"
BODIES: dict[str, Any] = {
    "POST /v1/uploads": {"title": "New", "size_bytes": 10, "content_type": "video/mp4"},
    "POST /v1/uploads/{upload_id}/sign": {"method": "GET", "key": "upl", "uploadId": "upl"},
    "PATCH /v1/videos/{video_id}": {"title": "New"},
    "PUT /v1/me/interests": {"tags": ["tea"]},
    "PATCH /v1/me": {"bio": "New"},
    "POST /v1/me/password": {"old_password": PASSWORD, "new_password": f"{PASSWORD}!"},
    "PUT /v1/me/handle": {"handle": "bob"},
    "POST /v1/me/avatar": {"content_type": "image/png"},
    "POST /v1/events": {
        "sent_at": 1,
        "events": [{"id": "01930b9e-7c00-7abc-8def-000000000001", "type": "play", "at": 1, "video_id": "vid"}],
    },
    "PUT /v1/me/devices/{device_id}": {"platform": "ios", "token": "0123456789abcdef"},
}
"""Where the smallest body that the schema takes asks for nothing, or for something that there is not."""


described = openapi.describe


class Asking:
    """asking("GET /v1/videos", user="ann", roles=("viewer",)) -> the answer of the service's handler."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __call__(self, route: str, below: str = "", **kwargs: Any) -> Any:
        """With the route's own body, unless `body` says another. `below`: a path before that of the route. Whatever is
        answered, nobody may keep it, unless it is declared to be for everybody: tests/contract/test_never_kept.py."""
        method, path = route.split(" ")
        asked = {"body": self.body(route)} | kwargs
        answer = self._call(SERVICE[route], method, below + path.format(**IDS) + QUERIES.get(route, ""), **asked)
        kept = self.operation(route).get(KEPT, NEVER_KEPT) if answer.status == 200 else NEVER_KEPT
        assert answer.headers["cache-control"] == kept, (route, answer.status)
        return answer

    def operation(self, route: str) -> dict[str, Any]:
        """The route's part of the description."""
        method, path = route.split(" ")
        operation: dict[str, Any] = described()["paths"][path][method.lower()]
        return operation

    def body(self, route: str) -> Any:
        """What `BODIES` says, or the smallest that the route's schema takes; None if it takes none."""
        operation = self.operation(route)
        if "requestBody" not in operation:
            return None
        return BODIES.get(route) or self._smallest(operation["requestBody"]["content"]["application/json"]["schema"])

    def _smallest(self, schema: dict[str, Any]) -> Any:
        while "$ref" in schema:
            schema = described()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        if choices := schema.get("enum") or schema.get("anyOf"):
            return choices[0] if "enum" in schema else self._smallest(choices[0])
        match schema.get("type"):
            case "object":
                return {name: self._smallest(schema["properties"][name]) for name in schema.get("required", ())}
            case "array":
                return [self._smallest(schema["items"])] * schema.get("minItems", 0)
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return False
        return "x" * max(1, schema.get("minLength", 1))
