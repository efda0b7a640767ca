"""Social: follows and blocks."""

from infra.catalogue.fn import Fn
from reelstack.tables.accounts import User
from reelstack.tables.counters import Counter
from reelstack.tables.moderation import AuditEntry
from reelstack.tables.social import Block, Follow

FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "social",
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
        "accept_follow_requests",
        "event",
        events=("AccountOpened",),
        timeout=30,
        reads=(Follow, Block, User, Counter),
        writes=(Follow,),
        config=("bus_name", "max_following"),
        calls=("put_events",),
    ),
)
