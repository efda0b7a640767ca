from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from reelstack.cards import user_cards
from reelstack.cards.user_cards import UserCard
from reelstack.interactions import comment_ids
from reelstack.interactions.comment_ids import CommentId
from reelstack.moderation import reports
from reelstack.moderation.reports import Reason
from reelstack.platform.text_fields import OptionalReason
from reelstack.web import Cursor, Limit, Moderator, VideoId, Viewer

router = APIRouter(prefix="/v1/videos/{video_id}", tags=["interactions"])


class NewReport(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: Reason
    detail: OptionalReason = ""


class ReportView(BaseModel):
    reporter_id: str
    reporter: UserCard
    reason: str
    detail: str | None
    reported_at: int


class ReportPage(BaseModel):
    items: list[ReportView]
    cursor: str | None


def _page(subject: str, caller_id: str, limit: int, cursor: str | None) -> ReportPage:
    found, following = reports.list_reports(subject, limit, cursor)
    people = user_cards.for_staff((one.reporter_id for one in found), caller_id)
    items = [
        ReportView(
            reporter_id=one.reporter_id,
            reporter=people[one.reporter_id],
            reason=one.reason,
            detail=one.detail,
            reported_at=int(one.reported_at),
        )
        for one in found
    ]
    return ReportPage(items=items, cursor=following)


@router.put("/report", status_code=204)
def report_video(video_id: VideoId, wanted: NewReport, caller: Viewer) -> None:
    """Once a person: again changes nothing."""
    reports.report_video(caller.user_id, video_id, wanted.reason, wanted.detail)


@router.put("/comments/{comment_id}/report", status_code=204)
def report_comment(video_id: VideoId, comment_id: CommentId, wanted: NewReport, caller: Viewer) -> None:
    """Once a person: again changes nothing."""
    reports.report_comment(caller.user_id, video_id, comment_id, wanted.reason, wanted.detail)


@router.get("/reports")
def list_reports(video_id: VideoId, caller: Moderator, limit: Limit = 20, cursor: Cursor = None) -> ReportPage:
    """What people said about a video, the newest first."""
    return _page(video_id, caller.user_id, limit, cursor)


@router.get("/comments/{comment_id}/reports")
def list_comment_reports(
    video_id: VideoId,
    comment_id: CommentId,
    caller: Moderator,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> ReportPage:
    """What people said about a comment, the newest first."""
    return _page(comment_ids.counter_of(video_id, comment_id), caller.user_id, limit, cursor)
