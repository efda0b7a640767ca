"""Behavior: what viewers did with the clips they were shown."""

from infra.catalogue.fn import Fn
from reelstack.tables.accounts import User
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.counters import Counter, DailyPlays
from reelstack.tables.feed import FeedChoices
from reelstack.tables.moderation import Report
from reelstack.tables.social import Block, Follow
from reelstack.tables.videos import Video

FUNCTIONS: tuple[Fn, ...] = (
    # Outside the VPC: an endpoint of Kinesis in it would cost more than a small stage does.
    Fn(
        "behavior",
        "http",
        routes=("POST /v1/events",),
        anonymous_routes=("POST /v1/events",),
        reads=(Video, Follow, Block, User),
        writes=(WatchPosition,),
        config=("event_stream", "plays_queue_url"),
        calls=("put_behavior_events", "send_plays"),
    ),
    Fn(
        "count_plays",
        "queue",
        queue="plays",
        messages=10,
        partial=True,
        timeout=30,
        reads=(Counter, Video),
        # A clip that was played often enough gets the rest of its ladder.
        writes=(Counter, Video),
        config=("ladder_policy", "ladder_plays"),
    ),
    Fn(
        "archive_events",
        "stream",
        event_stream=True,
        timeout=30,
        config=("data_bucket",),
        calls=("put_event_archive",),
    ),
    # Likes, comments, shares, bookmarks and follows are sent by count_interactions: their streams have two readers.
    Fn(
        "send_table_events",
        "stream",
        streams=(Block, Report, FeedChoices),
        queue="table-events",
        timeout=30,
        reads=(Video, User),
        config=("event_stream", "table_events_queue_url"),
        calls=("put_behavior_events", "send_table_events"),
    ),
    Fn(
        "load_daily_plays",
        "step",
        machine="profiles",
        timeout=900,
        reads=(Video,),
        batches=(DailyPlays,),
        config=("data_bucket",),
        calls=("read_play_counts",),
    ),
    Fn(
        "sum_daily_plays",
        "step",
        machine="profiles",
        memory=1769,
        timeout=900,
        reads=(Counter, User),
        writes=(DailyPlays,),
        batches=(DailyPlays,),
        config=("data_bucket",),
        calls=("read_play_counts",),
    ),
    Fn(
        "start_profiles",
        "schedule",
        # Events of the day's last minute are archived a minute or two later.
        daily_at="01:30",
        timeout=30,
        config=("profiles_machine_arn", "data_bucket"),
        calls=("start_profiles_machine", "list_event_archive"),
    ),
)
