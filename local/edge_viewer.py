"""What a viewer meets: behaviours, functions, ranges and caches put together into answers."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from local.edge_apis import OriginFailed
from local.edge_behaviors import Behavior, Policy, normalized
from local.edge_cache import BLOCK_BYTES, Block, Locations, Tiers, Verdict
from local.edge_functions import EDGE_SETTINGS, Answered, EdgeFunctions, FunctionFailed, Viewer
from local.edge_origin import SIGN_IN, Origin, stream, through
from local.edge_ranges import Span, Unsatisfiable, not_modified
from local.edge_ranges import wanted as range_of

BODY_BYTES = 10 * 1024 * 1024
"""What API Gateway takes."""
SIGN_IN_BYTES = 64 * 1024
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
HOSTS = ["127.0.0.1", "localhost"]
"""Any other Host means that a page elsewhere has its name point here."""


PLACE_HEADER = "x-local-place"
"""The edge location at which a request arrives: local.edge_cache.Locations.at. Only a laptop's edge has it."""


class BodyTooLarge(ValueError):
    """A request body over its limit."""


@dataclass(frozen=True)
class Wanted:
    """An object of a bucket, and the caches that are asked for it."""

    path: str
    policy: Policy
    tiers: Tiers


class Edge:
    """One distribution's viewer side. `caches.purge` is for invalidations."""

    def __init__(
        self,
        *,
        distribution_id: str,
        domain: str,
        behaviors: list[Behavior],
        functions: EdgeFunctions,
        origin: Origin,
        caches: Locations | None = None,
    ) -> None:
        self._id, self._domain = distribution_id, domain
        self._behaviors, self._functions, self._origin = behaviors, functions, origin
        self.caches = caches or Locations()

    async def serve(self, request: Request) -> Response:
        viewer = Viewer(
            method=request.method,
            uri=request.scope["raw_path"].decode("ascii"),
            query=request.scope["query_string"].decode("ascii"),
            # As at AWS, where only CloudFront says these; nothing here knows a viewer's country.
            headers={name: value for name, value in request.headers.items() if not name.startswith("cloudfront-")},
            address=request.client.host if request.client else "",
        )
        path = normalized(viewer.uri)
        behavior = next(behavior for behavior in self._behaviors if behavior.matches(path))
        if viewer.method not in behavior.methods:
            return problem(403, "method-not-allowed", "This address does not take that method", viewer.method)
        chosen = None
        if behavior.function:
            made = await self._functions.viewer_request(behavior.function, viewer.event(self._id, self._domain))
            if isinstance(made, Answered):
                headers = {**made.headers, "x-cache": "FunctionGeneratedResponse from edge"}
                return Response(made.body, made.status, headers)
            viewer, chosen = replace(viewer, uri=made.uri, headers=made.headers), made.origins
        tiers = self.caches.at(request.headers.get(PLACE_HEADER, ""))
        if behavior.origin == "api" and behavior.policy.by_path:
            return _added(behavior, viewer, await self._kept_answer(viewer, behavior.policy, tiers))
        if behavior.origin == "api":
            answer = await self._origin.api(viewer, await _body(request, BODY_BYTES), chosen)
            given = [*through(answer), ("x-cache", "Miss")]
            return _added(behavior, viewer, _raw(StreamingResponse(stream(answer), answer.status_code), given))
        return _added(behavior, viewer, await self._object(viewer, Wanted(viewer.uri, behavior.policy, tiers)))

    async def sign_in(self, request: Request) -> Response:
        target = request.headers.get("x-amz-target", "")
        if target not in SIGN_IN:
            return problem(403, "not-for-browsers", "Only signing in and up goes this way", target)
        answer = await self._origin.sign_in(target, await _body(request, SIGN_IN_BYTES))
        return _raw(StreamingResponse(stream(answer), answer.status_code), through(answer))

    async def health(self, _: Request) -> Response:
        tally = {"answered": self._origin.tally.answered, "failed": self._origin.tally.failed}
        paths = [behavior.pattern for behavior in self._behaviors]
        settings = self._functions.held(EDGE_SETTINGS)
        reads = {file: vars(counted) for file, counted in self._functions.reads.items()}
        told = {"distribution": self._id, "paths": paths, "origins": tally, "settings": settings, "reads": reads}
        return JSONResponse({"status": "ok", **told})

    async def _kept_answer(self, viewer: Viewer, policy: Policy, tiers: Tiers) -> Response:
        """An answer of the API that is the same for everybody. A HEAD is told from what a GET is."""
        asked = replace(viewer, method="GET", query="")
        block, verdict = await tiers.get((viewer.uri, 0), partial(self._origin.answer, asked, policy))
        told = [("age", str(int(block.age))), ("content-length", str(len(block.body))), ("x-cache", verdict)]
        body = b"" if viewer.method == "HEAD" else block.body
        return _raw(Response(body, block.status), [*block.headers, *told])

    async def _object(self, viewer: Viewer, wanted: Wanted, *, again: bool = True) -> Response:
        """An object of a bucket, or a range of it. Its first block tells length and version. Query strings are no part
        of any policy here, so they are neither cached by nor sent on. `again`: if what is kept is of two versions, it
        is forgotten and fetched anew."""
        head, verdict = await self._block(wanted, 0)
        etag = head.header("etag")
        headers = [*head.headers, ("accept-ranges", "bytes"), ("age", str(int(head.age)))]
        if head.status >= 400:
            return _raw(Response(head.body, head.status), [*head.headers, ("x-cache", "Error from origin")])
        if not_modified(viewer.headers, etag):
            return _raw(Response(status_code=304), [*headers, ("x-cache", verdict)])
        try:
            span = range_of(viewer.headers, head.total, etag)
        except Unsatisfiable:
            return _raw(Response(status_code=416), [("content-range", f"bytes */{head.total}"), ("x-cache", verdict)])
        whole = Span(0, head.total - 1, head.total)
        if span is not None:
            headers.append(("content-range", f"bytes {span.first}-{span.last}/{span.total}"))
        chosen = span or whole
        parts = chosen.blocks(BLOCK_BYTES)
        ready = {0: head}
        if parts and parts[0][0] > 0:
            ready[parts[0][0]], verdict = await self._block(wanted, parts[0][0])
            if again and ready[parts[0][0]].header("etag") != etag:
                wanted.tiers.purge(wanted.path)
                return await self._object(viewer, wanted, again=False)
        headers += [("content-length", str(chosen.length)), ("x-cache", verdict)]
        status = head.status if span is None else 206
        if viewer.method == "HEAD":
            return _raw(Response(status_code=status), headers)
        return _raw(StreamingResponse(self._bytes(wanted, parts, ready), status), headers)

    async def _block(self, wanted: Wanted, number: int) -> tuple[Block, Verdict]:
        fetch = partial(self._origin.block, wanted.path, number, wanted.policy)
        return await wanted.tiers.get((wanted.path, number), fetch)

    async def _bytes(
        self, wanted: Wanted, parts: list[tuple[int, slice]], ready: dict[int, Block]
    ) -> AsyncIterator[bytes]:
        """The body, block by block. `ready` are those fetched already, for what may not be kept is not in the cache."""
        etag = ready[0].header("etag")
        for number, part in parts:
            block = ready.get(number) or (await self._block(wanted, number))[0]
            if block.header("etag") != etag:
                wanted.tiers.purge(wanted.path)  # the next request finds one version
                raise OriginFailed(f"{wanted.path} changed while it was being sent")
            yield block.body[part]


def application(edge: Edge) -> Starlette:
    """The edge as an ASGI application."""
    return Starlette(
        routes=[
            Route("/_local/health", edge.health),
            Route("/_local/cognito", edge.sign_in, methods=["POST"]),
            Route("/{path:path}", edge.serve, methods=METHODS),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
        exception_handlers={FunctionFailed: _failed, OriginFailed: _failed, BodyTooLarge: _too_large},
    )


def problem(status: int, kind: str, title: str, detail: str) -> Response:
    body = {"type": f"https://reelstack.dev/problems/{kind}", "title": title, "status": status, "detail": detail}
    headers = {"cache-control": "no-store"}
    return Response(json.dumps(body), status, headers, media_type="application/problem+json")


async def _failed(_: Request, error: Exception) -> Response:
    if isinstance(error, FunctionFailed):
        return problem(503, "edge-function-failed", "A function at the edge failed", str(error))
    return problem(502, "origin-failed", "What lies behind the edge does not answer", str(error))


async def _too_large(_: Request, error: Exception) -> Response:
    return problem(413, "request-too-large", "The request body is larger than this service reads", str(error))


async def _body(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise BodyTooLarge(f"at most {limit} bytes")
    return bytes(body)


def _added(behavior: Behavior, viewer: Viewer, response: Response) -> Response:
    """With what the distribution adds to what comes of an origin."""
    given = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers]
    return _raw(response, behavior.added.to(given, viewer.headers.get("origin")))


def _raw(response: Response, headers: list[tuple[str, str]]) -> Response:
    """Gives the response exactly these headers, some of which may repeat."""
    response.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return response
