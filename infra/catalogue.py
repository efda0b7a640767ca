"""Every function of the system on one page: what starts it, how big it is, what it may touch.

A line is all there is to say: its environment, its layers, its IAM statements and its sample events follow from it.
`reads` and `writes` name tables by model and buckets by `uploads:<prefix>` or `media:<prefix>`. `config` lists the
fields of reelstack.config.Config the function receives besides the names of its tables and buckets.
"""

from dataclasses import dataclass, replace
from typing import Literal

from pynamodb.models import Model

from reelstack.tables import (
    Allowance,
    AuditEntry,
    Claim,
    EngineJob,
    KeptAnswer,
    Lease,
    Like,
    LikeCount,
    Review,
    Spending,
    Turn,
    Upload,
    Usage,
    Video,
    Waiting,
)

Trigger = Literal["http", "step", "stream", "queue", "event", "schedule"]
Layer = Literal["deps", "media", "ml"]
Target = type[Model] | str

MEDIA: tuple[Layer, ...] = ("deps", "media")
PRODUCTION_QUEUES = tuple(
    f"production_{priority}_{kind}_url" for priority in ("high", "normal", "low") for kind in ("queue", "dead")
)
LOOK: tuple[Layer, ...] = ("deps", "ml")


@dataclass(frozen=True)
class Fn:
    """One Lambda. `timeout` seconds, `memory` MB, `disk` MB of /tmp."""

    name: str
    trigger: Trigger
    layers: tuple[Layer, ...] = ("deps",)
    memory: int = 512
    timeout: int = 10
    disk: int = 512
    vpc: bool = False
    """True: needs something inside the VPC (the cache). Only profile `full` has one."""
    routes: tuple[str, ...] = ()
    public_routes: tuple[str, ...] = ()
    """Routes that answer without a token."""
    stream: type[Model] | None = None
    queue: str = ""
    """The queue whose messages invoke it, one at a time, by its name in infra/stacks/app.py."""
    reads: tuple[Target, ...] = ()
    writes: tuple[Target, ...] = ()
    deletes: tuple[Target, ...] = ()
    appends: tuple[Target, ...] = ()
    """Tables it may add items to, whose items it may neither change nor delete."""
    lists: tuple[str, ...] = ()
    """Bucket prefixes whose keys it may list."""
    config: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    """Other things it may do, by the names of infra/stacks/app.py's `ABILITIES`."""


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
            "origin_secret",
            "max_upload_bytes",
            "max_open_uploads",
            "max_uploads_per_day",
            "max_upload_bytes_per_day",
            "upload_url_seconds",
            "upload_path",
            "compose_queue_url",
        ),
        calls=("read_origin_secret", "send_compose_queue"),
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
        ),
        public_routes=("GET /v1/health",),
        reads=(Video, LikeCount),
        writes=(Video,),
        config=("origin_secret", "playback_secret", "playback_seconds_public", "playback_seconds_private", "cache_url"),
        calls=("read_origin_secret", "read_playback_secret"),
    ),
    Fn(
        "feed",
        "http",
        vpc=True,
        routes=("GET /v1/feed",),
        reads=(Video, LikeCount),
        config=("origin_secret", "cache_url"),
        calls=("read_origin_secret",),
    ),
    Fn(
        "interactions",
        "http",
        vpc=True,
        routes=(
            "PUT /v1/videos/{video_id}/like",
            "DELETE /v1/videos/{video_id}/like",
            "GET /v1/videos/{video_id}/likes",
            "GET /v1/me/likes",
        ),
        reads=(Video, Like, LikeCount),
        writes=(Like,),
        deletes=(Like,),
        config=("origin_secret", "cache_url"),
        calls=("read_origin_secret",),
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
            "origin_secret",
            "moderation_thresholds",
            "review_hold_seconds",
            "appeal_days",
            "playback_seconds_private",
        ),
        calls=("read_origin_secret", "answer_production", "scan_videos"),
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
            "origin_secret",
            *PRODUCTION_QUEUES,
            "production_slots",
            "production_low_slots",
            "low_microdollars_per_day",
        ),
        calls=(
            "read_origin_secret",
            "redrive_dead_letters",
            "send_production_messages",
            "count_production_messages",
        ),
    ),
    # --- uploads in chunks -----------------------------------------------------------------------------------------
    Fn(
        "compose_upload",
        "queue",
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
        calls=("answer_engine_steps",),
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
        stream=Video,
        vpc=True,
        timeout=30,
        writes=(Review,),
        config=("bus_name", "cache_url"),
        calls=("put_events",),
    ),
    Fn("count_likes", "stream", stream=Like, timeout=30, reads=(LikeCount,), writes=(LikeCount,)),
    Fn(
        "withdraw",
        "event",
        timeout=180,
        reads=(Video, "media:v/"),
        writes=(Video, "media:quarantine/"),
        deletes=("media:v/",),
        lists=("media:v/",),
        config=("playback_keys_store", "playback_seconds_public", "distribution_parameter"),
        # That it may invalidate is said where the distribution is made: infra/stacks/delivery.py.
        calls=("write_playback_keys_store", "read_distribution_parameter"),
    ),
    Fn(
        "restore",
        "event",
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
        timeout=60,
        config=("playback_secret", "playback_keys_store", "playback_seconds_public"),
        calls=("write_playback_secret", "write_playback_keys_store"),
    ),
)


def _behind_the_door(line: Fn) -> Fn:
    """What reelstack.web wants of every HTTP service, said once: a count of requests, answers by Idempotency-Key."""
    if line.trigger != "http":
        return line
    return replace(
        line,
        reads=(*line.reads, KeptAnswer),
        writes=(*line.writes, Allowance, KeptAnswer),
        deletes=(*line.deletes, KeptAnswer),
        config=(*line.config, "rates"),
    )


FUNCTIONS = tuple(map(_behind_the_door, FUNCTIONS))
