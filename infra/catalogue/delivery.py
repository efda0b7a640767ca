"""Delivery: the keys that playback tokens are signed with, the denials of tokens, and what the edge refuses."""

from infra.catalogue.fn import CRT, Fn
from reelstack.tables.counters import Counter

FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "rotate_signing_keys",
        "schedule",
        every_minutes=24 * 60,
        layers=CRT,
        timeout=180,
        config=("playback_secret", "playback_keys_store", "playback_seconds_public"),
        calls=("write_playback_secret", "write_playback_keys_store"),
    ),
    Fn(
        "warm_edge",
        "schedule",
        every_minutes=5,
        of_jobs=True,
        memory=256,
        timeout=60,
        reads=(Counter,),
        config=("site_parameter", "warm_up_places"),
        calls=("read_site_parameter",),
    ),
    Fn(
        "write_denials",
        "queue",
        queue="denials",
        partial=True,
        layers=CRT,
        timeout=60,
        config=("playback_keys_store", "denials_queue_url"),
        calls=("write_playback_keys_store", "send_denials"),
    ),
    # A flag that comes a minute late is told anew, or has ended by itself.
    Fn(
        "write_overload_flag",
        "event",
        events=("FeedLevelChanged",),
        event_seconds=60,
        layers=CRT,
        memory=256,
        timeout=30,
        config=("edge_settings_store",),
        calls=("write_edge_settings_store",),
    ),
)
