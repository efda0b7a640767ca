import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BeforeValidator

from reelstack.videos import access, analytics, videos
from reelstack.videos.analytics import MOST_DAYS, Analytics, VideoAnalytics
from reelstack.web import VideoId, Viewer, declared

router = APIRouter(prefix="/v1", tags=["videos"])
Days = Annotated[int, Query(ge=1, le=MOST_DAYS)]


def _as_described(value: Any) -> Any:
    """Pydantic takes a number for a date, too, and a moment at midnight."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, flags=re.ASCII):
        raise ValueError("A day is written as 2026-11-28")
    return value


Day = Annotated[date, BeforeValidator(_as_described)]


@router.get("/videos/{video_id}/analytics", openapi_extra=declared(core=False))
def get_video_analytics(video_id: VideoId, caller: Viewer, days: Days = 28, until: Day | None = None) -> VideoAnalytics:
    """How my video was watched by day, until yesterday or the day that is given (UTC). Nobody but its owner and admins
    is told. A day is counted in the night that follows: `as_of`."""
    video = videos.find(video_id) if caller.may("admin") else access.find_own(video_id, caller.user_id)
    return analytics.of_video(video.video_id, days, analytics.last_day(until))


@router.get("/me/analytics", openapi_extra=declared(core=False))
def get_my_analytics(caller: Viewer, days: Days = 28, until: Day | None = None) -> Analytics:
    """The same of all my videos together."""
    return analytics.of_creator(caller.user_id, days, analytics.last_day(until))
