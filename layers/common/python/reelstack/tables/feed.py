"""Timelines, the accounts whose videos are read into them instead of written, what viewers like in the long term, and
what they chose for their feed themselves."""

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from reelstack.tables.model import Deployed, Table


class TimelineEntry(Table):
    """Something that belongs into a user's timeline: a video, or a large account that the user follows."""

    class Meta(Deployed):
        field = "timelines_table"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)
    """v#<published_at>#<video>, or a#<account>: feed.timelines."""
    expires_at = NumberAttribute(null=True)


class LargeAccount(Table):
    """That an account's videos are not written into its followers' timelines, but read when they are."""

    class Meta(Deployed):
        field = "large_accounts_table"

    user_id = UnicodeAttribute(hash_key=True)
    since = NumberAttribute()
    pointed = BooleanAttribute(default=False)
    """Whether everybody who followed it at `since` has a pointer to it."""


class ViewerProfile(Table):
    """What a viewer likes in the long term, as the job `profiles` last found it; nobody's who switched `personalised`
    off."""

    class Meta(Deployed):
        field = "viewer_profiles_table"
        ttl = "expires_at"

    viewer_id = UnicodeAttribute(hash_key=True)
    as_of = NumberAttribute()
    """Unix milliseconds: the end of the last day whose events are in it, at which the scores hold."""
    region = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    totals: JSONAttribute = JSONAttribute()
    """Plays, finishes, fast skips and so on, ever."""
    interests: JSONAttribute = JSONAttribute()
    """Key of feed.scores ("t:cooking", "c:<user id>", "l:de", "d:2") -> score; the strongest."""
    expires_at = NumberAttribute()


class FeedChoices(Table):
    """What a viewer chose for their feed: what they do not want to see, and what they said they like. One item, since
    each answer of the feed needs all of it; each hide is written and removed by itself, so no device undoes another's.
    """

    class Meta(Deployed):
        field = "feed_choices_table"
        stream = "NEW_AND_OLD_IMAGES"

    viewer_id = UnicodeAttribute(hash_key=True)
    hidden_videos: MapAttribute[str, int] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    """Video id -> when it was hidden, unix milliseconds."""
    hidden_creators: MapAttribute[str, int] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    """User id -> the same."""
    hidden_tags: MapAttribute[str, int] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    """Tag, as behavior.table_changes.key_of writes it -> the same."""
    interests: ListAttribute[str] = ListAttribute(default=list)
    """Tags, as they were chosen."""
    languages: ListAttribute[str] = ListAttribute(default=list)
    chosen_at = NumberAttribute(null=True)
    """When interests and languages were chosen last, unix milliseconds; None: never."""
