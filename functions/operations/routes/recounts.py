from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from reelstack import recounts
from reelstack.recounts import Recount
from reelstack.web import Admin, UserId

router = APIRouter(prefix="/v1", tags=["production"])


class WantedRecount(BaseModel):
    model_config = ConfigDict(extra="forbid")

    repair: bool = False
    """Takes a drift back that has stayed the same for a minute."""


@router.post("/videos/{video_id}/recount")
def recount_video(video_id: str, wanted: WantedRecount, caller: Admin) -> Recount:  # noqa: ARG001
    """Counts a video's likes and comments one by one and compares."""
    return recounts.of_video(video_id, repair=wanted.repair)


@router.post("/users/{user_id}/recount")
def recount_user(user_id: UserId, wanted: WantedRecount, caller: Admin) -> Recount:  # noqa: ARG001
    """Counts a user's followers and those they follow one by one and compares."""
    return recounts.of_user(user_id, repair=wanted.repair)
