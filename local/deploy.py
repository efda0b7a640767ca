"""Synthesizing and deploying the CDK app by its ordinary command line, with the emulator in the place of AWS."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from local import programs, template
from local.cloud import client
from local.errors import CommandFailed
from local.places import ROOT
from local.services import ACCOUNT, REGION, Services

STAGE = "local"
MARK = "/reelstack/local/deployed"
"""The SSM parameter that holds the fingerprint of what is deployed."""
SYNTH_SECONDS = 600
DEPLOY_SECONDS = 900
WORTH_SAYING = (
    "deploying...",
    "destroying...",
    "creating stack",
    "updating stack",
    "✅",
    "Bundling",
    "layer ",
    "FAILED",
)
"""What of the CDK's many lines tells a person how far it is."""
SOURCES = (
    "cdk.json",
    "infra",
    "functions",
    "layers",
    "stepfunctions",
    "jobs",
    "local/template.py",
    "local/amend.py",
    "requirements/run.txt",
    "package-lock.json",
)
"""What decides what is deployed, besides `assembly_environment`."""
SETTINGS = ("REELSTACK_LOCAL_UPLOAD", "REELSTACK_LOCAL_LADDER", "REELSTACK_LOCAL_AV1")
"""How names of variables begin by which a person changes settings of the stage `local` (infra/stages.py)."""


def fingerprint(environment: dict[str, str], checkout: Path = ROOT) -> str:
    """Changes when anything that could change the deployment does."""
    digest = hashlib.sha256(json.dumps(sorted(environment.items())).encode())
    for path in _files(checkout / name for name in SOURCES):
        digest.update(str(path.relative_to(checkout)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def assembly_environment(services: Services) -> dict[str, str]:
    """What `infra/stages.py` wants to know about this laptop."""
    return {
        "REELSTACK_LOCAL_FFMPEG": str(programs.ffmpeg()),
        "REELSTACK_LOCAL_FFPROBE": str(programs.ffprobe()),
        "REELSTACK_LOCAL_PROFILE": services.choices.profile,
        "REELSTACK_LOCAL_VALKEY": services.cache_url,
        "REELSTACK_LOCAL_SEARCH": services.search_url,
        "REELSTACK_LOCAL_ENDPOINT": services.endpoint,
        "REELSTACK_LOCAL_EDGE_URL": services.edge_url,
        **{name: value for name, value in os.environ.items() if name.startswith(SETTINGS)},
    }


def deployed_fingerprint(services: Services) -> str | None:
    """The fingerprint of what is deployed, as the emulator knows it: a kill takes it back together with its stacks."""
    ssm = client(services, "ssm")
    try:
        return str(ssm.get_parameter(Name=MARK)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return None


def synthesize(services: Services, say: Callable[[str], None], stage: str = STAGE, site: str | None = None) -> None:
    """Writes the assembly of a stage, adapted to the emulator, to `.local/cdk.out`. `site`: see infra/app.py."""
    assembly = services.places.assembly
    shutil.rmtree(assembly, ignore_errors=True)
    context = ["-c", f"stage={stage}", *(["-c", f"site={site}"] if site else [])]
    _cdk(services, "synth", ["synth", "--quiet", *context, "--output", str(assembly)], SYNTH_SECONDS, say)
    template.write_changes(template.adapt_assembly(assembly), services.places.template_changes)


def deploy(services: Services, say: Callable[[str], None]) -> None:
    """Bootstraps the account and deploys every stack of the assembly."""
    _cdk(
        services,
        "bootstrap",
        ["bootstrap", f"aws://{ACCOUNT}/{REGION}", "--app", str(services.places.assembly)],
        DEPLOY_SECONDS,
        say,
    )
    arguments = ["deploy", "--all", "--app", str(services.places.assembly), "--require-approval", "never"]
    arguments += ["--method", "direct", "--progress", "events", "--concurrency", "2"]
    _cdk(services, "deploy", arguments, DEPLOY_SECONDS, say)


def destroy(services: Services, say: Callable[[str], None]) -> None:
    """Destroys every stack of the assembly."""
    arguments = ["destroy", "--all", "--force", "--app", str(services.places.assembly)]
    _cdk(services, "destroy", arguments, DEPLOY_SECONDS, say)


def remember(services: Services, mark: str) -> None:
    client(services, "ssm").put_parameter(Name=MARK, Value=mark, Type="String", Overwrite=True)
    services.places.deployed.touch()


def _cdk(services: Services, name: str, arguments: list[str], seconds: float, say: Callable[[str], None]) -> None:
    """Runs the CDK command line; each line goes to the log, and what a person can follow to `say`."""
    argv = [
        str(programs.node().path),
        str(programs.cdk()),
        *arguments,
        "--no-notices",
        "--no-color",
        "--no-version-reporting",
    ]
    log = services.places.logs / f"cdk-{name}.log"
    with (
        log.open("w") as sink,
        subprocess.Popen(
            argv,
            cwd=ROOT,
            env=_cdk_environment(services),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            sink.write(line)
            if any(sign in line for sign in WORTH_SAYING):
                say(line.strip())
        process.wait(seconds)
    if process.returncode:
        tail = "\n".join(log.read_text().splitlines()[-25:])
        raise CommandFailed(f"cdk {name} failed (everything it said: {log}):\n{tail}")


def _cdk_environment(services: Services) -> dict[str, str]:
    """This process's environment without what could lead the CDK to another account or another Node or Python."""
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "CDK_", "PYTHON", "npm_"))},
        **services.administrator(),
        **assembly_environment(services),
        "PATH": programs.path_with_python(),
        "CDK_HOME": str(services.places.run / "home"),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        # It warns and stops nothing, nobody reads its warnings here, and it takes a third of `synth`'s processor time.
        "CDK_VALIDATION": "false",
        "CI": "true",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }


def _files(roots: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for root in roots:
        if root.is_file():
            found.append(root)
        elif root.is_dir():
            found += [path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return sorted(found)
