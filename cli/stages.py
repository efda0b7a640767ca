"""synth, deploy, destroy: stages on AWS, by the CDK command line that package-lock.json names."""

import os
import re
import subprocess
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deployment.findings import Finding
    from deployment.site import Deployed
    from deployment.target import Target
    from infra.settings import Settings

Stage = Annotated[str, typer.Argument(help="A stage of infra/stages.py, e.g. dev or prod.")]
ADDRESS = re.compile(r"[^@\s\"\\]+@[^@\s\"\\]+\.[^@\s\"\\]+")
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done. Needs no credentials.")]
MARKS = {"ok": "✓", "missing": "✗", "note": "!", "unknown": "?"}


def register(app: typer.Typer) -> None:
    for command in (synth, deploy, destroy):
        app.command()(command)
    app.command(hidden=True, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(npm)


def synth(stage: Stage) -> None:
    """Write a stage's CloudFormation templates to build/cdk.out/STAGE. Needs no credentials.

    \b
      reelstack synth dev
    """
    from deployment.target import cdk
    from local.progress import Steps

    _known(stage)
    with Steps(1).step(f"Stage {stage}: synthesize"):
        if code := cdk(stage, ["synth", "--quiet"]):
            raise typer.Exit(code)
    typer.echo(f"build/cdk.out/{stage}/*.template.json")


def deploy(
    stage: Stage,
    admin: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Invite this person as an administrator.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before changes of permissions.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Deploy a stage into the AWS account of your present credentials, and make a working site of it.

    Deploys the stacks, publishes the web app, makes the first playback key, and says what is missing. Asks before
    permissions change. Run it again at any time. Examples:

    \b
      AWS_PROFILE=clips reelstack deploy dev --admin you@example.com
      reelstack deploy dev --yes
      reelstack deploy dev --dry-run
    """
    from deployment import rehearsal, site, site_checks
    from deployment.findings import examine
    from local.places import places
    from local.progress import Steps

    if admin is not None and not ADDRESS.fullmatch(admin):
        raise typer.BadParameter(f"{admin!r} is no mail address", param_hint="--admin")
    if dry_run:
        settings = _known(stage)
        with Steps(1).step(f"Stage {stage}: synthesize"):
            lines = rehearsal.deploy(settings, admin)
        _rehearsed(lines)
        return
    target, here = _target(stage, ask=not yes), places()
    here.make()
    done = site.deploy(target, here, Steps(site.STEPS), admin_email=admin)
    _welcome(done)
    tell([found for found in examine(site_checks.CHECKS, target.settings, target.account) if found.state != "ok"])


def destroy(
    stage: Stage,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Destroy a stage that keeps no data, with everything in its buckets and tables. Refuses stages that keep theirs.

    \b
      reelstack destroy dev
      reelstack destroy dev --dry-run
    """
    from deployment import rehearsal, teardown
    from deployment.errors import DataKept
    from local.progress import Steps

    if dry_run:
        _rehearsed(rehearsal.destroy(_known(stage)))
        return
    target = _target(stage, ask=False)
    if not (yes or target.settings.keep_data):
        typer.confirm(f"Destroy stage {stage} with all its videos and accounts?", abort=True)
    try:
        gone = teardown.destroy(target, Steps(1))
    except DataKept as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(f"destroyed: stage {stage}, with {gone} versions of objects")


def npm(context: typer.Context) -> None:
    """Call npm with the Node this checkout uses: `reelstack npm run check`."""
    from local import programs
    from local.places import ROOT

    node = programs.node()
    environment = {**os.environ, "PATH": os.pathsep.join((str(node.path.parent), os.environ.get("PATH", "")))}
    raise typer.Exit(subprocess.run([*node.npm, *context.args], cwd=ROOT, env=environment, check=False).returncode)


def _rehearsed(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)


def _known(stage: str) -> "Settings":
    from infra.stages import STAGES

    if stage not in STAGES or STAGES[stage].is_local:
        on_aws = ", ".join(name for name, settings in STAGES.items() if not settings.is_local)
        raise typer.BadParameter(f"no stage {stage!r} on AWS; there are {on_aws}. The laptop: reelstack up")
    return STAGES[stage]


def _target(stage: str, *, ask: bool) -> "Target":
    """AWS, or this checkout's emulator if AWS_ENDPOINT_URL names it."""
    from deployment.account import Account
    from deployment.emulator import on_emulator
    from deployment.target import OnAws
    from local.places import places
    from local.services import Services

    settings, endpoint = _known(stage), os.environ.get("AWS_ENDPOINT_URL")
    if endpoint is None:
        return OnAws(settings, Account(settings.region), ask)
    services = Services.of(places())
    if endpoint.rstrip("/") != services.endpoint:
        raise typer.BadParameter(
            f"AWS_ENDPOINT_URL is {endpoint}, the emulator of this checkout is at {services.endpoint}. "
            "For AWS itself: unset AWS_ENDPOINT_URL"
        )
    return on_emulator(settings, services)


def examined(stage: str) -> "list[Finding]":
    """What `reelstack doctor --stage` finds."""
    from deployment import account_checks, site_checks
    from deployment.findings import examine

    target = _target(stage, ask=False)
    return examine((*account_checks.CHECKS, *site_checks.CHECKS), target.settings, target.account)


def _welcome(done: "Deployed") -> None:
    typer.echo(f"\nThe site: {done.url}/")
    if done.sign_in_url:
        typer.echo(f"  people sign up and in at {done.sign_in_url}, where its button leads")
    if done.admin:
        typer.echo(f"  administrator: {done.admin}; the invitation with a first password is in their mail")


def tell(findings: "list[Finding]") -> None:
    for found in findings:
        typer.echo(f"{MARKS[found.state]} {found.what}: {found.seen}")
        if found.mend:
            typer.echo(f"  → {found.mend}")
