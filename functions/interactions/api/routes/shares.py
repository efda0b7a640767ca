from fastapi import APIRouter
from pydantic import BaseModel

from reelstack.interactions import shares
from reelstack.interactions.shares import Channel
from reelstack.web import VideoId, Viewer

router = APIRouter(prefix="/v1", tags=["interactions"])


class SharedVideo(BaseModel):
    video_id: str
    channel: Channel
    share_id: str
    shared_at: int
    url: str
    """Relative to the site."""


@router.put("/videos/{video_id}/shares/{channel}")
def share_video(video_id: VideoId, channel: Channel, caller: Viewer) -> SharedVideo:
    """A link to hand on. By the same channel again it is the same link, and counts once."""
    made = shares.share(caller.user_id, video_id, channel)
    return SharedVideo(
        video_id=video_id,
        channel=channel,
        share_id=made.share_id,
        shared_at=int(made.shared_at),
        url=shares.link(video_id, made.share_id),
    )
