"""doctor: is this machine fit, and what to do if it is not."""

import typer

from cli.session import AsJson, print_json


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(as_json: AsJson = False) -> None:
    """Check programs, versions, ports, memory and disk. Exit code 1 if something must be done first.

    \b
      reelstack doctor
    """
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
