from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from reelstack import recounts
from reelstack.recounts import Recount
from reelstack.web import Admin

router = APIRouter(prefix="/v1/videos", tags=["production"])


class WantedRecount(BaseModel):
    model_config = ConfigDict(extra="forbid")

    repair: bool = False
    """Takes a drift back that has stayed the same for a minute."""


@router.post("/{video_id}/recount")
def recount(video_id: str, wanted: WantedRecount, caller: Admin) -> Recount:  # noqa: ARG001
    """Counts a video's likes and comments one by one and compares."""
    return recounts.recount(video_id, repair=wanted.repair)
