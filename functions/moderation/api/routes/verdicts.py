from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from reelstack.moderation import decisions
from reelstack.moderation.decisions import Answer
from reelstack.platform.text_fields import OptionalReason
from reelstack.videos.video_view import VideoView, view
from reelstack.web import Moderator, VideoId

router = APIRouter(prefix="/v1/videos", tags=["moderation"])


class Verdict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    verdict: Answer
    reason: OptionalReason = ""
    """For a rejection, its owner reads this."""


@router.post("/{video_id}/verdict")
def decide(video_id: VideoId, decided: Verdict, caller: Moderator) -> VideoView:
    """Ends the review of a video. Production goes on with the decision within seconds."""
    return view(decisions.decide(video_id, decided.verdict, decided.reason, caller.user_id))
