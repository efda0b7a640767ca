"""synth, deploy: stages on AWS, by the CDK command line that package-lock.json names."""

import os
import subprocess
from typing import Annotated

import typer

Stage = Annotated[str, typer.Argument(help="A stage of infra/settings.py, e.g. dev or prod.")]


def register(app: typer.Typer) -> None:
    for command in (synth, deploy):
        app.command()(command)
    app.command(hidden=True, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(npm)


def synth(stage: Stage) -> None:
    """Write a stage's CloudFormation templates to build/cdk.out/STAGE. Needs no credentials.

    \b
      reelstack synth dev
    """
    raise typer.Exit(_cdk(stage, ["synth", "--quiet"]))


def deploy(
    stage: Stage,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before changes of permissions.")] = False,
) -> None:
    """Deploy a stage into the AWS account of your present credentials. Asks before permissions change.

    \b
      AWS_PROFILE=clips reelstack deploy dev
    """
    approval = ["--require-approval", "never"] if yes else []
    raise typer.Exit(_cdk(stage, ["deploy", "--all", *approval]))


def npm(context: typer.Context) -> None:
    """Call npm with the Node this checkout uses: `reelstack npm run check`."""
    from local import programs
    from local.places import ROOT

    node = programs.node()
    environment = {**os.environ, "PATH": os.pathsep.join((str(node.path.parent), os.environ.get("PATH", "")))}
    raise typer.Exit(subprocess.run([*node.npm, *context.args], cwd=ROOT, env=environment, check=False).returncode)


def _cdk(stage: str, arguments: list[str]) -> int:
    from infra.settings import STAGES
    from local import programs
    from local.places import ROOT

    if stage not in STAGES or STAGES[stage].is_local:
        on_aws = ", ".join(name for name, settings in STAGES.items() if not settings.is_local)
        raise typer.BadParameter(f"no stage {stage!r} on AWS; there are {on_aws}. The laptop: reelstack up")
    output = ROOT / "build" / "cdk.out" / stage
    command = [str(programs.node().path), str(programs.cdk()), *arguments]
    command += ["-c", f"stage={stage}", "--output", str(output)]
    environment = {**os.environ, "PATH": programs.path_with_python()}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
