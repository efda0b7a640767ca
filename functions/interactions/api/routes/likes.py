import time

from fastapi import APIRouter
from pydantic import BaseModel

from reelstack.cards import user_cards, video_cards
from reelstack.cards.user_cards import UserCard
from reelstack.cards.video_cards import For, VideoCard
from reelstack.counters import counters
from reelstack.interactions import likes
from reelstack.videos import access, listings, videos
from reelstack.videos.access import Viewed
from reelstack.web import Cursor, Include, Limit, Reader, VideoId, Viewer, declared

router = APIRouter(prefix="/v1", tags=["interactions"])


class LikesView(BaseModel):
    video_id: str
    likes: int
    """Follows the likes by about a second."""
    liked: bool
    """Whether the caller likes it."""


class LikedVideo(BaseModel):
    video_id: str
    liked_at: int
    video: VideoCard


class LikedPage(BaseModel):
    items: list[LikedVideo]
    cursor: str | None


class Liker(BaseModel):
    user_id: str
    liked_at: int
    user: UserCard


class LikerPage(BaseModel):
    items: list[Liker]
    cursor: str | None


@router.put("/videos/{video_id}/like", status_code=204)
def like_video(video_id: VideoId, caller: Viewer) -> None:
    likes.like(caller.user_id, video_id)


@router.delete("/videos/{video_id}/like", status_code=204)
def unlike_video(video_id: VideoId, caller: Viewer) -> None:
    likes.unlike(caller.user_id, video_id)


@router.get("/videos/{video_id}/likes")
def get_likes(video_id: VideoId, caller: Reader) -> LikesView:
    access.check_can_view(video_id, caller.user_id)
    return LikesView(
        video_id=video_id, likes=counters.read([video_id])[video_id].likes, liked=likes.liked(caller.user_id, video_id)
    )


@router.get("/videos/{video_id}/likers", openapi_extra=declared(core=False))
def list_likers(video_id: VideoId, caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> LikerPage:
    """Who likes my video, newest first. Nobody but its owner and moderators is told, and of nobody across a block: a
    page may hold fewer than were asked for."""
    video = videos.find(video_id) if caller.may("moderator") else access.find_own(video_id, caller.user_id)
    found, following = likes.list_likers(video, limit, cursor)
    cards = user_cards.of(access.filter_present([item.user_id for item in found], caller.user_id), caller.user_id)
    items = [
        Liker(user_id=item.user_id, liked_at=int(item.liked_at), user=cards[item.user_id])
        for item in found
        if item.user_id in cards
    ]
    return LikerPage(items=items, cursor=following)


@router.get("/me/likes", openapi_extra=declared(core=False))
def list_likes(caller: Viewer, limit: Limit = 20, cursor: Cursor = None, include: Include = None) -> LikedPage:
    """My likes, by video id. What I may not see any more is left out: a page may hold fewer than were asked for."""
    found, following = likes.list_liked(caller.user_id, limit, cursor)
    read_at = int(time.time())
    seen = listings.seen((item.video_id for item in found), caller.user_id).values()
    asked = For(caller.user_id, playback=include is not None)
    cards = video_cards.of([Viewed(video, read_at) for video in seen], asked)
    liked = {item.video_id: int(item.liked_at) for item in found}
    items = [LikedVideo(video_id=card.video_id, liked_at=liked[card.video_id], video=card) for card in cards]
    return LikedPage(items=items, cursor=following)
