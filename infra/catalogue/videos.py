"""Videos: the video itself, and the events that its changes make."""

from infra.catalogue.fn import PLAYBACK, Fn
from reelstack.tables.accounts import User
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.counters import Counter, DailyPlays
from reelstack.tables.interactions import Bookmark, Like
from reelstack.tables.moderation import AuditEntry, Review
from reelstack.tables.production import BacklogEntry, Lease
from reelstack.tables.social import Block, Follow
from reelstack.tables.uploads import Usage
from reelstack.tables.videos import Video

FUNCTIONS: tuple[Fn, ...] = (
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
            "GET /v1/videos/{video_id}/counts",
            "POST /v1/videos/{video_id}/retry",
            "GET /v1/users/{user_id}/videos",
            "GET /v1/oembed",
            "GET /v1/videos/{video_id}/analytics",
            "GET /v1/me/analytics",
            "GET /v1/videos/{video_id}/archive",
            "PUT /v1/videos/{video_id}/archive",
            "POST /v1/videos/{video_id}/archive/restore",
        ),
        public_routes=("GET /v1/health",),
        anonymous_routes=(
            "GET /v1/videos/{video_id}",
            "GET /v1/videos/{video_id}/playback",
            "GET /v1/videos/{video_id}/counts",
            "GET /v1/users/{user_id}/videos",
            "GET /v1/oembed",
        ),
        pages=("ANY /pages/{handle}/{video_id}", "ANY /pages/{handle}/{video_id}/poster.jpg"),
        reads=(
            Video,
            Counter,
            DailyPlays,
            Like,
            Bookmark,
            WatchPosition,
            Follow,
            Block,
            User,
            Usage,
            Review,
            Lease,
            BacklogEntry,
            "web:index.html",
        ),
        writes=(Video, Usage, Review, Lease),
        lists=("media:v/",),
        checks=(Review,),
        appends=(AuditEntry,),
        config=(
            *PLAYBACK,
            *("cache_url", "embedding", "erase_after_seconds", "production_slots"),
            *("max_retries", "max_uploads_per_day", "max_upload_bytes_per_day", "creator_microdollars_per_day"),
        ),
        calls=("read_playback_secret",),
    ),
    Fn(
        "move_archives",
        "event",
        events=("ArchiveOrdered",),
        every_minutes=60,
        timeout=300,
        reads=(Video, Lease, "media:v/"),
        writes=(Video, Lease, "media:v/"),
        deletes=(Lease,),
        lists=("media:v/",),
        calls=("tag_renditions", "restore_renditions"),
    ),
    Fn(
        "export_catalogue",
        "step",
        machine="profiles",
        timeout=900,
        reads=(Video,),
        config=("data_bucket",),
        calls=("scan_videos", "write_catalogue"),
    ),
    Fn(
        "load_clip_features",
        "step",
        machine="profiles",
        timeout=900,
        writes=(Video,),
        config=("data_bucket",),
        calls=("read_clip_records",),
    ),
    Fn(
        "publish_video_events",
        "stream",
        streams=(Video,),
        vpc=True,
        timeout=30,
        writes=(Review,),
        config=("bus_name", "cache_url"),
        calls=("put_events",),
    ),
)
