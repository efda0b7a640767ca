"""line, dead, redrive, produce, reencode: the production line, for those who run it."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from cli.session import As, AsJson, connect, print_json

Queue = Annotated[
    Literal["high", "normal", "low"] | None, typer.Option("--queue", help="Only this one; without it, all three.")
]
VideoId = Annotated[str, typer.Argument(metavar="VIDEO_ID", help="As `reelstack videos` prints it.")]
PAGE = 50


def register(app: typer.Typer) -> None:
    for command in (line, dead, redrive, produce, reencode):
        app.command()(command)


def line(name: As = "ada", as_json: AsJson = False) -> None:
    """Who runs, who waits and for how long, what is dead, and what the day has cost."""
    state = connect(name).line()
    if as_json:
        print_json(state)
        return
    typer.echo(f"{state['running']} of {state['slots']} slots taken, {state['low_slots']} of them open to low")
    for priority, queue in state["queues"].items():
        waits = f"{queue['waiting']} waiting, longest {queue['longest_wait_seconds']} s"
        typer.echo(f"{priority:7} {queue['running']} running, {waits}, {queue['dead']} dead")
    today = state["today"]
    allowed = f" of ${today['allowed_microdollars'] / 1e6:.2f}" if today["allowed_microdollars"] else ""
    stopped = "; LOW-PRIORITY WORK IS STOPPED until tomorrow (UTC)" if today["low_stopped"] else ""
    typer.echo(f"today   ${today['spent_microdollars'] / 1e6:.4f}{allowed} estimated{stopped}")


def dead(queue: Queue = None, name: As = "ada", as_json: AsJson = False) -> None:
    """Orders that could not be started, each with the reason. They stay where they are."""
    letters = connect(name).dead_letters(queue)
    if as_json:
        print_json([letter.model_dump() for letter in letters])
        return
    for letter in letters:
        what = f"{letter.upload_id} attempt {letter.attempt}" if letter.upload_id else letter.body[:60]
        typer.echo(f"{letter.died_at}  {letter.priority:6}  {what}  {letter.reason}")
    if not letters:
        typer.echo("none")


def redrive(queue: Queue = None, name: As = "ada", as_json: AsJson = False) -> None:
    """Send dead letters back to their queues, once their cause is mended. Twice is harmless: an order starts once.

    \b
      reelstack redrive --queue low
    """
    client, total = connect(name), dict[str, int]()
    while any((moved := client.redrive(queue)).values()):
        total = {priority: total.get(priority, 0) + number for priority, number in moved.items()}
    print_json(total) if as_json else typer.echo(", ".join(f"{n} {p}" for p, n in total.items()) or "none")


def produce(
    video_id: VideoId,
    rendition: Annotated[
        list[str] | None, typer.Option(help="Only this one anew, e.g. hevc-720; may be given more than once.")
    ] = None,
    priority: Annotated[Literal["high", "normal", "low"], typer.Option()] = "normal",
    name: As = "ada",
    as_json: AsJson = False,
) -> None:
    """Make a published video anew, or some of its renditions. Viewers keep what they have until it is there.

    \b
      reelstack produce VIDEO_ID --rendition hevc-720
    """
    video = connect(name).produce(video_id, rendition or [], priority)
    print_json(video) if as_json else typer.echo(f"{video.video_id}  is made anew")


def reencode(
    codec: Annotated[str | None, typer.Option(help="Only videos that have no rendition in this codec yet.")] = None,
    before: Annotated[datetime | None, typer.Option(help="Only videos published before this day (UTC).")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Ask for so many videos at most.")] = 100,
    name: As = "ada",
    as_json: AsJson = False,
) -> None:
    """Make old videos anew, with the ladder of today, at low priority. Safe to repeat.

    \b
      reelstack reencode --codec hevc --before 2026-06-01 --limit 500
    """
    client, asked, seen, cursor = connect(name), list[str](), 0, None
    until = int(before.replace(tzinfo=UTC).timestamp() * 1000) if before else None
    while len(asked) < limit:
        page = client.reencode(without_codec=codec, before=until, limit=min(PAGE, limit - len(asked)), cursor=cursor)
        asked, seen, cursor = asked + page.asked, seen + page.seen, page.cursor
        typer.echo(f"\r{len(asked)} asked for, {seen} looked at", err=True, nl=False)
        if cursor is None:
            break
    typer.echo("", err=True)
    print_json({"asked": asked, "seen": seen}) if as_json else typer.echo(f"{len(asked)} will be made anew")
