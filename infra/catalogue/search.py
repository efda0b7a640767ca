"""Search: queries and the index behind them."""

from infra.catalogue.fn import PLAYBACK, Fn
from reelstack.tables.accounts import User
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.counters import Counter
from reelstack.tables.feed import ViewerProfile
from reelstack.tables.interactions import Bookmark, Like
from reelstack.tables.moderation import AuditEntry, Strike
from reelstack.tables.social import Block, Follow
from reelstack.tables.videos import Video

FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "search",
        "http",
        vpc=True,
        timeout=29,
        routes=("GET /v1/search/videos", "GET /v1/search/users", "GET /v1/search/creators", "POST /v1/search/reindex"),
        anonymous_routes=("GET /v1/search/videos", "GET /v1/search/users"),
        reads=(Video, User, Counter, Like, Bookmark, WatchPosition, Follow, Block, Strike, ViewerProfile),
        appends=(AuditEntry,),
        config=("cache_url", "search_url", *PLAYBACK),
        calls=(
            "read_playback_secret",
            "search",
            "reindex_search",
            "scan_videos",
            "scan_users",
            "scan_strikes",
            "scan_viewer_profiles",
        ),
    ),
    Fn(
        "index_search",
        "stream",
        streams=(Video, User, Strike),
        partial=True,
        vpc=True,
        timeout=300,
        reads=(Video, User, Strike),
        config=("search_url",),
        calls=("index_search",),
    ),
)
