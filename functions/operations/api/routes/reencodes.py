from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelstack.production import reencodes
from reelstack.production.reencodes import Reencoded
from reelstack.uploads.priorities import Priority
from reelstack.videos import videos
from reelstack.videos.video_view import VideoView, view
from reelstack.web import ADMIN, VideoId, declared
from reelstack.web.bodies import NUMBER

router = APIRouter(prefix="/v1", tags=["production"], dependencies=[ADMIN])

Rendition = Annotated[str, Field(pattern=r"^[a-z0-9]{1,10}-[0-9]{2,4}$")]


class Produce(BaseModel):
    model_config = ConfigDict(extra="forbid")

    renditions: list[Rendition] = Field(default_factory=list, max_length=12)
    """Only these are encoded anew, the others taken over; empty: all."""
    priority: Priority = Priority.NORMAL


class Reencode(BaseModel):
    model_config = ConfigDict(extra="forbid")

    without_codec: str | None = Field(default=None, pattern=r"^[a-z0-9]{2,10}$")
    """Only videos that have no rendition in this codec yet."""
    before: Annotated[int, Field(ge=0), NUMBER] | None = None
    """Only videos published before this time, in unix milliseconds."""
    limit: Annotated[int, Field(ge=1, le=100), NUMBER] = 50
    """How many to ask for at most; call again with the cursor for the next."""
    cursor: str | None = Field(default=None, max_length=512)


@router.post(
    "/videos/{video_id}/produce", status_code=202, openapi_extra=declared(audited="video:{video_id}", core=False)
)
def produce(video_id: VideoId, asked: Produce) -> VideoView:
    """Makes a published video anew, or some of its renditions. What is played stays until the new one is there."""
    return view(reencodes.request(videos.find(video_id), asked.priority, tuple(asked.renditions)), inside=True)


@router.post("/production/reencode", status_code=202, openapi_extra=declared(audited="production:line", core=False))
def reencode(asked: Reencode) -> Reencoded:
    """Makes published public videos anew at low priority, a page at a time, newest first."""
    return reencodes.request_many(asked.without_codec, asked.before, asked.limit, asked.cursor)
