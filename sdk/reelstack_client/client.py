"""The client: everything an app can ask Reelstack for, over HTTP only.

client = Client("https://clips.example.com", token_provider)
upload = client.upload(Path("clip.mp4"), title="My first clip")
video = client.wait(upload.video_id)
print(client.playback(video.video_id).master_url)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin

import httpx

from reelstack_client.desk import Desk
from reelstack_client.errors import ClientError
from reelstack_client.models import (
    FINAL,
    DeadLetter,
    Item,
    Liked,
    Likes,
    Page,
    Playback,
    Recount,
    Reencoded,
    Upload,
    Video,
    Visibility,
)
from reelstack_client.notifications import Notifications
from reelstack_client.people import People
from reelstack_client.resume import Memory, default_folder
from reelstack_client.retry import Backoff
from reelstack_client.search import Search
from reelstack_client.sending import Sending
from reelstack_client.sign_in import TokenProvider
from reelstack_client.social import Social
from reelstack_client.ties import Ties
from reelstack_client.transport import TIMEOUT, Transport
from reelstack_client.uploading import Uploading
from reelstack_client.uploads import Uploads, Wishes


class NotInTime(ClientError):
    """The video did not reach a final state within the time that was given."""


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
    ) -> None:
        self._transport = Transport(
            edge_url.rstrip("/"), token, http or httpx.Client(timeout=TIMEOUT), backoff or Backoff(), sleep
        )
        self._sleep = sleep
        self._memory = Memory(default_folder() if resume_folder == "default" else resume_folder)
        self.uploads = Uploads(self._transport)
        self.desk = Desk(self._transport)
        self.social = Social(self._transport)
        self.ties = Ties(self._transport)
        self.people = People(self._transport)
        self.notifications = Notifications(self._transport)
        self.search = Search(self._transport)

    def upload(
        self,
        file: Path,
        *,
        title: str,
        description: str = "",
        tags: Iterable[str] = (),
        visibility: Visibility = "public",
        content_type: str | None = None,
        sha256: bool = False,
        how: Sending | None = None,
    ) -> Upload:
        """Uploads a file whole. Called again for the same file after a failure, it sends only what is missing."""
        wishes = Wishes(title, description, tuple(tags), visibility, content_type, sha256)
        return Uploading(file, wishes, how or Sending(sleep=self._sleep), self._transport, self._memory).run()

    def video(self, video_id: str) -> Video:
        return Video.model_validate(self._transport.call("GET", f"/v1/videos/{video_id}").json())

    def videos(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Video]:
        """My videos, newest first."""
        return self._page(Video, "/v1/videos", limit, cursor)

    def feed(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Video]:
        """Published public videos, newest first."""
        return self._page(Video, "/v1/feed", limit, cursor)

    def following_feed(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Video]:
        """What those I follow have published, newest first."""
        return self._page(Video, "/v1/feed/following", limit, cursor)

    def videos_of(self, user_id: str, *, limit: int | None = None, cursor: str | None = None) -> Page[Video]:
        """What a user has published and I may see, newest first."""
        return self._page(Video, f"/v1/users/{user_id}/videos", limit, cursor)

    def edit(self, video_id: str, **changes: Any) -> Video:
        """Changes title, description, tags or visibility."""
        return Video.model_validate(
            self._transport.call("PATCH", f"/v1/videos/{video_id}", body=changes, repeatable=True).json()
        )

    def delete(self, video_id: str) -> None:
        self._transport.call("DELETE", f"/v1/videos/{video_id}")

    def playback(self, video_id: str) -> Playback:
        """Where to watch it, as absolute URLs that any player takes."""
        answer = Playback.model_validate(self._transport.call("GET", f"/v1/videos/{video_id}/playback").json())
        urls = {name: getattr(answer, name) for name in ("master_url", "poster_url", "sprites_url")}
        absolute = {name: urljoin(self._transport.edge_url, url) for name, url in urls.items() if url}
        return answer.model_copy(update=absolute)

    def retry(self, video_id: str) -> Video:
        """Has a failed production tried again."""
        return Video.model_validate(self._transport.call("POST", f"/v1/videos/{video_id}/retry").json())

    def produce(self, video_id: str, renditions: Iterable[str] = (), priority: str = "normal") -> Video:
        """Has a published video made anew, or some of its renditions. For admins; viewers keep what they have."""
        body = {"renditions": list(renditions), "priority": priority}
        return Video.model_validate(self._transport.call("POST", f"/v1/videos/{video_id}/produce", body=body).json())

    def reencode(
        self, *, without_codec: str | None = None, before: int | None = None, limit: int = 50, cursor: str | None = None
    ) -> Reencoded:
        """Has a page of published videos made anew at low priority. For admins; go on with the answer's cursor."""
        body = {"without_codec": without_codec, "before": before, "limit": limit, "cursor": cursor}
        answer = self._transport.call("POST", "/v1/production/reencode", body=body, repeatable=True)
        return Reencoded.model_validate(answer.json())

    def line(self) -> dict[str, Any]:
        """How the production line is: who runs, who waits, what is dead, what the day cost. For admins."""
        answer: dict[str, Any] = self._transport.call("GET", "/v1/production").json()
        return answer

    def dead_letters(self, priority: str | None = None) -> list[DeadLetter]:
        """Orders that could not be started, with the reasons. For admins."""
        answer = self._transport.call("GET", "/v1/production/dead-letters", query={"priority": priority})
        return [DeadLetter.model_validate(one) for one in answer.json()["items"]]

    def redrive(self, priority: str | None = None) -> dict[str, int]:
        """Sends dead letters back to their queues, at most 50 of each. Returns how many of which. For admins."""
        body = {"priority": priority}
        moved = self._transport.call("POST", "/v1/production/redrive", body=body, repeatable=True).json()["moved"]
        return {name: int(number) for name, number in moved.items()}

    def recount(self, video_id: str, *, comment_id: str | None = None, repair: bool = False) -> Recount:
        """Counts one by one what people did with a video, or with one comment below it, and compares with its counter.
        For admins."""
        body = {"repair": repair, "comment_id": comment_id}
        answer = self._transport.call("POST", f"/v1/videos/{video_id}/recount", body=body, repeatable=True)
        return Recount.model_validate(answer.json())

    def recount_user(self, user_id: str, *, repair: bool = False) -> Recount:
        """Counts a user's followers, those they follow and those they asked, likewise. For admins."""
        answer = self._transport.call("POST", f"/v1/users/{user_id}/recount", body={"repair": repair}, repeatable=True)
        return Recount.model_validate(answer.json())

    def decide(self, video_id: str, verdict: Literal["approve", "reject"], reason: str = "") -> Video:
        """A moderator's decision on a video in review."""
        body = {"verdict": verdict, "reason": reason}
        return Video.model_validate(self._transport.call("POST", f"/v1/videos/{video_id}/verdict", body=body).json())

    def like(self, video_id: str) -> None:
        self._transport.call("PUT", f"/v1/videos/{video_id}/like")

    def unlike(self, video_id: str) -> None:
        self._transport.call("DELETE", f"/v1/videos/{video_id}/like")

    def likes(self, video_id: str) -> Likes:
        return Likes.model_validate(self._transport.call("GET", f"/v1/videos/{video_id}/likes").json())

    def my_likes(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Liked]:
        return self._page(Liked, "/v1/me/likes", limit, cursor)

    def health(self) -> dict[str, Any]:
        answer: dict[str, Any] = self._transport.call("GET", "/v1/health").json()
        return answer

    def wait(
        self,
        video_id: str,
        *,
        accept: Collection[str] = (*FINAL, "review"),
        seconds: float = 600,
        every: float = 1.0,
        seen: Callable[[Video], None] = lambda _: None,
    ) -> Video:
        """The video once its state is one of `accept`; `seen` is told each answer meanwhile. Raises NotInTime."""
        deadline = time.monotonic() + seconds
        while True:
            video = self.video(video_id)
            seen(video)
            if video.state in accept:
                return video
            if time.monotonic() > deadline:
                raise NotInTime(f"video {video_id} is still {video.state} after {seconds:.0f} s")
            self._sleep(every)

    def _page(self, kind: type[Item], path: str, limit: int | None, cursor: str | None) -> Page[Item]:
        answer = self._transport.call("GET", path, query={"limit": limit, "cursor": cursor})
        return Page[kind].model_validate(answer.json())  # type: ignore[valid-type]  # a generic made at run time
