from fastapi import APIRouter

from reelstack import recounts
from reelstack.recounts import Recount, WantedRecount
from reelstack.web import Admin, VideoId, declared

router = APIRouter(prefix="/v1/videos", tags=["production"])


@router.post("/{video_id}/recount", openapi_extra=declared(audited="video:{video_id}"))
def recount_video(video_id: VideoId, wanted: WantedRecount, caller: Admin) -> Recount:  # noqa: ARG001
    """Counts a video's likes and comments one by one and compares."""
    return recounts.of_video(video_id, repair=wanted.repair)
