"""doctor: is this machine fit, and what to do if it is not."""

import typing
from typing import Annotated

import typer

from cli.session import AsJson, print_json


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    stage: Annotated[str | None, typer.Option(help="Look at this stage's AWS account instead, e.g. dev.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check programs, versions, ports, memory and disk. Exit code 1 if something must be done first.

    With --stage: credentials, quotas, bootstrap, mails, alarms of a stage on AWS, and what its site lacks. It only
    reads, and says where it may not look.

    \b
      reelstack doctor
      reelstack doctor --stage dev
    """
    if stage is not None:
        _stage(stage, as_json)
    from local import places
    from local.doctor import examine

    findings = examine(places.places())
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            typer.echo(f"{'✓' if finding.fit else '✗'} {finding.what:14} {finding.seen}")
            if not finding.fit:
                typer.echo(f"  → {finding.advice}")
    raise typer.Exit(0 if all(finding.fit for finding in findings) else 1)


def _stage(stage: str, as_json: bool) -> typing.NoReturn:
    from cli.stages import examined, tell

    findings = examined(stage)
    print_json(findings) if as_json else tell(findings)
    raise typer.Exit(1 if any(found.state == "missing" for found in findings) else 0)
