from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelstack import appeals, audit, policy, takedowns, videos
from reelstack.policy import Remoderation
from reelstack.views import VideoView, view
from reelstack.web import Admin, Creator, Cursor, Limit, Moderator, VideoId

router = APIRouter(prefix="/v1", tags=["moderation"])


class Takedown(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=1, max_length=500)
    """Its owner reads this."""


class Appeal(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: str = Field(min_length=1, max_length=2000)


class Deed(BaseModel):
    """One entry of the audit log. `actor` is a user id, `machine` or `policy`."""

    entry_id: str
    at: int
    actor: str
    action: str
    reason: str | None
    before: dict[str, Any]
    after: dict[str, Any]


class DeedPage(BaseModel):
    items: list[Deed]
    cursor: str | None


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    dry_run: bool = False
    """Only count what would happen."""
    limit: int = Field(default=100, ge=1, le=100)
    """How many videos this request looks at."""
    cursor: str | None = Field(default=None, max_length=512)


@router.post("/videos/{video_id}/takedown")
def take_down(video_id: VideoId, wanted: Takedown, caller: Moderator) -> VideoView:
    """Takes a published video down. It is hidden with the answer, and unreachable within seconds."""
    return view(takedowns.take_down(video_id, wanted.reason, caller.user_id))


@router.post("/videos/{video_id}/appeal", status_code=202)
def appeal(video_id: VideoId, wanted: Appeal, caller: Creator) -> VideoView:
    """Has someone else look at a verdict of moderation; once for each verdict."""
    return view(appeals.appeal(video_id, caller.user_id, wanted.text))


@router.get("/videos/{video_id}/audit")
def get_audit(video_id: VideoId, caller: Moderator, limit: Limit = 20, cursor: Cursor = None) -> DeedPage:  # noqa: ARG001
    """What was done to a video, oldest first; to a deleted one as well."""
    found, following = audit.list_entries(video_id, limit, cursor)
    items = [Deed(**{**deed.attribute_values, "reason": deed.reason, "at": int(deed.at)}) for deed in found]
    if not items and cursor is None:
        videos.find(video_id)
    return DeedPage(items=items, cursor=following)


@router.post("/remoderations")
def remoderate(wanted: Wanted, caller: Admin) -> Remoderation:  # noqa: ARG001
    """Judges stored scores by the thresholds of now, some videos at a time: send the cursor back until it is null."""
    return policy.remoderate(wanted.limit, wanted.cursor, dry_run=wanted.dry_run)
