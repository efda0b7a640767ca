"""follow, block, followers, following, requests, timeline: people and those they want to hear of."""

from typing import Annotated, Literal

import typer

from cli.session import As, AsJson, connect, print_json

UserId = Annotated[str, typer.Argument(metavar="USER_ID", help="The `owner_id` of a video.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take it back.")]
Limit = Annotated[int, typer.Option(min=1, max=50)]


def register(app: typer.Typer) -> None:
    for command in (follow, block, followers, following, requests, answer, timeline):
        app.command()(command)


def follow(user_id: UserId, undo: Undo = False, name: As = "bob", as_json: AsJson = False) -> None:
    """Follow somebody, or ask to, if their account is private.

    \b
      reelstack follow USER_ID --user bob
      reelstack timeline --user bob
    """
    ties = connect(name).ties
    if undo:
        ties.unfollow(user_id)
    tie = ties.with_user(user_id) if undo else ties.follow(user_id)
    print_json(tie) if as_json else typer.echo(tie.state or "not following any more")


def block(user_id: UserId, undo: Undo = False, name: As = "bob") -> None:
    """Block somebody: neither of you is there for the other, and follows between you end."""
    ties = connect(name).ties
    ties.unblock(user_id) if undo else ties.block(user_id)
    typer.echo("not blocked any more" if undo else "blocked")


def followers(user_id: UserId, limit: Limit = 20, name: As = "bob", as_json: AsJson = False) -> None:
    """Who follows somebody, newest first."""
    page = connect(name).ties.followers(user_id, limit=limit)
    print_json(page) if as_json else _say([one.user_id for one in page.items])


def following(user_id: UserId, limit: Limit = 20, name: As = "bob", as_json: AsJson = False) -> None:
    """Whom somebody follows."""
    page = connect(name).ties.following(user_id, limit=limit)
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


def _say(lines: list[str]) -> None:
    for line in lines or ["nobody and nothing yet"]:
        typer.echo(line)
