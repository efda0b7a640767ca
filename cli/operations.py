"""recount: whether counters say what there is."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client import Recount

LOOK_AGAIN_SECONDS = 5


def register(app: typer.Typer) -> None:
    app.command()(recount)


def recount(
    what: Annotated[str, typer.Argument(metavar="VIDEO_ID|@HANDLE", help="A clip, or somebody.")],
    repair: Annotated[
        bool, typer.Option("--repair", help="Take a drift back, once it has stayed the same for a minute.")
    ] = False,
    comment_id: Annotated[
        str | None, typer.Option("--comment", metavar="COMMENT_ID", help="Of this comment below the clip.")
    ] = None,
    wait: Annotated[int, typer.Option(min=0, help="Look again for so many seconds until it is at rest.")] = 90,
    name: As = "ada",
    as_json: AsJson = False,
) -> None:
    """Count one by one what people did with a clip or a comment, or somebody's followers and those they follow, and
    compare with the counter. Exit code 0: they are the same.

    \b
      reelstack recount VIDEO_ID
      reelstack recount @ann --repair
    """
    client, deadline = connect(name), time.monotonic() + wait
    user_id = client.accounts.find(what).user_id if what.startswith("@") else ""

    def look() -> "Recount":
        if user_id:
            return client.operations.recount_user(user_id, repair=repair)
        return client.operations.recount(what, comment_id=comment_id, repair=repair)

    found = look()
    while found.state not in ("exact", "repaired") and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_SECONDS)
        found = look()
    if as_json:
        print_json(found)
    else:
        numbers = ", ".join(f"{kind} {n} (counter: {found.kept[kind]})" for kind, n in found.counted.items())
        typer.echo(f"{found.state}  {numbers}")
    if found.state not in ("exact", "repaired"):
        raise typer.Exit(2)
