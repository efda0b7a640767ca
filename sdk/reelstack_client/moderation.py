"""What moderators decide, and what creators say against it: `client.moderation`."""

from __future__ import annotations

from typing import Literal

from reelstack_client.audit_log import AuditEntry
from reelstack_client.methods import operation, pages
from reelstack_client.models import Answer, Page, UserCard
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Steps
from reelstack_client.videos import Video


class Evidence(Answer):
    """A file of a video in quarantine; the address lives for minutes."""

    name: str
    url: str


class Review(Answer):
    """A question that waits for a person. Times are unix milliseconds."""

    video_id: str
    owner_id: str
    author: UserCard | None = None
    title: str
    kind: str
    """Who asks: production, policy or appeal."""
    labels: dict[str, float]
    asked_at: int
    appeal: str | None = None
    reason: str | None = None
    reason_detail: str | None = None
    held_by: str | None = None
    holder: UserCard | None = None
    """Who `held_by` is."""
    held_until: int | None = None
    evidence: tuple[Evidence, ...] = ()


class DecidedVideo(Video):
    """A video after a decision. `carried_out` is False while `state` is still the one before: it follows in seconds."""

    decision: str = ""
    carried_out: bool = True


class Remoderation(Answer):
    """What a page of all videos came to under the thresholds of now."""

    looked_at: int
    reviews: int
    takedowns: int
    cursor: str | None = None


class Moderation(Room[Manner]):
    """Everything but `appeal` needs the role moderator; `remoderate` needs admin."""

    @pages
    def reviews(
        self,
        queue: Literal["reviews", "appeals"] = "reviews",
        order: Literal["age", "severity"] = "age",
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Steps[Page[Review]]:
        """What waits for a decision, the oldest or the most severe first."""
        return self._page(Review, "/v1/reviews", limit, cursor, queue=queue, order=order)

    @operation
    def review(self, video_id: str) -> Steps[Review]:
        return self._ask(Review, "GET", f"/v1/reviews/{video_id}")

    @operation
    def claim(self, video_id: str) -> Steps[Review]:
        """Keeps other moderators off it for a while; the same again makes it longer."""
        path = f"/v1/reviews/{video_id}/claim"
        return self._ask(Review, "POST", path, repeatable=True)

    @operation
    def release(self, video_id: str) -> Steps[None]:
        return self._do("DELETE", f"/v1/reviews/{video_id}/claim")

    @operation
    def decide(self, video_id: str, verdict: Literal["approve", "reject"], reason: str = "") -> Steps[DecidedVideo]:
        """Decides on a video in review, on an appeal, or on what was reported. What was decided by another moderator,
        or is settled meanwhile, is a Conflict: `already-decided`, `question-closed` or `author-gone`."""
        body = {"verdict": verdict, "reason": reason}
        return self._ask(DecidedVideo, "POST", f"/v1/videos/{video_id}/verdict", body=body, keyed=True)

    @operation
    def take_down(self, video_id: str, reason: str) -> Steps[Video]:
        """Takes a published video out of everybody's reach."""
        path = f"/v1/videos/{video_id}/takedown"
        return self._ask(Video, "POST", path, body={"reason": reason}, repeatable=True)

    @operation
    def appeal(self, video_id: str, text: str) -> Steps[Video]:
        """Has somebody else look at a verdict on my video; once for each."""
        path = f"/v1/videos/{video_id}/appeal"
        return self._ask(Video, "POST", path, body={"text": text}, keyed=True)

    @pages
    def audit(self, video_id: str, *, limit: int | None = None, cursor: str | None = None) -> Steps[Page[AuditEntry]]:
        """Who did what to a video, oldest first."""
        return self._page(AuditEntry, f"/v1/videos/{video_id}/audit", limit, cursor)

    @operation
    def remoderate(self, *, dry_run: bool = False, cursor: str | None = None) -> Steps[Remoderation]:
        """Judges stored scores of some videos by the thresholds of now; go on with the cursor until it is None."""
        body = {"dry_run": dry_run, "cursor": cursor}
        return self._ask(Remoderation, "POST", "/v1/remoderations", body=body, repeatable=True)
