"""comment, comments, bookmark, share, report, recount: what people say about clips, and whether it is counted right."""

import time
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client.models import Recount

VideoId = Annotated[str, typer.Argument(metavar="VIDEO_ID", help="As `reelstack videos` prints it.")]
LOOK_AGAIN_SECONDS = 5


def register(app: typer.Typer) -> None:
    for command in (comment, comments, bookmark, share, report, recount):
        app.command()(command)


def comment(
    video_id: VideoId,
    text: Annotated[str, typer.Argument(help="What to say; @handle mentions somebody.")],
    answers: Annotated[str | None, typer.Option("--to", metavar="COMMENT_ID", help="Reply to this comment.")] = None,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Write a comment, or reply to one."""
    made = connect(name).social.comment(video_id, text, answers=answers)
    waits = "  (waits for a moderator)" if made.state == "held" else ""
    print_json(made) if as_json else typer.echo(f"{made.comment_id}{waits}")


def comments(
    video_id: VideoId,
    order: Annotated[Literal["newest", "top"], typer.Option()] = "newest",
    limit: Annotated[int, typer.Option(min=1, max=50)] = 20,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """What people say about a clip."""
    page = connect(name).social.comments(video_id, order, limit=limit)
    if as_json:
        print_json(page)
        return
    for one in page.items:
        said = one.text if one.text is not None else "(deleted)"
        typer.echo(f"{one.comment_id}  {one.author_id or '-'}  {said}  ({one.likes} likes, {one.replies} replies)")
    if not page.items:
        typer.echo("none yet: `reelstack comment VIDEO_ID TEXT` writes one")


def bookmark(
    video_id: VideoId,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False,
    name: As = "bob",
) -> None:
    """Keep a clip for later."""
    social = connect(name).social
    social.remove_bookmark(video_id) if undo else social.bookmark(video_id)


def share(
    video_id: VideoId,
    channel: Annotated[Literal["link", "message", "email", "social", "embed"], typer.Option()] = "link",
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Print a link to hand on."""
    shared = connect(name).social.share(video_id, channel)
    print_json(shared) if as_json else typer.echo(shared.url)


def report(
    video_id: VideoId,
    reason: Annotated[
        Literal["spam", "sexual", "violence", "hate", "harassment", "self-harm", "minors", "copyright", "other"],
        typer.Option(),
    ] = "other",
    detail: Annotated[str, typer.Option(help="In your own words.")] = "",
    comment_id: Annotated[str | None, typer.Option("--comment", metavar="COMMENT_ID")] = None,
    name: As = "bob",
) -> None:
    """Tell moderators what is wrong with a clip, or with a comment on it."""
    connect(name).social.report(video_id, reason, detail, comment_id=comment_id)


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
    user_id = client.people.find(what).user_id if what.startswith("@") else ""

    def look() -> "Recount":
        if user_id:
            return client.recount_user(user_id, repair=repair)
        return client.recount(what, comment_id=comment_id, repair=repair)

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
