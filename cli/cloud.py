"""up, down, status, logs: the laptop cloud."""

import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.session import AsJson, print_json
from cli.stage_settings import stages

if TYPE_CHECKING:
    from local.up import Cloud

Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on; kept for the next time.")]
COLUMN = 9


Profile = Annotated[str | None, typer.Option(help="core (no cache, no search) or full; kept for the next time.")]
Endpoint = Annotated[
    str | None,
    typer.Option(help="Who serves AWS: ministack (started here), localstack, or an URL; kept for the next time."),
]
Engines = Annotated[
    bool | None,
    typer.Option("--engines/--no-engines", help="Run the Flink job, too (Java 17); kept for the next time."),
]


def register(app: typer.Typer) -> None:
    for command in (up, down, status, logs):
        app.command()(command)


def up(
    aws_port: Port = None,
    edge_port: Port = None,
    cache_port: Port = None,
    search_port: Port = None,
    profile: Profile = None,
    endpoint: Endpoint = None,
    engines: Engines = None,
    sample: Annotated[bool, typer.Option(help="Publish the sample clip.")] = True,
    as_json: AsJson = False,
) -> None:
    """Start the laptop cloud, deploy what changed, publish a sample clip.

    Run it again at any time: it does what is left to do. Examples:

    \b
      reelstack up
      reelstack up --profile core          without cache and search, as stage dev is deployed
      reelstack up --engines               with the Flink job that keeps interests and trends
      reelstack up --edge-port 9080        another port, if 8080 is taken
      reelstack up --endpoint localstack   on a LocalStack that runs already
      reelstack up --no-sample --json      for scripts
    """
    from local import choices, places
    from local.progress import Steps
    from local.up import STEPS
    from local.up import up as start

    stages()  # before anything is begun
    flags = {"aws": aws_port, "edge": edge_port, "cache": cache_port, "search": search_port}
    here = places.places()
    chosen = choices.choose(here.choices, profile, endpoint, engines=engines)
    cloud = start(here, flags, Steps(STEPS), chosen=chosen, with_sample=sample)
    if as_json:
        print_json(cloud.outputs)
    else:
        _welcome(cloud)


def down(
    erase: Annotated[
        bool, typer.Option("--erase", help="Also forget everything: accounts, clips, deployment.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Stop the laptop cloud. The next `up` finds accounts, clips and likes again.

    \b
      reelstack down
      reelstack down --erase
    """
    from local import places
    from local.up import down as stop
    from local.up import erase as forget

    here = places.places()
    stopped = stop(here)
    if erase:
        forget(here)
    if as_json:
        print_json({"stopped": stopped, "erased": erase})
    else:
        typer.echo(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
        if erase:
            typer.echo("erased: accounts, clips and the deployment")


def status(as_json: AsJson = False) -> None:
    """What runs, where, and how much memory it takes.

    \b
      reelstack status --json
    """
    from local import places
    from local.status import read

    state = read(places.places())
    if as_json:
        print_json(state)
        return
    for service in state.services:
        seen = (
            f"pid {service.pid}, {service.processes} processes, {service.resident_mib} MiB"
            if service.up
            else "not running"
        )
        where = f"127.0.0.1:{service.port}" if service.port else "–"
        seen += f", {service.seen}" if service.seen else ""
        typer.echo(f"{service.name:{COLUMN}} {'up  ' if service.up else 'down'} {where:16} {seen}")
    typer.echo(f"{'profile':{COLUMN}} {state.profile}")
    typer.echo(
        f"{'deployed':{COLUMN}} {'yes' if state.deployed else 'no'}, state last saved {state.saved_at or 'never'}"
    )
    if state.edge_url:
        typer.echo(f"{'web':{COLUMN}} {state.edge_url}/")


def logs(
    name: Annotated[
        str | None,
        typer.Argument(help="A process (aws, cache, search, edge, interests), a function (probe, uploads …)."),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
) -> None:
    """What processes and functions wrote. Without a name: all functions, by time.

    Examples:

    \b
      reelstack logs                 the last lines of every function
      reelstack logs transcode -f    one function, as it comes
      reelstack logs aws             the emulator itself
    """
    from local import outputs, places
    from local.errors import NotUp
    from local.logs import lines
    from local.services import Services

    here = places.places()
    services = Services.of(here)
    try:
        known = outputs.read(here) if services.aws_answers() else None
    except NotUp:
        known = None
    for line in lines(services, known, name, follow=follow):
        when = time.strftime("%H:%M:%S ", time.localtime(line.at)) if line.at else ""
        typer.echo(f"{when}{line.source}  {line.text}" if name is None else f"{when}{line.text}")


def _welcome(cloud: "Cloud") -> None:
    out = cloud.outputs
    typer.echo(f"\nReelstack is up: {out.web_url}")
    for person in cloud.people:
        typer.echo(f"  sign in as {person.name:4} password {person.password}   ({person.role})")
    if cloud.sample:
        typer.echo(f"\nThe sample clip: {cloud.sample.link}")
        typer.echo(f"  for any HLS player: {cloud.sample.master_url}")
    typer.echo("\nNext:")
    for line in next_lines(os.environ.get("PATH", os.defpath)):
        typer.echo(f"  {line}")


def next_lines(path: str) -> list[str]:
    """What a newcomer types next. A shell that does not find `reelstack` in `path` is told first where it is."""
    activate = Path(sys.executable).parent / "activate"
    found = shutil.which("reelstack", path=path)
    return [
        *([] if found else [f". {os.path.relpath(activate)}"]),
        "reelstack sample clip.mp4",
        'reelstack upload clip.mp4 --title "Hi"',
        "reelstack status",
        "reelstack down",
    ]
