"""Videos, from the creation of their uploads on."""

from pynamodb.attributes import (
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from reelstack.tables.model import Deployed, Table

SHARDS = 8
"""Partitions that the list of published videos is spread over, and at first a video's likes: one takes 1,000 writes a
second."""


class VideosByOwner(GlobalSecondaryIndex["Video"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_owner"
        projection = AllProjection()

    owner_id = UnicodeAttribute(hash_key=True)
    created_at = NumberAttribute(range_key=True)


class VideosByShard(GlobalSecondaryIndex["Video"]):  # type: ignore[no-untyped-call]
    """Published public videos, newest first. Sparse: only these have a `shard`."""

    class Meta:
        index_name = "by_shard"
        projection = AllProjection()

    shard = NumberAttribute(hash_key=True)
    published_at = NumberAttribute(range_key=True)


class VideosByPublished(GlobalSecondaryIndex["Video"]):  # type: ignore[no-untyped-call]
    """What an owner ever published, newest first. Keys only: whoever lists it reads the items, which know more."""

    class Meta:
        index_name = "by_published"
        projection = KeysOnlyProjection()

    owner_id = UnicodeAttribute(hash_key=True)
    published_at = NumberAttribute(range_key=True)


class VideosByErasure(GlobalSecondaryIndex["Video"]):  # type: ignore[no-untyped-call]
    """Deleted videos, by when they are erased. Sparse; one partition takes 1,000 deletions a second."""

    class Meta:
        index_name = "by_erasure"
        projection = KeysOnlyProjection()

    erasing = UnicodeAttribute(hash_key=True)
    erase_at = NumberAttribute(range_key=True)


class Video(Table):
    """A clip, from the creation of its upload on. `state` is one of videos.videos.State."""

    class Meta(Deployed):
        field = "videos_table"
        stream = "NEW_AND_OLD_IMAGES"
        ttl = "expires_at"

    video_id = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    title = UnicodeAttribute()
    description = UnicodeAttribute(default="")
    tags: ListAttribute[str] = ListAttribute(default=list)
    language = UnicodeAttribute(null=True)
    """What is spoken or written in it, as its creator said: platform.text_fields.Language."""
    region = UnicodeAttribute(null=True)
    """The country that its upload was opened from, ISO 3166-1; None: not known."""
    visibility = UnicodeAttribute(default="public")
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    """A code of reelstack.failure_reasons: why the video was rejected or failed."""
    reason_detail = UnicodeAttribute(null=True)
    upload_id = UnicodeAttribute()
    priority = UnicodeAttribute(null=True)
    """The upload's, which another attempt has too; None is normal."""
    attempt = NumberAttribute(default=1)
    created_at = NumberAttribute()
    published_at = NumberAttribute(null=True)
    shard = NumberAttribute(null=True)
    duration_ms = NumberAttribute(null=True)
    width = NumberAttribute(null=True)
    height = NumberAttribute(null=True)
    preview: JSONAttribute = JSONAttribute(null=True)
    """The first rung, watchable by the owner before the verdict: {"prefix", "master"}."""
    asset: JSONAttribute = JSONAttribute(null=True)
    """What was packaged: {"prefix", "master", "masters": kinds of media.masters, "poster", "sprites", "color",
    "notices": codes of media.notices, "renditions": [...], "conformance": rules broken}. See production.assets."""
    labels: JSONAttribute = JSONAttribute(null=True)
    """What moderation saw: label -> highest score."""
    cost_microdollars = NumberAttribute(null=True)
    """What the attempt that is played is estimated to have cost: production.cost_estimate."""
    attempts = NumberAttribute(null=True)
    """The highest attempt ever asked for; None: `attempt` is. A reencode that failed leaves `attempt` behind it."""
    retries = NumberAttribute(null=True)
    """How many attempts its owner asked for after the first."""
    reencode_attempt = NumberAttribute(null=True)
    """Present while a published video is made anew; what is played stays as it is until that is published."""
    reencode_priority = UnicodeAttribute(null=True)
    reencode_renditions = UnicodeAttribute(null=True)
    """Comma-separated; these are encoded anew, the others taken over."""
    reencode_reason = UnicodeAttribute(null=True)
    """A code of reelstack.failure_reasons: why the latest reencode came to nothing."""
    ladder_tries = NumberAttribute(null=True)
    """How often the rest of its ladder was asked for, because it is watched: production.ladder_completion."""
    ladder_tried_at = NumberAttribute(null=True)
    rejected_at = NumberAttribute(null=True)
    rejected_by = UnicodeAttribute(null=True)
    """Who took it down after it was published: a user id, or `policy`."""
    quarantined_at = NumberAttribute(null=True)
    """When all its objects had left the served prefix."""
    archive_state = UnicodeAttribute(null=True)
    """One of videos.videos.ArchiveState; None: it is not archived."""
    archived_at = NumberAttribute(null=True)
    """When its owner put it away."""
    restore_tier = UnicodeAttribute(null=True)
    """How fast it comes back, and by when (ms), while it does."""
    ready_by = NumberAttribute(null=True)
    restored_at = NumberAttribute(null=True)
    """When it came back last."""
    appealed_at = NumberAttribute(null=True)
    """That the present verdict was appealed; each can be once."""
    leftovers = NumberAttribute(null=True)
    """The last attempt that ended, and may have written objects, after the video was gone."""
    like_shards = NumberAttribute(null=True)
    """Over how many partitions its likes are listed; None: SHARDS. Grows when the video becomes hot."""
    quality = NumberAttribute(null=True)
    """Share of its plays that were finished, smoothed; with the next two as the daily profiles found it: see
    videos.clip_features."""
    exposure = NumberAttribute(null=True)
    """How often it was shown."""
    features_at = NumberAttribute(null=True)

    expires_at = NumberAttribute(null=True)
    """Only until its upload is completed: one that never is takes its video along."""
    erasing = UnicodeAttribute(null=True)
    """videos.DUE once it is deleted."""
    erase_at = NumberAttribute(null=True)
    """From when on a deleted video is erased, in ms; while it is being erased, when that is tried again."""

    by_owner = VideosByOwner()
    by_shard = VideosByShard()
    by_published = VideosByPublished()
    by_erasure = VideosByErasure()
