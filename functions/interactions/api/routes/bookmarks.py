import time

from fastapi import APIRouter
from pydantic import BaseModel

from reelstack.cards import video_cards
from reelstack.cards.video_cards import For, VideoCard
from reelstack.interactions import bookmarks
from reelstack.videos import listings
from reelstack.videos.access import Viewed
from reelstack.web import Cursor, Include, Limit, VideoId, Viewer, declared

router = APIRouter(prefix="/v1", tags=["interactions"])


class SavedVideo(BaseModel):
    video_id: str
    saved_at: int
    video: VideoCard


class SavedPage(BaseModel):
    items: list[SavedVideo]
    cursor: str | None


@router.put("/videos/{video_id}/bookmark", status_code=204)
def bookmark_video(video_id: VideoId, caller: Viewer) -> None:
    bookmarks.save(caller.user_id, video_id)


@router.delete("/videos/{video_id}/bookmark", status_code=204)
def remove_bookmark(video_id: VideoId, caller: Viewer) -> None:
    bookmarks.remove(caller.user_id, video_id)


@router.get("/me/bookmarks", openapi_extra=declared(core=False))
def list_bookmarks(caller: Viewer, limit: Limit = 20, cursor: Cursor = None, include: Include = None) -> SavedPage:
    """What I keep, the newest first. What I may not see any more is left out: a page may hold fewer than asked for."""
    found, following = bookmarks.list_saved(caller.user_id, limit, cursor)
    read_at = int(time.time())
    seen = listings.seen((one.video_id for one in found), caller.user_id).values()
    asked = For(caller.user_id, playback=include is not None)
    cards = video_cards.of([Viewed(video, read_at) for video in seen], asked)
    saved = {one.video_id: int(one.saved_at) for one in found}
    items = [SavedVideo(video_id=card.video_id, saved_at=saved[card.video_id], video=card) for card in cards]
    return SavedPage(items=items, cursor=following)
