"""reviews, claim, release, decide, takedown, appeal, audit, remoderate: what moderators do, and creators against it."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.arguments import Limit
from cli.output import named, print_lines, video_line, when
from cli.session import As, AsJson, connect, print_json

if TYPE_CHECKING:
    from reelstack_client import AuditEntry, Review

VideoId = Annotated[str, typer.Argument(metavar="VIDEO_ID", help="As `reelstack reviews` prints it.")]


def register(app: typer.Typer) -> None:
    for command in (reviews, claim, release, decide, takedown, appeal, audit, remoderate):
        app.command()(command)


def reviews(
    queue: Annotated[Literal["reviews", "appeals"], typer.Argument()] = "reviews",
    severe: Annotated[bool, typer.Option("--severe", help="The most severe first, not the oldest.")] = False,
    limit: Limit = 20,
    name: As = "mia",
    as_json: AsJson = False,
) -> None:
    """What waits for a moderator.

    \b
      reelstack reviews
      reelstack claim VIDEO_ID
      reelstack decide VIDEO_ID approve --reason "harmless"
    """
    client = connect(name)
    page = client.moderation.reviews(queue, "severity" if severe else "age", limit=limit)
    if as_json:
        print_json(page)
        return
    print_lines([_line(review) for review in page.items], "nothing waits")


def claim(video_id: VideoId, name: As = "mia", as_json: AsJson = False) -> None:
    """Claim a review, so that nobody else looks at it meanwhile; print what there is to look at.

    \b
      reelstack claim VIDEO_ID
    """
    client = connect(name)
    review = client.moderation.claim(video_id)
    if as_json:
        print_json(review)
        return
    typer.echo(_line(review))
    for item in review.evidence:
        typer.echo(f"  {item.name}  {item.url}")
    if not review.evidence:
        typer.echo(f"  reelstack play {video_id} --as {name}")


def release(video_id: VideoId, name: As = "mia") -> None:
    """Give a claimed review back to the queue.

    \b
      reelstack release VIDEO_ID
    """
    connect(name).moderation.release(video_id)
    typer.echo("given back to the queue")


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
    video = connect(name).moderation.decide(video_id, verdict, reason)
    if as_json:
        print_json(video)
    elif video.carried_out:
        typer.echo(video_line(video))
    else:  # its state is still the one before the decision
        follows = {"approve": "published", "reject": "rejected"}[video.decision]
        typer.echo(f"{video.video_id}  decided: {video.decision}; it is {follows} within seconds")


def takedown(
    video_id: VideoId,
    reason: Annotated[str, typer.Option(help="What its owner is told.")],
    name: As = "mia",
    as_json: AsJson = False,
) -> None:
    """Take a published video out of everybody's reach, within seconds.

    \b
      reelstack takedown VIDEO_ID --reason "Not your film"
    """
    video = connect(name).moderation.take_down(video_id, reason)
    print_json(video) if as_json else typer.echo(f"{video.video_id}  {video.state}  {video.reason_message}")


def appeal(
    video_id: VideoId,
    text: Annotated[str, typer.Option(help="Why the verdict is wrong.")],
    name: As = "ann",
    as_json: AsJson = False,
) -> None:
    """Appeal against a verdict on your video. Somebody else decides, once.

    \b
      reelstack appeal VIDEO_ID --text "It is mine"
    """
    video = connect(name).moderation.appeal(video_id, text)
    print_json(video) if as_json else typer.echo(f"{video.video_id}  appealed")


def audit(video_id: VideoId, name: As = "mia", as_json: AsJson = False) -> None:
    """Who did what to a video, when and why.

    \b
      reelstack audit VIDEO_ID
    """
    client = connect(name)
    moderation = client.moderation
    cursor: str | None = None
    entries: list[AuditEntry] = []
    while True:
        page = moderation.audit(video_id, limit=50, cursor=cursor)
        entries += page.items
        if (cursor := page.cursor) is None:
            break
    if as_json:
        print_json(entries)
        return
    for entry in entries:
        typer.echo(f"{when(entry.at)}  {_actor(entry)}  {entry.action}  {entry.reason or ''}")


def remoderate(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would happen.")] = False,
    name: As = "ada",
    as_json: AsJson = False,
) -> None:
    """Judge every published video's stored scores by the thresholds of now. Safe to repeat.

    \b
      reelstack remoderate --dry-run
    """
    moderation = connect(name).moderation
    cursor: str | None = None
    sums = {"looked_at": 0, "reviews": 0, "takedowns": 0}
    while True:
        page = moderation.remoderate(dry_run=dry_run, cursor=cursor)
        sums = {field: count + getattr(page, field) for field, count in sums.items()}
        if (cursor := page.cursor) is None:
            break
    says = "{looked_at} looked at, {reviews} to review, {takedowns} taken down"
    print_json(sums) if as_json else typer.echo(says.format(**sums) + (" (dry run)" if dry_run else ""))


def _actor(entry: "AuditEntry") -> str:
    return named(entry.actor_user) if entry.actor_user else entry.actor


def _line(review: "Review") -> str:
    worst = max(review.labels.items(), key=lambda item: item[1], default=("", 0.0))
    held = f"  held by {named(review.holder)}" if review.held_by else ""
    said = f"  “{review.appeal}”" if review.appeal else ""
    scored, author = f"{worst[0]} {worst[1]:.2f}", named(review.author)
    return f"{review.video_id}  {when(review.asked_at)}  {review.kind}  {scored}  {review.title}  {author}{held}{said}"
