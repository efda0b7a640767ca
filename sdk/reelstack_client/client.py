"""The client: everything an app can ask Reelstack for, over HTTP only, one attribute for each room.

client = Client("https://clips.example.com", token_provider)
upload = client.uploads.upload(Path("clip.mp4"), title="My first clip")
video = client.videos.wait(upload.video_id)
print(client.videos.playback(video.video_id).master_url)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import httpx

from reelstack_client.accounts import Accounts
from reelstack_client.archives import Archives
from reelstack_client.behavior import Behavior
from reelstack_client.feed import Feed
from reelstack_client.interactions import Interactions
from reelstack_client.moderation import Moderation
from reelstack_client.notifications import Notifications
from reelstack_client.operations import Operations
from reelstack_client.privacy import Privacy
from reelstack_client.production import Production
from reelstack_client.resume import Memory, default_folder
from reelstack_client.retry import Backoff
from reelstack_client.search import Search
from reelstack_client.sign_in import TokenProvider
from reelstack_client.social import Social
from reelstack_client.transport import TIMEOUT, Transport
from reelstack_client.uploads import Uploads
from reelstack_client.videos import Videos

AGENT = "reelstack-client"


class Client:
    """Safe to share between threads. Without a token provider only public routes answer."""

    def __init__(
        self,
        edge_url: str,
        token: TokenProvider | None = None,
        *,
        http: httpx.Client | None = None,
        backoff: Backoff | None = None,
        resume_folder: Path | Literal["default"] | None = "default",
        sleep: Callable[[float], None] = time.sleep,
        agent: str = AGENT,
    ) -> None:
        """`agent` is how the list of sign-ins calls this program; a client of your own, `http`, says it itself."""
        http = http or httpx.Client(timeout=TIMEOUT, headers={"user-agent": agent})
        transport = Transport(edge_url.rstrip("/"), token, http, backoff or Backoff(), sleep)
        memory = Memory(default_folder() if resume_folder == "default" else resume_folder)
        self._transport = transport
        self.uploads = Uploads(transport, memory)
        self.videos = Videos(transport)
        self.archives = Archives(transport)
        self.feed = Feed(transport)
        self.behavior = Behavior(transport)
        self.interactions = Interactions(transport)
        self.social = Social(transport)
        self.accounts = Accounts(transport)
        self.notifications = Notifications(transport)
        self.search = Search(transport)
        self.moderation = Moderation(transport)
        self.production = Production(transport)
        self.operations = Operations(transport)
        self.privacy = Privacy(transport)

    def health(self) -> dict[str, Any]:
        """That the service answers, and as which stage."""
        answer: dict[str, Any] = self._transport.call("GET", "/v1/health").json()
        return answer
