"""reviews, claim, release, takedown, appeal, audit, remoderate: what moderators do, and creators against it."""

import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client.desk import AuditEntryView, Review

VideoId = Annotated[str, typer.Argument(metavar="VIDEO_ID", help="As `reelstack reviews` prints it.")]


def register(app: typer.Typer) -> None:
    for command in (reviews, claim, release, takedown, appeal, audit, remoderate):
        app.command()(command)


def reviews(
    queue: Annotated[Literal["reviews", "appeals"], typer.Argument()] = "reviews",
    severe: Annotated[bool, typer.Option("--severe", help="The most severe first, not the oldest.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=50)] = 20,
    name: As = "mia",
    as_json: AsJson = False,
) -> None:
    """What waits for a moderator.

    \b
      reelstack reviews
      reelstack claim VIDEO_ID
      reelstack decide VIDEO_ID approve --reason "harmless"
    """
    page = connect(name).desk.reviews(queue, "severity" if severe else "age", limit=limit)
    if as_json:
        print_json(page)
        return
    for review in page.items:
        typer.echo(_line(review))
    if not page.items:
        typer.echo("nothing waits")


def claim(video_id: VideoId, name: As = "mia", as_json: AsJson = False) -> None:
    """Claim a review, so that nobody else looks at it meanwhile; print what there is to look at."""
    review = connect(name).desk.claim(video_id)
    if as_json:
        print_json(review)
        return
    typer.echo(_line(review))
    for item in review.evidence:
        typer.echo(f"  {item.name}  {item.url}")
    if not review.evidence:
        typer.echo(f"  reelstack play {video_id} --as {name}")


def release(video_id: VideoId, name: As = "mia") -> None:
    """Give a claimed review back to the queue."""
    connect(name).desk.release(video_id)


def takedown(
    video_id: VideoId,
    reason: Annotated[str, typer.Option(help="What its owner is told.")],
    name: As = "mia",
    as_json: AsJson = False,
) -> None:
    """Take a published video out of everybody's reach, within seconds."""
    video = connect(name).desk.take_down(video_id, reason)
    print_json(video) if as_json else typer.echo(f"{video.video_id}  {video.state}  {video.reason_message}")


def appeal(
    video_id: VideoId,
    text: Annotated[str, typer.Option(help="Why the verdict is wrong.")],
    name: As = "ann",
    as_json: AsJson = False,
) -> None:
    """Appeal against a verdict on your video. Somebody else decides, once."""
    video = connect(name).desk.appeal(video_id, text)
    print_json(video) if as_json else typer.echo(f"{video.video_id}  appealed")


def audit(video_id: VideoId, name: As = "mia", as_json: AsJson = False) -> None:
    """Who did what to a video, when and why."""
    desk = connect(name).desk
    cursor: str | None = None
    deeds: list[AuditEntryView] = []
    while True:
        page = desk.audit(video_id, limit=50, cursor=cursor)
        deeds += page.items
        if (cursor := page.cursor) is None:
            break
    if as_json:
        print_json(deeds)
        return
    for deed in deeds:
        typer.echo(f"{when(deed.at)}  {deed.actor}  {deed.action}  {deed.reason or ''}")


def remoderate(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would happen.")] = False,
    name: As = "ada",
    as_json: AsJson = False,
) -> None:
    """Judge every published video's stored scores by the thresholds of now. Safe to repeat."""
    desk = connect(name).desk
    cursor: str | None = None
    sums = {"looked_at": 0, "reviews": 0, "takedowns": 0}
    while True:
        page = desk.remoderate(dry_run=dry_run, cursor=cursor)
        sums = {field: count + getattr(page, field) for field, count in sums.items()}
        if (cursor := page.cursor) is None:
            break
    says = "{looked_at} looked at, {reviews} to review, {takedowns} taken down"
    print_json(sums) if as_json else typer.echo(says.format(**sums) + (" (dry run)" if dry_run else ""))


def _line(review: "Review") -> str:
    worst = max(review.labels.items(), key=lambda item: item[1], default=("", 0.0))
    held = f"  held by {review.held_by}" if review.held_by else ""
    said = f"  “{review.appeal}”" if review.appeal else ""
    scored = f"{worst[0]} {worst[1]:.2f}"
    return f"{review.video_id}  {when(review.asked_at)}  {review.kind}  {scored}  {review.title}{held}{said}"


def when(milliseconds: int) -> str:
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
