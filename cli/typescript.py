"""The types of the TypeScript client, made of the description of the API by openapi-typescript. Called by cli.openapi.

The generator wants another compiler than the one that checks our TypeScript, so it has a workspace of its own.
"""

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

from local import programs
from local.errors import ProgramMissing

ROOT = Path(__file__).parent.parent
TYPES = ROOT / "sdk/typescript/src/api.d.ts"
GENERATOR = ROOT / "tests/contract/generator/node_modules/openapi-typescript/bin/cli.js"
OPTIONS = (
    "--default-non-nullable=false",  # a field of a request that has a default may be left out
)
SECONDS = 120


def types(description: dict[str, Any]) -> str:
    """The text of api.d.ts. Raises ProgramMissing where only what `make up` needs is installed."""
    if not GENERATOR.exists():
        raise ProgramMissing("no openapi-typescript: run `python3 local/bootstrap.py dev`, which installs it")
    done = subprocess.run(
        [str(programs.node().path), str(GENERATOR), *OPTIONS],
        input=json.dumps(_short(description)),
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    return done.stdout


def _short(description: dict[str, Any]) -> dict[str, Any]:
    """Without what types do not tell or the client does not use: headers of answers, and lists of refusals in words."""
    short = copy.deepcopy(description)
    for methods in short["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                answer.pop("headers", None)
                answer["description"] = ""
    return short
