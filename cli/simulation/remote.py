"""The same people before a running laptop cloud: real uploads, pages, receipts and reports of what was watched.

People sign in as users of their own (`sim-0001` …, made like the demo users), clips are uploaded by ann and named after
the world's, so that a second run finds both and makes only what is missing. A simulated day is one round, without
waiting: clips last CLIP_SECONDS, which the service believes of a viewer who answers at once. What the demo needs is
left behind: people with histories, clips with plays, likes and hides. A request that fails ends the run, and running
again goes on; the clips that were watched by then are not shown again.
"""

import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from cli.simulation.people import TAGS, Settings
from cli.simulation.world import Mood, Outcome, Visit, World
from local import outputs, people, places, sample_clip
from local.cloud import client as aws_client
from local.outputs import Outputs
from local.services import Services
from reelstack_client import FINAL, Client, PasswordSignIn, Video
from reelstack_client.behavior import event_id

TITLE = "Simulated clip "
CLIP_SECONDS = 3
WAIT_SECONDS = 600
TIMEOUT = 30
MOST_PEOPLE, MOST_CLIPS = 200, 100
"""A laptop makes a clip in some seconds."""
Say = Callable[[str], None]


@dataclass
class Told:
    """What happened, and what the service accepted of it."""

    impressions: int = 0
    finishes: int = 0
    fast_skips: int = 0
    likes: int = 0
    hides: int = 0
    events: int = 0
    refused: int = 0


def drive(settings: Settings, say: Say) -> Told:
    """Raises NotUp without a cloud, and what the client raises."""
    here = places.places()
    named, services = outputs.read(here), Services.of(here)
    world, told = World(settings), Told()
    with httpx.Client(timeout=TIMEOUT) as http:
        staff = {one.name: Client(named.edge_url, people.sign_in(named, one, http), http=http, resume_folder=here.run)
                 for one in people.read(here) if one.name in ("ann", "mia")}  # fmt: skip
        publish(world, staff["ann"], staff["mia"], say)
        say(f"{settings.viewers} people sign in")
        viewers = [_sign_in(services, named, number, http) for number in range(settings.viewers)]
        for day in range(settings.days):
            for visit in world.start_day(day):
                _visit(world, viewers[visit.viewer], day, visit, told)
            say(f"day {day + 1} of {settings.days}: {told.impressions} clips shown, {told.events} events taken")
    return told


def publish(world: World, creator: Client, moderator: Client, say: Say) -> None:
    """Uploads what is not there, and waits until each is published."""
    there = {video.title for video in _all(creator) if video.state == "published"}
    missing = [row for row in range(len(world.clips)) if title_of(row) not in there]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        if missing:
            sample_clip.make(file, sample_clip.Shape(CLIP_SECONDS))
        uploaded = []
        for number, row in enumerate(missing, 1):
            tags = ["simulated", *(TAGS[tag] for tag in world.clips.tags[row])]
            # Each file is another: the service may know a copy of one that it has.
            with file.open("ab") as end:
                end.write(b"\0\0\0\x10free" + secrets.token_bytes(8))
            uploaded.append(creator.uploads.upload(file, title=title_of(row), tags=tags).video_id)
            say(f"clip {number} of {len(missing)} uploaded")
    for number, video_id in enumerate(uploaded, 1):
        video = creator.videos.wait(video_id, seconds=WAIT_SECONDS, every=1.0)
        if video.state == "review":
            moderator.moderation.decide(video_id, "approve", "a simulated clip")
            video = creator.videos.wait(video_id, seconds=WAIT_SECONDS, every=1.0, accept=FINAL)
        say(f"clip {number} of {len(uploaded)} is {video.state}")


def title_of(row: int) -> str:
    return f"{TITLE}{row:04}"


def row_of(title: str) -> int | None:
    number = title.removeprefix(TITLE)
    return int(number) if title.startswith(TITLE) and number.isdigit() else None


def events_of(video: Video, outcome: Outcome, share: float) -> list[dict[str, Any]]:
    """What a player reports of a clip that was shown; likes and hides are requests of their own."""
    now, view = time.time_ns() // 1_000_000, event_id()
    watched = int(share * CLIP_SECONDS * 1000)
    base: dict[str, Any] = {"video_id": video.video_id, "at": now}
    if video.receipt:
        base["receipt"] = video.receipt
    end = {"view_id": view, "watched_ms": watched, "position_ms": watched}
    return [
        {**base, "id": event_id(), "type": "impression"},
        {**base, "id": view, "type": "play"},
        {**base, "id": event_id(), "type": "finish" if outcome.finish else "skip", **end},
    ]


def _visit(world: World, viewer: Client, day: int, visit: Visit, told: Told) -> None:
    chance, mood, worth = world.chance_of(day, visit), Mood(), [0.0]
    session: str | None = None
    for _ in range(visit.pages):
        page = viewer.feed.page(limit=world.settings.page, session=session)
        session = page.session
        events: list[dict[str, Any]] = []
        for position, video in enumerate(page.items):
            row = row_of(video.title)
            if row is None or row >= len(world.clips):
                continue  # somebody else's clip: nobody here has an opinion of it
            outcome = world.respond(visit.viewer, row, position, mood, chance)
            share = outcome.watched_ms / int(world.clips.duration_ms[row])
            events += events_of(video, outcome, share)
            _act(viewer, video.video_id, outcome, told)
            worth.append(outcome.worth)
        _report(viewer, events, told)
    world.leave(visit.viewer, sum(worth) / len(worth))


def _act(viewer: Client, video_id: str, outcome: Outcome, told: Told) -> None:
    told.impressions += 1
    told.finishes += outcome.finish
    told.fast_skips += outcome.fast_skip
    if outcome.like:
        viewer.interactions.like(video_id)
        told.likes += 1
    if outcome.hide:
        viewer.feed.hide("videos", video_id)
        told.hides += 1


def _report(viewer: Client, events: Sequence[dict[str, Any]], told: Told) -> None:
    for first in range(0, len(events), 90):
        taken = viewer.behavior.report(events[first : first + 90])
        told.events += taken.accepted
        told.refused += len(taken.refused)


def _sign_in(services: Services, named: Outputs, number: int, http: httpx.Client) -> Client:
    """A user of the pool, made if it is not there; its password is drawn anew each time and kept nowhere."""
    cognito, name = aws_client(services, "cognito-idp"), f"sim-{number:04}"
    password = f"Aa1!{secrets.token_urlsafe(18)}"
    attributes = [{"Name": "email", "Value": f"{name}@example.com"}, {"Name": "email_verified", "Value": "true"}]
    with suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            UserPoolId=named.user_pool_id, Username=name, MessageAction="SUPPRESS", UserAttributes=attributes
        )
    cognito.admin_set_user_password(UserPoolId=named.user_pool_id, Username=name, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=named.user_pool_id, Username=name, GroupName="viewer")
    provider = PasswordSignIn(named.endpoint, named.client_id, name, password, http)
    viewer = Client(named.edge_url, provider, http=http, agent="reelstack simulate")
    if viewer.accounts.me().handle is None:
        viewer.accounts.edit(display_name=f"Simulated person {number}")
        viewer.accounts.claim_handle(name.replace("-", "_"))
    return viewer


def _all(creator: Client) -> Iterable[Video]:
    cursor: str | None = None
    while True:
        page = creator.videos.list(limit=50, cursor=cursor)
        yield from page.items
        if (cursor := page.cursor) is None:
            return
