"""What behavior events say of their clips, read by the hundred and kept for a minute."""

import time
from collections import OrderedDict
from collections.abc import Iterable

from reelstack.behavior.stored_event import Clip
from reelstack.tables.videos import Video
from reelstack.videos import listings
from reelstack.videos.videos import State

KEPT_SECONDS = 60
MOST_KEPT = 20_000
_kept: OrderedDict[str, tuple[float, Clip | None, str]] = OrderedDict()
"""Video id -> until when it is kept, the clip if there is one, and its state."""


def find(video_ids: Iterable[str]) -> dict[str, Clip]:
    """The clips among these that are published, by id: for events whose receipt proves that they were shown. Up to
    KEPT_SECONDS old."""
    return {clip.video_id: clip for clip, state in _read(video_ids) if state == State.PUBLISHED}


def find_not_deleted(video_ids: Iterable[str]) -> dict[str, Clip]:
    """The same in any state but deleted: for what tables say of clips, which also holds of one that was hidden or taken
    down meanwhile."""
    return {clip.video_id: clip for clip, state in _read(video_ids) if state != State.DELETED}


def _read(video_ids: Iterable[str]) -> list[tuple[Clip, str]]:
    now, wanted = time.monotonic(), list(dict.fromkeys(video_ids))
    missing = [video_id for video_id in wanted if _kept.get(video_id, (0.0, None, ""))[0] <= now]
    found = {video.video_id: video for video in Video.batch_get(missing)} if missing else {}
    for video_id in missing:
        video = found.get(video_id)
        _kept[video_id] = (now + KEPT_SECONDS, _clip(video) if video else None, video.state if video else "")
        _kept.move_to_end(video_id)
    while len(_kept) > MOST_KEPT + len(wanted):
        _kept.popitem(last=False)
    return [(clip, state) for _, clip, state in (_kept[video_id] for video_id in wanted) if clip]


def find_visible(video_ids: Iterable[str], viewer_id: str | None) -> dict[str, Clip]:
    """The published clips among these that the viewer may see now."""
    seen = listings.seen(video_ids, viewer_id)
    return {video_id: _clip(video) for video_id, video in seen.items() if video.state == State.PUBLISHED}


def _clip(video: Video) -> Clip:
    return Clip(video.video_id, video.owner_id, tuple(video.tags), int(video.duration_ms or 0), video.language or "")
