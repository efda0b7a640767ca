"""What others did that concerns the caller: `client.notifications`."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any, Literal

from reelstack_client.errors import AWAY, Unreachable, asked_by, several
from reelstack_client.methods import operation, pages, stream
from reelstack_client.models import Answer, Page, UserCard
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Connect, Emit, Receive, Sleep, Steps, Stream

Kind = Literal[
    "like",
    "comment",
    "reply",
    "mention",
    "comment-like",
    "follow",
    "follow-request",
    "follow-accepted",
    "published",
    "refused",
    "restored",
]
QUIET_SECONDS = 30.0
"""After so long without a push the inbox is read: pushes may be lost, the inbox loses nothing."""
OPEN_SECONDS = 10.0
OVERLAP_MS = 60_000
"""How far behind the newest that was seen the inbox is read again: two that come in at once show in either order."""


class Notification(Answer):
    """What people did about one thing: `people` (the newest three) and others, `count` in all. `at`: when it last came
    into the inbox, in unix milliseconds."""

    subject: str
    kind: str
    video_id: str | None = None
    about_comment_id: str | None = None
    comment_id: str | None = None
    people: list[str]
    users: tuple[UserCard, ...] = ()
    """The same people, with their names."""
    count: int
    at: int
    unread: bool
    pushed: str | None = None
    """What became of telling the caller at once; None in a push itself."""


class Muted(Answer):
    user_id: str
    user: UserCard | None = None


class Device(Answer):
    device_id: str
    platform: str
    problem: str | None = None
    registered_at: int


class Unread(Answer):
    unread: int


class SwitchedOff(Answer):
    off: frozenset[str]


class Connection(Answer):
    url: str


class Pushed(Answer):
    """What a connection says. The gateway itself says something, too, as that it is overloaded."""

    notification: Notification | None = None


class Notifications(Room[Manner]):
    """Pages may hold fewer than were asked for and still have a cursor."""

    @pages
    def inbox(self, *, limit: int | None = None, cursor: str | None = None) -> Steps[Page[Notification]]:
        """My inbox, newest first."""
        return self._page(Notification, "/v1/me/notifications", limit, cursor)

    @operation
    def unread(self) -> Steps[int]:
        """50 stands for 50 or more."""
        return (yield from self._ask(Unread, "GET", "/v1/me/notifications/unread")).unread

    @operation
    def mark_read(self, to: int) -> Steps[int]:
        """All that came in until `to` (the `at` of the newest that was seen). Returns how many are unread now."""
        return (yield from self._ask(Unread, "PUT", "/v1/me/notifications/read", body={"to": to})).unread

    @operation
    def switched_off(self) -> Steps[frozenset[str]]:
        """Kinds I do not want."""
        return (yield from self._ask(SwitchedOff, "GET", "/v1/me/notification-preferences")).off

    @operation
    def switch_off(self, kinds: Collection[Kind]) -> Steps[None]:
        """These kinds and no others."""
        return self._do("PUT", "/v1/me/notification-preferences", body={"off": sorted(several(kinds))})

    @operation
    def mute(self, user_id: str) -> Steps[None]:
        return self._do("PUT", f"/v1/me/mutes/{user_id}")

    @operation
    def unmute(self, user_id: str) -> Steps[None]:
        return self._do("DELETE", f"/v1/me/mutes/{user_id}")

    @pages
    def muted(self, *, limit: int | None = None, cursor: str | None = None) -> Steps[Page[Muted]]:
        """Whom I muted, by id."""
        return self._page(Muted, "/v1/me/mutes", limit, cursor)

    @operation
    def register_device(self, device_id: str, platform: Literal["ios", "android"], token: str) -> Steps[Device]:
        body = {"platform": platform, "token": token}
        return self._ask(Device, "PUT", f"/v1/me/devices/{device_id}", body=body)

    @operation
    def remove_device(self, device_id: str) -> Steps[None]:
        return self._do("DELETE", f"/v1/me/devices/{device_id}")

    @operation
    def open_connection(self) -> Steps[str]:
        """The address of a WebSocket connection, good once and for a minute."""
        return (yield from self._ask(Connection, "POST", "/v1/me/connection", repeatable=True)).url

    @stream
    def listen(self, *, since: int, connect: Callable[..., Any] | None = None) -> Stream[Notification]:
        """Every notification that came in after `since` (unix milliseconds) and each that comes in from now on, until
        the caller stops. A lost connection is opened again, by `connect`, also after a service that failed or had too
        much to do for a while, no sooner than it asks for, and what it missed is read from the inbox."""
        seen: dict[str, int] = {}
        lost = 0
        while True:
            try:
                url = yield from Notifications.open_connection.steps(self)
                yield Connect(url, OPEN_SECONDS, connect)
                lost = 0
                # Open first, then read: nothing falls between the two.
                yield from self._missed(seen, since)
                while True:
                    try:
                        told = _json((yield Receive(QUIET_SECONDS)))
                    except TimeoutError:
                        yield from self._missed(seen, since)
                    else:
                        pushed = self._read(Pushed, told, "the connection").notification
                        yield from _new(seen, since, [pushed] if pushed else [])
            except _lost() as error:
                yield Sleep(self._transport.backoff.delay(lost, asked_by(error), lost=True))
                lost += 1

    def _missed(self, seen: dict[str, int], since: int) -> Stream[Notification]:
        """What the inbox has and was not seen, oldest first."""
        until = max(since, max(seen.values(), default=0) - OVERLAP_MS)
        found: list[Notification] = []
        cursor = None
        while True:
            page = yield from Notifications.inbox.steps(self, limit=50, cursor=cursor)
            found += [one for one in page.items if one.at > until]
            cursor = page.cursor
            if cursor is None or (page.items and page.items[-1].at <= until):
                break
        yield from _new(seen, since, found[::-1])


def _json(told: str | bytes) -> Any:
    """Raises Unreachable: what stands between may say something of its own."""
    try:
        return json.loads(told)
    except ValueError:
        raise Unreachable("something else answered on the connection") from None


def _lost() -> tuple[type[Exception], ...]:
    """What a lost connection raises; asked for when something was raised, since `websockets` takes 10 ms to import."""
    from websockets.exceptions import WebSocketException

    return WebSocketException, OSError, *AWAY


def _new(seen: dict[str, int], since: int, found: list[Notification]) -> Stream[Notification]:
    for one in found:
        if one.at > seen.get(one.subject, since):
            seen[one.subject] = one.at
            yield Emit(one)
