"""Accounts: users, handles, avatars and sessions."""

from infra.catalogue.fn import ML, Fn
from reelstack.tables.accounts import Handle, Session, User
from reelstack.tables.feed import ViewerProfile
from reelstack.tables.moderation import AuditEntry
from reelstack.tables.privacy import DataRequest
from reelstack.tables.social import Block, Follow

FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "accounts",
        "http",
        routes=(
            "GET /v1/me",
            "PATCH /v1/me",
            "POST /v1/me/password",
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
        anonymous_routes=("GET /v1/users/{user_id}",),
        reads=(Handle, Block, Follow, AuditEntry),
        writes=(Handle, DataRequest, "uploads:avatars/"),
        deletes=("media:u/",),
        appends=(AuditEntry,),
        config=(
            "user_pool_id",
            "password_client_id",
            "data_bucket",
            "handle_hold_seconds",
            "service_names",
            "handle_change_seconds",
            "max_avatar_bytes",
        ),
        calls=("administer_users", "change_passwords"),
    ),
    Fn(
        "end_sign_ins",
        "user_pool",
        timeout=5,  # Cognito waits no longer
        reads=(User, Session),
        writes=(User, Session),
        config=("user_pool_id", "session_seconds"),
        calls=("sign_out_users",),
    ),
    Fn(
        "make_avatar",
        "event",
        event_seconds=6 * 3600,  # the picture as it was sent expires after a day
        layers=ML,
        memory=1769,
        timeout=60,
        reads=(User, "uploads:avatars/"),
        writes=(User, "media:u/"),
        deletes=("uploads:avatars/", "media:u/"),
        lists=("uploads:avatars/",),
        config=("max_avatar_bytes", "moderation_engines", "moderation_thresholds"),
        calls=("detect_moderation_labels",),
    ),
    Fn(
        "invalidate_user_cache",
        "stream",
        streams=(User,),
        vpc=True,
        timeout=30,
        deletes=(ViewerProfile,),
        config=("bus_name", "cache_url"),
        calls=("put_events",),
    ),
)
