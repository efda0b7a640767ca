"""Exact counts, sharded while they are hot, how far each stream was counted, and plays by day."""

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from reelstack.tables.model import Deployed, Table


class Counter(Table):
    """What is counted about a video (`key` = its id), a comment (<video>/<comment>) or a user (user/<id>); of a hot one
    this is the first part, the others are <key>#<n>. Per stream shard (`key` = "mark#…") how far it was counted; per
    play (`key` = "play#<event id>") that it was; per day (`key` = "plays/<day>/<n>") how many plays were counted."""

    class Meta(Deployed):
        field = "counters_table"
        ttl = "expires_at"

    key = UnicodeAttribute(hash_key=True)
    likes = NumberAttribute(null=True)
    comments = NumberAttribute(null=True)
    replies = NumberAttribute(null=True)
    shares = NumberAttribute(null=True)
    bookmarks = NumberAttribute(null=True)
    followers = NumberAttribute(null=True)
    following = NumberAttribute(null=True)
    requested = NumberAttribute(null=True)
    plays = NumberAttribute(null=True)

    writes = NumberAttribute(null=True)
    """How often this item was written, and below how many records that stood for: what rates are measured by."""
    records = NumberAttribute(null=True)
    measured_at = NumberAttribute(null=True)
    """Of a first part: when its rates were last measured (unix seconds), at how many writes and records."""
    measured_writes = NumberAttribute(null=True)
    measured_records = NumberAttribute(null=True)
    parts = NumberAttribute(null=True)
    """Of a first part: over how many items it is spread; None: this one."""
    resized_at = NumberAttribute(null=True)
    open = BooleanAttribute(null=True)
    """Of a further part: whether it may be added to."""

    counted_to = UnicodeAttribute(null=True)
    """Of a mark: the last sequence number."""
    expires_at = NumberAttribute(null=True)

    drift: JSONAttribute = JSONAttribute(null=True)
    """What a recount found, and since when: operations.recounts."""


class DailyPlays(Table):
    """How a clip (`key` = its id), or all clips of a creator (user/<id>), were watched on one day: what the job
    `profiles` found in the archive of events, written whole each time it is loaded."""

    class Meta(Deployed):
        field = "daily_plays_table"
        ttl = "expires_at"

    key = UnicodeAttribute(hash_key=True)
    day = UnicodeAttribute(range_key=True)
    """YYYY-MM-DD by UTC, of the events' arrival."""
    plays = NumberAttribute()
    viewers = NumberAttribute(null=True)
    """Who played it that day, each once; of clips and creators, not of all clips together."""
    watched_ms = NumberAttribute()
    finishes = NumberAttribute()
    sources: JSONAttribute = JSONAttribute()
    """Where it was found -> plays, e.g. {"feed": 12, "direct": 3}."""
    views = NumberAttribute(null=True)
    reached: JSONAttribute = JSONAttribute(null=True)
    """Of clips only: views that say how far they went, and how many of them came to 5, 10, … 100 % of the clip."""
    loaded_at = NumberAttribute()
    """Unix milliseconds."""
    expires_at = NumberAttribute()
