from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from reelstack.videos import access, analytics, videos
from reelstack.videos.analytics import MOST_DAYS, Analytics, VideoAnalytics
from reelstack.web import VideoId, Viewer

router = APIRouter(prefix="/v1", tags=["videos"])
Days = Annotated[int, Query(ge=1, le=MOST_DAYS)]
Until = Annotated[date | None, Query(ge=date(2000, 1, 1))]


@router.get("/videos/{video_id}/analytics")
def get_video_analytics(video_id: VideoId, caller: Viewer, days: Days = 28, until: Until = None) -> VideoAnalytics:
    """How my video was watched by day, until yesterday or the day that is given (UTC). Nobody but its owner and admins
    is told. A day is counted in the night that follows: `as_of`."""
    video = videos.find(video_id) if caller.may("admin") else access.find_own(video_id, caller.user_id)
    return analytics.of_video(video.video_id, days, until or analytics.yesterday())


@router.get("/me/analytics")
def get_my_analytics(caller: Viewer, days: Days = 28, until: Until = None) -> Analytics:
    """The same of all my videos together."""
    return analytics.of_creator(caller.user_id, days, until or analytics.yesterday())
