"""upload: a clip goes up, and what became of it."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import Visibility
from cli.output import video_lines, watch
from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client import Client, Sending, Upload


def register(app: typer.Typer) -> None:
    app.command()(upload)


def upload(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="mp4, mov, webm or mkv.")],
    title: Annotated[str | None, typer.Option(help="Default: the file's name.")] = None,
    description: Annotated[str, typer.Option()] = "",
    tag: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    visibility: Annotated[Visibility, typer.Option()] = "public",
    language: Annotated[str | None, typer.Option(help="Such as de. Default: your profile's.")] = None,
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
    done = _send(client, file, how, sha256=sha256, language=language, **wishes)
    if not wait:
        print_json(done) if as_json else typer.echo(f"{done.video_id}  uploaded")
        return
    video = watch(client, done.video_id)
    print_json(video) if as_json else typer.echo("\n".join(video_lines(video)))
    if video.state in ("rejected", "failed"):
        raise typer.Exit(2)


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
        return client.uploads.upload(file, how=shown, **wishes)
