"""Every DynamoDB table, its keys and its indexes, written once. Infra builds the tables from these models."""

from typing import Any, cast

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from reelstack.config import config

SHELVES = 8
"""Partitions that the list of published videos is spread over: one takes 1,000 writes a second."""


class Named(type):
    """Gives a model's Meta its table name from the configuration, on first use."""

    field: str

    @property
    def table_name(cls) -> str:
        return str(getattr(config(), cls.field))


class Deployed(metaclass=Named):
    """What every table's Meta says: where its name comes from (a field of Config), timeouts, what infra adds."""

    field = ""
    connect_timeout_seconds = 3
    read_timeout_seconds = 10
    max_retry_attempts = 3
    stream = ""
    ttl = ""


class VideosByOwner(GlobalSecondaryIndex["Video"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_owner"
        projection = AllProjection()

    owner_id = UnicodeAttribute(hash_key=True)
    created_at = NumberAttribute(range_key=True)


class VideosByShelf(GlobalSecondaryIndex["Video"]):  # type: ignore[no-untyped-call]
    """Published public videos, newest first. Sparse: only these have a `shelf`."""

    class Meta:
        index_name = "by_shelf"
        projection = AllProjection()

    shelf = NumberAttribute(hash_key=True)
    published_at = NumberAttribute(range_key=True)


class Video(Model):
    """A clip, from the creation of its upload on. `state` is one of reelstack.videos.State."""

    class Meta(Deployed):
        field = "videos_table"
        stream = "NEW_AND_OLD_IMAGES"

    video_id = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    title = UnicodeAttribute()
    description = UnicodeAttribute(default="")
    tags: ListAttribute[str] = ListAttribute(default=list)
    visibility = UnicodeAttribute(default="public")
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    """A code of reelstack.reasons: why the video was rejected or failed."""
    reason_detail = UnicodeAttribute(null=True)
    upload_id = UnicodeAttribute()
    attempt = NumberAttribute(default=1)
    created_at = NumberAttribute()
    published_at = NumberAttribute(null=True)
    shelf = NumberAttribute(null=True)
    duration_ms = NumberAttribute(null=True)
    width = NumberAttribute(null=True)
    height = NumberAttribute(null=True)
    preview: JSONAttribute = JSONAttribute(null=True)
    """The first rung, watchable by the owner before the verdict: {"prefix", "master"}."""
    asset: JSONAttribute = JSONAttribute(null=True)
    """What was packaged: {"prefix", "master", "poster", "renditions": [...]}. See reelstack.packaging."""
    labels: JSONAttribute = JSONAttribute(null=True)
    """What moderation saw: label -> highest score."""
    rejected_at = NumberAttribute(null=True)
    rejected_by = UnicodeAttribute(null=True)
    """Who took it down after it was published: a user id, or `policy`."""
    quarantined_at = NumberAttribute(null=True)
    """When all its objects had left the served prefix."""
    appealed_at = NumberAttribute(null=True)
    """That the present verdict was appealed; each can be once."""
    leftovers = NumberAttribute(null=True)
    """The last attempt that ended, and may have written objects, after the video was gone."""

    by_owner = VideosByOwner()
    by_shelf = VideosByShelf()


class Upload(Model):
    """A multipart upload, bound to its owner, object key and S3 upload id, none of which a client ever names."""

    class Meta(Deployed):
        field = "uploads_table"
        ttl = "expires_at"

    upload_id = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    video_id = UnicodeAttribute()
    key = UnicodeAttribute()
    s3_upload_id = UnicodeAttribute()
    size_bytes = NumberAttribute()
    part_size_bytes = NumberAttribute()
    content_type = UnicodeAttribute()
    sha256 = UnicodeAttribute(null=True)
    request_hash = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    created_at = NumberAttribute()
    expires_at = NumberAttribute(null=True)


class Claim(Model):
    """That an upload's production was started, kept for good: the same event again finds it here."""

    class Meta(Deployed):
        field = "claims_table"

    upload_id = UnicodeAttribute(hash_key=True)
    video_id = UnicodeAttribute()
    attempt = NumberAttribute()
    started = BooleanAttribute(default=False)
    claimed_at = NumberAttribute()
    task_token = UnicodeAttribute(null=True)
    """The state machine's callback token while a person's decision is awaited."""
    decision = UnicodeAttribute(null=True)
    decision_reason = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)


class Lease(Model):
    """A running production's place among the settable number of slots. The item `#count` holds how many are taken."""

    class Meta(Deployed):
        field = "leases_table"

    pool = UnicodeAttribute(hash_key=True)
    execution = UnicodeAttribute(range_key=True)
    upload_id = UnicodeAttribute(null=True)
    taken_at = NumberAttribute(null=True)
    held = NumberAttribute(null=True)


class Like(Model):
    class Meta(Deployed):
        field = "likes_table"
        stream = "NEW_AND_OLD_IMAGES"

    user_id = UnicodeAttribute(hash_key=True)  # spread by user: a hot video must not be a hot partition
    video_id = UnicodeAttribute(range_key=True)
    liked_at = NumberAttribute()


class LikeCount(Model):
    """Per video the number of likes; per stream shard (`key` = "shard#…") how far that shard has been counted."""

    class Meta(Deployed):
        field = "like_counts_table"

    key = UnicodeAttribute(hash_key=True)
    likes = NumberAttribute(null=True)
    counted_to = UnicodeAttribute(null=True)


class ReviewsByAge(GlobalSecondaryIndex["Review"]):  # type: ignore[no-untyped-call]
    """Open reviews, the oldest first. Sparse: only these have a `queue`."""

    class Meta:
        index_name = "by_age"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    asked_at = NumberAttribute(range_key=True)


class ReviewsBySeverity(GlobalSecondaryIndex["Review"]):  # type: ignore[no-untyped-call]
    """Open reviews, read backwards: the highest score first, of equals the oldest."""

    class Meta:
        index_name = "by_severity"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    urgency = NumberAttribute(range_key=True)


class Review(Model):
    """What a person is asked about a video: the last question, open while it has a `queue`. Earlier ones are in the
    audit log."""

    class Meta(Deployed):
        field = "reviews_table"

    video_id = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    queue = UnicodeAttribute(null=True)
    kind = UnicodeAttribute()
    """One of reelstack.reviews.Kind: who asks."""
    attempt = NumberAttribute()
    asked_at = NumberAttribute()
    urgency = NumberAttribute()
    labels: JSONAttribute = JSONAttribute(default=dict)
    appeal = UnicodeAttribute(null=True)
    """The creator's text."""
    judged_by = UnicodeAttribute(null=True)
    """Who gave the verdict that is appealed against, if it was a person: somebody else decides now."""
    held_by = UnicodeAttribute(null=True)
    held_until = NumberAttribute(null=True)
    decision = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)

    by_age = ReviewsByAge()
    by_severity = ReviewsBySeverity()


class AuditEntry(Model):
    """Who did what to a video, when and why. Functions may add entries; none may change or delete one."""

    class Meta(Deployed):
        field = "audit_table"

    video_id = UnicodeAttribute(hash_key=True)
    entry_id = UnicodeAttribute(range_key=True)
    """Rises with time."""
    at = NumberAttribute()
    actor = UnicodeAttribute()
    """A user id; `machine` for engines, `policy` for thresholds that changed."""
    action = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    before: JSONAttribute = JSONAttribute(default=dict)
    after: JSONAttribute = JSONAttribute(default=dict)


TABLES: tuple[type[Model], ...] = (Video, Upload, Claim, Lease, Like, LikeCount, Review, AuditEntry)


def deployed(model: type[Model]) -> type[Deployed]:
    """The model's Meta, as what it is here."""
    return cast(type[Deployed], model.Meta)


def schema(model: type[Model]) -> dict[str, Any]:
    """Keys, attribute types and indexes of a model as CreateTable wants them (pynamodb keeps this method private)."""
    return dict(model._get_schema())
