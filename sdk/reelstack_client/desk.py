"""The moderators' desk, and what creators say against its verdicts: `client.desk`."""

from __future__ import annotations

from typing import Any, Literal

from reelstack_client.models import Answer, Page, Video
from reelstack_client.transport import Transport


class Evidence(Answer):
    """A file of a video in quarantine; the address lives for minutes."""

    name: str
    url: str


class Review(Answer):
    """A question that waits for a person. Times are unix milliseconds."""

    video_id: str
    owner_id: str
    title: str
    kind: str
    """Who asks: production, policy or appeal."""
    labels: dict[str, float]
    asked_at: int
    appeal: str | None = None
    reason: str | None = None
    reason_detail: str | None = None
    held_by: str | None = None
    held_until: int | None = None
    evidence: tuple[Evidence, ...] = ()


class AuditEntryView(Answer):
    """One entry of a video's audit log."""

    entry_id: str
    at: int
    actor: str
    action: str
    reason: str | None = None
    before: dict[str, Any]
    after: dict[str, Any]


class Remoderation(Answer):
    """What a page of all videos came to under the thresholds of now."""

    looked_at: int
    reviews: int
    takedowns: int
    cursor: str | None = None


class Desk:
    """Everything but `appeal` needs the role moderator; `remoderate` needs admin."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def reviews(
        self,
        queue: Literal["reviews", "appeals"] = "reviews",
        order: Literal["age", "severity"] = "age",
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Review]:
        """What waits for a decision, the oldest or the most severe first."""
        query = {"queue": queue, "order": order, "limit": limit, "cursor": cursor}
        return Page[Review].model_validate(self._transport.call("GET", "/v1/reviews", query=query).json())

    def review(self, video_id: str) -> Review:
        return Review.model_validate(self._transport.call("GET", f"/v1/reviews/{video_id}").json())

    def claim(self, video_id: str) -> Review:
        """Keeps other moderators off it for a while; the same again makes it longer."""
        path = f"/v1/reviews/{video_id}/claim"
        return Review.model_validate(self._transport.call("POST", path, repeatable=True).json())

    def release(self, video_id: str) -> None:
        self._transport.call("DELETE", f"/v1/reviews/{video_id}/claim")

    def take_down(self, video_id: str, reason: str) -> Video:
        """Takes a published video out of everybody's reach."""
        path = f"/v1/videos/{video_id}/takedown"
        return Video.model_validate(self._transport.call("POST", path, body={"reason": reason}, repeatable=True).json())

    def appeal(self, video_id: str, text: str) -> Video:
        """Has somebody else look at a verdict on my video; once for each."""
        path = f"/v1/videos/{video_id}/appeal"
        return Video.model_validate(self._transport.call("POST", path, body={"text": text}).json())

    def audit(self, video_id: str, *, limit: int | None = None, cursor: str | None = None) -> Page[AuditEntryView]:
        """Who did what to a video, oldest first."""
        query = {"limit": limit, "cursor": cursor}
        return Page[AuditEntryView].model_validate(
            self._transport.call("GET", f"/v1/videos/{video_id}/audit", query=query).json()
        )

    def remoderate(self, *, dry_run: bool = False, cursor: str | None = None) -> Remoderation:
        """Judges stored scores of some videos by the thresholds of now; go on with the cursor until it is None."""
        body = {"dry_run": dry_run, "cursor": cursor}
        answer = self._transport.call("POST", "/v1/remoderations", body=body, repeatable=True)
        return Remoderation.model_validate(answer.json())
