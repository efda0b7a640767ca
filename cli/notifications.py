"""notifications: what others did that concerns somebody, read or as it comes."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import Limit
from cli.output import named, print_lines
from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client import Notification

Listen = Annotated[bool, typer.Option("--listen", help="Stay, and say each as it comes. Ctrl-C ends it.")]
Read = Annotated[bool, typer.Option("--read", help="Mark what is shown as read.")]


def register(app: typer.Typer) -> None:
    app.command()(notifications)


def notifications(
    limit: Limit = 20, listen: Listen = False, read: Read = False, name: As = "ann", as_json: AsJson = False
) -> None:
    """What others did that concerns me, newest first.

    \b
      reelstack notifications --listen
      reelstack notifications --read --as bob
    """
    told = connect(name).notifications
    if listen:
        typer.echo("waiting for what comes from now on; Ctrl-C ends it", err=True)
        for one in told.listen(since=int(time.time() * 1000)):
            print_json(one) if as_json else typer.echo(_line(one))
        return
    page = told.inbox(limit=limit)
    print_json(page) if as_json else print_lines([_line(one) for one in page.items], "nothing yet")
    if read and page.items:
        told.mark_read(max(one.at for one in page.items))


def _line(one: "Notification") -> str:
    others = one.count - len(one.people)
    people = ", ".join(map(named, one.users))
    people += f" and {others} more" if people and others > 0 else ""
    about = "/".join(part for part in (one.video_id, one.about_comment_id) if part)
    return "  ".join(part for part in ("●" if one.unread else " ", one.kind, people, about) if part)
