"""time: days go by on the laptop cloud."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from cli.session import AsJson, print_json

if TYPE_CHECKING:
    from local.aging import Aged

HOURS_A_DAY, SECONDS_AN_HOUR = 24, 3600


def register(app: typer.Typer) -> None:
    app.command("time")(age)


def age(
    by: Annotated[str | None, typer.Argument(metavar="[+DAYSd|+HOURSh]", help="How much time is to go by.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let time go by on the laptop cloud: objects, uploads and items grow older, and what is over ends.

    Lifecycle rules, times to live and schedules do what they would have done meanwhile. The clock stays, so tokens and
    signed addresses stay valid. Without an argument: how much time has gone by so far. Examples:

    \b
      reelstack time
      reelstack time +3d
      reelstack time +12h --json
    """
    from local import aging, places
    from local.progress import Steps

    if "REELSTACK_URL" in os.environ or "REELSTACK_ENDPOINT" in os.environ:
        raise typer.BadParameter("time goes by at will on the laptop's own cloud only: unset REELSTACK_URL")
    here = places.places()
    if by is None:
        seconds = aging.aged(here)
        print_json({"seconds": seconds}) if as_json else typer.echo(f"{_in_words(seconds)} have gone by so far")
        return
    done = aging.age(here, aging.parsed(by), Steps(aging.STEPS))
    print_json(vars(done)) if as_json else _tell(done)


def _tell(aged: "Aged") -> None:
    for what, count in aged.done.items():
        typer.echo(f"{count:6} {what}")
    for name, answer in aged.ran.items():
        typer.echo(f"       {name}: {answer}")
    typer.echo(f"{_in_words(aged.seconds)} have gone by so far")


def _in_words(seconds: int) -> str:
    days, hours = divmod(seconds // SECONDS_AN_HOUR, HOURS_A_DAY)
    return f"{days} days and {hours} hours"
