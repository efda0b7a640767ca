"""Archives: a creator puts a published video away, and gets it back. What becomes of its objects is archive_objects.

Only the renditions go; the poster, the playlists and the item stay, so the video keeps its address and its place among
its owner's. Being archived is no state of the lifecycle: a takedown, a review or a deletion goes its own way meanwhile.
Each change is one transaction with a note (a lease in the pool ARCHIVES) that says until when its work is to be done;
the stream starts the work, and the reconciler does what a lost event left. Everything may be asked for twice.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pynamodb.transactions import TransactWrite

from reelstack.platform import cache, retry, s3_prices, storage_classes
from reelstack.platform.clock import DAY_SECONDS, now_ms
from reelstack.platform.storage_classes import Stored
from reelstack.tables import transactions
from reelstack.tables.production import Lease
from reelstack.tables.videos import Video
from reelstack.videos import access, archive_prices, videos
from reelstack.videos.archive_prices import MINIMUM_DAYS, OF_TIER, Tier, microdollars
from reelstack.videos.errors import (
    ArchiveInProgress,
    NotArchived,
    NothingToArchive,
    NotYourVideo,
    RestoreInProgress,
    RestoreTooCostly,
    VideoChanging,
    VideoNotArchivable,
    VideoNotFound,
)
from reelstack.videos.videos import CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS, SERVED, ArchiveState, State

ARCHIVES = "archives"
"""Pool of leases: videos whose objects are on their way, each with the time in ms from which somebody looks again."""
WORK_SECONDS = 600
"""Within which the objects of a video are tagged, or their restores asked for. Then the reconciler does it."""
RENDITION = ".mp4"


class RestoreOffer(BaseModel):
    """One way to get a video back."""

    tier: Tier
    seconds: int
    """Within which S3 restores it typically."""
    price_microdollars: int
    """All that it costs, with the rest of the archive's minimum, in millionths of a US dollar."""


class Archive(BaseModel):
    """What is known of a video's archive, or would be. Times are unix milliseconds, money millionths of a US dollar."""

    state: ArchiveState | None
    """Null: not archived."""
    archived_at: int | None
    ready_by: int | None
    """When a restore that is under way is done at the latest, as S3 says it typically is."""
    tier: Tier | None
    """Of that restore."""
    bytes: int
    """Of the renditions that are, or would be, put away."""
    objects: int
    standard_microdollars_per_month: int
    archived_microdollars_per_month: int
    archiving_microdollars: int
    """What putting it away costs, once."""
    minimum_days: int = MINIMUM_DAYS
    """What is restored earlier pays for the rest of them."""
    restores: list[RestoreOffer]
    """What a restore costs now, or, before it is archived, at once after that."""
    prices_as_of: str = s3_prices.AS_OF


def find_own(video_id: str, user_id: str) -> Video:
    """The video if it is theirs. Who may not see it is told what they are told of an id that never was.

    Raises VideoNotFound or NotYourVideo.
    """
    video = videos.find(video_id)
    if video.owner_id != user_id:
        raise NotYourVideo if access.can_view(video_id, user_id) else VideoNotFound
    return video


def describe(video: Video) -> Archive:
    """What the archive holds, or would, and what each way back costs at this moment."""
    held = _held(video)
    sizes = [one.bytes for one in held]
    return Archive(
        state=ArchiveState(video.archive_state) if video.archive_state else None,
        archived_at=int(video.archived_at) if video.archived_at else None,
        ready_by=int(video.ready_by) if video.ready_by else None,
        tier=Tier(video.restore_tier) if video.restore_tier else None,
        bytes=sum(sizes),
        objects=len(sizes),
        standard_microdollars_per_month=microdollars(archive_prices.standard_month(sizes)),
        archived_microdollars_per_month=microdollars(archive_prices.archived_month(sizes)),
        archiving_microdollars=microdollars(archive_prices.archiving(sizes)),
        restores=[
            RestoreOffer(tier=tier, seconds=facts.seconds, price_microdollars=_price(video, held, tier))
            for tier, facts in OF_TIER.items()
        ],
    )


def archive(video: Video) -> Video:
    """Puts a published video away; its objects follow. Twice is the same as once.

    Raises VideoNotArchivable, NothingToArchive, RestoreInProgress, VideoNotFound or VideoChanging.
    """
    for _ in retry.attempts(CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS):
        if video.archive_state == ArchiveState.RESTORING:
            raise RestoreInProgress(ready_by=int(video.ready_by))
        if video.archive_state:
            return video
        if video.state != State.PUBLISHED or not video.asset:
            raise VideoNotArchivable
        if not _held(video):
            raise NothingToArchive
        now = now_ms()
        put_away = [
            Video.archive_state.set(ArchiveState.ARCHIVING),
            Video.archived_at.set(now),
            Video.restored_at.remove(),
            *videos.hidden(),
        ]
        if _commit(video, put_away, now + WORK_SECONDS * 1000):
            return video
        video = videos.find(video.video_id)
    raise VideoChanging


def restore(video: Video, tier: Tier, limit_dollars: float | None) -> Video:
    """Asks for an archived video back. The same again while it comes back changes nothing.

    Raises NotArchived, ArchiveInProgress, RestoreInProgress (by another tier), RestoreTooCostly, VideoNotArchivable,
    VideoNotFound or VideoChanging.
    """
    for _ in retry.attempts(CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS):
        if video.archive_state == ArchiveState.RESTORING and video.restore_tier == tier:
            return video
        _check_restorable(video)
        held = _held(video)
        price = _price(video, held, tier)
        if limit_dollars is not None and price > limit_dollars * 1_000_000:
            raise RestoreTooCostly(price_microdollars=price, limit_dollars=limit_dollars, tier=tier)
        now = now_ms()
        ready_by = now + (OF_TIER[tier].seconds if any(one.is_archived for one in held) else WORK_SECONDS) * 1000
        asked = [
            Video.archive_state.set(ArchiveState.RESTORING),
            Video.restore_tier.set(tier),
            Video.ready_by.set(ready_by),
        ]
        if _commit(video, asked, now + WORK_SECONDS * 1000):
            return video
        video = videos.find(video.video_id)
    raise VideoChanging


def _check_restorable(video: Video) -> None:
    if not video.archive_state:
        raise NotArchived
    if video.archive_state == ArchiveState.ARCHIVING:
        raise ArchiveInProgress
    if video.archive_state == ArchiveState.RESTORING:
        raise RestoreInProgress(ready_by=int(video.ready_by), tier=video.restore_tier)
    if video.state != State.PUBLISHED:
        raise VideoNotArchivable


def archived_among(video_ids: Iterable[str]) -> set[str]:
    """Those of these videos that their owners archived, or that are on their way there or back."""
    asked = list(video_ids)
    found = (
        Video.batch_get(asked, consistent_read=True, attributes_to_get=["video_id", "archive_state"]) if asked else []
    )
    return {video.video_id for video in found if video.archive_state}


def renditions(video_id: str) -> list[Stored]:
    """The objects that an archive takes: renditions that are worth it, in whatever class they are."""
    found = storage_classes.list_objects("media", f"{SERVED}{video_id}/")
    return [
        one
        for one in found
        if one.key.endswith(RENDITION) and (one.bytes >= s3_prices.SMALLEST_BYTES or one.is_archived)
    ]


def _held(video: Video) -> list[Stored]:
    """Those of the asset that is played: what earlier attempts left goes by itself."""
    return [one for one in renditions(video.video_id) if video.asset and one.key.startswith(video.asset["prefix"])]


def _price(video: Video, held: list[Stored], tier: Tier) -> int:
    """What S3 has not moved into the archive yet comes back for nothing."""
    sizes = [one.bytes for one in held if one.is_archived or not video.archive_state]
    days = (now_ms() - int(video.archived_at)) / (DAY_SECONDS * 1000) if video.archived_at else 0.0
    return microdollars(archive_prices.restoring(sizes, tier, days))


def _commit(video: Video, actions: list[Any], look_again_ms: int) -> bool:
    """One transaction of the video, as it was read, and the note. Writes what it became into `video`."""
    cache.changing(*videos.cache_keys(video.video_id))

    def build(transaction: TransactWrite) -> None:
        unchanged = (Video.state == video.state) & videos.same_archive(video)
        transaction.update(Video(video.video_id), actions=actions, condition=unchanged)
        transaction.save(Lease(ARCHIVES, video.video_id, taken_at=look_again_ms))

    if transactions.commit(build):
        return False
    video.refresh(consistent_read=True)
    return True
