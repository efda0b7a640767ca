"""Every function of the system on one page: what starts it, how big it is, what it may touch.

A line is all there is to say: its environment, its layers, its IAM statements and its sample events follow from it.
`reads` and `writes` name tables by model and buckets by `uploads:<prefix>` or `media:<prefix>`. `config` lists the
fields of reelstack.config.Config the function receives besides the names of its tables and buckets.
"""

from dataclasses import dataclass, replace
from typing import Literal

from pynamodb.models import Model

from infra.layers import LayerName
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Counter, Like, Pin, Share
from reelstack.tables.moderation import AuditEntry, Report, Review
from reelstack.tables.notifications import Connection, ConnectionTicket, Device, Notification, NotificationChoice
from reelstack.tables.production import EngineJob, Lease, Spending, Turn, Waiting
from reelstack.tables.ties import Block, Follow, LargeAccount, TimelineEntry
from reelstack.tables.users import Allowance, DataRequest, Handle, KeptAnswer, Session, User
from reelstack.tables.videos import Claim, Upload, Usage, Video

Trigger = Literal["http", "step", "stream", "queue", "event", "schedule", "socket"]
Target = type[Model] | str

MEDIA: tuple[LayerName, ...] = ("deps", "media")
CRT: tuple[LayerName, ...] = ("deps", "crt")
"""For what only AWS's native library does: SigV4A, which a KeyValueStore wants, and CRC-64/NVME. botocore imports it
wherever it lies, which would cost every other cold start a tenth."""
PRODUCTION_QUEUES = tuple(
    f"production_{priority}_{kind}_url" for priority in ("high", "normal", "low") for kind in ("queue", "dead")
)
LOOK: tuple[LayerName, ...] = ("deps", "ml")

OBJECTS_OF_VIDEOS = ("uploads:originals/", "uploads:work/", "uploads:chunks/", "media:v/", "media:quarantine/")
ALL_OF_VIDEOS: tuple[Target, ...] = (*(Video, Upload, Claim, Lease, Review, Pin, Counter), *OBJECTS_OF_VIDEOS)


@dataclass(frozen=True)
class Fn:
    """One Lambda. `timeout` seconds, `memory` MB, `disk` MB of /tmp."""

    name: str
    trigger: Trigger
    layers: tuple[LayerName, ...] = ("deps",)
    memory: int = 512
    timeout: int = 10
    disk: int = 512
    vpc: bool = False
    """True: needs something inside the VPC (the cache). Only profile `full` has one."""
    machine: Literal["production", "rights"] = "production"
    """Of a step: which state machines it belongs to, production's or those of exports and erasures."""
    routes: tuple[str, ...] = ()
    public_routes: tuple[str, ...] = ()
    """Routes that answer without a token."""
    streams: tuple[type[Model], ...] = ()
    """Tables whose changes it follows."""
    counts: bool = False
    """A consumer that adds up: batches are large, wait a second to become so, and name their shard."""
    at_once: int = 1
    """Batches of one shard that are taken at the same time; what happened to one item stays in order."""
    partial: bool = False
    """A consumer that says which records of a batch it could not take; the others do not come again with them."""
    queue: str = ""
    """The queue whose messages invoke it, one at a time, by its name in infra/triggers.py."""
    reads: tuple[Target, ...] = ()
    writes: tuple[Target, ...] = ()
    deletes: tuple[Target, ...] = ()
    appends: tuple[Target, ...] = ()
    """Tables it may add items to, whose items it may neither change nor delete."""
    checks: tuple[type[Model], ...] = ()
    """Tables whose items its transactions may depend on."""
    batches: tuple[type[Model], ...] = ()
    """Tables whose items it puts and deletes many at a time."""
    lists: tuple[str, ...] = ()
    """Bucket prefixes whose keys it may list."""
    config: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    """Other things it may do, by the names of infra/abilities.py."""


FUNCTIONS: tuple[Fn, ...] = (
    # --- HTTP services ---------------------------------------------------------------------------------------------
    Fn(
        "uploads",
        "http",
        routes=(
            "POST /v1/uploads",
            "GET /v1/uploads/{upload_id}",
            "POST /v1/uploads/{upload_id}/parts",
            "POST /v1/uploads/{upload_id}/sign",
            "POST /v1/uploads/{upload_id}/complete",
            "DELETE /v1/uploads/{upload_id}",
        ),
        reads=(Upload, Usage, "uploads:originals/"),
        writes=(Upload, Usage, Video, "uploads:originals/", "uploads:chunks/"),
        deletes=("uploads:chunks/",),
        lists=("uploads:chunks/",),
        config=(
            "max_upload_bytes",
            "max_open_uploads",
            "max_uploads_per_day",
            "max_upload_bytes_per_day",
            "upload_url_seconds",
            "upload_path",
            "compose_queue_url",
        ),
        calls=("send_compose_queue",),
    ),
    Fn(
        "videos",
        "http",
        vpc=True,
        routes=(
            "GET /v1/videos",
            "GET /v1/videos/{video_id}",
            "PATCH /v1/videos/{video_id}",
            "DELETE /v1/videos/{video_id}",
            "GET /v1/videos/{video_id}/playback",
            "POST /v1/videos/{video_id}/retry",
            "GET /v1/users/{user_id}/videos",
        ),
        public_routes=("GET /v1/health",),
        reads=(Video, Counter, Follow, Block, User),
        writes=(Video,),
        appends=(AuditEntry,),
        config=(
            *("playback_secret", "playback_seconds_public", "playback_seconds_private"),
            *("cache_url", "erase_after_seconds"),
        ),
        calls=("read_playback_secret",),
    ),
    Fn(
        "feed",
        "http",
        vpc=True,
        routes=("GET /v1/feed", "GET /v1/feed/following"),
        reads=(Video, Counter, Follow, Block, User, TimelineEntry),
        config=("cache_url", "timeline_days"),
    ),
    Fn(
        "interactions",
        "http",
        vpc=True,
        routes=(
            "PUT /v1/videos/{video_id}/like",
            "DELETE /v1/videos/{video_id}/like",
            "GET /v1/videos/{video_id}/likes",
            "GET /v1/videos/{video_id}/likers",
            "GET /v1/me/likes",
            "POST /v1/videos/{video_id}/comments",
            "GET /v1/videos/{video_id}/comments",
            "GET /v1/videos/{video_id}/comments/{comment_id}",
            "PATCH /v1/videos/{video_id}/comments/{comment_id}",
            "DELETE /v1/videos/{video_id}/comments/{comment_id}",
            "GET /v1/videos/{video_id}/comments/{comment_id}/replies",
            "PUT /v1/videos/{video_id}/comments/{comment_id}/like",
            "DELETE /v1/videos/{video_id}/comments/{comment_id}/like",
            "PUT /v1/videos/{video_id}/pin/{comment_id}",
            "DELETE /v1/videos/{video_id}/pin",
            "GET /v1/comments/waiting",
            "POST /v1/videos/{video_id}/comments/{comment_id}/verdict",
            "PUT /v1/videos/{video_id}/bookmark",
            "DELETE /v1/videos/{video_id}/bookmark",
            "GET /v1/me/bookmarks",
            "PUT /v1/videos/{video_id}/shares/{channel}",
            "PUT /v1/videos/{video_id}/report",
            "GET /v1/videos/{video_id}/reports",
            "PUT /v1/videos/{video_id}/comments/{comment_id}/report",
            "GET /v1/videos/{video_id}/comments/{comment_id}/reports",
        ),
        reads=(Video, Like, Comment, CommentLike, Pin, Bookmark, Share, Report, Counter, Follow, Block, User),
        writes=(Like, Comment, CommentLike, Pin, Bookmark, Share, Report),
        deletes=(Like, CommentLike, Pin, Bookmark),
        appends=(AuditEntry,),
        checks=(Block,),
        config=("cache_url", "moderation_thresholds"),
    ),
    Fn(
        "ties",
        "http",
        vpc=True,
        routes=(
            "PUT /v1/users/{user_id}/follow",
            "DELETE /v1/users/{user_id}/follow",
            "GET /v1/users/{user_id}/follow",
            "GET /v1/users/{user_id}/followers",
            "GET /v1/users/{user_id}/following",
            "GET /v1/me/follow-requests",
            "PUT /v1/me/follow-requests/{user_id}",
            "DELETE /v1/me/follow-requests/{user_id}",
            "DELETE /v1/me/followers/{user_id}",
            "PUT /v1/users/{user_id}/block",
            "DELETE /v1/users/{user_id}/block",
            "GET /v1/me/blocks",
        ),
        reads=(Follow, Block, User, Counter),
        writes=(Follow, Block),
        deletes=(Follow, Block),
        appends=(AuditEntry,),
        checks=(Block,),
        config=("cache_url", "max_following"),
    ),
    Fn(
        "moderation",
        "http",
        routes=(
            "GET /v1/reviews",
            "GET /v1/reviews/{video_id}",
            "POST /v1/reviews/{video_id}/claim",
            "DELETE /v1/reviews/{video_id}/claim",
            "POST /v1/videos/{video_id}/verdict",
            "POST /v1/videos/{video_id}/takedown",
            "POST /v1/videos/{video_id}/appeal",
            "GET /v1/videos/{video_id}/audit",
            "POST /v1/remoderations",
        ),
        reads=(Video, Claim, Review, AuditEntry, "media:quarantine/"),
        writes=(Video, Claim, Review),
        appends=(AuditEntry,),
        lists=("media:quarantine/",),
        config=(
            "moderation_thresholds",
            "review_hold_seconds",
            "appeal_days",
            "playback_seconds_private",
        ),
        calls=("answer_production", "scan_videos"),
    ),
    Fn(
        "operations",
        "http",
        timeout=29,
        routes=(
            "GET /v1/production",
            "GET /v1/production/dead",
            "POST /v1/production/redrive",
            "POST /v1/production/reencode",
            "POST /v1/videos/{video_id}/produce",
        ),
        reads=(Video, Lease, Waiting, Spending),
        writes=(Video,),
        appends=(AuditEntry,),
        config=(
            *PRODUCTION_QUEUES,
            "production_slots",
            "production_low_slots",
            "low_microdollars_per_day",
        ),
        calls=(
            "redrive_dead_letters",
            "send_production_messages",
            "count_production_messages",
        ),
    ),
    Fn(
        "recounts",
        "http",
        timeout=29,
        routes=("POST /v1/videos/{video_id}/recount", "POST /v1/users/{user_id}/recount"),
        reads=(Video, User, Like, Comment, CommentLike, Bookmark, Share, Follow, Counter),
        writes=(Counter,),
        appends=(AuditEntry,),
    ),
    Fn(
        "users",
        "http",
        routes=(
            "GET /v1/me",
            "PATCH /v1/me",
            "PUT /v1/me/handle",
            "DELETE /v1/me/handle",
            "POST /v1/me/avatar",
            "DELETE /v1/me/avatar",
            "GET /v1/me/sessions",
            "DELETE /v1/me/sessions",
            "DELETE /v1/me/sessions/{session_id}",
            "GET /v1/users/{user_id}",
            "GET /v1/users/{user_id}/account",
            "POST /v1/users/{user_id}/suspend",
            "POST /v1/users/{user_id}/restore",
            "PUT /v1/users/{user_id}/roles/{role}",
            "DELETE /v1/users/{user_id}/roles/{role}",
            "GET /v1/users/{user_id}/audit",
        ),
        reads=(Handle, Block, AuditEntry),
        writes=(Handle, "uploads:avatars/"),
        deletes=("media:u/",),
        appends=(AuditEntry,),
        config=(
            "user_pool_id",
            "handle_hold_seconds",
            "handle_change_seconds",
            "max_avatar_bytes",
        ),
        calls=("administer_users",),
    ),
    # --- rights: exports and erasures ------------------------------------------------------------------------------
    Fn(
        "rights",
        "http",
        routes=(
            "POST /v1/me/export",
            "GET /v1/me/export",
            "DELETE /v1/me",
            "GET /v1/users/{user_id}/erasure",
            "POST /v1/users/{user_id}/delete",
            "POST /v1/users/{user_id}/recover",
        ),
        reads=(DataRequest, "uploads:exports/"),
        writes=(DataRequest,),
        appends=(AuditEntry,),
        config=("user_pool_id", "export_machine_arn", "erase_after_seconds"),
        calls=("disable_users", "start_export_machine"),
    ),
    Fn(
        "gather_part",
        "step",
        machine="rights",
        timeout=900,
        disk=2048,
        reads=(
            *(User, Session, Video, Upload, Like, Comment, CommentLike, Bookmark, Share, Report, Follow, Block),
            *(AuditEntry, Notification, NotificationChoice, Device),
        ),
        writes=(DataRequest, "uploads:exports/"),
        config=("user_pool_id",),
        calls=("look_up_users",),
    ),
    Fn(
        "plan_export",
        "step",
        machine="rights",
        timeout=900,
        reads=(Video, Upload),
        writes=(DataRequest, "uploads:exports/"),
        lists=("uploads:originals/", "media:v/"),
    ),
    Fn(
        "zip_export",
        "step",
        machine="rights",
        memory=1769,
        timeout=900,
        reads=("uploads:exports/", "uploads:originals/", "media:v/"),
        writes=(DataRequest, "uploads:exports/"),
    ),
    Fn(
        "start_erasures",
        "schedule",
        timeout=30,
        reads=(DataRequest,),
        writes=(DataRequest,),
        config=("erasure_machine_arn",),
        calls=("start_erasure_machine",),
    ),
    Fn(
        "erase_videos",
        "step",
        machine="rights",
        timeout=900,
        reads=(Video, Upload, Lease, Comment, Report, Counter, DataRequest),
        writes=(Video, DataRequest),
        deletes=ALL_OF_VIDEOS,
        batches=(Comment, Report),
        lists=OBJECTS_OF_VIDEOS,
        config=("erase_after_seconds",),
        calls=("abort_uploads",),
    ),
    Fn(
        "erase_deleted_videos",
        "schedule",
        timeout=900,
        reads=(Video, Upload, Lease, Comment, Report, Counter),
        writes=(Video,),
        deletes=ALL_OF_VIDEOS,
        batches=(Comment, Report),
        lists=OBJECTS_OF_VIDEOS,
        calls=("abort_uploads",),
    ),
    Fn(
        "erase_items",
        "step",
        machine="rights",
        timeout=900,
        reads=(
            *(Like, Comment, CommentLike, Pin, Bookmark, Share, Report, Follow, Block, TimelineEntry, LargeAccount),
            *(Session, Usage, Turn, Handle, Counter, User, DataRequest),
            *(Notification, NotificationChoice, Device, Connection),
        ),
        writes=(Comment, User, DataRequest, Handle),
        deletes=(Comment, Pin, Device, "uploads:avatars/", "uploads:exports/", "media:u/"),
        batches=(
            *(Like, CommentLike, Bookmark, Share, Report, Follow, Block, TimelineEntry, LargeAccount),
            *(Session, Usage, Turn, Counter, DataRequest, Notification, NotificationChoice, Connection),
        ),
        lists=("uploads:avatars/", "uploads:exports/", "media:u/"),
        config=("user_pool_id", "handle_hold_seconds"),
        calls=("delete_users", "push_to_devices"),
    ),
    Fn("settle_request", "step", machine="rights", timeout=30, writes=(DataRequest,), appends=(AuditEntry,)),
    Fn(
        "notifications",
        "http",
        routes=(
            "GET /v1/me/notifications",
            "GET /v1/me/notifications/unread",
            "PUT /v1/me/notifications/read",
            "POST /v1/me/connection",
            "GET /v1/me/notification-choices",
            "PUT /v1/me/notification-choices",
            "GET /v1/me/mutes",
            "PUT /v1/me/mutes/{user_id}",
            "DELETE /v1/me/mutes/{user_id}",
            "GET /v1/me/devices",
            "PUT /v1/me/devices/{device_id}",
            "DELETE /v1/me/devices/{device_id}",
        ),
        reads=(Notification, NotificationChoice, Device, Video, Counter, Follow, Block, User),
        writes=(NotificationChoice, Device, ConnectionTicket),
        deletes=(NotificationChoice, Device),
        config=("socket_url", "push_platforms"),
        calls=("push_to_devices",),
    ),
    # --- notifications ---------------------------------------------------------------------------------------------
    # Neither is in the VPC, which has no way to the gateway's connections; so they read tables, not the cache.
    Fn(
        "notify",
        "stream",
        streams=(Like, Comment, CommentLike),
        at_once=10,
        timeout=180,
        reads=(
            *(Notification, NotificationChoice, Device, Connection),
            *(Session, User, Handle, Video, Comment, Counter, Follow, Block),
        ),
        writes=(Notification,),
        deletes=(Device, Connection),
        config=("socket_url", "push_platforms"),
        calls=("post_to_connections", "push_to_devices"),
    ),
    Fn(
        "connect",
        "socket",
        reads=(ConnectionTicket, Connection, Session, User),
        writes=(Connection,),
        deletes=(ConnectionTicket, Connection),
        config=("socket_url",),
        calls=("post_to_connections",),
    ),
    Fn(
        "search",
        "http",
        vpc=True,
        timeout=29,
        routes=("GET /v1/search/videos", "GET /v1/search/people", "POST /v1/search/rebuild"),
        reads=(Video, User, Counter, Follow, Block),
        appends=(AuditEntry,),
        config=("cache_url", "search_url"),
        calls=("search", "rebuild_search", "scan_videos", "scan_users"),
    ),
    # --- people ----------------------------------------------------------------------------------------------------
    Fn(
        "make_avatar",
        "event",
        layers=LOOK,
        memory=1769,
        timeout=60,
        reads=(User, "uploads:avatars/"),
        writes=(User, "media:u/"),
        deletes=("uploads:avatars/", "media:u/"),
        lists=("uploads:avatars/",),
        config=("max_avatar_bytes", "moderation_engines", "moderation_thresholds"),
        calls=("look_at_pictures",),
    ),
    Fn(
        "forget_users",
        "stream",
        streams=(User,),
        vpc=True,
        timeout=30,
        config=("bus_name", "cache_url"),
        calls=("put_events",),
    ),
    # --- uploads in chunks -----------------------------------------------------------------------------------------
    Fn(
        "compose_upload",
        "queue",
        layers=CRT,
        memory=1769,
        timeout=300,
        queue="compose",
        reads=(Upload, "uploads:chunks/", "uploads:originals/"),
        writes=(Upload, Video, "uploads:originals/"),
        deletes=("uploads:chunks/",),
        lists=("uploads:chunks/",),
    ),
    # --- production: the queue's ends ------------------------------------------------------------------------------
    Fn(
        "start_production",
        "event",
        timeout=60,
        reads=(Upload, Video, Claim, Lease, Waiting, Turn, Spending),
        writes=(Upload, Claim, Lease, Video, Waiting, Turn, Spending),
        deletes=(Lease, Waiting),
        config=(
            *PRODUCTION_QUEUES,
            "production_machine_arn",
            "production_slots",
            "production_low_slots",
            "production_slots_per_creator",
            "low_microdollars_per_day",
        ),
        calls=("receive_production_queues", "bury_production_messages", "start_production_machine"),
    ),
    Fn(
        "reconcile_production",
        "schedule",
        timeout=60,
        reads=(Video, Claim, Lease, Spending),
        writes=(Claim, Lease, Video, Spending),
        deletes=(Lease, "media:v/"),
        config=("production_machine_arn", "production_slots"),
        calls=("describe_production_machine", "answer_production", "list_media"),
    ),
    # --- production: what managed engines say ----------------------------------------------------------------------
    Fn(
        "hear_mediaconvert",
        "event",
        timeout=30,
        reads=(EngineJob,),
        writes=(EngineJob,),
        calls=("answer_engine_steps", "cancel_transcode_jobs"),
    ),
    Fn(
        "hear_rekognition",
        "event",
        timeout=30,
        reads=(EngineJob,),
        writes=(EngineJob,),
        calls=("answer_engine_steps",),
    ),
    # --- production: the steps -------------------------------------------------------------------------------------
    Fn(
        "probe",
        "step",
        layers=MEDIA,
        memory=1769,
        timeout=300,
        disk=4096,
        reads=(Upload, Video, Lease, "uploads:originals/"),
        writes=(Lease, "uploads:work/"),
        config=(
            "ffmpeg_path",
            "ffprobe_path",
            "max_duration_seconds",
            "segment_seconds",
            "avc_rungs",
            "architecture",
            "engine",
            "mediaconvert_over_seconds",
            "moderation_engines",
        ),
    ),
    Fn(
        "encode_first_rung",
        "step",
        layers=MEDIA,
        memory=5307,
        timeout=600,
        disk=4096,
        reads=("uploads:originals/", "uploads:work/"),
        writes=(Video, "uploads:work/", "media:v/"),
        config=("ffmpeg_path", "ffprobe_path", "encode_threads"),
    ),
    Fn(
        "transcode",
        "step",
        layers=MEDIA,
        memory=7076,
        timeout=600,
        disk=4096,
        reads=("uploads:originals/", "uploads:work/"),
        writes=("uploads:work/",),
        config=("ffmpeg_path", "ffprobe_path", "encode_threads"),
    ),
    Fn(
        "submit_mediaconvert",
        "step",
        timeout=30,
        reads=(EngineJob, "uploads:work/"),
        writes=(EngineJob,),
        config=("mediaconvert_max_microdollars", "mediaconvert_queue", "mediaconvert_role"),
        calls=("create_transcode_job", "pass_transcode_role", "answer_engine_steps"),
    ),
    Fn(
        "package",
        "step",
        memory=1769,
        timeout=300,
        disk=4096,
        reads=("uploads:work/", "media:v/"),
        writes=("uploads:work/", "media:v/"),
    ),
    Fn(
        "sample_frames",
        "step",
        layers=MEDIA,
        memory=1769,
        timeout=120,
        disk=2048,
        reads=("media:v/", "uploads:work/"),
        writes=("uploads:work/",),
        config=("ffmpeg_path", "ffprobe_path"),
    ),
    Fn(
        "inspect_frames",
        "step",
        layers=LOOK,
        memory=1769,
        timeout=120,
        reads=(Video, "uploads:work/", "media:v/"),
        config=("moderation_engines", "moderation_thresholds"),
    ),
    Fn(
        "ask_rekognition",
        "step",
        layers=MEDIA,
        memory=1769,
        timeout=60,
        disk=2048,
        reads=(EngineJob, "media:v/", "uploads:work/"),
        writes=(EngineJob, "uploads:work/"),
        config=("ffmpeg_path", "rekognition_topic", "rekognition_role"),
        calls=("start_content_moderation", "pass_rekognition_role", "answer_engine_steps"),
    ),
    Fn(
        "read_rekognition",
        "step",
        timeout=60,
        reads=(Video, "media:v/"),
        config=("moderation_thresholds",),
        calls=("read_content_moderation",),
    ),
    Fn(
        "ask_review",
        "step",
        reads=(Video, Claim, Lease),
        writes=(Claim, Lease, Video, Review),
        deletes=(Lease,),
        appends=(AuditEntry,),
    ),
    Fn(
        "publish",
        "step",
        reads=(Video, Lease, "uploads:work/"),
        writes=(Video, Lease),
        deletes=("media:v/",),
        config=("playback_seconds_public",),
    ),
    Fn("reject", "step", reads=("uploads:work/",), writes=(Video,)),
    Fn("fail", "step", writes=(Video,)),
    # --- what follows from a change --------------------------------------------------------------------------------
    Fn(
        "announce",
        "stream",
        streams=(Video,),
        vpc=True,
        timeout=30,
        writes=(Review,),
        config=("bus_name", "cache_url"),
        calls=("put_events",),
    ),
    Fn(
        "count_interactions",
        "stream",
        streams=(Like, Comment, CommentLike, Bookmark, Share, Follow),
        counts=True,
        timeout=60,
        reads=(Counter,),
        writes=(Counter, Video, Comment),
    ),
    Fn(
        "raise_reviews",
        "stream",
        streams=(Report,),
        timeout=30,
        reads=(Video, Review, Comment, Report),
        writes=(Review, Comment),
        appends=(AuditEntry,),
    ),
    Fn(
        "fan_out_video",
        "event",
        vpc=True,
        timeout=900,
        reads=(Video, Follow, Counter, LargeAccount, TimelineEntry),
        writes=(LargeAccount,),
        batches=(TimelineEntry,),
        config=("cache_url", "timeline_large_followers", "timeline_days", "timeline_entries"),
    ),
    Fn(
        "mend_timelines",
        "stream",
        streams=(Follow,),
        at_once=10,
        timeout=60,
        reads=(Video, Follow, LargeAccount),
        writes=(TimelineEntry,),
        batches=(TimelineEntry,),
        config=("timeline_days", "timeline_entries", "bus_name"),
        calls=("put_events",),
    ),
    Fn(
        "index_search",
        "stream",
        streams=(Video, User),
        partial=True,
        vpc=True,
        timeout=300,
        reads=(Video, User),
        config=("search_url",),
        calls=("index_search",),
    ),
    Fn(
        "withdraw",
        "event",
        layers=CRT,
        timeout=180,
        reads=(Video, User, "media:v/"),
        writes=(Video, "media:quarantine/"),
        deletes=("media:v/",),
        lists=("media:v/",),
        config=("bus_name", "playback_keys_store", "playback_seconds_public", "distribution_parameter"),
        # That it may invalidate is said where the distribution is made: infra/stacks/delivery.py.
        calls=("put_events", "write_playback_keys_store", "read_distribution_parameter"),
    ),
    Fn(
        "restore",
        "event",
        layers=CRT,
        timeout=180,
        reads=(Video, "media:quarantine/"),
        writes=(Video, "media:v/"),
        deletes=("media:quarantine/",),
        lists=("media:quarantine/", "media:v/"),
        config=("playback_keys_store", "playback_seconds_public"),
        calls=("write_playback_keys_store",),
    ),
    Fn(
        "rotate_playback_keys",
        "schedule",
        layers=CRT,
        timeout=60,
        config=("playback_secret", "playback_keys_store", "playback_seconds_public"),
        calls=("write_playback_secret", "write_playback_keys_store"),
    ),
)


def _behind_the_door(line: Fn) -> Fn:
    """What reelstack.web wants of every HTTP service, said once: the origin's secret, its caller's session and account,
    a count of requests, answers by Idempotency-Key."""
    if line.trigger != "http":
        return line
    return replace(
        line,
        reads=_with(line.reads, Session, User, KeptAnswer),
        writes=_with(line.writes, Session, User, Allowance, KeptAnswer),
        deletes=(*line.deletes, KeptAnswer),
        config=("origin_secret", "session_cache_seconds", "session_seconds", "rates", *line.config),
        calls=("read_origin_secret", *line.calls),
    )


def _with(targets: tuple[Target, ...], *more: Target) -> tuple[Target, ...]:
    return tuple(dict.fromkeys((*targets, *more)))


FUNCTIONS = tuple(map(_behind_the_door, FUNCTIONS))
