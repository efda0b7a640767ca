from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelstack.videos import archives
from reelstack.videos.archive_prices import Tier
from reelstack.videos.archives import Archive
from reelstack.web import VideoId, Viewer, declared
from reelstack.web.bodies import NUMBER

router = APIRouter(prefix="/v1/videos/{video_id}/archive", tags=["videos"])


class Restore(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tier: Tier
    limit_dollars: Annotated[float, Field(ge=0, le=1_000_000), NUMBER] | None = None
    """Nothing is restored if it costs more, as GET says it."""


@router.get("", openapi_extra=declared(core=False))
def get_archive(video_id: VideoId, caller: Viewer) -> Archive:
    """Of a video of mine: whether it is archived, what that costs, and each way back with its time and price."""
    return archives.describe(archives.find_own(video_id, caller.user_id))


@router.put("", status_code=202, openapi_extra=declared(core=False))
def archive_video(video_id: VideoId, caller: Viewer) -> Archive:
    """Puts a published video of mine away. It keeps its address; until it is restored, players get its poster. Twice is
    the same as once."""
    return archives.describe(archives.archive(archives.find_own(video_id, caller.user_id)))


@router.post("/restore", status_code=202, openapi_extra=declared(core=False))
def restore_video(video_id: VideoId, asked: Restore, caller: Viewer) -> Archive:
    """Gets it back, as fast as the tier says. Its owner is notified when it can be played again."""
    found = archives.find_own(video_id, caller.user_id)
    return archives.describe(archives.restore(found, asked.tier, asked.limit_dollars))
