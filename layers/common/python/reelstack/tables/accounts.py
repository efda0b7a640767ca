"""Users, their handles and their sessions."""

from pynamodb.attributes import (
    BooleanAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from reelstack.tables.model import Deployed, Table


class User(Table):
    """A person's profile, from their first request on. Who has no item yet has these defaults."""

    class Meta(Deployed):
        field = "users_table"
        stream = "NEW_AND_OLD_IMAGES"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    """The token's `sub`."""
    handle = UnicodeAttribute(null=True)
    """As accounts.handles writes it; the table of handles says whose it is."""
    handle_claimed_at = NumberAttribute(null=True)
    """When a handle that was not this user's before was claimed last."""
    display_name = UnicodeAttribute(default="")
    bio = UnicodeAttribute(default="")
    links: ListAttribute[str] = ListAttribute(default=list)
    avatar = UnicodeAttribute(null=True)
    """Key of the served picture in the media bucket: u/<user>/<when>-<random>.jpg"""
    avatar_judged = UnicodeAttribute(null=True)
    """The key of the latest picture that was looked at, whether it is shown or not."""
    avatar_problem = UnicodeAttribute(null=True)
    """Why the picture that was sent last is not shown: one of accounts.avatars.Problem."""
    private = BooleanAttribute(default=False)
    """Followers are asked for first, and only they see this user's videos."""
    friends_only = BooleanAttribute(default=False)
    """Only those who follow and are followed see this user's videos."""
    personalised = BooleanAttribute(default=True)
    """Whether what this user watches may choose what they are shown. If not, it counts in sums only."""
    language = UnicodeAttribute(null=True)
    """Of the clips that this user uploads without saying theirs."""
    created_at = NumberAttribute()
    signed_out_at = NumberAttribute(null=True)
    """When every sign-in was ended, as by a new password: a sign-in from before that was not met yet is refused."""
    suspended_at = NumberAttribute(null=True)
    suspended_by = UnicodeAttribute(null=True)
    suspended_reason = UnicodeAttribute(null=True)
    deleted_at = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    """Of an erased account, of which nothing else is left: until its last token has expired."""


class Handle(Table):
    """Whose a handle is. A released one stays its last holder's until `free_at` (unix seconds)."""

    class Meta(Deployed):
        field = "handles_table"
        ttl = "free_at"

    handle = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    free_at = NumberAttribute(null=True)
    back_at = NumberAttribute(null=True)
    """Of one that its last holder took back: when (unix seconds), and until when it would have been theirs."""
    held_to = NumberAttribute(null=True)


class Session(Table):
    """A sign-in: every access token that came of it names it. Kept for as long as one of them could still be valid."""

    class Meta(Deployed):
        field = "sessions_table"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute(range_key=True)
    """The token's `origin_jti`, or another issuer's `sid`."""
    agent = UnicodeAttribute(default="")
    """The user agent that was seen last."""
    created_at = NumberAttribute()
    seen_at = NumberAttribute()
    """Rounded: written at most once in `sessions.SEEN_SECONDS`."""
    revoked_at = NumberAttribute(null=True)
    expires_at = NumberAttribute()
