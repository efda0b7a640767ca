"""Privacy: exports and erasures. Their steps belong to the state machines of the same names."""

from infra.catalogue.fn import Fn, Target
from reelstack.tables.accounts import Handle, Session, User
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.counters import Counter, DailyPlays
from reelstack.tables.feed import FeedChoices, LargeAccount, TimelineEntry, ViewerProfile
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Like, Pin, Share
from reelstack.tables.moderation import AuditEntry, Report, Review, Strike
from reelstack.tables.notifications import Connection, Device, Notification, NotificationPreference
from reelstack.tables.privacy import DataRequest
from reelstack.tables.production import Claim, Lease, Turn
from reelstack.tables.social import Block, Follow
from reelstack.tables.uploads import Upload, Usage
from reelstack.tables.videos import Video

VIDEO_OBJECTS = ("uploads:originals/", "intermediates:work/", "intermediates:chunks/", "media:v/", "media:quarantine/")
ALL_OF_VIDEOS: tuple[Target, ...] = (*(Video, Upload, Claim, Lease, Review, Pin, Counter), *VIDEO_OBJECTS)

FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "privacy",
        "http",
        routes=(
            *("POST /v1/me/export", "GET /v1/me/export", "DELETE /v1/me", "GET /v1/users/{user_id}/erasure"),
            *("POST /v1/users/{user_id}/delete", "POST /v1/users/{user_id}/recover"),
        ),
        reads=(DataRequest, "uploads:exports/"),
        writes=(DataRequest,),
        appends=(AuditEntry,),
        config=("user_pool_id", "export_machine_arn", "erase_after_seconds"),
        calls=("disable_users", "start_export_machine"),
    ),
    Fn(
        "collect_export_part",
        "step",
        machine="privacy",
        timeout=900,
        disk=2048,
        reads=(
            *(User, Session, Video, Upload, Like, Comment, CommentLike, Bookmark, Share, Report, Follow, Block),
            *(AuditEntry, Strike, Notification, NotificationPreference, Device, WatchPosition),
            *(DailyPlays, ViewerProfile, FeedChoices),
        ),
        writes=(DataRequest, "uploads:exports/"),
        config=("user_pool_id", "data_bucket"),
        calls=("list_users", "read_event_archive", "list_event_archive"),
    ),
    Fn(
        "plan_export",
        "step",
        machine="privacy",
        vpc=True,  # live interests are in the cache
        timeout=900,
        reads=(Video, Upload, User, Block),
        writes=(DataRequest, "uploads:exports/"),
        lists=("uploads:originals/", "media:v/"),
        config=("cache_url",),
    ),
    Fn(
        "zip_export",
        "step",
        machine="privacy",
        memory=1769,
        timeout=900,
        reads=("uploads:exports/", "uploads:originals/", "media:v/"),
        writes=(DataRequest, "uploads:exports/"),
    ),
    Fn(
        "start_erasures",
        "schedule",
        every_minutes=1,
        timeout=30,
        reads=(DataRequest,),
        writes=(DataRequest,),
        config=("erasure_machine_arn", "event_erasure_machine_arn", "data_bucket"),
        calls=("start_erasure_machine", "start_event_erasure_machine"),
    ),
    Fn(
        "erase_videos",
        "step",
        machine="privacy",
        timeout=900,
        reads=(Video, Upload, Lease, Comment, Report, Counter, DailyPlays, DataRequest, Review),
        writes=(Video, DataRequest, Review),
        checks=(Review,),
        deletes=ALL_OF_VIDEOS,
        batches=(Comment, Report, DailyPlays),
        lists=VIDEO_OBJECTS,
        config=("erase_after_seconds",),
        calls=("abort_uploads",),
    ),
    Fn(
        "erase_deleted_videos",
        "schedule",
        every_minutes=15,
        timeout=900,
        reads=(Video, Upload, Lease, Comment, Report, Counter, DailyPlays),
        writes=(Video,),
        deletes=ALL_OF_VIDEOS,
        batches=(Comment, Report, DailyPlays),
        lists=VIDEO_OBJECTS,
        calls=("abort_uploads",),
    ),
    Fn(
        "erase_items",
        "step",
        machine="privacy",
        timeout=900,
        reads=(
            *(Like, Comment, CommentLike, Pin, Bookmark, Share, Report, Follow, Block, TimelineEntry, LargeAccount),
            *(Session, Usage, Turn, Handle, Counter, User, DataRequest),
            *(Notification, NotificationPreference, Device, Connection, WatchPosition, Strike),
            *(DailyPlays, ViewerProfile, FeedChoices),
        ),
        writes=(Comment, User, DataRequest, Handle),
        deletes=(Comment, Pin, Device, "uploads:avatars/", "uploads:exports/", "media:u/"),
        batches=(
            *(Like, CommentLike, Bookmark, Share, Report, Follow, Block, TimelineEntry, LargeAccount, Session, Usage),
            *(Turn, Counter, DataRequest, Notification, NotificationPreference, Connection, WatchPosition),
            *(Strike, DailyPlays, ViewerProfile, FeedChoices),
        ),
        lists=("uploads:avatars/", "uploads:exports/", "media:u/"),
        config=("user_pool_id", "handle_hold_seconds"),
        calls=("delete_users", "push_to_devices"),
    ),
    Fn(
        "finish_data_request",
        "step",
        machine="privacy",
        timeout=30,
        writes=(DataRequest,),
        appends=(AuditEntry,),
        config=("data_bucket",),
    ),
    Fn(
        "erase_events",
        "step",
        machine="privacy",
        memory=1769,  # a whole processor: what it does is unpacking and packing
        timeout=900,
        disk=2048,
        reads=(DataRequest,),
        writes=(DataRequest,),
        deletes=(DataRequest,),
        config=("data_bucket", "event_days"),
        calls=("rewrite_event_archive", "list_event_archive"),
    ),
)
