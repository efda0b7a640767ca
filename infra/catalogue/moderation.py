"""Moderation: reviews, decisions, takedowns and appeals, and what follows from them."""

from infra.catalogue.fn import Fn
from reelstack.tables.accounts import User
from reelstack.tables.interactions import Comment
from reelstack.tables.moderation import AuditEntry, Report, Review, Strike
from reelstack.tables.production import Claim, Lease
from reelstack.tables.social import Block, Follow
from reelstack.tables.videos import Video

FUNCTIONS: tuple[Fn, ...] = (
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
        reads=(Video, Claim, Review, AuditEntry, Block, Follow, "media:quarantine/"),
        writes=(Video, Claim, Review, Strike, Lease),
        deletes=(Lease,),
        appends=(AuditEntry,),
        lists=("media:quarantine/",),
        config=(
            "decision_machine_arn",
            "moderation_engines",
            "moderation_thresholds",
            "review_hold_seconds",
            "appeal_days",
            "playback_seconds_private",
        ),
        checks=(Review,),
        calls=("start_decision_machine", "describe_decision_machine", "answer_production", "scan_videos"),
    ),
    Fn(
        "request_review",
        "step",
        reads=(Video, "intermediates:work/"),
        writes=(Video, Review),
        appends=(AuditEntry,),
    ),
    Fn(
        "open_reviews",
        "stream",
        streams=(Report,),
        timeout=30,
        reads=(Video, Review, Comment, Report),
        writes=(Review, Comment),
        checks=(Video,),
        appends=(AuditEntry,),
    ),
    Fn(
        "withdraw_video",
        "event",
        events=("VideoWithdrawn", "AccountNarrowed"),
        timeout=180,
        reads=(Video, User, "media:v/"),
        writes=(Video, "media:quarantine/"),
        deletes=("media:v/",),
        lists=("media:v/",),
        config=("bus_name", "denials_queue_url", "playback_seconds_public", "distribution_parameter"),
        calls=("put_events", "send_denials", "read_distribution_parameter", "invalidate_distribution"),
    ),
    Fn(
        "restore_video",
        "event",
        events=("RestoreGranted",),
        timeout=180,
        reads=(Video, "media:quarantine/"),
        writes=(Video, "media:v/"),
        deletes=("media:quarantine/",),
        lists=("media:quarantine/", "media:v/"),
        config=("denials_queue_url", "playback_seconds_public"),
        calls=("send_denials",),
    ),
)
