"""Tells users at once what has come into their inbox: over their open connections, and to their phones."""

import json
import time

from reelstack.notifications import devices, inbox, notifications, websockets
from reelstack.notifications.inbox import NotificationView
from reelstack.notifications.notifications import Pushed
from reelstack.tables.notifications import Notification


def push(item: Notification, until: float) -> Pushed:
    """Tells the user about a notification as it is stored, and notes on it what became of that. A push that fails, or
    whose turn comes after `until` (time.monotonic()), is not repeated: what it would have said is in the inbox, which
    is read with the next connection."""
    outcome = _push(item) if time.monotonic() < until else Pushed.FAILED
    notifications.settle(item, outcome)
    return outcome


def _push(item: Notification) -> Pushed:
    phones = devices.list_devices(item.user_id)
    if not phones and not websockets.any_of(item.user_id):
        return Pushed.NONE
    shown = inbox.show(item.user_id, [item])
    if not shown:
        return Pushed.NONE
    unread = inbox.unread(item.user_id)
    taken = websockets.post(item.user_id, message(shown[0], unread))
    if phones:
        entry = shown[0]
        data = {"subject": entry.subject, "kind": str(entry.kind), "at": str(entry.at)}
        taken += devices.push(item.user_id, f"notification.{entry.kind}", entry.count, data, unread)
    if not taken:
        return Pushed.NONE
    return Pushed.SENT if any(taken) else Pushed.FAILED


def message(entry: NotificationView, unread: int) -> str:
    """What goes over a connection: the notification as the inbox shows it, and how many are unread."""
    return json.dumps({"notification": entry.model_dump(exclude={"pushed"}), "unread": unread}, separators=(",", ":"))
