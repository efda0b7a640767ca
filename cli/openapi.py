"""Writes docs/api/openapi.json from the services' own routes: `python -m cli.openapi [--check]`."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from infra.catalogue import FUNCTIONS
from reelstack.web import Problem

PAGE = Path(__file__).parent.parent / "docs" / "api" / "openapi.json"


def describe() -> dict[str, Any]:
    """One OpenAPI 3.1 document of all services. Public routes carry no security requirement."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": Problem.model_json_schema()}
    for line in FUNCTIONS:
        if not (line.routes or line.public_routes):
            continue
        made = importlib.import_module(f"functions.{line.name}.handler").app.openapi()
        for name, schema in made.get("components", {}).get("schemas", {}).items():
            if schemas.setdefault(name, schema) != schema and name != "Problem":
                raise ValueError(f"two services call different things {name}")
        for path, methods in made["paths"].items():
            for method, operation in methods.items():
                operation["operationId"] = operation["operationId"].split("_v1_")[0]
                if f"{method.upper()} {path}" in line.public_routes:
                    operation["security"] = []
                paths.setdefault(path, {})[method] = operation
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Reelstack",
            "version": "1",
            "description": "Refusals are application/problem+json (RFC 9457) with a stable `type`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def main() -> int:
    text = json.dumps(describe(), indent=2) + "\n"
    if "--check" in sys.argv:
        if PAGE.exists() and PAGE.read_text() == text:
            return 0
        print(f"{PAGE} is not what the routes say: run `python -m cli.openapi`", file=sys.stderr)
        return 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
