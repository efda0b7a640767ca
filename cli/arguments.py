"""Arguments and options that several commands take. Who a command speaks as is in cli.session."""

import math
from typing import Annotated, Literal

import typer

VideoId = Annotated[str, typer.Argument(metavar="VIDEO_ID", help="As `reelstack videos` prints it.")]
User = Annotated[str, typer.Argument(metavar="USER", help="A user id, or @handle.")]
Limit = Annotated[int, typer.Option(min=1, max=50)]
Undo = Annotated[bool, typer.Option("--undo", help="Take it back.")]
Visibility = Literal["public", "unlisted", "friends", "private"]
Tier = Literal["Expedited", "Standard", "Bulk"]


def finite(value: float | None) -> float | None:
    """Callback of an option that has no maximum: "inf" is in its range, and JSON has no word for it."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no number")
    return value
