from fastapi import APIRouter
from pydantic import BaseModel

from reelstack.interactions import bookmarks
from reelstack.videos import listings
from reelstack.web import Cursor, Limit, VideoId, Viewer

router = APIRouter(prefix="/v1", tags=["interactions"])


class SavedVideo(BaseModel):
    video_id: str
    saved_at: int


class SavedPage(BaseModel):
    items: list[SavedVideo]
    cursor: str | None


@router.put("/videos/{video_id}/bookmark", status_code=204)
def bookmark_video(video_id: VideoId, caller: Viewer) -> None:
    bookmarks.save(caller.user_id, video_id)


@router.delete("/videos/{video_id}/bookmark", status_code=204)
def remove_bookmark(video_id: VideoId, caller: Viewer) -> None:
    bookmarks.remove(caller.user_id, video_id)


@router.get("/me/bookmarks")
def list_bookmarks(caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> SavedPage:
    """What I keep, the newest first. What I may not see any more is left out: a page may hold fewer than asked for."""
    found, following = bookmarks.list_saved(caller.user_id, limit, cursor)
    seen = listings.seen((one.video_id for one in found), caller.user_id)
    items = [SavedVideo(video_id=one.video_id, saved_at=int(one.saved_at)) for one in found if one.video_id in seen]
    return SavedPage(items=items, cursor=following)
