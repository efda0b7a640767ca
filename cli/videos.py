"""videos, show, edit, delete, play, retry, analytics, archive: what there is, what becomes of it, how to watch it."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from cli.arguments import Limit, Tier, VideoId, Visibility, finite
from cli.output import analytics_lines, archive_lines, print_lines, progress_line, video_line, video_lines, watch
from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client.videos import VideoChanges


def register(app: typer.Typer) -> None:
    for command in (videos, show, edit, delete, play, retry, analytics, archive):
        app.command()(command)


def videos(
    limit: Limit = 20,
    name: As = "ann",
    as_json: AsJson = False,
) -> None:
    """My videos, newest first, with what became of them.

    \b
      reelstack videos --as ann
    """
    page = connect(name).videos.list(limit=limit)
    lines = [line for video in page.items for line in video_lines(video)]
    print_json(page) if as_json else print_lines(lines, "none yet: `reelstack upload FILE` makes one")


def show(
    video_id: VideoId,
    wait: Annotated[bool, typer.Option(help="Until it is published, refused, or waits for a person.")] = False,
    name: As = "ann",
    as_json: AsJson = False,
) -> None:
    """How far a video of mine is: its state, and while it is made the stage, the renditions and the time left.

    \b
      reelstack show VIDEO_ID
      reelstack show VIDEO_ID --wait
    """
    client = connect(name)
    video = watch(client, video_id) if wait else client.videos.get(video_id)
    if as_json:
        print_json(video)
    else:
        print_lines([progress_line(video)] if video.progress else video_lines(video), "")


def edit(
    video_id: VideoId,
    title: Annotated[str | None, typer.Option()] = None,
    description: Annotated[str | None, typer.Option()] = None,
    tag: Annotated[list[str] | None, typer.Option(help="All of its tags; may be given several times.")] = None,
    language: Annotated[str | None, typer.Option(help="Such as de; empty: not stated.")] = None,
    visibility: Annotated[Visibility | None, typer.Option(help="In force with this command's answer.")] = None,
    name: As = "ann",
    as_json: AsJson = False,
) -> None:
    """Change a video of mine; what is not named stays.

    \b
      reelstack edit VIDEO_ID --visibility friends
    """
    wishes = {"title": title, "description": description, "tags": tag, "visibility": visibility}
    wishes["language"] = language
    changes = {field: wish for field, wish in wishes.items() if wish is not None}
    video = connect(name).videos.edit(video_id, **cast("VideoChanges", changes))
    print_json(video) if as_json else typer.echo(video_line(video))


def delete(
    video_id: VideoId,
    yes: Annotated[bool, typer.Option("--yes", help="Without it, nothing happens.")] = False,
    name: As = "ann",
) -> None:
    """Delete a video of mine: out of everybody's reach within seconds, erased later.

    \b
      reelstack delete VIDEO_ID --yes
    """
    if not yes:
        typer.echo("this deletes the video and everything below it: say --yes", err=True)
        raise typer.Exit(1)
    connect(name).videos.delete(video_id)
    typer.echo("deleted")


def play(
    video_id: VideoId,
    open_: Annotated[bool, typer.Option("--open", help="Open its page in a browser.")] = False,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Print the signed address of a video, for any HLS player; or open its page.

    \b
      ffplay "$(reelstack play VIDEO_ID)"
    """
    client = connect(name)
    playback = client.videos.playback(video_id)
    if as_json:
        print_json(playback)
    else:
        typer.echo(playback.master_url or "archived: its owner can restore it; there is its poster only")
    if open_:
        typer.launch(client.videos.link(video_id))


def retry(video_id: VideoId, name: As = "ann", as_json: AsJson = False) -> None:
    """Try a failed production again, as a new attempt.

    \b
      reelstack retry VIDEO_ID
    """
    video = connect(name).videos.retry(video_id)
    print_json(video) if as_json else typer.echo(video_line(video))


def analytics(
    video_id: Annotated[str | None, typer.Argument(help="All of mine together, if it is left out.")] = None,
    days: Annotated[int, typer.Option(min=1, max=90)] = 28,
    until: Annotated[str | None, typer.Option(help="The last day, YYYY-MM-DD by UTC; yesterday, if left out.")] = None,
    name: As = "ann",
    as_json: AsJson = False,
) -> None:
    """How a video of mine, or all of them, was watched: plays, viewers and watch time by day, sources, retention.

    \b
      reelstack analytics VIDEO_ID --days 7
      reelstack analytics --json
    """
    found = connect(name).videos.analytics(video_id, days=days, until=until)
    print_json(found) if as_json else print_lines(analytics_lines(found), "")


def archive(
    words: Annotated[list[str], typer.Argument(metavar="[show|restore] VIDEO_ID")],
    tier: Annotated[Tier, typer.Option(help="Of a restore: how fast.")] = "Standard",
    limit_dollars: Annotated[
        float | None, typer.Option(min=0, callback=finite, help="Restore it only if it costs no more.")
    ] = None,
    name: As = "ann",
    as_json: AsJson = False,
) -> None:
    """Put a published video of mine away, or get it back; `show` says what each costs and changes nothing.

    An archived video keeps its address and shows its poster.

    \b
      reelstack archive show VIDEO_ID
      reelstack archive VIDEO_ID
      reelstack archive restore VIDEO_ID --tier Bulk --limit-dollars 0.05
    """
    what, video_id = words if len(words) == 2 else ("", words[0])
    if len(words) > 2 or what not in ("", "show", "restore") or video_id in ("show", "restore"):
        raise typer.BadParameter("say `archive VIDEO_ID`, `archive show VIDEO_ID` or `archive restore VIDEO_ID`")
    archives = connect(name).archives
    if what == "restore":
        found = archives.restore(video_id, tier, limit_dollars=limit_dollars)
    else:
        found = archives.get(video_id) if what == "show" else archives.archive(video_id)
    print_json(found) if as_json else print_lines(archive_lines(found), "")
