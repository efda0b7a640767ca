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


class DecidedVideo(VideoView):
    """A video that was decided on."""

    decision: Answer
    carried_out: bool
    """False: `state` is still the one before; it follows the decision within seconds."""


@router.post("/{video_id}/verdict")
def decide(video_id: VideoId, decided: Verdict, caller: Moderator) -> DecidedVideo:
    """Answers the open question about a video. What was made and waits is published or rejected within seconds; the
    same answer again from the same moderator also starts that anew if it failed."""
    video = decisions.decide(video_id, decided.verdict, decided.reason, caller.user_id)
    done = decisions.is_carried_out(video)
    return DecidedVideo(**view(video).model_dump(), decision=decided.verdict, carried_out=done)
