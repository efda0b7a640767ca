"""follow, block, followers, following, requests, answer: whom people follow, and whom they keep away."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.arguments import Limit, Undo, User
from cli.output import named, print_lines
from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client import Client


def register(app: typer.Typer) -> None:
    for command in (follow, block, followers, following, requests, answer):
        app.command()(command)


def follow(who: User, undo: Undo = False, name: As = "bob", as_json: AsJson = False) -> None:
    """Follow somebody, or ask to, if their account is private.

    \b
      reelstack follow @ann
      reelstack timeline
    """
    client = connect(name)
    social, user_id = client.social, _user_id(client, who)
    if undo:
        social.unfollow(user_id)
    found = social.relationship(user_id) if undo else social.follow(user_id)
    print_json(found) if as_json else typer.echo(found.state or "not following any more")


def block(who: User, undo: Undo = False, name: As = "bob") -> None:
    """Block somebody: neither of you is there for the other, and follows between you end.

    \b
      reelstack block @ann
      reelstack block @ann --undo
    """
    client = connect(name)
    social, user_id = client.social, _blocked_id(client, who) if undo else _user_id(client, who)
    social.unblock(user_id) if undo else social.block(user_id)
    typer.echo("not blocked any more" if undo else "blocked")


def followers(who: User, limit: Limit = 20, name: As = "bob", as_json: AsJson = False) -> None:
    """Who follows somebody, newest first.

    \b
      reelstack followers @ann
    """
    client = connect(name)
    page = client.social.followers(_user_id(client, who), limit=limit)
    print_json(page) if as_json else print_lines([named(one.user) for one in page.items], "nobody yet")


def following(who: User, limit: Limit = 20, name: As = "bob", as_json: AsJson = False) -> None:
    """Whom somebody follows.

    \b
      reelstack following @bob
    """
    client = connect(name)
    page = client.social.following(_user_id(client, who), limit=limit)
    print_json(page) if as_json else print_lines([named(one.user) for one in page.items], "nobody yet")


def requests(limit: Limit = 20, name: As = "ann", as_json: AsJson = False) -> None:
    """Who asks to follow me.

    \b
      reelstack requests --as ann
    """
    page = connect(name).social.requests(limit=limit)
    print_json(page) if as_json else print_lines([named(one.user) for one in page.items], "nobody yet")


def answer(who: User, said: Annotated[Literal["accept", "decline"], typer.Argument()], name: As = "ann") -> None:
    """Answer somebody who asks to follow me.

    \b
      reelstack answer @bob accept --as ann
    """
    client = connect(name)
    social, user_id = client.social, _user_id(client, who)
    social.accept(user_id) if said == "accept" else social.decline(user_id)
    typer.echo("follows you" if said == "accept" else "declined")


def _blocked_id(client: "Client", who: str) -> str:
    """Somebody blocked is not there for me, but in the list of those whom I blocked."""
    cursor: str | None = None
    while who.startswith("@"):
        page = client.social.blocks(limit=50, cursor=cursor)
        found = [one.user_id for one in page.items if one.user and f"@{one.user.handle}" == who]
        if found:
            return found[0]
        if (cursor := page.cursor) is None:
            raise typer.BadParameter(f"you did not block {who}")
    return who


def _user_id(client: "Client", who: str) -> str:
    return client.accounts.find(who).user_id if who.startswith("@") else who
