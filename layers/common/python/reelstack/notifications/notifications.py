"""Notifications as they are stored: one item for each thing that others did something about, however many did it.

What comes twice, late or out of order gives the same item: people are merged, each once, at the latest time they did
it, and an item that a record adds nothing to is not written. Who did it is kept of the newest MOST_PEOPLE only; above
that the counters say how many there are, exactly.
"""

from collections.abc import Iterable
from enum import StrEnum

from reelstack.notifications import preferences
from reelstack.notifications.activities import NOBODY, Activity
from reelstack.platform import retry
from reelstack.platform.clock import now_ms
from reelstack.social import relationships
from reelstack.tables.notifications import Notification
from reelstack.videos import access
from reelstack.videos.audiences import Account

MOST_PEOPLE = 16
HOT_SECONDS = 10
"""How often the notification of a thing moves that more than MOST_PEOPLE did something about: stream shards would fight
over its item, and its user has seen enough."""
KEPT_SECONDS = 90 * 24 * 3600
ATTEMPTS = 8
PAUSE_SECONDS = 0.02

People = list[tuple[int, str]]


class Pushed(StrEnum):
    """What became of telling a user about the latest change at once. That it is in the inbox is certain."""

    PENDING = "pending"
    NONE = "none"
    """Nothing of theirs was listening."""
    SENT = "sent"
    FAILED = "failed"


class NotificationContended(RuntimeError):
    """Other batches changed the same notification over and over; this one comes again."""


def store(happened: Iterable[Activity]) -> list[Notification]:
    """Puts what happened into inboxes. Returns the notifications that changed, and those that an earlier attempt stored
    but may not have pushed. Raises NotificationContended."""
    grouped: dict[tuple[str, str], list[Activity]] = {}
    for one in happened:
        grouped.setdefault((one.user_id, one.subject), []).append(one)
    stored = [_store(*place, found) for place, found in grouped.items()]
    return [item for item in stored if item]


def settle(item: Notification, pushed: Pushed) -> None:
    """Notes what became of a push, unless the notification has changed meanwhile."""
    item.update_if(Notification.changed_at == item.changed_at, [Notification.pushed.set(pushed)])


def merged(people: People, many: bool, found: People) -> tuple[People, bool]:
    """The newest who did it and whether there are more: the same whatever order, or how often, `found` comes in."""
    latest: dict[str, int] = {}
    for at, user_id in (*people, *found):
        latest[user_id] = max(at, latest.get(user_id, 0))
    ordered = sorted(((at, user_id) for user_id, at in latest.items()), reverse=True)
    return ordered[:MOST_PEOPLE], many or len(ordered) > MOST_PEOPLE


def people_of(item: Notification) -> People:
    return [(int(at), str(user_id)) for at, user_id in item.people]


def _wanted(found: list[Activity]) -> list[Activity]:
    """Without what the user switched off and whom they muted; without who is blocked, suspended or deleted."""
    user_id, kind = found[0].user_id, found[0].kind
    actors = {one.actor_id for one in found} - {NOBODY}
    refused = preferences.refused(user_id, kind, actors)
    if refused is None:
        return []
    refused |= relationships.blocked(user_id, actors - refused)
    accounts = access.accounts(actors - refused)
    return [one for one in found if one.actor_id == NOBODY or _there(one.actor_id, refused, accounts)]


def _there(actor_id: str, refused: set[str], accounts: dict[str, Account]) -> bool:
    return actor_id not in refused and not accounts[actor_id].gone


def _store(user_id: str, subject: str, found: list[Activity]) -> Notification | None:
    wanted: list[Activity] | None = None
    for _ in retry.attempts(ATTEMPTS, PAUSE_SECONDS):
        before, now = _find(user_id, subject), now_ms()
        resting = bool(before and before.many and now < before.changed_at + HOT_SECONDS * 1000)
        if before and resting and before.pushed != Pushed.PENDING:
            return None
        wanted = _wanted(found) if wanted is None else wanted
        if not wanted:
            return None
        after = _after(before, user_id, subject, wanted, now)
        if before and _same(before, after):
            return before if before.pushed == Pushed.PENDING else None
        if resting:
            return None
        unchanged = Notification.changed_at == before.changed_at if before else Notification.user_id.does_not_exist()
        if after.put_if(unchanged):
            return after
    raise NotificationContended(subject)


def _find(user_id: str, subject: str) -> Notification | None:
    try:
        return Notification.get(user_id, subject, consistent_read=True)
    except Notification.DoesNotExist:
        return None


def _after(before: Notification | None, user_id: str, subject: str, found: list[Activity], now: int) -> Notification:
    earlier = people_of(before) if before else []
    people, many = merged(earlier, bool(before and before.many), [(one.at, one.actor_id) for one in found])
    wrote = [(one.at, one.actor_id, one.comment_id or "") for one in found]
    wrote += [(*earlier[0], before.comment_id or "")] if before and earlier else []
    return Notification(
        user_id,
        subject,
        people=people,
        many=many,
        comment_id=max(wrote)[2] or None,
        changed_at=max(now, int(before.changed_at) + 1) if before else now,
        pushed=Pushed.PENDING,
        expires_at=now // 1000 + KEPT_SECONDS,
    )


def _same(before: Notification, after: Notification) -> bool:
    return (people_of(before), before.many, before.comment_id) == (people_of(after), after.many, after.comment_id)
