"""What somebody is told, where, and what of it they want."""

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from reelstack.tables.model import Deployed, Table


class NotificationsByTime(GlobalSecondaryIndex["Notification"]):  # type: ignore[no-untyped-call]
    """Somebody's inbox, newest first. Sparse: of what was taken back there is nothing to show."""

    class Meta:
        index_name = "by_time"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    changed_at = NumberAttribute(range_key=True)


class Notification(Table):
    """What others did about one thing of a user's: one item, however many did it. notifications.notifications."""

    class Meta(Deployed):
        field = "notifications_table"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute(range_key=True)
    """<kind>#<what it is about>: like#<video>, reply#<video>/<comment>, follow#."""
    people: JSONAttribute = JSONAttribute(default=list)
    """[[when (unix milliseconds), user id], ...]: the newest who did it, newest first, each once."""
    acts: JSONAttribute = JSONAttribute(null=True)
    """What they did, the fields of notifications.ledger.Act in their order. None: an earlier version wrote the item."""
    gone: JSONAttribute = JSONAttribute(null=True)
    """What was taken back of late, alike."""
    many = BooleanAttribute(default=False)
    """Whether more people did it than are kept here."""
    comment_id = UnicodeAttribute(null=True)
    """What the newest of them wrote."""
    changed_at = NumberAttribute(null=True)
    """Unix milliseconds: when the last of what is there came into the inbox. None while nothing is there."""
    told_at = NumberAttribute(null=True)
    """When something last came into the inbox, there still or not. Only rises: a push is about one of these."""
    touched_at = NumberAttribute(null=True)
    """When the item was last written, but for `pushed`."""
    version = NumberAttribute(null=True)
    """Rises with each of these writes; what writers compare."""
    pushed = UnicodeAttribute()
    """One of notifications.notifications.Pushed: what became of telling the user about this change at once."""
    expires_at = NumberAttribute()

    by_time = NotificationsByTime()


class PreferencesByMuted(GlobalSecondaryIndex["NotificationPreference"]):  # type: ignore[no-untyped-call]
    """Who muted somebody, or has a `since` of them: for erasing them, and told to nobody. Sparse."""

    class Meta:
        index_name = "by_muted"
        projection = KeysOnlyProjection()

    muted_id = UnicodeAttribute(hash_key=True)


class NotificationPreference(Table):
    """What a user wants to be told. `preference` is "settings", "mute#<user>" or "since#<user>"."""

    class Meta(Deployed):
        field = "notification_preferences_table"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    preference = UnicodeAttribute(range_key=True)
    off = UnicodeSetAttribute(null=True)
    """Of the settings: kinds that are not wanted."""
    read_to = NumberAttribute(null=True)
    """Of the settings: what came into the inbox until then has been read."""
    muted_id = UnicodeAttribute(null=True)
    """Whom a mute, or `since`, is about."""
    muted_at = NumberAttribute(null=True)
    since = NumberAttribute(null=True)
    """A block stood between the two: what the other did until then is not shown any more, blocked or not."""
    expires_at = NumberAttribute(null=True)
    """Of `since`: when no notification is that old."""

    by_muted = PreferencesByMuted()


class DevicesByToken(GlobalSecondaryIndex["Device"]):  # type: ignore[no-untyped-call]
    """Whose device a token is of: a phone that changes hands takes no notifications along."""

    class Meta:
        index_name = "by_token"
        projection = KeysOnlyProjection()

    token = UnicodeAttribute(hash_key=True)


class Device(Table):
    """A phone that wants push messages."""

    class Meta(Deployed):
        field = "devices_table"

    user_id = UnicodeAttribute(hash_key=True)
    device_id = UnicodeAttribute(range_key=True)
    platform = UnicodeAttribute()
    """One of notifications.devices.Platform."""
    token = UnicodeAttribute()
    """What the platform's push service knows the app on this phone by."""
    endpoint = UnicodeAttribute(null=True)
    """ARN of its SNS endpoint."""
    problem = UnicodeAttribute(null=True)
    """Why it gets nothing: one of notifications.devices.DeviceProblem."""
    session_id = UnicodeAttribute(null=True)
    """The sign-in it was registered with: revoked, it hears no more."""
    registered_at = NumberAttribute()

    by_token = DevicesByToken()


class Connection(Table):
    """An open WebSocket connection of a user."""

    class Meta(Deployed):
        field = "connections_table"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    connection_id = UnicodeAttribute(range_key=True)
    session_id = UnicodeAttribute(null=True)
    """The sign-in it was opened with: revoked, it hears no more."""
    connected_at = NumberAttribute()
    expires_at = NumberAttribute()


class ConnectionTicket(Table):
    """That whoever shows the ticket may open one connection as this user, soon."""

    class Meta(Deployed):
        field = "connection_tickets_table"
        ttl = "expires_at"

    digest = UnicodeAttribute(hash_key=True)
    """SHA-256 of the ticket, which is written nowhere."""
    user_id = UnicodeAttribute()
    session_id = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()
