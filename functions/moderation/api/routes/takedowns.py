from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelstack.audit_log import Kind
from reelstack.cards import audit_cards
from reelstack.cards.audit_cards import AuditPage
from reelstack.moderation import appeals, remoderation, takedowns
from reelstack.moderation.remoderation import Remoderation
from reelstack.platform.text_fields import AppealText
from reelstack.videos import videos
from reelstack.videos.video_view import VideoView, view
from reelstack.web import Admin, Creator, Cursor, Limit, Moderator, VideoId, declared
from reelstack.web.bodies import NUMBER, Flag, StaffReason

router = APIRouter(prefix="/v1", tags=["moderation"])


class Appeal(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: AppealText


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    dry_run: Flag = False
    """Only count what would happen."""
    limit: Annotated[int, Field(ge=1, le=100), NUMBER] = 100
    """How many videos this request looks at."""
    cursor: str | None = Field(default=None, max_length=512)


@router.post("/videos/{video_id}/takedown")
def take_down(video_id: VideoId, why: StaffReason, caller: Moderator) -> VideoView:
    """Takes a published video down. It is hidden with the answer, and unreachable within seconds."""
    return view(takedowns.take_down(video_id, why.reason, caller.user_id))


@router.post("/videos/{video_id}/appeal", status_code=202)
def appeal(video_id: VideoId, wanted: Appeal, caller: Creator) -> VideoView:
    """Has someone else look at a verdict of moderation; once for each verdict."""
    return view(appeals.appeal(video_id, caller.user_id, wanted.text))


@router.get("/videos/{video_id}/audit")
def get_audit(video_id: VideoId, caller: Moderator, limit: Limit = 20, cursor: Cursor = None) -> AuditPage:
    """What was done to a video, oldest first; to a deleted one as well."""
    page = audit_cards.page(video_id, Kind.VIDEO, caller.user_id, limit, cursor)
    if not page.items and cursor is None:
        videos.find(video_id)
    return page


@router.post("/remoderations", openapi_extra=declared(core=False))
def remoderate(wanted: Wanted, caller: Admin) -> Remoderation:  # noqa: ARG001
    """Judges stored scores by the thresholds of now, some videos at a time: send the cursor back until it is null."""
    return remoderation.remoderate(wanted.limit, wanted.cursor, dry_run=wanted.dry_run)
