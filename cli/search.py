"""search: videos, users and creators' records, and the indexes they are found by."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import Limit
from cli.output import named, print_lines
from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client.room import Blocking
    from reelstack_client.search import CreatorRecord, Search


def register(app: typer.Typer) -> None:
    app.command()(search)


def search(
    text: Annotated[str, typer.Argument(help="Words; of users also the beginning of a @handle.")] = "",
    tag: Annotated[str | None, typer.Option(help="Only clips with this tag.")] = None,
    users: Annotated[bool, typer.Option("--users", help="Look for users instead of clips.")] = False,
    strikes: Annotated[int, typer.Option(help="Creators with so many strikes instead. For moderators.")] = 0,
    reindex: Annotated[bool, typer.Option("--reindex", help="Build all indexes anew. For admins.")] = False,
    limit: Limit = 20,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Find clips and users.

    \b
      reelstack search bunny
      reelstack search --tag cats
      reelstack search ann --users
      reelstack search --strikes 3 --as mia
      reelstack search --reindex --as ada
    """
    client = connect(name).search
    if reindex:
        _reindex(client)
    elif strikes:
        records = client.creators(strikes, limit=limit)
        lines = [_record(one) for one in records.items]
        print_json(records) if as_json else print_lines(lines, "no creator has so many strikes")
    elif users:
        found = client.users(text, limit=limit)
        lines = [f"{named(one)}  {one.display_name}" for one in found.items]
        print_json(found) if as_json else print_lines(lines, "nobody found")
    else:
        clips = client.videos(text, tag=tag, limit=limit)
        print_json(clips) if as_json else print_lines(
            [f"{clip.video_id}  {clip.title}  {named(clip.author)}" for clip in clips.items],
            "no clip found; --users looks for users",
        )


def _reindex(client: "Search[Blocking]") -> None:
    from reelstack_client.search import KINDS

    for kind in KINDS:
        seen = 0
        for page in client.reindex(kind):
            seen += page.seen
            typer.echo(f"{page.index}: {seen} looked at{', done' if page.done else ''}", err=True)


def _record(one: "CreatorRecord") -> str:
    found = f"{one.rejected} rejected, {one.reports_upheld} reports upheld, {one.taken_down} taken down"
    return f"{one.creator_id}  {one.strikes} strikes: {found}"
