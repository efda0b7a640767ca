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
from pynamodb.connection import Connection as Dynamo
from pynamodb.connection import TableConnection
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from reelstack.config import config

SHELVES = 8
"""Partitions that the list of published videos is spread over: one takes 1,000 writes a second."""
TIE_SHELVES = 8
"""The same for the list of who follows somebody: 8,000 new followers of one user a second."""

REFUSED = "ConditionalCheckFailedException"
"""How DynamoDB says that a write's condition does not hold."""


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


@cache
def _connection(connect_seconds: float, read_seconds: float, retries: int) -> Dynamo:
    """One for the process, not pynamodb's one a table: each makes a client, which costs a cold start 30 to 100 ms."""
    return Dynamo(
        region=config().region,
        connect_timeout_seconds=connect_seconds,
        read_timeout_seconds=read_seconds,
        max_retry_attempts=retries,
    )


def connection(meta: type[Deployed] = Deployed) -> Dynamo:
    """What reaches every table with these timeouts."""
    return _connection(meta.connect_timeout_seconds, meta.read_timeout_seconds, meta.max_retry_attempts)


class Table(Model):
    """A model over the process's one connection."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        known, shared = super()._get_connection(), connection(deployed(cls))
        if known.connection is not shared:
            # Not add_meta_table, which refuses the second of two threads.
            shared._tables.setdefault(known.table_name, known.get_meta_table())
            known.connection = shared
        return known


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


class VideosByPublished(GlobalSecondaryIndex["Video"]):  # type: ignore[no-untyped-call]
    """What an owner ever published, newest first. Keys only: whoever lists it reads the items, which know more."""

    class Meta:
        index_name = "by_published"
        projection = KeysOnlyProjection()

    owner_id = UnicodeAttribute(hash_key=True)
    published_at = NumberAttribute(range_key=True)


class Video(Table):
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
    like_shelves = NumberAttribute(null=True)
    """Over how many partitions its likes are listed; None: SHELVES. Grows when the video becomes hot."""

    by_owner = VideosByOwner()
    by_shelf = VideosByShelf()
    by_published = VideosByPublished()


class Upload(Table):
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


class Usage(Table):
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


class Claim(Table):
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


class Lease(Table):
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


class EngineJob(Table):
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


class Waiting(Table):
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


class Turn(Table):
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


class Spending(Table):
    """What the productions that ended on a day (UTC, YYYY-MM-DD) are estimated to have cost."""

    class Meta(Deployed):
        field = "spending_table"
        ttl = "expires_at"

    day = UnicodeAttribute(hash_key=True)
    microdollars = NumberAttribute(default=0)
    productions = NumberAttribute(default=0)
    expires_at = NumberAttribute(null=True)


class LikesByVideo(GlobalSecondaryIndex["Like"]):  # type: ignore[no-untyped-call]
    """Who likes a video, newest first; spread, since an index that is full refuses the table's writes."""

    class Meta:
        index_name = "by_video"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    liked_at = NumberAttribute(range_key=True)


class Like(Table):
    class Meta(Deployed):
        field = "likes_table"
        stream = "NEW_AND_OLD_IMAGES"

    user_id = UnicodeAttribute(hash_key=True)  # spread by user: a hot video must not be a hot partition
    video_id = UnicodeAttribute(range_key=True)
    liked_at = NumberAttribute()
    shelf = UnicodeAttribute(null=True)
    """<video>#<n>, n below the video's number of shelves at that time."""

    by_video = LikesByVideo()


class CommentsByScore(GlobalSecondaryIndex["Comment"]):  # type: ignore[no-untyped-call]
    """A video's visible comments, read backwards: the most liked first. Sparse: replies have no `score`."""

    class Meta:
        index_name = "by_score"
        projection = AllProjection()

    thread = UnicodeAttribute(hash_key=True)
    score = NumberAttribute(range_key=True)


class CommentsByQueue(GlobalSecondaryIndex["Comment"]):  # type: ignore[no-untyped-call]
    """What waits for a moderator, the oldest first. Sparse: only such comments have a `queue`."""

    class Meta:
        index_name = "by_queue"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    comment_id = UnicodeAttribute(range_key=True)


class CommentsByAuthor(GlobalSecondaryIndex["Comment"]):  # type: ignore[no-untyped-call]
    """What somebody wrote, the oldest first: for their export and their erasure, which read the items themselves."""

    class Meta:
        index_name = "by_author"
        projection = KeysOnlyProjection()

    author_id = UnicodeAttribute(hash_key=True)
    created_at = NumberAttribute(range_key=True)


class Comment(Table):
    """A comment, or a reply to one. `state` is one of reelstack.comments.CommentState."""

    class Meta(Deployed):
        field = "comments_table"
        stream = "NEW_AND_OLD_IMAGES"

    thread = UnicodeAttribute(hash_key=True)
    """<video>#<shelf> of comments, <video>/<comment> of its replies: a hot video must not be a hot partition."""
    comment_id = UnicodeAttribute(range_key=True)
    """<created_at>-<random>; of a reply <comment it answers>.<its own>. Rises with time."""
    video_id = UnicodeAttribute()
    author_id = UnicodeAttribute()
    """Not there once its author's account was erased and only its thread kept it."""
    state = UnicodeAttribute()
    text = UnicodeAttribute(null=True)
    """None once it is deleted."""
    mentions: ListAttribute[str] = ListAttribute(default=list)
    """Handles, lower case, without their @."""
    created_at = NumberAttribute()
    edited_at = NumberAttribute(null=True)
    deleted_by = UnicodeAttribute(null=True)
    score = NumberAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    """One of reelstack.comments.CommentQueue."""
    reports = NumberAttribute(null=True)
    """How many people had reported it when a moderator was last asked."""

    by_score = CommentsByScore()
    by_queue = CommentsByQueue()
    by_author = CommentsByAuthor()


class Pin(Table):
    """The comment that a video's owner shows before all others."""

    class Meta(Deployed):
        field = "pins_table"

    video_id = UnicodeAttribute(hash_key=True)
    comment_id = UnicodeAttribute()
    pinned_at = NumberAttribute()


class CommentLike(Table):
    class Meta(Deployed):
        field = "comment_likes_table"
        stream = "NEW_AND_OLD_IMAGES"

    user_id = UnicodeAttribute(hash_key=True)
    comment = UnicodeAttribute(range_key=True)
    """<video>/<comment>: all that somebody likes below one video is one query."""
    liked_at = NumberAttribute()


class BookmarksByTime(GlobalSecondaryIndex["Bookmark"]):  # type: ignore[no-untyped-call]
    """What somebody keeps, newest first."""

    class Meta:
        index_name = "by_time"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    saved_at = NumberAttribute(range_key=True)


class Bookmark(Table):
    class Meta(Deployed):
        field = "bookmarks_table"
        stream = "NEW_AND_OLD_IMAGES"

    user_id = UnicodeAttribute(hash_key=True)
    video_id = UnicodeAttribute(range_key=True)
    saved_at = NumberAttribute()

    by_time = BookmarksByTime()


class Share(Table):
    """That somebody shared a video by some channel: once, however often."""

    class Meta(Deployed):
        field = "shares_table"
        stream = "NEW_AND_OLD_IMAGES"

    user_id = UnicodeAttribute(hash_key=True)
    share = UnicodeAttribute(range_key=True)
    """<video>#<channel>"""
    share_id = UnicodeAttribute()
    """Rides in the link."""
    shared_at = NumberAttribute()


class ReportsBySubject(GlobalSecondaryIndex["Report"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_subject"
        projection = AllProjection()

    subject = UnicodeAttribute(hash_key=True)
    reported_at = NumberAttribute(range_key=True)


class Report(Table):
    """What somebody finds wrong with a video or a comment. One a person and thing: they cannot add to it."""

    class Meta(Deployed):
        field = "reports_table"
        stream = "NEW_AND_OLD_IMAGES"

    reporter_id = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute(range_key=True)
    """<video>, or <video>/<comment>."""
    reason = UnicodeAttribute()
    """One of reelstack.reports.Reason."""
    detail = UnicodeAttribute(null=True)
    reported_at = NumberAttribute()

    by_subject = ReportsBySubject()


class Counter(Table):
    """What is counted about a video (`key` = its id), a comment (<video>/<comment>) or a user (user/<id>); of a hot one
    this is the first part, the others are <key>#<n>. Per stream shard (`key` = "mark#…") how far it was counted."""

    class Meta(Deployed):
        field = "counters_table"
        ttl = "expires_at"

    key = UnicodeAttribute(hash_key=True)
    likes = NumberAttribute(null=True)
    comments = NumberAttribute(null=True)
    replies = NumberAttribute(null=True)
    shares = NumberAttribute(null=True)
    bookmarks = NumberAttribute(null=True)
    followers = NumberAttribute(null=True)
    following = NumberAttribute(null=True)

    writes = NumberAttribute(null=True)
    """How often this item was written, and below how many records that stood for: what rates are measured by."""
    records = NumberAttribute(null=True)
    measured_at = NumberAttribute(null=True)
    """Of a first part: when its rates were last measured (unix seconds), at how many writes and records."""
    measured_writes = NumberAttribute(null=True)
    measured_records = NumberAttribute(null=True)
    parts = NumberAttribute(null=True)
    """Of a first part: over how many items it is spread; None: this one."""
    resized_at = NumberAttribute(null=True)
    open = BooleanAttribute(null=True)
    """Of a further part: whether it may be added to."""

    counted_to = UnicodeAttribute(null=True)
    """Of a mark: the last sequence number."""
    expires_at = NumberAttribute(null=True)

    drift: JSONAttribute = JSONAttribute(null=True)
    """What a recount found, and since when: reelstack.recounts."""


class FollowsByFollowee(GlobalSecondaryIndex["Follow"]):  # type: ignore[no-untyped-call]
    """Who follows somebody, and who asked to, newest first. Each listing is spread over TIE_SHELVES partitions."""

    class Meta:
        index_name = "by_followee"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    since = NumberAttribute(range_key=True)


class Follow(Table):
    """That one user follows another, or asked to. Under its follower: whom everybody follows is no hot partition."""

    class Meta(Deployed):
        field = "follows_table"
        stream = "NEW_AND_OLD_IMAGES"

    follower_id = UnicodeAttribute(hash_key=True)
    followee_id = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute()
    """One of reelstack.ties.Following."""
    since = NumberAttribute()
    """Unix milliseconds: when it was accepted; of a request, when it was asked."""
    shelf = UnicodeAttribute()
    """<state>#<followee>#<number>: the listing it is in, and the partition of that."""

    by_followee = FollowsByFollowee()


class TimelineEntry(Table):
    """Something that belongs into a user's timeline: a video, or a large account that the user follows."""

    class Meta(Deployed):
        field = "timelines_table"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)
    """v#<published_at>#<video>, or a#<account>: reelstack.timelines."""
    expires_at = NumberAttribute(null=True)


class LargeAccount(Table):
    """That an account's videos are not written into its followers' timelines, but read when they are."""

    class Meta(Deployed):
        field = "large_accounts_table"

    user_id = UnicodeAttribute(hash_key=True)
    since = NumberAttribute()
    pointed = BooleanAttribute(default=False)
    """Whether everybody who followed it at `since` has a pointer to it."""


class BlocksByBlocker(GlobalSecondaryIndex["Block"]):  # type: ignore[no-untyped-call]
    """Whom a user has blocked, newest first. Sparse: an item that only says who blocked the user is not in it."""

    class Meta:
        index_name = "by_blocker"
        projection = AllProjection()

    blocker_id = UnicodeAttribute(hash_key=True)
    blocked_at = NumberAttribute(range_key=True)


class Block(Table):
    """That a block stands between two users. It has an item under each of them, so one look from either side tells."""

    class Meta(Deployed):
        field = "blocks_table"

    user_id = UnicodeAttribute(hash_key=True)
    other_id = UnicodeAttribute(range_key=True)
    by = UnicodeSetAttribute()
    """Which of the two blocked the other, or both."""
    blocker_id = UnicodeAttribute(null=True)
    """`user_id` if that is who blocked."""
    blocked_at = NumberAttribute(null=True)

    by_blocker = BlocksByBlocker()


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


class Review(Table):
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
    reports = NumberAttribute(null=True)
    """How many people had reported the video when this was asked, or since."""
    decision = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)

    by_age = ReviewsByAge()
    by_severity = ReviewsBySeverity()


class AuditEntry(Table):
    """Who did what to what, when and why. Functions may add entries; none may change or delete one."""

    class Meta(Deployed):
        field = "audit_table"
        ttl = "expires_at"

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
    expires_at = NumberAttribute(null=True)


class User(Table):
    """A person's profile, from their first request on. Who has no item yet has these defaults."""

    class Meta(Deployed):
        field = "users_table"
        stream = "NEW_AND_OLD_IMAGES"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    """The token's `sub`."""
    handle = UnicodeAttribute(null=True)
    """As reelstack.handles writes it; the table of handles says whose it is."""
    handle_claimed_at = NumberAttribute(null=True)
    """When a handle that was not this user's before was claimed last."""
    display_name = UnicodeAttribute(default="")
    bio = UnicodeAttribute(default="")
    links: ListAttribute[str] = ListAttribute(default=list)
    avatar = UnicodeAttribute(null=True)
    """Key of the served picture in the media bucket: u/<user>/<when>-<random>.jpg"""
    avatar_problem = UnicodeAttribute(null=True)
    """Why the picture that was sent last is not shown: one of reelstack.avatars.Problem."""
    private = BooleanAttribute(default=False)
    """Followers are asked for first, and only they see this user's videos."""
    friends_only = BooleanAttribute(default=False)
    """Only those who follow and are followed see this user's videos."""
    created_at = NumberAttribute()
    suspended_at = NumberAttribute(null=True)
    suspended_by = UnicodeAttribute(null=True)
    suspended_reason = UnicodeAttribute(null=True)
    deleted_at = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    """Of an erased account, of which nothing else is left: until its last token has expired."""


class Handle(Table):
    """Whose a handle is. A released one stays its last holder's until `free_at` (unix seconds)."""

    class Meta(Deployed):
        field = "handles_table"
        ttl = "free_at"

    handle = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    free_at = NumberAttribute(null=True)


class Session(Table):
    """A sign-in: every access token that came of it names it. Kept for as long as one of them could still be valid."""

    class Meta(Deployed):
        field = "sessions_table"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute(range_key=True)
    """The token's `origin_jti`, or another issuer's `sid`."""
    agent = UnicodeAttribute(default="")
    """The user agent that was seen last."""
    created_at = NumberAttribute()
    seen_at = NumberAttribute()
    """Rounded: written at most once in `sessions.SEEN_SECONDS`."""
    revoked_at = NumberAttribute(null=True)
    expires_at = NumberAttribute()


class Allowance(Table):
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


class KeptAnswer(Table):
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


class DataRequestsByDue(GlobalSecondaryIndex["DataRequest"]):  # type: ignore[no-untyped-call]
    """Erasures by when they are to begin, or to begin again. Sparse: only these have a `queue`."""

    class Meta:
        index_name = "by_due"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class DataRequest(Table):
    """What a person asked to be done with all their data, and how far it is. `kind`: reelstack.data_requests.Kind."""

    class Meta(Deployed):
        field = "data_requests_table"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    kind = UnicodeAttribute(range_key=True)
    request_id = UnicodeAttribute()
    state = UnicodeAttribute()
    """One of reelstack.data_requests.Progress."""
    asked_at = NumberAttribute()
    ended_at = NumberAttribute(null=True)
    finished = UnicodeSetAttribute(null=True)
    """Names of the parts that are done, of `parts` in all."""
    parts = NumberAttribute()
    files: JSONAttribute = JSONAttribute(null=True)
    """Of an export that is done: [{"name", "size_bytes"}]."""
    left: JSONAttribute = JSONAttribute(null=True)
    """Stores in which verification still found something of the user."""
    queue = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    tries = NumberAttribute(default=0)
    """Executions that were started for it."""
    expires_at = NumberAttribute(null=True)

    by_due = DataRequestsByDue()


# --- notifications ---------------------------------------------------------------------------------------------------


class NotificationsByTime(GlobalSecondaryIndex["Notification"]):  # type: ignore[no-untyped-call]
    """Somebody's inbox, newest first."""

    class Meta:
        index_name = "by_time"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    changed_at = NumberAttribute(range_key=True)


class Notification(Table):
    """What others did about one thing of a user's: one item, however many did it. reelstack.notifications."""

    class Meta(Deployed):
        field = "notifications_table"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute(range_key=True)
    """<kind>#<what it is about>: like#<video>, reply#<video>/<comment>, follow#."""
    people: JSONAttribute = JSONAttribute(default=list)
    """[[when (unix milliseconds), user id], ...]: the newest who did it, newest first, each once."""
    many = BooleanAttribute(default=False)
    """Whether more people did it than are kept here."""
    comment_id = UnicodeAttribute(null=True)
    """What the newest of them wrote."""
    changed_at = NumberAttribute()
    """Unix milliseconds: when this last came into the inbox. Only rises."""
    pushed = UnicodeAttribute()
    """One of reelstack.notifications.Pushed: what became of telling the user about this change at once."""
    expires_at = NumberAttribute()

    by_time = NotificationsByTime()


class NotificationChoice(Table):
    """What a user wants to be told. `choice` is "settings", or "mute#<user>"."""

    class Meta(Deployed):
        field = "notification_choices_table"

    user_id = UnicodeAttribute(hash_key=True)
    choice = UnicodeAttribute(range_key=True)
    off = UnicodeSetAttribute(null=True)
    """Of the settings: kinds that are not wanted."""
    read_to = NumberAttribute(null=True)
    """Of the settings: what came into the inbox until then has been read."""
    muted_at = NumberAttribute(null=True)


class DevicesByToken(GlobalSecondaryIndex["Device"]):  # type: ignore[no-untyped-call]
    """Whose device a token is of: a phone that changes hands takes no notifications along."""

    class Meta:
        index_name = "by_token"
        projection = KeysOnlyProjection()

    token = UnicodeAttribute(hash_key=True)


class Device(Table):
    """A phone that wants push messages."""

    class Meta(Deployed):
        field = "devices_table"

    user_id = UnicodeAttribute(hash_key=True)
    device_id = UnicodeAttribute(range_key=True)
    platform = UnicodeAttribute()
    """One of reelstack.devices.Platform."""
    token = UnicodeAttribute()
    """What the platform's push service knows the app on this phone by."""
    endpoint = UnicodeAttribute(null=True)
    """ARN of its SNS endpoint."""
    problem = UnicodeAttribute(null=True)
    """Why it gets nothing: one of reelstack.devices.DeviceProblem."""
    registered_at = NumberAttribute()

    by_token = DevicesByToken()


class Connection(Table):
    """An open WebSocket connection of a user."""

    class Meta(Deployed):
        field = "connections_table"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    connection_id = UnicodeAttribute(range_key=True)
    session_id = UnicodeAttribute(null=True)
    """The sign-in it was opened with: revoked, it hears no more."""
    connected_at = NumberAttribute()
    expires_at = NumberAttribute()


class ConnectionTicket(Table):
    """That whoever shows the ticket may open one connection as this user, soon."""

    class Meta(Deployed):
        field = "connection_tickets_table"
        ttl = "expires_at"

    digest = UnicodeAttribute(hash_key=True)
    """SHA-256 of the ticket, which is written nowhere."""
    user_id = UnicodeAttribute()
    session_id = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


TABLES: tuple[type[Model], ...] = (
    *(Video, Upload, Usage, Claim, Lease, EngineJob, Waiting, Turn, Spending, Review, AuditEntry),
    *(Like, Comment, CommentLike, Pin, Bookmark, Share, Report, Counter),
    *(Follow, Block, TimelineEntry, LargeAccount),
    *(User, Handle, Session, Allowance, KeptAnswer),
    DataRequest,
    *(Notification, NotificationChoice, Device, Connection, ConnectionTicket),
)


def transact() -> TransactWrite:
    """Writes of several items, all or nothing: `with transact() as transaction: transaction.save(...)`."""
    return TransactWrite(connection=connection())


def deployed(model: type[Model]) -> type[Deployed]:
    """The model's Meta, as what it is here."""
    return cast(type[Deployed], model.Meta)


def schema(model: type[Model]) -> dict[str, Any]:
    """Keys, attribute types and indexes of a model as CreateTable wants them (pynamodb keeps this method private)."""
    return dict(model._get_schema())
