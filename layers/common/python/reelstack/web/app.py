"""A service is `app = make_app("uploads", routes.router)` and `handler = lambda_handler(app)`."""

import importlib
import os
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from mangum import Mangum
from starlette.exceptions import HTTPException

from reelstack.errors import ReelstackError
from reelstack.platform import aws
from reelstack.platform.telemetry import entry
from reelstack.tables.model import connection
from reelstack.web import problems
from reelstack.web.middleware import RequestMiddleware
from reelstack.web.route_policy import rules_of

ANONYMOUS_PATH = "/anonymous"
"""Before the path of a request without a token. The edge writes it (infra/edge/viewer_address.js), so that the gateway
has a route of its own for such requests, which asks for no token: infra/api/public_routes.py. Services know nothing
of it."""


def make_app(title: str, *routers: APIRouter) -> FastAPI:
    """A service with its routes, the error shape and the middleware. Raises RouteUndeclared."""
    rules = rules_of(routers)
    # What else a route may say no with is read from the code when the API is described: cli/openapi.py.
    refused: dict[int | str, dict[str, Any]] = {422: {"description": "The request does not have the right form"}}
    app = FastAPI(
        title=f"Reelstack {title}",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses=refused,
        # A redirect to the address without a slash would name the gateway's host, which answers nobody but the edge.
        redirect_slashes=False,
    )
    app.state.rules = rules
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(ReelstackError, problems.known)
    app.add_exception_handler(RequestValidationError, problems.invalid)
    app.add_exception_handler(HTTPException, problems.of_the_framework)
    app.add_middleware(RequestMiddleware, rules=rules)
    return app


def lambda_handler(app: FastAPI) -> Callable[[dict[str, Any], Any], Any]:
    """The function's entry: an API Gateway HTTP API event (payload 2.0) in, its answer out."""
    aws.answer_requests()
    # Mangum sends types it does not know as base64.
    adapter = Mangum(
        app,
        lifespan="off",
        api_gateway_base_path=ANONYMOUS_PATH,
        text_mime_types=["application/json", "text/html", problems.MEDIA_TYPE],
    )
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        _warm()
    return entry(lambda event, context: adapter(event, context))


def _warm() -> None:
    """What the first request would otherwise wait for, before the snapshot is taken that every process starts from:
    libraries that are imported late, and clients. Nothing is connected: a snapshot's connections would be dead."""
    importlib.import_module("aws_lambda_powertools.utilities.idempotency")
    importlib.import_module("valkey")
    for service in ("dynamodb", "secretsmanager"):  # of stored answers, and of the middleware
        aws.client(service)
    assert connection().client
