"""What several commands print the same way: lists, times, a video on one line, and numbers by day as bars."""

import datetime
from typing import TYPE_CHECKING, Protocol

import typer

if TYPE_CHECKING:
    from reelstack_client import Analytics, Client, Video
    from reelstack_client.archives import Archive


def print_lines(lines: list[str], otherwise: str) -> None:
    """One line each, or `otherwise` where there is none."""
    for line in lines or [otherwise]:
        typer.echo(line)


def when(milliseconds: int) -> str:
    """A time as the service sends it, in UTC."""
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")


class Person(Protocol):
    """A user, as far as a person reads it."""

    @property
    def handle(self) -> str | None: ...

    @property
    def display_name(self) -> str: ...


def counted(number: int, one: str, many: str = "") -> str:
    """1 like, 2 likes; `many` where the plural has another end."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def named(person: Person | None) -> str:
    """How a person is called: by handle, else by display name. Never by id, which means nothing to a reader."""
    if person is None:
        return "(somebody)"
    return f"@{person.handle}" if person.handle else person.display_name or "(somebody)"


def progress_line(video: "Video") -> str:
    """How far a video's production is, e.g. "encoding, 4 of 8 renditions, about 2 min left"."""
    progress = video.progress
    if progress is None:
        return f"{video.title}: {video.state}"
    parts = [progress.stage.replace("-", " ")]
    if progress.renditions_total:
        parts.append(f"{progress.renditions_done} of {progress.renditions_total} renditions")
    if progress.remaining_seconds is not None:
        parts.append(f"about {_duration(progress.remaining_seconds)} left")
    return f"{video.title}: " + ", ".join(parts)


def _duration(seconds: int) -> str:
    return f"{seconds} s" if seconds < 100 else f"{round(seconds / 60)} min"


def video_lines(video: "Video") -> list[str]:
    """One video, and below it what production changed about it."""
    return [video_line(video), *(f"    {notice.message}" for notice in video.notices or ())]


def video_line(video: "Video", *, by: bool = False) -> str:
    """One video on one line: id, state, what can be said about it, title; `by`: and whose it is."""
    said = ""
    if video.archived:
        said = f"archived: reelstack archive show {video.video_id}"
    elif video.state == "published" and video.duration_ms is not None:
        said = f"{video.duration_ms / 1000:.1f} s, {video.width} × {video.height}"
        said += f", {counted(video.likes, 'like')}" if video.likes is not None else ""
        said += "" if video.visibility == "public" else f", {video.visibility}"
    elif video.state in ("rejected", "failed"):
        parts = dict.fromkeys((video.reason_message or video.reason, video.reason_detail))
        said = " ".join(part for part in parts if part)
        said += f" Try again: reelstack retry {video.video_id}" if video.retryable else ""
    elif video.state == "review":
        said = f"waits for a person: reelstack decide {video.video_id} approve|reject"
    author = f"  {named(video.author)}" if by else ""
    return f"{video.video_id}  {video.state:10}  {video.title}{author}" + (f"  ({said})" if said else "")


def watch(client: "Client", video_id: str) -> "Video":
    """Waits for the verdict on a video and shows meanwhile how far its production is."""
    from rich.console import Console

    from reelstack_client import ClientError

    console, told = Console(stderr=True), ""

    def tell(video: "Video") -> None:
        """A line for each stage, where nothing can be drawn anew, as in a log."""
        nonlocal told
        line = progress_line(video).partition(", about")[0]
        if line != told:
            told = line
            typer.echo(line, err=True)

    try:
        if not console.is_terminal:
            return client.videos.wait(video_id, seen=tell)
        with console.status("uploaded") as status:
            return client.videos.wait(video_id, seen=lambda video: status.update(progress_line(video)))
    except ClientError:
        typer.echo("The upload is complete. `reelstack videos` says what became of it.", err=True)
        raise


def archive_lines(found: "Archive") -> list[str]:
    """What an archive holds and costs, and each way back."""
    size = f"{found.bytes / 2**20:.1f} MiB in {counted(found.objects, 'object')}"
    month = f"{_dollars(found.archived_microdollars_per_month)} a month instead of "
    lines = [f"{found.state or 'not archived'}: {size}, {month}{_dollars(found.standard_microdollars_per_month)}"]
    if found.ready_by:
        lines.append(f"  back by {when(found.ready_by)} UTC ({found.tier})")
        return lines
    ways = [
        f"  {one.tier:9}  within {_span(one.seconds)}  {_dollars(one.price_microdollars)}" for one in found.restores
    ]
    return [*lines, *ways]


def _dollars(microdollars: int) -> str:
    return f"{microdollars / 1_000_000:.6f} $"


def _span(seconds: int) -> str:
    return f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h"


BAR = 30
"""Characters of the longest bar."""


def analytics_lines(found: "Analytics") -> list[str]:
    """Sums, a bar for each day, sources, and how far plays went."""
    if found.as_of is None:
        now = [] if found.plays_now is None else [f"{counted(found.plays_now, 'play')} so far"]
        return [
            "nothing is counted by day yet: the daily job does it in the night; on a laptop `reelstack profiles run`",
            *now,
        ]
    rate = "" if found.finish_rate is None else f", {found.finish_rate:.0%} to the end"
    lines = [
        f"{found.first_day} to {found.last_day}, counted until {when(found.as_of)} UTC",
        f"{counted(found.plays, 'play')}, {_watched(found.watched_ms)} watched{rate}",
    ]
    if found.plays_now is not None:
        lines.append(f"{counted(found.plays_now, 'play')} ever, today included")
    most = max((day.plays for day in found.days), default=0)
    for day in found.days:
        viewers = "" if day.viewers is None else f"  {counted(day.viewers, 'viewer')}"
        lines.append(f"{day.day}  {_bar(day.plays, most):{BAR}} {day.plays:>8,}{viewers}  {_watched(day.watched_ms)}")
    for source, plays in sorted(found.sources.items(), key=lambda one: (-one[1], one[0])):
        lines.append(f"{source:10}  {_bar(plays, found.plays):{BAR}} {plays:>8,}")
    for point in found.retention:
        lines.append(f"at {point.percent:3} %    {_bar(point.share, 1):{BAR}} {point.share:>8.0%}")
    return lines


def _bar(number: float, most: float) -> str:
    return "▇" * round(BAR * number / most) if most else ""


def _watched(milliseconds: int) -> str:
    minutes = milliseconds / 60_000
    return f"{minutes:,.1f} min" if minutes < 600 else f"{minutes / 60:,.1f} h"
