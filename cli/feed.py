"""feed, timeline: what there is to watch."""

import typer

from cli.arguments import Limit
from cli.output import print_lines, video_line
from cli.session import As, AsJson, connect, print_json


def register(app: typer.Typer) -> None:
    for command in (feed, timeline):
        app.command()(command)


def feed(limit: Limit = 20, name: As = "bob", as_json: AsJson = False) -> None:
    """Everybody's published clips, newest first.

    \b
      reelstack feed --limit 5
    """
    page = connect(name).feed.published(limit=limit)
    print_json(page) if as_json else print_lines([video_line(video, by=True) for video in page.items], "nothing yet")


def timeline(limit: Limit = 20, name: As = "bob", as_json: AsJson = False) -> None:
    """What those I follow have published, newest first.

    \b
      reelstack follow @ann
      reelstack timeline
    """
    page = connect(name).feed.following(limit=limit)
    print_json(page) if as_json else print_lines([video_line(video, by=True) for video in page.items], "nothing yet")
