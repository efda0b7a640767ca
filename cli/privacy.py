"""export-me, delete-me: everything that is mine, as files; and everything that is mine, gone."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import when
from cli.session import As, connect

if TYPE_CHECKING:
    from reelstack_client import Export


def register(app: typer.Typer) -> None:
    app.command("export-me")(export_me)
    app.command("delete-me")(delete_me)


def export_me(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where the archives go.")] = Path(),
    name: As = "bob",
) -> None:
    """Fetch everything that is mine as zip archives: profile, videos, likes, comments, follows and the rest.

    \b
      reelstack export-me ~/mine --as bob
    """
    for file in connect(name).privacy.export(folder, seen=ExportLines()):
        typer.echo(file)


class ExportLines:
    """Prints a line whenever an export has come further, with the parts that are new: it is asked once a second."""

    def __init__(self) -> None:
        self._percent = -1
        self._finished: set[str] = set()

    def __call__(self, export: "Export") -> None:
        new = [part for part in export.finished if part not in self._finished]
        if new or export.percent != self._percent:
            typer.echo(f"  {export.percent:3} %  {', '.join(new)}".rstrip(), err=True)
        self._percent = export.percent
        self._finished.update(new)


def delete_me(
    yes: Annotated[bool, typer.Option("--yes", help="Without it, nothing happens.")] = False,
    name: As = "bob",
) -> None:
    """Delete my account: hidden at once, erased later. Nobody signs in to it any more.

    \b
      reelstack delete-me --yes --as bob
    """
    if not yes:
        typer.echo("this deletes the account and everything in it: say --yes", err=True)
        raise typer.Exit(1)
    erasure = connect(name).privacy.delete_account()
    typer.echo(f"deleted; erased from {when(erasure.erased_from) if erasure.erased_from else 'now'} on")
