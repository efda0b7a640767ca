"""feed and its deployments, timeline, feed-snapshot, hide, hidden, interests: what to watch, why, and my choices."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli import feed_deployments, feed_explanation
from cli.arguments import Limit, Undo, User
from cli.output import named, print_lines, video_line
from cli.session import As, AsJson, connect, print_json, stage_url

SNAPSHOT = Path(__file__).parent.parent / "functions/feed/api/snapshot.json"

if TYPE_CHECKING:
    from reelstack_client import Client, FeedPage, Hidden

Kind = Annotated[Literal["video", "creator", "tag"], typer.Argument()]
PLURAL: dict[str, Literal["videos", "creators", "tags"]] = {"video": "videos", "creator": "creators", "tag": "tags"}


PageLimit = Annotated[int, typer.Option(min=1, max=30)]
group = typer.Typer()


def register(app: typer.Typer) -> None:
    feed_deployments.register(group)
    app.add_typer(group, name="feed")
    for command in (timeline, feed_snapshot, hide, hidden, interests):
        app.command()(command)


@group.callback(invoke_without_command=True)
def feed(
    context: typer.Context,
    limit: PageLimit = 10,
    session: Annotated[str | None, typer.Option(help="Of the page before, as --json prints it.")] = None,
    latest: Annotated[bool, typer.Option("--latest", help="Everybody's clips, newest first, instead.")] = False,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """My next page, chosen for me, and why each clip is there.

    \b
      reelstack feed --limit 5
      reelstack feed --latest
      reelstack feed explain @bob
    """
    if context.invoked_subcommand is not None:
        return
    client = connect(name)
    if latest:
        newest = client.feed.published(limit=limit)
        told = [video_line(video, by=True) for video in newest.items]
        print_json(newest) if as_json else print_lines(told, "nothing yet")
        return
    found = client.feed.page(limit=limit, session=session, explain=True)
    print_json(found) if as_json else print_lines(_page_lines(found), "nothing yet")


@group.command()
def explain(user: User, limit: PageLimit = 10, name: As = "ada", as_json: AsJson = False) -> None:
    """What somebody's next page would be made of: stages, what each left out and why, scores. It is shown to nobody.

    \b
      reelstack feed explain @bob
      reelstack feed explain @bob --limit 20 --json
    """
    client = connect(name)
    user_id = client.accounts.find(user).user_id if user.startswith("@") else user
    found = client.feed.explanation(user_id, limit=limit)
    print_json(found) if as_json else print_lines(feed_explanation.lines(found), "")


def _page_lines(found: "FeedPage") -> list[str]:
    from_cdn = "" if found.answer_id else " (the CDN's page for everybody: the service failed, or took over 2 s)"
    lines = [f"level {found.level}: {found.label or 'without live signals'}{from_cdn}"] if found.level else []
    for video in found.items:
        why = [one.says for one in video.reasons or ()]
        lines += [video_line(video, by=True), f"    {video.source}: {'; '.join(why)}".removesuffix(": ")]
    return lines


def timeline(limit: Limit = 20, name: As = "bob", as_json: AsJson = False) -> None:
    """What those I follow have published, newest first.

    \b
      reelstack follow @ann
      reelstack timeline
    """
    page = connect(name).feed.following(limit=limit)
    print_json(page) if as_json else print_lines([video_line(video, by=True) for video in page.items], "nothing yet")


def hide(
    kind: Kind,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="A video's id, a user's id or @handle, or a tag.")],
    undo: Undo = False,
    name: As = "bob",
) -> None:
    """Not interested: leave this video, this creator's videos or this tag out of my feed.

    \b
      reelstack hide creator @ann
      reelstack hide tag cats --undo
    """
    if not what.strip() or (kind != "tag" and "/" in what):
        raise typer.BadParameter("no id is empty or holds a /, and no tag is empty", param_hint="WHAT")
    client = connect(name)
    found = _creator_id(client, what, undo=undo) if kind == "creator" else what
    client.feed.show_again(PLURAL[kind], found) if undo else client.feed.hide(PLURAL[kind], found)
    typer.echo("shown again" if undo else "hidden")


def hidden(limit: Limit = 20, name: As = "bob", as_json: AsJson = False) -> None:
    """What I hide, newest first.

    \b
      reelstack hidden
    """
    page = connect(name).feed.hidden(limit=limit)
    print_json(page) if as_json else print_lines([_hidden_line(one) for one in page.items], "nothing")


def interests(
    tags: Annotated[list[str] | None, typer.Argument(metavar="TAG...", help="None: say what I chose.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Such as de; may be said several times.")] = None,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Say what I like, instead of what I said before; where a feed begins that knows nothing else of me.

    \b
      reelstack interests climbing cooking --language de
    """
    client = connect(name)
    found = client.feed.set_interests(tags or [], language or []) if tags or language else client.feed.interests()
    print_json(found) if as_json else print_lines([*found.tags, *found.languages], "nothing yet")


def _hidden_line(one: "Hidden") -> str:
    said = one.video.title if one.video else named(one.creator) if one.creator else ""
    return f"{one.kind.removesuffix('s'):8} {one.id}" + (f"  {said}" if said else "")


def _creator_id(client: "Client", who: str, *, undo: bool) -> str:
    """Who is hidden may not be there for me any more: the list of what I hide still has the id."""
    cursor: str | None = None
    while undo and who.startswith("@"):
        page = client.feed.hidden(kind="creators", limit=50, cursor=cursor)
        found = [one.id for one in page.items if one.creator and f"@{one.creator.handle}" == who]
        if found:
            return found[0]
        if (cursor := page.cursor) is None:
            raise typer.BadParameter(f"you do not hide {who}")
    return client.accounts.find(who).user_id if who.startswith("@") else who


def feed_snapshot() -> None:
    """Pack the present ready-made page with the next deployment, for one that cannot ask the stage for it.

    \b
      reelstack feed-snapshot && reelstack deploy prod
    """
    from deployment import feed_snapshot
    from reelstack.feed import ready_pages
    from reelstack_client import Unreachable

    try:
        page = feed_snapshot.fetch(stage_url())
    except feed_snapshot.NoPage as error:
        raise typer.BadParameter(str(error)) from error
    except feed_snapshot.NoAnswer as error:
        raise Unreachable(str(error)) from error
    SNAPSHOT.write_bytes(page + b"\n")
    print_lines([f"{len(ready_pages.parse(page).items)} clips in {SNAPSHOT}"], "")
