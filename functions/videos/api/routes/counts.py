"""Counts of a video at an address of their own, which the distribution keeps: infra/edge/video_counts.js."""

from fastapi import APIRouter

from reelstack.videos import public_counts
from reelstack.videos.public_counts import KEPT_SECONDS, STALE_SECONDS, PublicCounts
from reelstack.web import Reader, VideoId, declared

router = APIRouter(prefix="/v1/videos", tags=["videos"])

KEPT = f"public, max-age={KEPT_SECONDS}, stale-while-revalidate={STALE_SECONDS}"


@router.get("/{video_id}/counts", openapi_extra=declared(kept=KEPT))
def get_counts(video_id: VideoId, caller: Reader) -> PublicCounts:  # noqa: ARG001 -- for everybody
    """How often a public video was liked, commented on, shared, kept and played: the same for everybody, and up to 32
    seconds old. For a screen that shows them again and again."""
    return public_counts.read(video_id)
