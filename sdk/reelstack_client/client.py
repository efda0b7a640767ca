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
from typing import Any, Literal, TypeAlias, cast

import httpx

from reelstack_client.accounts import Accounts
from reelstack_client.archives import Archives
from reelstack_client.behavior import Behavior
from reelstack_client.blocking import BlockingRunner
from reelstack_client.feed import Feed
from reelstack_client.interactions import Interactions
from reelstack_client.methods import operation
from reelstack_client.moderation import Moderation
from reelstack_client.notifications import Notifications
from reelstack_client.operations import Operations
from reelstack_client.privacy import Privacy
from reelstack_client.production import Production
from reelstack_client.resume import Memory, default_folder
from reelstack_client.retry import Backoff
from reelstack_client.room import Blocking, Manner, Room, Runner
from reelstack_client.search import Search
from reelstack_client.social import Social
from reelstack_client.steps import Steps
from reelstack_client.tokens import TokenProvider
from reelstack_client.transport import TIMEOUT, Transport
from reelstack_client.uploads import Uploads
from reelstack_client.videos import Videos

AGENT = "reelstack-client"
Folder: TypeAlias = Path | Literal["default"] | None
"""Where uploads are remembered; None: nowhere beyond the process."""


class Rooms(Room[Manner]):
    """What both clients have."""

    def __init__(self, runner: Runner, edge_url: str, backoff: Backoff | None, resume_folder: Folder) -> None:
        transport = Transport(edge_url.rstrip("/"), backoff or Backoff())
        super().__init__(runner, transport)
        memory = Memory(default_folder() if resume_folder == "default" else resume_folder)
        self.uploads = Uploads[Manner](runner, transport, memory)
        self.videos = Videos[Manner](runner, transport)
        self.archives = Archives[Manner](runner, transport)
        self.feed = Feed[Manner](runner, transport)
        self.behavior = Behavior[Manner](runner, transport)
        self.interactions = Interactions[Manner](runner, transport)
        self.social = Social[Manner](runner, transport)
        self.accounts = Accounts[Manner](runner, transport)
        self.notifications = Notifications[Manner](runner, transport)
        self.search = Search[Manner](runner, transport)
        self.moderation = Moderation[Manner](runner, transport)
        self.production = Production[Manner](runner, transport)
        self.operations = Operations[Manner](runner, transport)
        self.privacy = Privacy[Manner](runner, transport)

    @operation
    def health(self) -> Steps[dict[str, Any]]:
        """That the service answers, and as which stage."""
        return self._ask(dict[str, Any], "GET", "/v1/health")


class Client(Rooms[Blocking]):
    """Safe to share between threads. Without a token provider only public routes answer."""

    def __init__(
        self,
        edge_url: str,
        token: TokenProvider | None = None,
        *,
        http: httpx.Client | None = None,
        backoff: Backoff | None = None,
        resume_folder: Folder = "default",
        sleep: Callable[[float], None] = time.sleep,
        agent: str = AGENT,
    ) -> None:
        """`agent` is how the list of sign-ins calls this program; a client of your own, `http`, says it itself."""
        self._own = None if http else httpx.Client(timeout=TIMEOUT, headers={"user-agent": agent})
        runner = BlockingRunner(http or cast(httpx.Client, self._own), token, sleep)
        super().__init__(runner, edge_url, backoff, resume_folder)

    def close(self) -> None:
        """Closes the connections, but for those of an `http` that was given."""
        if self._own:
            self._own.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
