"""Notifications: the inbox, push and WebSocket connections."""

from infra.catalogue.fn import Fn
from reelstack.tables.accounts import Handle, Session, User
from reelstack.tables.counters import Counter
from reelstack.tables.interactions import Comment, CommentLike, Like
from reelstack.tables.notifications import Connection, ConnectionTicket, Device, Notification, NotificationPreference
from reelstack.tables.social import Block, Follow
from reelstack.tables.videos import Video

FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "notifications",
        "http",
        routes=(
            "GET /v1/me/notifications",
            "GET /v1/me/notifications/unread",
            "PUT /v1/me/notifications/read",
            "POST /v1/me/connection",
            "GET /v1/me/notification-preferences",
            "PUT /v1/me/notification-preferences",
            "GET /v1/me/mutes",
            "PUT /v1/me/mutes/{user_id}",
            "DELETE /v1/me/mutes/{user_id}",
            "GET /v1/me/devices",
            "PUT /v1/me/devices/{device_id}",
            "DELETE /v1/me/devices/{device_id}",
        ),
        reads=(Notification, NotificationPreference, Device, Video, Counter, Follow, Block, User),
        writes=(NotificationPreference, Device, ConnectionTicket),
        deletes=(NotificationPreference, Device),
        config=("socket_url", "push_platforms"),
        calls=("push_to_devices",),
    ),
    # Neither notify nor connect is in the VPC, which has no way to the connections of the WebSocket API: both read
    # tables, not the cache.
    Fn(
        "notify",
        "stream",
        events=("FollowChanged", "FollowEnded", "VideoPublished", "VideoRefused", "ArchiveRestored"),
        streams=(Like, Comment, CommentLike, Block),
        at_once=10,
        timeout=180,
        reads=(
            *(Notification, NotificationPreference, Device, Connection),
            *(Session, User, Handle, Video, Comment, Counter, Follow, Block),
        ),
        writes=(Notification, NotificationPreference),
        deletes=(Notification, Device, Connection),
        config=("socket_url", "push_platforms"),
        calls=("post_to_connections", "push_to_devices"),
    ),
    Fn(
        "websocket",
        "socket",
        reads=(ConnectionTicket, Connection, Session, User),
        writes=(Connection,),
        deletes=(ConnectionTicket, Connection),
        config=("socket_url",),
        calls=("post_to_connections",),
    ),
)
