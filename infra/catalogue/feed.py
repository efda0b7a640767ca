"""Feed: pages of videos, the timelines of those one follows, and lists that are made before anybody asks."""

from infra.catalogue.fn import PLAYBACK, RANK, Fn
from reelstack.tables.accounts import User
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.counters import Counter
from reelstack.tables.feed import FeedChoices, LargeAccount, TimelineEntry, ViewerProfile
from reelstack.tables.interactions import Bookmark, Like
from reelstack.tables.social import Block, Follow
from reelstack.tables.videos import Video

FEED = (
    *("feed_deployment", "feed_concurrency"),
    *("feed_cache_ms", "feed_tables_ms", "feed_search_ms", "feed_artefacts_ms"),
)
READ = (
    *("GET /v1/feed", "GET /v1/feed/latest", "GET /v1/feed/explanations/{user_id}"),
    *("GET /v1/feed/following", "GET /v1/feed/hidden"),
)

FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "feed",
        "http",
        layers=RANK,
        memory=1536,
        vpc=True,
        routes=(
            *READ,
            *("PUT /v1/feed/hidden/videos/{video_id}", "DELETE /v1/feed/hidden/videos/{video_id}"),
            *("PUT /v1/feed/hidden/creators/{user_id}", "DELETE /v1/feed/hidden/creators/{user_id}"),
            *("PUT /v1/feed/hidden/tags/{tag}", "DELETE /v1/feed/hidden/tags/{tag}"),
            *("GET /v1/me/interests", "PUT /v1/me/interests"),
        ),
        anonymous_routes=("GET /v1/feed", "GET /v1/feed/latest"),
        deployments=("a", "b"),
        copied_by=READ,
        reads=(
            *(Video, Counter, Like, Bookmark, WatchPosition, Follow, Block, User),
            *(TimelineEntry, LargeAccount, FeedChoices, ViewerProfile),
            *("media:hot-lists/", "media:feed/"),
        ),
        writes=(FeedChoices,),
        config=(
            *("cache_url", "search_url", "data_bucket", "experiments_application", "bus_name"),
            *FEED,
            "timeline_days",
            *PLAYBACK,
        ),
        calls=(
            "read_playback_secret",
            "search",
            "watch_search",
            "read_feed_artefacts",
            "log_served_rows",
            "read_experiments",
            "put_events",
        ),
    ),
    Fn(
        "fan_out_video",
        "event",
        events=("VideoPublished",),
        vpc=True,
        timeout=900,
        reads=(Video, Follow, Counter, LargeAccount, TimelineEntry),
        writes=(LargeAccount,),
        batches=(TimelineEntry,),
        config=("cache_url", "timeline_large_followers", "timeline_days", "timeline_entries"),
    ),
    Fn(
        "update_timelines",
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
        "update_hot_lists",
        "event",
        events=(
            *("VideoPublished", "VideoWithdrawn", "VideoListingChanged"),
            *("AccountNarrowed", "AccountListingChanged"),
        ),
        every_minutes=10,
        vpc=True,
        timeout=120,
        reads=(Video, User, Counter, "media:hot-lists/", "media:feed/"),
        # A clip that stands first gets the rest of its ladder.
        writes=(Video, "media:hot-lists/", "media:feed/"),
        deletes=("media:hot-lists/", "media:feed/"),
        config=("cache_url", "data_bucket", "ladder_policy", *PLAYBACK),
        calls=("read_playback_secret", "read_daily_lists"),
    ),
    Fn("measure_interests", "schedule", vpc=True, every_minutes=1, of_jobs=True, memory=256, config=("cache_url",)),
    Fn(
        "load_viewer_profiles",
        "step",
        machine="profiles",
        vpc=True,
        timeout=900,
        reads=(User, ViewerProfile),
        batches=(ViewerProfile,),
        config=("data_bucket", "search_url"),
        calls=("read_viewer_records", "index_search"),
    ),
)
