from typing import Annotated

from fastapi import APIRouter, Query

from reelstack.accounts import profiles
from reelstack.accounts.profiles import ProfilePage
from reelstack.counters import counters
from reelstack.platform.text_fields import SearchWords, Tag
from reelstack.search import search
from reelstack.videos.video_view import VideoPage, view
from reelstack.web import Cursor, Limit, Reader

router = APIRouter(prefix="/v1/search", tags=["search"])

Words = Annotated[SearchWords, Query()]
WantedTag = Annotated[Tag | None, Query()]


@router.get("/videos")
def search_videos(
    caller: Reader, q: Words = "", tag: WantedTag = None, limit: Limit = 20, cursor: Cursor = None
) -> VideoPage:
    """Public videos by words of title, description and tags, by a tag, or both. The best first; of equals the newest.

    A page may hold fewer than were asked for."""
    found, following = search.videos(q, tag, caller.user_id, limit, cursor)
    counts = counters.read([video.video_id for video in found])
    return VideoPage(items=[view(video, counts[video.video_id]) for video in found], cursor=following)


@router.get("/users")
def search_users(caller: Reader, q: Words, limit: Limit = 20, cursor: Cursor = None) -> ProfilePage:
    """People by the beginning of their handle or by words of their name. A page may hold fewer than were asked for."""
    found, following = search.users(q, caller.user_id, limit, cursor)
    return ProfilePage(items=[profiles.view(user) for user in found], cursor=following)
