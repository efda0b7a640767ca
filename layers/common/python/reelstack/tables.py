"""Every DynamoDB table, its keys and its indexes, written once. Infra builds the tables from these models."""

from functools import cache
from typing import Any, cast

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.connection import Connection
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

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
    connect_timeout_seconds: float = 3
    read_timeout_seconds: float = 10
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
    priority = UnicodeAttribute(null=True)
    """The upload's, which another attempt has too; None is normal."""
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
    """What was packaged: {"prefix", "master", "poster", "sprites", "color", "renditions": [...], "conformance": rules
    broken}. See reelstack.assets."""
    labels: JSONAttribute = JSONAttribute(null=True)
    """What moderation saw: label -> highest score."""
    cost_microdollars = NumberAttribute(null=True)
    """What the attempt that is played is estimated to have cost: reelstack.costs."""
    attempts = NumberAttribute(null=True)
    """The highest attempt ever asked for; None: `attempt` is. A remake that failed leaves `attempt` behind it."""
    remake_attempt = NumberAttribute(null=True)
    """Present while a published video is made anew; what is played stays as it is until that is published."""
    remake_priority = UnicodeAttribute(null=True)
    remake_renditions = UnicodeAttribute(null=True)
    """Comma-separated; these are encoded anew, the others taken over."""
    remake_reason = UnicodeAttribute(null=True)
    """A code of reelstack.reasons: why the latest remake came to nothing."""
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
    """An upload, bound to its owner, object key and S3 upload id, none of which a client ever names."""

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
    mode = UnicodeAttribute(default="parts")
    """One of reelstack.parts.Mode."""
    content_type = UnicodeAttribute()
    sha256 = UnicodeAttribute(null=True)
    crc64nvme = UnicodeAttribute(null=True)
    """Of the whole original, base64, as storage verified it when its parts were joined."""
    request_hash = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    created_at = NumberAttribute()
    expires_at = NumberAttribute(null=True)


class Usage(Model):
    """What a creator has uploaded on a `day` (UTC, 2026-11-23); under `day` "open" the uploads not completed yet."""

    class Meta(Deployed):
        field = "usage_table"
        ttl = "expires_at"

    owner_id = UnicodeAttribute(hash_key=True)
    day = UnicodeAttribute(range_key=True)
    uploads = NumberAttribute(null=True)
    size_bytes = NumberAttribute(null=True)
    open_uploads = UnicodeSetAttribute(null=True)
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
    owner_id = UnicodeAttribute(null=True)
    priority = UnicodeAttribute(null=True)
    microdollars = NumberAttribute(null=True)
    """What the execution is estimated to cost, once probe has seen the file."""
    taken_at = NumberAttribute(null=True)
    held = NumberAttribute(null=True)


class EngineJob(Model):
    """What a managed engine (MediaConvert, Rekognition) was asked for a production, and the production that waits."""

    class Meta(Deployed):
        field = "engine_jobs_table"
        ttl = "expires_at"

    key = UnicodeAttribute(hash_key=True)
    """<service>-<upload>-<attempt>"""
    task_token = UnicodeAttribute(null=True)
    """The state machine's callback token of the step that waits."""
    job_id = UnicodeAttribute(null=True)
    outcome = UnicodeAttribute(null=True)
    """How the job ended: "done" or "failed"; none while it runs."""
    error = UnicodeAttribute(null=True)
    detail = UnicodeAttribute(null=True)
    output: JSONAttribute = JSONAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class Waiting(Model):
    """An order in the line, and per order (`priority` = "#orders", `place` = its execution) that it waits."""

    class Meta(Deployed):
        field = "waiting_table"

    priority = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)
    """<round>#<arrival>#<execution>: sorts by turn."""
    upload_id = UnicodeAttribute(null=True)
    owner_id = UnicodeAttribute(null=True)
    attempt = NumberAttribute(null=True)
    renditions: ListAttribute[str] = ListAttribute(default=list)
    arrived_at = NumberAttribute(null=True)
    failures = NumberAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    """Why it could not be started the last time."""
    not_before = NumberAttribute(null=True)


class Turn(Model):
    """How far the line is. `key` is "<priority>#now" (the present round), "<priority>/<creator>" (the round of that
    creator's latest order) or "#drainer" (who drains, who rang, and whose turn it is between priorities)."""

    class Meta(Deployed):
        field = "turns_table"
        ttl = "expires_at"

    key = UnicodeAttribute(hash_key=True)
    round = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    drainer = UnicodeAttribute(null=True)
    drainer_until = NumberAttribute(null=True)
    rung = NumberAttribute(null=True)
    high = NumberAttribute(null=True)
    normal = NumberAttribute(null=True)


class Spending(Model):
    """What the productions that ended on a day (UTC, YYYY-MM-DD) are estimated to have cost."""

    class Meta(Deployed):
        field = "spending_table"
        ttl = "expires_at"

    day = UnicodeAttribute(hash_key=True)
    microdollars = NumberAttribute(default=0)
    productions = NumberAttribute(default=0)
    expires_at = NumberAttribute(null=True)


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
    """Who did what to what, when and why. Functions may add entries; none may change or delete one."""

    class Meta(Deployed):
        field = "audit_table"

    subject = UnicodeAttribute(hash_key=True)
    """"<kind>:<id>", e.g. "video:9f2c": reelstack.audit.Kind."""
    entry_id = UnicodeAttribute(range_key=True)
    """Rises with time."""
    at = NumberAttribute()
    actor = UnicodeAttribute()
    """A user id; `machine` for engines, `policy` for thresholds that changed."""
    action = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    before: JSONAttribute = JSONAttribute(default=dict)
    after: JSONAttribute = JSONAttribute(default=dict)


class Allowance(Model):
    """How many requests a caller has made in one window of time, where no cache counts them: reelstack.allowances."""

    class Meta(Deployed):
        field = "allowances_table"
        ttl = "expires_at"
        # A request must not wait for what only counts it.
        connect_timeout_seconds = 0.5
        read_timeout_seconds = 0.5
        max_retry_attempts = 0

    window = UnicodeAttribute(hash_key=True)
    """"<whose>#<number of the window>", e.g. "user:ann#593210"."""
    taken = NumberAttribute()
    expires_at = NumberAttribute()


class KeptAnswer(Model):
    """What a POST with an Idempotency-Key was answered. Powertools writes these items; here is what it calls things."""

    class Meta(Deployed):
        field = "kept_answers_table"
        ttl = "expires_at"

    key = UnicodeAttribute(hash_key=True)
    status = UnicodeAttribute()
    request_hash = UnicodeAttribute()
    answer = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()
    answering_until = NumberAttribute(null=True)
    """Unix milliseconds; later, an answer that never came is not waited for any more."""


TABLES: tuple[type[Model], ...] = (
    *(Video, Upload, Usage, Claim, Lease, EngineJob, Waiting, Turn, Spending, Like, LikeCount, Review, AuditEntry),
    *(Allowance, KeptAnswer),
)


@cache
def _connection() -> Connection:
    """One for the process: each makes a client of its own, which costs 30 to 100 ms."""
    return Connection(region=config().region)


def transact() -> TransactWrite:
    """Writes of several items, all or nothing: `with transact() as transaction: transaction.save(...)`."""
    return TransactWrite(connection=_connection())


def deployed(model: type[Model]) -> type[Deployed]:
    """The model's Meta, as what it is here."""
    return cast(type[Deployed], model.Meta)


def schema(model: type[Model]) -> dict[str, Any]:
    """Keys, attribute types and indexes of a model as CreateTable wants them (pynamodb keeps this method private)."""
    return dict(model._get_schema())
