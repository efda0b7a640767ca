from fastapi import APIRouter

from reelstack.counters import counters
from reelstack.feed import timelines
from reelstack.tables.videos import Video
from reelstack.videos import listings
from reelstack.videos.video_view import VideoPage, view
from reelstack.web import Cursor, Limit, Viewer

router = APIRouter(prefix="/v1/feed", tags=["feed"])


@router.get("")
def get_feed(caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> VideoPage:
    """Published public videos, newest first."""
    return _page(caller.user_id, *listings.feed(caller.user_id, limit, cursor))


@router.get("/following")
def get_following(caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> VideoPage:
    """What those I follow have published, newest first. A page may hold fewer than were asked for."""
    return _page(caller.user_id, *timelines.read(caller.user_id, limit, cursor))


def _page(user_id: str, found: list[Video], following: str | None) -> VideoPage:
    counts = counters.read([video.video_id for video in found])
    items = [view(video, counts[video.video_id], inside=video.owner_id == user_id) for video in found]
    return VideoPage(items=items, cursor=following)
