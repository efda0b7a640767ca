from fastapi import APIRouter

from reelstack.operations import recounts
from reelstack.operations.recounts import Recount, WantedRecountOfVideo
from reelstack.web import Admin, VideoId, declared

router = APIRouter(prefix="/v1/videos", tags=["operations"])


@router.post("/{video_id}/recount", openapi_extra=declared(audited="video:{video_id}", core=False))
def recount_video(video_id: VideoId, wanted: WantedRecountOfVideo, caller: Admin) -> Recount:  # noqa: ARG001
    """Counts one by one what people did with a video, or with one comment below it, and compares."""
    if wanted.comment_id:
        return recounts.of_comment(video_id, wanted.comment_id, repair=wanted.repair)
    return recounts.of_video(video_id, repair=wanted.repair)
