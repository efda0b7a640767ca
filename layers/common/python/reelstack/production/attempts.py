"""Attempts at a video: how one begins and ends. Only this module tells the two kinds of attempts apart.

A first production moves the video's state on (videos.lifecycle). A re-encode leaves a published video as it is and
only exchanges what is played (production.reencodes). The item of the video says which attempt re-encodes it, and each
ending is tried as that of a re-encode first: its conditional write is the decision, so nothing can come in between. An
attempt that comes to nothing is noted first, so that its objects go (production.leftovers).
"""

from enum import StrEnum
from typing import Any

from reelstack.production import leftovers, reencodes
from reelstack.videos import lifecycle
from reelstack.videos.lifecycle import Rejection


class Kind(StrEnum):
    PRODUCTION = "production"
    REENCODE = "reencode"


def begin(video_id: str, attempt: int) -> Kind | None:
    """The kind of this attempt, which may be made now; None if the video is gone or further already."""
    if reencodes.is_asked_for(video_id, attempt):
        return Kind.REENCODE
    return Kind.PRODUCTION if lifecycle.begin(video_id, attempt) else None


def publish(video_id: str, attempt: int, asset: dict[str, Any], labels: dict[str, float]) -> bool:
    """Makes the video public, or puts the new asset in the place of the old one. False if the video has moved on."""
    if reencodes.publish(video_id, attempt, asset) or lifecycle.publish(video_id, attempt, asset, labels):
        return True
    leftovers.note(video_id, attempt)
    return False


def reject(video_id: str, attempt: int, rejection: Rejection) -> bool:
    """Rejects the video; a published one stays, and its re-encode is given up. False if the video has moved on."""
    leftovers.note(video_id, attempt)
    given_up = reencodes.give_up(video_id, attempt, rejection.reason)
    return given_up or lifecycle.reject(video_id, attempt, rejection)


def fail(video_id: str, attempt: int, reason: str, detail: str = "") -> bool:
    """Notes that the production failed, or gives the re-encode up. False if the video has moved on."""
    leftovers.note(video_id, attempt)
    return reencodes.give_up(video_id, attempt, reason) or lifecycle.fail(video_id, attempt, reason, detail)
