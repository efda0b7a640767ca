"""search: people and videos, and the index they are found by."""

from typing import Annotated, Literal

import typer

from cli.session import As, AsJson, connect, print_json

KINDS: tuple[Literal["videos", "people"], ...] = ("videos", "people")


def register(app: typer.Typer) -> None:
    app.command()(search)


def search(
    text: Annotated[str, typer.Argument(help="Words; of people also the beginning of a @handle.")] = "",
    tag: Annotated[str | None, typer.Option(help="Only clips with this tag.")] = None,
    people: Annotated[bool, typer.Option("--people", help="Look for people instead of clips.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build both indexes anew. For admins.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=50)] = 20,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Find clips and people.

    \b
      reelstack search bunny
      reelstack search --tag cats
      reelstack search ann --people
      reelstack search --rebuild --as ada
    """
    client = connect(name).search
    if rebuild:
        for kind in KINDS:
            seen = 0
            for page in client.rebuild(kind):
                seen += page.seen
                typer.echo(f"{page.index}: {seen} looked at{', done' if page.done else ''}", err=True)
        return
    if people:
        found = client.people(text, limit=limit)
        lines = [f"{one.user_id}  {'@' + one.handle if one.handle else ''}  {one.display_name}" for one in found.items]
        print_json(found) if as_json else _say(lines, "nobody found")
    else:
        clips = client.videos(text, tag=tag, limit=limit)
        print_json(clips) if as_json else _say(
            [f"{clip.video_id}  {clip.title}" for clip in clips.items], "no clip found; --people looks for people"
        )


def _say(lines: list[str], otherwise: str) -> None:
    for line in lines or [otherwise]:
        typer.echo(line)
