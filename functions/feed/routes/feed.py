from fastapi import APIRouter

from reelstack import likes, listings
from reelstack.views import VideoPage, view
from reelstack.web import Cursor, Limit, Viewer

router = APIRouter(prefix="/v1/feed", tags=["feed"])


@router.get("")
def get_feed(caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> VideoPage:
    """Published public videos, newest first."""
    found, following = listings.feed(caller.user_id, limit, cursor)
    counts = likes.counts([video.video_id for video in found])
    return VideoPage(items=[view(video, counts[video.video_id]) for video in found], cursor=following)
