"""The production line, for those who run it, and videos made anew: `client.production`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reelstack_client.errors import several
from reelstack_client.methods import operation
from reelstack_client.models import Answer, Page
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Steps
from reelstack_client.videos import Video


class DeadLetter(Answer):
    """An order that could not be started."""

    priority: str
    message_id: str
    upload_id: str | None = None
    attempt: int | None = None
    reason: str
    died_at: str
    body: str


class Reencoded(Answer):
    """`asked`: ids of the videos that will be made anew, of the `seen` that were looked at."""

    asked: list[str]
    seen: int
    cursor: str | None = None


class Moved(Answer):
    moved: dict[str, int]


class Production(Room[Manner]):
    """Every method needs the role admin."""

    @operation
    def status(self) -> Steps[dict[str, Any]]:
        """Who runs, who waits and for how long, what is dead, what the day has cost."""
        return self._ask(dict[str, Any], "GET", "/v1/production")

    @operation
    def dead_letters(self, priority: str | None = None) -> Steps[list[DeadLetter]]:
        """Orders that could not be started, each with the reason."""
        path, query = "/v1/production/dead-letters", {"priority": priority}
        return (yield from self._ask(Page[DeadLetter], "GET", path, query=query)).items

    @operation
    def redrive(self, priority: str | None = None) -> Steps[dict[str, int]]:
        """Sends dead letters back to their queues, at most 50 of each. Returns how many of which."""
        body = {"priority": priority}
        return (yield from self._ask(Moved, "POST", "/v1/production/redrive", body=body, repeatable=True)).moved

    @operation
    def produce(self, video_id: str, renditions: Iterable[str] = (), priority: str = "normal") -> Steps[Video]:
        """Has a published video made anew, or some of its renditions. Viewers keep what they have meanwhile."""
        body = {"renditions": several(renditions), "priority": priority}
        return self._ask(Video, "POST", f"/v1/videos/{video_id}/produce", body=body, keyed=True)

    @operation
    def reencode(
        self, *, without_codec: str | None = None, before: int | None = None, limit: int = 50, cursor: str | None = None
    ) -> Steps[Reencoded]:
        """Has a page of published videos made anew at low priority; go on with the cursor until it is None."""
        body = {"without_codec": without_codec, "before": before, "limit": limit, "cursor": cursor}
        return self._ask(Reencoded, "POST", "/v1/production/reencode", body=body, repeatable=True)
