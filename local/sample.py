"""The sample clip: uploaded by ann through the public API, as any client would, and watched until it is published."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from local import programs
from local.errors import NotPublished
from local.outputs import Outputs
from local.people import TIMEOUT, Person, sign_in
from local.places import Places
from reelstack_client import FINAL, Client, ClientError, Video

TITLE = "Big Buck Bunny"
DESCRIPTION = "© 2008 Blender Foundation, www.bigbuckbunny.org, CC BY 3.0"
SECONDS = 300


@dataclass(frozen=True)
class Sample:
    video: Video
    master_url: str
    link: str
    """Of its page."""


def publish(places: Places, outputs: Outputs, people: list[Person], say: Callable[[str], None]) -> Sample:
    """The published sample clip: the one from an earlier `up`, or a new one. Raises NotPublished."""
    owner, moderator = (next(person for person in people if person.role == role) for role in ("creator", "moderator"))
    with httpx.Client(timeout=TIMEOUT) as http:
        client = Client(
            outputs.edge_url, sign_in(outputs, owner, http), http=http, resume_folder=places.run / "uploads"
        )
        own = client.videos.list().items
        playable = [video for video in own if video.state == "published" and not video.archived]
        video = next((video for video in playable if video.title == TITLE), None)
        if video is None:
            approver = Client(outputs.edge_url, sign_in(outputs, moderator, http), http=http)
            video = _produce(client, approver, say)
        known = client.videos
        return Sample(video, known.playback(video.video_id).master_url or "", known.link(video.video_id))


def _produce(client: Client, moderator: Client, say: Callable[[str], None]) -> Video:
    try:
        upload = client.uploads.upload(programs.sample_clip(), title=TITLE, description=DESCRIPTION, tags=["sample"])
        video = client.videos.wait(upload.video_id, seconds=SECONDS, every=0.5, seen=lambda video: say(video.state))
        if video.state == "review":  # the engines have been known to wonder about a rabbit
            say("a moderator approves")
            moderator.moderation.decide(video.video_id, "approve", "the sample clip")
            video = client.videos.wait(video.video_id, seconds=SECONDS, every=0.5, accept=FINAL)
    except ClientError as error:
        raise NotPublished(f"the sample clip stopped: {error}. See `reelstack logs`") from error
    if video.state != "published":
        raise NotPublished(
            f"the sample clip is {video.state}: {video.reason_message or video.reason} {video.reason_detail or ''}"
        )
    return video
