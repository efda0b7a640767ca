"""token, upload, videos, edit, delete, play, like, decide, retry: what people do with clips."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.session import As, AsJson, connect, print_json, stage_url, token_provider

if TYPE_CHECKING:
    from reelstack_client import Client, Sending, Upload, Video

Visibility = Literal["public", "unlisted", "friends", "private"]
VideoId = Annotated[str, typer.Argument(metavar="VIDEO_ID", help="As `reelstack videos` prints it.")]


def register(app: typer.Typer) -> None:
    for command in (token, upload, videos, edit, delete, play, like, decide, retry):
        app.command()(command)


def token(name: Annotated[str, typer.Argument(help="Demo user: ann, bob, mia or ada.")] = "ann") -> None:
    """Print an access token of a demo user, for curl and friends.

    \b
      curl -H "Authorization: Bearer $(reelstack token bob)" http://127.0.0.1:8080/v1/feed
    """
    typer.echo(token_provider(name)())


def upload(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="mp4, mov, webm or mkv.")],
    title: Annotated[str | None, typer.Option(help="Default: the file's name.")] = None,
    description: Annotated[str, typer.Option()] = "",
    tag: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    visibility: Annotated[Visibility, typer.Option()] = "public",
    sha256: Annotated[bool, typer.Option("--sha256", help="Have production compare the file's SHA-256.")] = False,
    parallel: Annotated[int, typer.Option(min=1, max=32, help="At most so many parts on their way at once.")] = 8,
    weak_network: Annotated[
        bool, typer.Option("--weak-network", help="Chunks of 1 MiB from the start. Else only if the link proves weak.")
    ] = False,
    wait: Annotated[bool, typer.Option(help="Wait until the clip is published or refused.")] = True,
    name: As = "ann",
    as_json: AsJson = False,
) -> None:
    """Upload a clip in parallel parts, straight to storage, and wait for the verdict.

    Interrupted? The same command goes on where it was. Examples:

    \b
      reelstack upload clip.mp4 --title "My cat" --tag cats --tag funny
      reelstack upload holiday.mov --visibility unlisted --no-wait
      reelstack upload train.mp4 --weak-network
    """
    from reelstack_client import Sending

    client = connect(name)
    how = Sending(parallel=parallel, mode="chunks" if weak_network else "auto")
    wishes = {"title": title or file.stem, "description": description, "tags": tag or (), "visibility": visibility}
    done = _send(client, file, how, sha256=sha256, **wishes)
    if not wait:
        print_json(done) if as_json else typer.echo(f"{done.video_id}  uploaded")
        return
    video = _watch(client, done.video_id)
    print_json(video) if as_json else typer.echo(_line(video))
    if video.state in ("rejected", "failed"):
        raise typer.Exit(2)


def videos(
    feed: Annotated[bool, typer.Option("--feed", help="Everyone's published clips instead of mine.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    name: As = "ann",
    as_json: AsJson = False,
) -> None:
    """My videos, newest first, with what became of them."""
    client = connect(name)
    page = client.feed(limit=limit) if feed else client.videos(limit=limit)
    if as_json:
        print_json(page)
        return
    for video in page.items:
        typer.echo(_line(video))
    if not page.items:
        typer.echo("none yet: `reelstack upload FILE` makes one")


def edit(
    video_id: VideoId,
    title: Annotated[str | None, typer.Option()] = None,
    description: Annotated[str | None, typer.Option()] = None,
    tag: Annotated[list[str] | None, typer.Option(help="All of its tags; may be given several times.")] = None,
    visibility: Annotated[Visibility | None, typer.Option(help="In force with this command's answer.")] = None,
    name: As = "ann",
    as_json: AsJson = False,
) -> None:
    """Change a video of mine; what is not named stays.

    \b
      reelstack edit VIDEO_ID --visibility friends
    """
    wishes = {"title": title, "description": description, "tags": tag, "visibility": visibility}
    video = connect(name).edit(video_id, **{field: wish for field, wish in wishes.items() if wish is not None})
    print_json(video) if as_json else typer.echo(_line(video))


def delete(
    video_id: VideoId,
    yes: Annotated[bool, typer.Option("--yes", help="Without it, nothing happens.")] = False,
    name: As = "ann",
) -> None:
    """Delete a video of mine: out of everybody's reach within seconds, erased later."""
    if not yes:
        typer.echo("this deletes the video and everything below it: say --yes", err=True)
        raise typer.Exit(1)
    connect(name).delete(video_id)
    typer.echo("deleted")


def play(
    video_id: VideoId,
    open_: Annotated[bool, typer.Option("--open", help="Open the web player in a browser.")] = False,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Print the signed address of a video, for any HLS player; or open the web player.

    \b
      ffplay "$(reelstack play VIDEO_ID)"
    """
    playback = connect(name).playback(video_id)
    if as_json:
        print_json(playback)
    else:
        typer.echo(playback.master_url)
    if open_:
        typer.launch(f"{stage_url()}/?v={video_id}")


def like(
    video_id: VideoId,
    undo: Annotated[bool, typer.Option("--undo", help="Take the like back.")] = False,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Like a video, or take the like back."""
    client = connect(name)
    client.unlike(video_id) if undo else client.like(video_id)
    likes = client.likes(video_id)
    # The count follows from the table's stream, a moment later: not worth a number here.
    print_json(likes) if as_json else typer.echo("liked" if likes.liked else "not liked any more")


def decide(
    video_id: VideoId,
    verdict: Annotated[Literal["approve", "reject"], typer.Argument()],
    reason: Annotated[str, typer.Option(help="What its owner is told.")] = "",
    name: As = "mia",
    as_json: AsJson = False,
) -> None:
    """Decide on a video that moderation wants a person to look at.

    \b
      reelstack decide VIDEO_ID reject --reason "Not your film"
    """
    video = connect(name).decide(video_id, verdict, reason)
    print_json(video) if as_json else typer.echo(_line(video))


def retry(video_id: VideoId, name: As = "ann", as_json: AsJson = False) -> None:
    """Try a failed production again, as a new attempt."""
    video = connect(name).retry(video_id)
    print_json(video) if as_json else typer.echo(_line(video))


def _send(client: "Client", file: Path, how: "Sending", **wishes: Any) -> "Upload":
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(file.name, total=file.stat().st_size)
        shown = replace(how, progress=lambda now: bars.update(bar, completed=now.sent, total=now.total))
        return client.upload(file, how=shown, **wishes)


def _watch(client: "Client", video_id: str) -> "Video":
    from rich.console import Console

    with Console(stderr=True).status("uploaded") as status:
        return client.wait(video_id, seen=lambda video: status.update(f"{video.video_id} {video.state}"))


def _line(video: "Video") -> str:
    """One video on one line: id, state, what can be said about it, title."""
    said = ""
    if video.state == "published" and video.duration_ms is not None:
        said = f"{video.duration_ms / 1000:.1f} s, {video.width} × {video.height}"
        said += f", {video.likes} likes" if video.likes is not None else ""
    elif video.state in ("rejected", "failed"):
        said = " ".join(part for part in (video.reason_message or video.reason, video.reason_detail) if part)
        said += f" Try again: reelstack retry {video.video_id}" if video.retryable else ""
    elif video.state == "review":
        said = f"waits for a person: reelstack decide {video.video_id} approve|reject"
    return f"{video.video_id}  {video.state:10}  {video.title}" + (f"  ({said})" if said else "")
