import time

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelstack.cards import video_cards
from reelstack.cards.video_cards import For, VideoCard, VideoCardPage
from reelstack.delivery import playback
from reelstack.delivery.playback import Playback
from reelstack.interactions import watch_positions
from reelstack.production import progress, retries
from reelstack.videos import access, listings, videos
from reelstack.videos.audiences import Audience
from reelstack.videos.video_fields import LARGEST_BODY_BYTES, Description, Language, Tags, Title
from reelstack.videos.video_view import VideoView, view
from reelstack.web import Cursor, Include, Limit, Reader, UserId, VideoId, Viewer, declared

router = APIRouter(prefix="/v1/videos", tags=["videos"])
theirs = APIRouter(prefix="/v1/users", tags=["videos"])

INDEX_BEHIND_SECONDS = 10
"""An owner's list is read from an index, which is behind its table by less: a token counts as issued before."""


class Changes(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, json_schema_extra={"minProperties": 1})

    # What is left out stays as it is; the factories only say "not required" without showing a default.
    title: Title = Field(default_factory=str)
    description: Description = Field(default_factory=str)
    tags: Tags = Field(default_factory=list)
    language: Language = Field(default_factory=str)
    visibility: Audience = Field(default_factory=lambda: Audience.PUBLIC)


@router.get("", openapi_extra=declared(core=False))
def list_videos(caller: Viewer, limit: Limit = 20, cursor: Cursor = None, include: Include = None) -> VideoCardPage:
    """My own, newest first, in whatever state."""
    read_at = int(time.time()) - INDEX_BEHIND_SECONDS
    found = videos.list_own(caller.user_id, limit, cursor)
    return video_cards.page(found, read_at, For(caller.user_id, playback=include is not None, inside=True))


@router.get("/{video_id}")
def get_video(video_id: VideoId, caller: Reader, include: Include = None) -> VideoCard:
    viewed = access.find_visible(video_id, caller.user_id, staff=caller.may("moderator"))
    inside = viewed.video.owner_id == caller.user_id or caller.may("admin")
    (card,) = video_cards.of([viewed], For(caller.user_id, playback=include is not None, inside=inside))
    return card.model_copy(update={"progress": progress.read(viewed.video)}) if inside else card


@router.patch("/{video_id}", openapi_extra=declared(max_body_bytes=LARGEST_BODY_BYTES))
def edit_video(video_id: VideoId, changes: Changes, caller: Viewer) -> VideoView:
    video = access.find_own(video_id, caller.user_id)
    return view(videos.edit(video, changes.model_dump(exclude_unset=True)))


@router.delete("/{video_id}", status_code=204)
def delete_video(video_id: VideoId, caller: Viewer) -> None:
    videos.delete(access.find_own(video_id, caller.user_id))


@router.get("/{video_id}/playback")
def get_playback(video_id: VideoId, caller: Reader) -> Playback:
    """Where to fetch it from; valid for hours when public, for minutes otherwise."""
    found = playback.addresses(access.find_visible(video_id, caller.user_id, staff=caller.may("moderator")))
    left_at = watch_positions.of(caller.user_id, [video_id]) if caller.user_id else {}
    return playback.resuming(found, left_at.get(video_id))


@router.post("/{video_id}/retry", status_code=202)
def retry_video(video_id: VideoId, caller: Viewer) -> VideoView:
    """The next attempt at a production that failed. Its owner may ask a few times, and each counts as an upload."""
    video = videos.find(video_id) if caller.may("admin") else access.find_own(video_id, caller.user_id)
    return view(retries.request(video, caller.user_id))


@theirs.get("/{user_id}/videos", openapi_extra=declared(core=False))
def list_users_videos(
    user_id: UserId, caller: Reader, limit: Limit = 20, cursor: Cursor = None, include: Include = None
) -> VideoCardPage:
    """What an account has published and the caller may see, newest first. Unlisted videos are in no list."""
    read_at = int(time.time())
    found = listings.of_owner(user_id, caller.user_id, limit, cursor)
    return video_cards.page(found, read_at, For(caller.user_id, playback=include is not None))
