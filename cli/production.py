"""production, dead-letters, redrive, produce, reencode: the production line, for those who run it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.arguments import VideoId
from cli.output import print_lines
from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client import DeadLetter

Queue = Annotated[
    Literal["high", "normal", "low"] | None, typer.Option("--queue", help="Only this one; without it, all three.")
]
PAGE = 50


def register(app: typer.Typer) -> None:
    for command in (production, dead_letters, redrive, produce, reencode):
        app.command()(command)


def production(name: As = "ada", as_json: AsJson = False) -> None:
    """Who runs, who waits and for how long, what is dead, and what the day has cost.

    \b
      reelstack production --as ada
    """
    state = connect(name).production.status()
    if as_json:
        print_json(state)
        return
    typer.echo(f"{state['running']} of {state['slots']} slots taken; low priority may take {state['low_slots']}")
    for priority, queue in state["queues"].items():
        waits = f"{queue['waiting']} waiting, longest {queue['longest_wait_seconds']} s"
        typer.echo(f"{priority:7} {queue['running']} running, {waits}, {queue['dead']} dead")
    if state["decisions"]:
        typer.echo(f"{state['decisions']} decisions of moderators are not carried out yet")
    today = state["today"]
    allowed = f" of ${today['allowed_microdollars'] / 1e6:.2f}" if today["allowed_microdollars"] else ""
    stopped = "; LOW-PRIORITY WORK IS STOPPED until tomorrow (UTC)" if today["low_stopped"] else ""
    typer.echo(f"today   ${today['spent_microdollars'] / 1e6:.4f}{allowed} estimated{stopped}")


def dead_letters(queue: Queue = None, name: As = "ada", as_json: AsJson = False) -> None:
    """Jobs that could not be started, each with the reason. They stay where they are.

    \b
      reelstack dead-letters --queue low
    """
    letters = connect(name).production.dead_letters(queue)
    print_json(letters) if as_json else print_lines([_line(letter) for letter in letters], "none")


def redrive(queue: Queue = None, name: As = "ada", as_json: AsJson = False) -> None:
    """Send dead letters back to their queues, once their cause is mended. Twice is harmless: a job starts once.

    \b
      reelstack redrive --queue low
    """
    room, total = connect(name).production, dict[str, int]()
    while any((moved := room.redrive(queue)).values()):
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
    video = connect(name).production.produce(video_id, rendition or [], priority)
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
    room, asked, seen, cursor = connect(name).production, list[str](), 0, None
    until = int(before.replace(tzinfo=UTC).timestamp() * 1000) if before else None
    while len(asked) < limit:
        page = room.reencode(without_codec=codec, before=until, limit=min(PAGE, limit - len(asked)), cursor=cursor)
        asked, seen, cursor = asked + page.asked, seen + page.seen, page.cursor
        typer.echo(f"\r{len(asked)} asked for, {seen} looked at", err=True, nl=False)
        if cursor is None:
            break
    typer.echo("", err=True)
    print_json({"asked": asked, "seen": seen}) if as_json else typer.echo(f"{len(asked)} will be made anew")


def _line(letter: "DeadLetter") -> str:
    what = f"{letter.upload_id} attempt {letter.attempt}" if letter.upload_id else letter.body[:60]
    return f"{letter.died_at}  {letter.priority:6}  {what}  {letter.reason}"
