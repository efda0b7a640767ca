from fastapi import APIRouter

from reelstack import counters, videos
from reelstack.views import VideoPage, view
from reelstack.web import Cursor, Limit, Viewer

router = APIRouter(prefix="/v1/feed", tags=["feed"])


@router.get("")
def get_feed(caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> VideoPage:  # noqa: ARG001
    """Published public videos, newest first."""
    found, following = videos.list_published(limit, cursor)
    counts = counters.read([video.video_id for video in found])
    return VideoPage(items=[view(video, counts[video.video_id]) for video in found], cursor=following)
