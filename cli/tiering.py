"""tiering: which storage class each object of a clip belongs in, and the night's moves."""

import os
from typing import Annotated, Any

import typer

from cli.arguments import finite
from cli.session import AsJson, print_json

HELP = """Storage classes of clips' objects, on the laptop cloud: plan, and move.

\b
  reelstack tiering plan     what would be moved, and what it costs
  reelstack tiering run      the same, and move it
"""
app = typer.Typer(help=HELP, no_args_is_help=True)
Limit = Annotated[
    float | None,
    typer.Option(min=0, callback=finite, help="What the moves may cost together; the rest is for another night."),
]


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="tiering")


@app.command()
def plan(limit_dollars: Limit = None, as_json: AsJson = False) -> None:
    """Say what the nightly machine would move now, and what it costs. Nothing is moved.

    \b
      reelstack tiering plan
      reelstack tiering plan --limit-dollars 5
    """
    _run(limit_dollars, as_json, dry_run=True)


@app.command()
def run(
    limit_dollars: Limit = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="As `reelstack tiering plan`.")] = False,
    as_json: AsJson = False,
) -> None:
    """Plan and move now what the nightly machine would. What goes down is tagged; S3 moves it at the next midnight.

    \b
      reelstack tiering run --limit-dollars 5
      reelstack time +1d                       the midnight
    """
    _run(limit_dollars, as_json, dry_run=dry_run)


def _run(limit_dollars: float | None, as_json: bool, *, dry_run: bool) -> None:
    from local import places, tiering

    if "REELSTACK_URL" in os.environ or "REELSTACK_ENDPOINT" in os.environ:
        raise typer.BadParameter("on AWS invoke the function `start_tiering`: see docs/tiering.md")
    given = {"dry_run": dry_run, "limit_dollars": limit_dollars}
    made = tiering.run(places.places(), given, lambda said: typer.echo(f"… {said}", err=True))
    if as_json:
        print_json(made)
        return
    for line in lines(made, dry_run):
        typer.echo(line)


def lines(made: dict[str, Any], dry_run: bool) -> list[str]:
    """A report in words."""
    planned = made["planned"]
    objects, moves, dollars = (planned.get(name, 0) for name in ("objects", "moves", "dollars"))
    said = [f"{made['run']}: {objects:,} objects, {moves:,} to move for {dollars:.6f} $"]
    said += [f"  to {target}: {number:,}" for target, number in sorted(planned.get("by_target", {}).items())]
    if planned.get("put_off"):
        said.append(f"  put off by the limit: {planned['put_off']:,}")
    if not dry_run:
        said += [f"  {outcome}: {number:,}" for outcome, number in sorted(made["counts"].items())]
    return said
