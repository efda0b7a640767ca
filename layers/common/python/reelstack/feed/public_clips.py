"""Public clips: of some videos, those that are for everybody now, by consistent reads of their tables.

For who keeps lists of clips. A clip must be published, public and not archived, and its owner's account open. What an
answer shows is looked at once more (feed.shown).
"""

from collections.abc import Iterable

from reelstack.accounts import users
from reelstack.feed.features import ClipState
from reelstack.tables.videos import Video
from reelstack.videos.audiences import Audience
from reelstack.videos.videos import State


def of(video_ids: Iterable[str]) -> dict[str, Video]:
    """By id, in the order given. Raises what the tables raise."""
    wanted = list(dict.fromkeys(video_ids))
    there = {video.video_id: video for video in Video.batch_get(wanted, consistent_read=True)} if wanted else {}
    published = [there[one] for one in wanted if one in there and _is_public(there[one])]
    owners = users.read_facts_of({video.owner_id for video in published})
    return {
        video.video_id: video
        for video in published
        if not any(owners[video.owner_id][fact] for fact in ("private", "friends_only", "suspended", "deleted"))
    }


def facts(video: Video) -> ClipState:
    """What features are made of."""
    return ClipState(
        video_id=video.video_id,
        owner_id=video.owner_id,
        tags=tuple(video.tags),
        language=video.language or "",
        region=video.region or "",
        duration_ms=int(video.duration_ms or (video.asset or {}).get("duration_ms") or 0),
        published_at=int(video.published_at or 0),
    )


def _is_public(video: Video) -> bool:
    is_public = video.state == State.PUBLISHED and video.visibility == Audience.PUBLIC
    return bool(is_public and video.asset and not video.archive_state)
