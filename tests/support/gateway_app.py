"""The gateway with every service behind it, as a WSGI app: what Schemathesis sends, the handlers answer.

Routing is the catalogue's (infra/api): a route goes to its function, a GET without a token to its twin below
/anonymous, and what has no route to the function that answers 405 and 404.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from starlette.routing import compile_path

from infra.catalogue import FUNCTIONS
from reelstack.web.app import ANONYMOUS_PATH
from tests.conftest import request
from tests.support.asking import SERVICE, described
from tests.support.functions import handler_of
from tests.support.world import NEEDED

DESCRIPTION = "/openapi.json"
BEARER = "Bearer "
UNROUTED = next(line.name for line in FUNCTIONS if line.public_routes)
"""The function that says what is no route."""
PATTERNS = [(route, *route.split(" "), compile_path(route.split(" ")[1])[0]) for route in SERVICE]
WITHOUT_A_TOKEN = {route for line in FUNCTIONS for route in (*line.public_routes, *line.anonymous_routes)}


def route_of(method: str, path: str) -> str | None:
    """The route of the catalogue that a request meets: fixed segments go before parameters."""
    met = [route for route, verb, _, pattern in PATTERNS if verb == method and pattern.match(path)]
    return min(met, key=lambda route: route.count("{"), default=None)


class GatewayApp:
    """`tokens`: whose each is, and their roles. `before` is called with the route before each request that would find
    what the one before changed, or that needs something made for it."""

    def __init__(
        self, tokens: dict[str, tuple[str, tuple[str, ...]]], context: Any, before: Callable[[str], None]
    ) -> None:
        self.tokens, self.context, self.before = tokens, context, before
        self.answered: list[tuple[str, int]] = []
        """Every route that was asked for, with the status."""
        self._is_changed = True

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == DESCRIPTION:
            start_response("200 OK", [("content-type", "application/json")])
            return [json.dumps(described()).encode()]
        asyncio.set_event_loop(LOOP)
        route = route_of(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if self._is_changed or route in NEEDED:
            self.before(route or "")
        answer = handler_of(SERVICE[route] if route else UNROUTED)(self._event(environ, route), self.context)
        self.answered.append((route or "", answer["statusCode"]))
        status = answer["statusCode"]
        self._is_changed = route in NEEDED or (environ["REQUEST_METHOD"] != "GET" and status < 400)
        text = answer.get("body") or ""
        body = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
        headers = [(name, str(value)) for name, value in answer["headers"].items() if name != "content-length"]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def _event(self, environ: dict[str, Any], route: str | None) -> dict[str, Any]:
        method = environ["REQUEST_METHOD"]
        headers = {
            name[5:].lower().replace("_", "-"): value.encode("latin-1").decode("utf-8", "replace")
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["content-type"] = environ["CONTENT_TYPE"]
        token = headers.get("authorization", "")
        user, roles = self.tokens.get(token.removeprefix(BEARER), (None, ()))
        path = environ["REQUEST_URI"].partition("?")[0]
        if method == "GET" and not token:
            path = ANONYMOUS_PATH + path
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        event = request(
            method,
            f"{path}?{environ['QUERY_STRING']}",
            user=user,
            roles=roles,
            headers=headers,
            body=base64.b64encode(body).decode() if body else None,
        )
        event["isBase64Encoded"] = bool(body)
        return event


LOOP = asyncio.new_event_loop()
