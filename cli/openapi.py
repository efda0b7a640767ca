"""Writes the pages of docs/api/, the types of the TypeScript client, and what the edge knows of routes:
`python -m cli.openapi [--check]`."""

import copy
import importlib
import json
import sys
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from cli import edge_routes, refusals, typescript
from cli.refusals import Refusal
from infra.catalogue import FUNCTIONS
from reelstack.behavior import client_events
from reelstack.web import Problem
from reelstack.web.problems import MEDIA_TYPE, PROBLEMS
from reelstack.web.route_policy import Rule

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "api"
ROUTES = ROOT / "layers/common/python/reelstack/web/routes.txt"
CORRELATION = {"x-correlation-id": {"$ref": "#/components/headers/CorrelationId"}}
OF_THE_GATEWAY = (401, 429, 500, 503)
"""What the gateway says before, or without, asking a service; no setting of an HTTP API changes its words."""
GATEWAY_SAYS = {
    "type": "object",
    "description": "An answer of the gateway itself: AWS's own form, with the header `apigw-requestid`.",
    "properties": {"message": {"type": "string"}},
    "required": ["message"],
}
HEADERS = {
    "CorrelationId": {"description": "Names this request in the logs", "schema": {"type": "string"}},
    "RetryAfter": {"description": "Seconds", "schema": {"type": "integer", "minimum": 1}},
    "Replayed": {
        "description": "The Idempotency-Key came before: this is the first request's answer",
        "schema": {"type": "string", "const": "true"},
    },
}
KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request under the same key is carried out once and answered the same, for a day",
    "schema": {"type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[!-~][ -~]*[!-~]$"},
}
DESCRIPTION = (
    "Refusals are application/problem+json (RFC 9457) with a stable `type`: docs/api/problems.md. Ask again after "
    "`Retry-After` seconds when an answer names some."
)


def services() -> dict[str, Any]:
    """The HTTP services' apps by name."""
    lines = [line for line in FUNCTIONS if line.routes or line.public_routes]
    return {line.name: importlib.import_module(line.module).app for line in lines}


def rules() -> dict[str, Rule]:
    """Every route of the API by its name in the catalogue, with what it declares. Pages for browsers are none of it."""
    made = (rule for app in services().values() for rule in app.state.rules)
    return {rule.name: rule for rule in made if rule.route.include_in_schema}


@cache
def describe() -> dict[str, Any]:
    """One OpenAPI 3.1 document of all services, made once: nobody changes it. Public routes carry no
    security requirement, and where a token is optional, none is one of two."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": Problem.model_json_schema(), "GatewaySays": GATEWAY_SAYS}
    known = rules()
    for app in services().values():
        made = copy.deepcopy(app.openapi())  # which the framework keeps
        for name, schema in made.get("components", {}).get("schemas", {}).items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"two services call different things {name}")
        for path, methods in made["paths"].items():
            for method, operation in methods.items():
                _complete(operation, known[f"{method.upper()} {path}"])
                paths.setdefault(path, {})[method] = operation
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for one in {one for rule in known.values() for one in refusals.of(rule)}:
        schemas[_problem_name(one)] = _problem(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Reelstack",
            "version": "1",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "headers": HEADERS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _complete(operation: dict[str, Any], rule: Rule) -> None:
    """Adds what the framework does not know of: the role, refusals, the middleware's headers."""
    operation["operationId"] = operation["operationId"].split("_v1_")[0]
    operation["x-role"] = rule.requires.role
    if rule.requires.role is None:
        operation["security"] = []
    if rule.requires.anonymous:
        operation["security"] = [{"token": []}, {}]
    done = {status: said for status, said in operation["responses"].items() if status < "300"}
    for said in done.values():
        said["headers"] = {
            **CORRELATION,
            **({"idempotency-replayed": _header("Replayed")} if rule.answers_kept else {}),
        }
    by_status = groupby(refusals.of(rule), key=lambda one: one.status)
    operation["responses"] = done | {str(status): _refused(status, list(some)) for status, some in by_status}
    takes = operation.get("parameters", [])
    # A route that keeps its key its own way reads the same: no header is null, as the framework's schema has it.
    others = [one for one in takes if one["name"].lower() != KEY["name"].lower()]
    if rule.answers_kept or len(others) < len(takes):
        operation["parameters"] = [*others, KEY]


def _refused(status: int, some: list[Refusal]) -> dict[str, Any]:
    """One of these problems, each a schema of its own: generators of clients merge no schemas."""
    names = [_schema(_problem_name(one)) for one in some]
    content: dict[str, Any] = {
        MEDIA_TYPE: {"schema": names[0] if len(names) == 1 else {"oneOf": names}},
        **({"application/json": {"schema": _schema("GatewaySays")}} if status in OF_THE_GATEWAY else {}),
    }
    waits = {"retry-after": _header("RetryAfter")} if status in (409, 429, 503) else {}
    return {
        "description": "; ".join(f"{one.type}: {one.title}" for one in some),
        "headers": {**CORRELATION, **waits},
        "content": content,
    }


def _problem_name(one: Refusal) -> str:
    """video-not-found -> VideoNotFoundProblem."""
    return "".join(word.capitalize() for word in one.type.split("-")) + "Problem"


def _problem(one: Refusal) -> dict[str, Any]:
    """The schema of this type of problem: Problem, with its `type` and `status`."""
    general = Problem.model_json_schema()
    fixed = {
        "type": {"type": "string", "const": PROBLEMS + one.type, "title": "Type"},
        "status": {"type": "integer", "const": one.status, "title": "Status"},
    }
    return general | {
        "title": _problem_name(one),
        "description": one.title,
        "properties": general["properties"] | fixed,
    }


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _schema(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def problems() -> str:
    """The page of problem types: what each says, and where it can happen."""
    where: dict[Refusal, list[str]] = {}
    everywhere = [set(refusals.of(rule)) for rule in rules().values()]
    for name, rule in sorted(rules().items()):
        for one in refusals.of(rule):
            where.setdefault(one, []).append(f"`{name}`")
    lines = [
        "# Problem types",
        "",
        f"Every refusal is `{MEDIA_TYPE}` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). Its `type` is",
        f"`{PROBLEMS}` and one of these names, which do not change; `detail` is for people and may.",
        "`correlation_id`, also the header `x-correlation-id`, names the request in the logs.",
        "",
        'The gateway answers by itself, as `{"message": …}` with `apigw-requestid`, when a token is expired,',
        "another's or missing where something would be changed (401), its emergency stop is reached (429) or a",
        "function does not answer (500, 503). The firewall's 403 `request-blocked` and its 429 are of the types below,",
        "but sent as `application/json`, which is all that AWS WAF can, and without a correlation id.",
        "",
        "| type | status | means | at |",
        "|---|---|---|---|",
    ]
    for one in refusals.all_of():
        at = where.get(one, [])
        told = "every route" if all(one in some for some in everywhere) else "<br>".join(at) or "no route yet"
        lines.append(f"| `{one.type}` | {one.status} | {one.title} | {told} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    pages = {
        PAGES / "openapi.json": json.dumps(describe(), indent=2) + "\n",
        PAGES / "problems.md": problems(),
        typescript.TYPES: typescript.types(describe()),
        PAGES / "events.schema.json": json.dumps(client_events.json_schema(), indent=2) + "\n",
        edge_routes.FILE: edge_routes.script(rules()),
        ROUTES: "".join(
            f"{rule.address}\n" for rule in sorted(rules().values(), key=lambda rule: rule.name.split()[::-1])
        ),
    }
    stale = [page for page, text in pages.items() if not page.exists() or page.read_text() != text]
    if "--check" in sys.argv:
        for page in stale:
            print(f"{page} is not what the code says: run `python -m cli.openapi`", file=sys.stderr)
        return 1 if stale else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for page in stale:
        page.write_text(pages[page])
    return 0


if __name__ == "__main__":
    sys.exit(main())
