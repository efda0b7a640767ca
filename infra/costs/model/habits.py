"""What the model assumes of viewers, creators and caches. Nothing here was measured on AWS; each can be set otherwise
(`reelstack cost model --set requests_a_second=0.15`), and the sensitivity table says which of them matter."""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

Policy = Literal["standard", "age", "intelligent"]
Originals = Literal["age", "delete"]


@dataclass(frozen=True)
class Habits:
    """Defaults, each with its reason."""

    kbps: float = 1028
    """Picture and sound that are watched: the cap of hevc-720 and 128 kbit/s of sound."""
    ahead: float = 0.05
    """Bytes fetched and never watched, as a share of those that are: half of the next clip, mostly watched."""
    watched: float = 0.7
    """Of a clip, in one view."""
    requests_a_second: float = 1.0
    """Of a viewer: one range for 2 s of picture, one for 2 s of sound. Units of 8 s and 30 s make it 0.15."""
    files_a_view: float = 4
    """Playlists, a poster, and the view's share of the web app's files."""
    store_reads: float = 1
    """Of the KeyValueStore, for each request with a playback token: infra/edge/media_token.js."""
    origin_share: float = 0.02
    """Of requests and bytes for media that no cache of the CDN answers."""
    shield_share: float = 0.03
    """Of requests for media that Origin Shield is asked for by another region's cache."""
    old_reads: float = 0.3
    """Of bytes read at the origin, those of clips older than 30 days: they have 20 % of plays, and are cached less."""
    log_bytes: float = 120
    """Of the CDN's line for one request, compressed, kept for 90 days."""

    feed_clips: float = 10
    """On a page of the feed."""
    calls_a_view: float = 0.5
    """Of the API besides feed and events: counts, likes, comments, profiles, playback anew."""
    writes_a_view: float = 0.15
    """Likes, comments, bookmarks and follows, with what follows from their streams in `WRITE_UNITS`."""
    events_a_view: float = 5
    """Impression, play, watched time, finish or skip, and how it played."""
    events_a_call: float = 25
    """In one request of a client."""
    searches_a_day: float = 0.3
    """Of a user."""
    pushes_a_day: float = 2
    """To a user's phone, and as many messages over the socket of those who are there."""
    monthly_users: float = 2.0
    """Who signed in within the month, for each who did within a day."""

    source_kbps: float = 10_000
    """Of what clients send: 37.5 MB for 30 s, since clips have 10 to 50 MB. Phones record 1080p at 17,000."""
    part_calls: float = 6
    """Of the API for one upload: create, signatures, complete, and looks at how far it is."""
    withdrawn: float = 0.02
    """Of uploads, taken from viewers within the month: deleted, or taken down. Each is a denial at the edge."""
    taken_down: float = 0.001
    """Of uploads, by staff: each is an invalidation, too."""
    events_a_clip: float = 4
    """On the bus: the original's arrival (S3), and published, listed or withdrawn (ours)."""
    ladder: float = 1.0
    """Share of the estimated work on a clip that is done; below 1 if rungs are made only for popular clips."""
    policy: Policy = "age"
    """Of renditions: all in Standard; by age (30 days Standard-IA, 90 days Glacier Instant Retrieval); or
    Intelligent-Tiering."""
    originals: Originals = "age"
    """Standard for 30 days, then Glacier Instant Retrieval; or deleted after publication."""
    played_again: float = 0.2
    """Of bytes older than 30 days, those read in a month at the origin, which Intelligent-Tiering keeps in its frequent
    tier."""
    tags_an_object: float = 0
    """Of objects of at least 128 KiB; 1 with a `tier` tag."""


def with_changes(habits: Habits, changes: list[str]) -> Habits:
    """`name=value`, one each. Raises ValueError for a name or a value that is none."""
    known = {field.name: field for field in fields(Habits)}
    said: dict[str, str] = {}
    for change in changes:
        name, equals, text = change.partition("=")
        if said.setdefault(name, text) != text:
            raise ValueError(f"{name} is said twice: {said[name]} and {text}")
        if not equals or name not in known:
            raise ValueError(f"{change!r}: what can be set is {', '.join(known)}")
        changed: dict[str, Any] = {name: _value(name, getattr(Habits, name), text)}
        habits = replace(habits, **changed)
    if habits.taken_down > habits.withdrawn:
        raise ValueError(
            f"taken_down={habits.taken_down:g} of uploads are a part of withdrawn={habits.withdrawn:g}, not more"
        )
    return habits


AT_LEAST = {
    "watched": 0.01,
    "events_a_view": 0.01,
    "source_kbps": 1,
    **dict.fromkeys(("feed_clips", "events_a_call", "monthly_users", "events_a_clip"), 1),
}
"""What is divided by, and what is one at least by what it is."""
AT_MOST = {
    **dict.fromkeys(("origin_share", "shield_share", "old_reads", "withdrawn", "taken_down", "played_again"), 1),
    "ladder": 1,
    "tags_an_object": 10,
}
"""Shares of a whole, and the tags that S3 takes."""
MOST = 1e6
CHOICES = {"policy": ("standard", "age", "intelligent"), "originals": ("age", "delete")}


def _value(name: str, default: object, text: str) -> float | str:
    if name in CHOICES:
        if text not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}, not {text!r}")
        return text
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name}={text!r} is no number; the default is {default}") from None
    least, most = AT_LEAST.get(name, 0), AT_MOST.get(name, MOST)
    if not least <= value <= most:
        raise ValueError(f"{name}={text!r}; it must be a number from {least:g} to {most:g}")
    return value
