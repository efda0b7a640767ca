"""Objects of attempts that failed or were replaced: noted when the attempt ends, removed when nobody needs them.

The note is written before the change that makes the objects useless, and goes after they went. So a remover that died
half-way is followed by the next run, and objects that turn out to be in use after all stay. Of a video that was taken
down meanwhile they are in quarantine and go from there: an appeal would bring them back with the video. An address of a
preview or of a replaced asset may be in a player's hands, so a note is due when the last such address has expired; the
steps of a failed execution have ended by then too. Work files are not noted: the lifecycle rule of work/ removes them.
"""

import time

from reelstack.platform import storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.production.steps import asset_prefix
from reelstack.tables.production import Lease
from reelstack.tables.videos import Video
from reelstack.videos.videos import QUARANTINE, SERVED, State

REPLACED = "replaced"
"""Pool of leases: prefixes of attempts, each with the time in ms from which its objects may go."""
MARGIN_SECONDS = 600


def note(video_id: str, attempt: int) -> None:
    """The objects of this attempt may go, if it is not needed then. Noting it again puts the time off."""
    due = int(time.time()) + config().playback_seconds_public + MARGIN_SECONDS
    Lease(REPLACED, asset_prefix(video_id, attempt), taken_at=due * 1000).save()


def remove_due(until: float) -> int:
    """Removes what is due, the oldest first, until `until` (time.monotonic). Returns of how many attempts."""
    removed = 0
    for noted in Lease.by_age.query(REPLACED, Lease.taken_at < now_ms()):
        if time.monotonic() >= until:
            break
        _, video_id, attempt, *_ = noted.execution.split("/")
        if not _is_needed(video_id, int(attempt)):
            for place in (noted.execution, noted.execution.replace(SERVED, QUARANTINE, 1)):
                for key in storage.list_keys("media", place):
                    storage.delete("media", key)
            removed += 1
        Lease(REPLACED, noted.execution).delete()
    return removed


def _is_needed(video_id: str, attempt: int) -> bool:
    """Whether it is played, runs, or was decided on. Objects of deleted and rejected videos are withdrawn, not lost."""
    try:
        video = Video.get(video_id, consistent_read=True)
    except Video.DoesNotExist:
        return False
    if video.asset and str(video.asset["prefix"]).startswith(asset_prefix(video_id, attempt)):
        return True
    if video.reencode_attempt == attempt:
        return True
    return bool(video.attempt == attempt and video.state != State.FAILED)
