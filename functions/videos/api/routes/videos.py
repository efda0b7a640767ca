from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelstack.counters import counters
from reelstack.delivery import playback
from reelstack.delivery.playback import Playback
from reelstack.production import progress, retries
from reelstack.videos import access, listings, videos
from reelstack.videos.audiences import Audience
from reelstack.videos.video_fields import LARGEST_BODY_BYTES, Description, Tags, Title
from reelstack.videos.video_view import VideoPage, VideoView, view
from reelstack.web import Cursor, Limit, Reader, UserId, VideoId, Viewer, declared

router = APIRouter(prefix="/v1/videos", tags=["videos"])
theirs = APIRouter(prefix="/v1/users", tags=["videos"])


class Changes(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    # What is left out stays as it is; the factories only say "not required" without showing a default.
    title: Title = Field(default_factory=str)
    description: Description = Field(default_factory=str)
    tags: Tags = Field(default_factory=list)
    visibility: Audience = Field(default_factory=lambda: Audience.PUBLIC)


@router.get("")
def list_videos(caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> VideoPage:
    """My own, newest first, in whatever state."""
    found, following = videos.list_own(caller.user_id, limit, cursor)
    counts = counters.read([video.video_id for video in found])
    return VideoPage(items=[view(video, counts[video.video_id], inside=True) for video in found], cursor=following)


@router.get("/{video_id}")
def get_video(video_id: VideoId, caller: Reader) -> VideoView:
    video = access.find_visible(video_id, caller.user_id, staff=caller.may("moderator")).video
    inside = video.owner_id == caller.user_id or caller.may("admin")
    counts = counters.read([video_id])[video_id]
    return view(video, counts, inside=inside, progress=progress.read(video) if inside else None)


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
    return playback.addresses(access.find_visible(video_id, caller.user_id, staff=caller.may("moderator")))


@router.post("/{video_id}/retry", status_code=202)
def retry_video(video_id: VideoId, caller: Viewer) -> VideoView:
    """The next attempt at a production that failed. Its owner may ask a few times, and each counts as an upload."""
    video = videos.find(video_id) if caller.may("admin") else access.find_own(video_id, caller.user_id)
    return view(retries.request(video, caller.user_id))


@theirs.get("/{user_id}/videos")
def list_users_videos(user_id: UserId, caller: Reader, limit: Limit = 20, cursor: Cursor = None) -> VideoPage:
    """What an account has published and the caller may see, newest first. Unlisted videos are in no list."""
    found, following = listings.of_owner(user_id, caller.user_id, limit, cursor)
    counts = counters.read([video.video_id for video in found])
    return VideoPage(items=[view(video, counts[video.video_id]) for video in found], cursor=following)
