"""like, comment, comments, bookmark, share, report: what people do with clips besides watching them."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.arguments import Limit, Undo, VideoId
from cli.output import counted, named, print_lines
from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client import Comment


def register(app: typer.Typer) -> None:
    for command in (like, comment, comments, bookmark, share, report):
        app.command()(command)


def like(
    video_id: VideoId,
    undo: Undo = False,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Like a video, or take the like back.

    \b
      reelstack like VIDEO_ID
      reelstack like VIDEO_ID --undo
    """
    interactions = connect(name).interactions
    interactions.unlike(video_id) if undo else interactions.like(video_id)
    likes = interactions.likes(video_id)
    # The count follows from the table's stream, a moment later: not worth a number here.
    print_json(likes) if as_json else typer.echo("liked" if likes.liked else "not liked any more")


def comment(
    video_id: VideoId,
    text: Annotated[str, typer.Argument(help="What to say; @handle mentions somebody.")],
    answers: Annotated[str | None, typer.Option("--to", metavar="COMMENT_ID", help="Reply to this comment.")] = None,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Write a comment, or reply to one.

    \b
      reelstack comment VIDEO_ID "Where is this, @ann?"
      reelstack comment VIDEO_ID "At home" --to COMMENT_ID --as ann
    """
    made = connect(name).interactions.comment(video_id, text, answers=answers)
    waits = "  (waits for a moderator)" if made.state == "held" else ""
    print_json(made) if as_json else typer.echo(f"commented  {made.comment_id}{waits}")


def comments(
    video_id: VideoId,
    order: Annotated[Literal["newest", "top"], typer.Option()] = "newest",
    limit: Limit = 20,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """What people say about a clip.

    \b
      reelstack comments VIDEO_ID --order top
    """
    page = connect(name).interactions.comments(video_id, order, limit=limit)
    lines = [_line(one) for one in page.items]
    print_json(page) if as_json else print_lines(lines, "none yet: `reelstack comment VIDEO_ID TEXT` writes one")


def bookmark(
    video_id: VideoId,
    undo: Undo = False,
    name: As = "bob",
) -> None:
    """Keep a clip for later.

    \b
      reelstack bookmark VIDEO_ID
    """
    interactions = connect(name).interactions
    interactions.remove_bookmark(video_id) if undo else interactions.bookmark(video_id)
    typer.echo("not kept any more" if undo else "kept")


def share(
    video_id: VideoId,
    channel: Annotated[Literal["link", "message", "email", "social", "embed"], typer.Option()] = "link",
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Print a link to hand on.

    \b
      reelstack share VIDEO_ID --channel email
    """
    shared = connect(name).interactions.share(video_id, channel)
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
    """Tell moderators what is wrong with a clip, or with a comment on it.

    \b
      reelstack report VIDEO_ID --reason spam --detail "sells watches"
    """
    connect(name).interactions.report(video_id, reason, detail, comment_id=comment_id)
    typer.echo("reported: moderators are asked")


def _line(one: "Comment") -> str:
    said = one.text if one.text is not None else "(deleted)"
    author = named(one.author) if one.author else "-"
    counts = f"{counted(one.likes, 'like')}, {counted(one.replies, 'reply', 'replies')}"
    return f"{one.comment_id}  {author}  {said}  ({counts})"
