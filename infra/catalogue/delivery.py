"""Delivery: the keys that playback tokens are signed with."""

from infra.catalogue.fn import CRT, Fn

FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "rotate_signing_keys",
        "schedule",
        every_minutes=24 * 60,
        layers=CRT,
        timeout=60,
        config=("playback_secret", "playback_keys_store", "playback_seconds_public"),
        calls=("write_playback_secret", "write_playback_keys_store"),
    ),
)
