"""follow, block, followers, following, requests, timeline: people and those they want to hear of."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.people import Who
from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client import Client

UserId = Annotated[str, typer.Argument(metavar="USER_ID")]
Undo = Annotated[bool, typer.Option("--undo", help="Take it back.")]
Limit = Annotated[int, typer.Option(min=1, max=50)]


def register(app: typer.Typer) -> None:
    for command in (follow, block, followers, following, requests, answer, timeline):
        app.command()(command)


def follow(who: Who, undo: Undo = False, name: As = "bob", as_json: AsJson = False) -> None:
    """Follow somebody, or ask to, if their account is private.

    \b
      reelstack follow @ann
      reelstack timeline
    """
    client = connect(name)
    ties, user_id = client.ties, _user_id(client, who)
    if undo:
        ties.unfollow(user_id)
    tie = ties.with_user(user_id) if undo else ties.follow(user_id)
    print_json(tie) if as_json else typer.echo(tie.state or "not following any more")


def block(who: Who, undo: Undo = False, name: As = "bob") -> None:
    """Block somebody: neither of you is there for the other, and follows between you end. Taking it back wants the
    user id: somebody blocked has no handle for you."""
    client = connect(name)
    ties, user_id = client.ties, _user_id(client, who)
    ties.unblock(user_id) if undo else ties.block(user_id)
    typer.echo("not blocked any more" if undo else "blocked")


def followers(who: Who, limit: Limit = 20, name: As = "bob", as_json: AsJson = False) -> None:
    """Who follows somebody, newest first."""
    client = connect(name)
    page = client.ties.followers(_user_id(client, who), limit=limit)
    print_json(page) if as_json else _say([one.user_id for one in page.items])


def following(who: Who, limit: Limit = 20, name: As = "bob", as_json: AsJson = False) -> None:
    """Whom somebody follows."""
    client = connect(name)
    page = client.ties.following(_user_id(client, who), limit=limit)
    print_json(page) if as_json else _say([one.user_id for one in page.items])


def requests(limit: Limit = 20, name: As = "ann", as_json: AsJson = False) -> None:
    """Who asks to follow me."""
    page = connect(name).ties.requests(limit=limit)
    print_json(page) if as_json else _say([one.user_id for one in page.items])


def answer(user_id: UserId, said: Annotated[Literal["accept", "decline"], typer.Argument()], name: As = "ann") -> None:
    """Answer somebody who asks to follow me."""
    ties = connect(name).ties
    ties.accept(user_id) if said == "accept" else ties.decline(user_id)
    typer.echo("follows you" if said == "accept" else "declined")


def timeline(limit: Limit = 20, name: As = "bob", as_json: AsJson = False) -> None:
    """What those I follow have published, newest first."""
    page = connect(name).following_feed(limit=limit)
    print_json(page) if as_json else _say([f"{video.video_id}  {video.title}" for video in page.items])


def _user_id(client: "Client", who: str) -> str:
    return client.people.find(who).user_id if who.startswith("@") else who


def _say(lines: list[str]) -> None:
    for line in lines or ["nobody and nothing yet"]:
        typer.echo(line)
