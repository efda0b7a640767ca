"""Generators make clients of the description without a warning, and the clients know each refusal by its type."""

import builtins
import json
import os
import subprocess
import typing
from pathlib import Path

import pytest

from cli import openapi
from cli.refusals import all_of, of
from local import programs

ROOT = Path(__file__).parent.parent.parent
PYTHON = ROOT / ".venv-generator/bin"
TYPESCRIPT = Path(__file__).parent / "generator/node_modules"
GLOBALS = {
    *("Array", "Blob", "Comment", "Date", "Error", "Event", "File", "FormData", "Function", "Headers", "Image", "Map"),
    *("Node", "Notification", "Number", "Object", "Option", "Promise", "Proxy", "Range", "Record", "Request"),
    *("Response", "Selection", "Set", "String", "Symbol", "Text", "URL", "Worker"),
}
"""Types that every TypeScript program for a browser knows, by names that somebody might give to a schema."""

REFUSED = """
import httpx
from made import AuthenticatedClient
from made.api.videos import get_video
from made.models import VideoNotFoundProblem

body = {"type": "https://reelstack.dev/problems/video-not-found", "title": "t", "status": 404, "detail": "d",
        "instance": "/v1/videos/x", "correlation_id": None, "more": 1}
client = AuthenticatedClient("http://edge.test", "token")
client.set_httpx_client(httpx.Client(
    base_url="http://edge.test", transport=httpx.MockTransport(lambda _: httpx.Response(404, json=body))
))
refused = get_video.sync("x", client=client)
assert isinstance(refused, VideoNotFoundProblem), refused
assert refused.additional_properties == {"more": 1}
"""
TYPED = """
import type { components, operations } from './made';

type Refused = operations['get_video']['responses'][404]['content']['application/problem+json'];
const problem: Refused = {
  type: 'https://reelstack.dev/problems/video-not-found', title: 't', status: 404,
  detail: 'd', instance: '/', correlation_id: null,
};
const status: 404 = problem.status;
export const shown: [components['schemas']['VideoNotFoundProblem'], number] = [problem, status];
"""


def test_no_schema_has_the_name_of_a_type_that_programs_know() -> None:
    known = GLOBALS | set(dir(builtins)) | set(typing.__all__)
    assert known & openapi.describe()["components"]["schemas"].keys() == set()


def test_every_refusal_of_a_route_is_a_schema_of_its_own() -> None:
    described = openapi.describe()
    for name, rule in openapi.rules().items():
        method, path = name.split(" ")
        answers = described["paths"][path][method.lower()]["responses"]
        for one in of(rule):
            assert one.type in answers[str(one.status)]["description"]
    schemas = described["components"]["schemas"]
    fixed = {
        schema["properties"]["type"].get("const")
        for name, schema in schemas.items()
        if name.endswith("Problem") and "properties" in schema
    }
    assert fixed - {None} <= {openapi.PROBLEMS + one.type for one in all_of()}


@pytest.mark.engines
@pytest.mark.timeout(300)
def test_a_python_client_is_generated_without_a_warning(tmp_path: Path) -> None:
    description = tmp_path / "openapi.json"
    description.write_text(json.dumps(openapi.describe()))
    environment = os.environ | {"PATH": os.pathsep.join((str(PYTHON), os.environ["PATH"]))}
    settings = tmp_path / "settings.yaml"
    settings.write_text("package_name_override: made\n")
    words = ("generate", "--path", str(description), "--config", str(settings), "--output-path", str(tmp_path / "out"))
    done = subprocess.run(
        [str(PYTHON / "openapi-python-client"), *words],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=240,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[1:] == [], done.stdout
    used = [str(PYTHON / "python"), "-W", "error", "-c", REFUSED]
    subprocess.run(used, check=True, cwd=tmp_path / "out", timeout=60)


@pytest.mark.engines
@pytest.mark.timeout(300)
def test_typescript_is_generated_without_a_warning_and_compiles(tmp_path: Path) -> None:
    description = tmp_path / "openapi.json"
    description.write_text(json.dumps(openapi.describe()))
    (tmp_path / "used.ts").write_text(TYPED)
    node = str(programs.node().path)

    def run(script: str, *words: str) -> str:
        command = [node, str(TYPESCRIPT / script), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=240)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    said = run("openapi-typescript/bin/cli.js", str(description), "--output", "made.d.ts")
    assert "warn" not in said.lower(), said
    run("typescript/bin/tsc", "--noEmit", "--strict", "used.ts")
