"""Interactions: likes, comments, bookmarks and shares, and their counters."""

from infra.catalogue.fn import PLAYBACK, Fn
from reelstack.tables.accounts import User
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.counters import Counter
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Like, Pin, Share
from reelstack.tables.moderation import AuditEntry, Report
from reelstack.tables.social import Block, Follow
from reelstack.tables.videos import Video

FUNCTIONS: tuple[Fn, ...] = (
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
            "GET /v1/comments/pending",
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
        anonymous_routes=(
            "GET /v1/videos/{video_id}/likes",
            "GET /v1/videos/{video_id}/comments",
            "GET /v1/videos/{video_id}/comments/{comment_id}",
            "GET /v1/videos/{video_id}/comments/{comment_id}/replies",
        ),
        reads=(
            *(Video, Like, Comment, CommentLike, Pin, Bookmark, Share, Report, Counter, Follow, Block, User),
            WatchPosition,
        ),
        writes=(Like, Comment, CommentLike, Pin, Bookmark, Share, Report),
        deletes=(Like, CommentLike, Pin, Bookmark),
        appends=(AuditEntry,),
        checks=(Block,),
        config=("cache_url", "moderation_thresholds", *PLAYBACK),
        calls=("read_playback_secret",),
    ),
    Fn(
        "count_interactions",
        "stream",
        streams=(Like, Comment, CommentLike, Bookmark, Share, Follow),
        counts=True,
        timeout=60,
        reads=(Counter, Video, User),
        writes=(Counter, Video, Comment),
        config=("event_stream", "table_events_queue_url"),
        calls=("put_behavior_events", "send_table_events"),
    ),
)
