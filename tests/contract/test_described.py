"""Every service holds what the OpenAPI description says: Schemathesis asks in each role and without a token, through
the handlers.

No 5xx, no status, header, type or schema that is not described.
"""

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from cli import openapi
from reelstack.web import ROLES
from tests.conftest import request
from tests.support.asking import SERVICE
from tests.support.functions import handler_of
from tests.support.world import IDS, World, world

__all__ = ["world"]  # a fixture
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = 10
"""Of each route and caller: the world is laid out anew for every one."""
ANONYMOUS = "anonymous"
CALLERS = (ANONYMOUS, *ROLES)


@pytest.fixture(scope="module")
def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(openapi.describe())
    return [found.ok() for found in schema.get_all_operations()]


def through_the_gateway(case: Any, caller: str, context: Any) -> httpx.Response:
    """The answer of the function's handler to the request, in the gateway's form."""
    asked = case.as_transport_kwargs(base_url="http://edge.test")
    headers = {name: value for name, value in (asked["headers"] or {}).items() if value is not None}
    sent = httpx.Request(
        asked["method"],
        asked["url"],
        params=asked.get("params"),
        headers=headers,
        content=asked.get("data"),
        json=asked.get("json"),
    )
    target = urlsplit(str(sent.url))
    body = sent.read()
    event = request(
        sent.method,
        f"{target.path}?{target.query}",
        user={"creator": "ann", ANONYMOUS: None}.get(caller, caller),
        roles=() if caller == ANONYMOUS else (caller,),
        headers={name.lower(): value for name, value in sent.headers.items()},
        body=base64.b64encode(body).decode() if body else None,
    )
    event["isBase64Encoded"] = bool(body)
    handler = handler_of(SERVICE[case.operation.label])
    answer = handler(event, context)
    text = answer.get("body") or ""
    found = httpx.Response(answer["statusCode"], headers=answer["headers"], content=text.encode(), request=sent)
    found.elapsed = timedelta(0)
    return found


@pytest.mark.engines
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("caller", CALLERS)
def test_every_route_answers_as_it_is_described_whatever_is_asked(
    world: World, operations: list[Any], context: Any, caller: str
) -> None:
    for operation in operations:
        # An id that exists, more often than not: a made-up one only ever shows the 404.
        known = st.booleans().map(lambda real: dict(IDS) if real else {})

        @seed(4)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), ids=known)
        def holds(case: Any, ids: dict[str, str]) -> None:
            for name in set(ids) & set(case.path_parameters or {}):
                case.path_parameters[name] = ids[name]
            world.begin(case.operation.label)
            case.validate_response(through_the_gateway(case, caller, context), checks=CHECKS)

        holds()
