"""Notifications as they are stored: one item for each thing that others did something about, however many did it.

What comes twice, late or out of order gives the same item: see `ledger`. A record that changes nothing of it writes
nothing. Who did it is kept of the newest MOST_PEOPLE only; above that the counters say how many there are, exactly.
An item of which nothing is left is in no index, and ends when nothing can come late any more.
"""

from collections.abc import Iterable
from dataclasses import astuple
from enum import StrEnum

from pynamodb.expressions.condition import Condition

from reelstack.notifications import ledger, preferences
from reelstack.notifications.activities import Activity
from reelstack.notifications.ledger import GONE_MS, NOBODY, Act, Ledger
from reelstack.platform import retry
from reelstack.platform.clock import now_ms
from reelstack.social import relationships
from reelstack.tables.notifications import Notification
from reelstack.videos import access
from reelstack.videos.audiences import Account

HOT_SECONDS = 10
"""How often the notification of a thing moves that more than MOST_PEOPLE did something about: stream shards would fight
over its item, and its user has seen enough."""
KEPT_SECONDS = 90 * 24 * 3600
ATTEMPTS = 8
PAUSE_SECONDS = 0.02


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
    """Puts what happened into inboxes, and takes out what was taken back. Returns what users are to be told of: what
    has come in, and what an earlier attempt stored but may not have pushed. Raises NotificationContended."""
    grouped: dict[tuple[str, str], list[Activity]] = {}
    for one in happened:
        grouped.setdefault((one.user_id, one.subject), []).append(one)
    stored = [_store(*place, found) for place, found in grouped.items()]
    return [item for item in stored if item]


def remove(places: Iterable[tuple[str, str]]) -> None:
    """Deletes notifications, by user and subject: the thing they are about is gone. Twice is once."""
    for user_id, subject in places:
        Notification(user_id, subject).delete()


def settle(item: Notification, pushed: Pushed) -> None:
    """Notes what became of a push, unless the user was to be told of more meanwhile."""
    same = Notification.told_at == item.told_at if item.told_at else Notification.changed_at == item.changed_at
    item.update_if(same, [Notification.pushed.set(pushed)])


def ledger_of(item: Notification) -> Ledger:
    """What an item holds. Of one that an earlier version wrote: people, and the newest one's comment."""
    if item.acts is not None:
        return Ledger(tuple(Act(*one) for one in item.acts), tuple(Act(*one) for one in item.gone or ()), item.many)
    came_at = int(item.changed_at or 0)
    found = []
    for number, (at, user_id) in enumerate(item.people):
        comment_id = item.comment_id or "" if number == 0 else ""
        came = came_at if number == 0 else min(int(at), came_at)
        found.append(Act(int(at), str(user_id), comment_id, came_at=came, rang_at=int(at)))
    return Ledger(tuple(found), many=item.many)


def _wanted(found: list[Activity]) -> list[Activity]:
    """Without what the user switched off and whom they muted; without who is blocked, suspended or deleted. What is
    taken back is taken back whoever did it."""
    user_id, kind = found[0].user_id, found[0].kind
    actors = {one.actor_id for one in found if not one.withdrawn} - {NOBODY}
    done = [one for one in found if not one.withdrawn]
    refused = preferences.refused(user_id, kind, actors) if done else None
    if refused is None:
        return [one for one in found if one.withdrawn]
    refused |= relationships.blocked(user_id, actors - refused)
    accounts = access.accounts(actors - refused)
    return [one for one in found if one.withdrawn or one.actor_id == NOBODY or _there(one.actor_id, refused, accounts)]


def _there(actor_id: str, refused: set[str], accounts: dict[str, Account]) -> bool:
    return actor_id not in refused and not accounts[actor_id].gone


def _store(user_id: str, subject: str, found: list[Activity]) -> Notification | None:
    wanted: list[Activity] | None = None
    for _ in retry.attempts(ATTEMPTS, PAUSE_SECONDS):
        item, now = _find(user_id, subject), now_ms()
        before = ledger_of(item) if item else Ledger()
        rests, pending = item and _rests(item, now), item and item.pushed == Pushed.PENDING
        if rests and not pending and not _taken_back(before, found):
            return None
        wanted = _wanted(found) if wanted is None else wanted
        came_at = max(now, _told_at(item) + 1)
        after = ledger.changed(before, wanted, now, came_at)
        if _same(before, after):
            return item if pending and after.acts and wanted else None
        if rests:
            after = ledger.changed(before, _taken_back(before, wanted), now, came_at)
            if _same(before, after):
                return None
        made = _made(user_id, subject, item, after, (now, came_at))
        if made.put_if(_unchanged(item)):
            return made if made.pushed == Pushed.PENDING and after.acts else None
    raise NotificationContended(subject)


def _rests(item: Notification, now: int) -> bool:
    return bool(item.many and now < int(item.touched_at or item.changed_at or 0) + HOT_SECONDS * 1000)


def _taken_back(before: Ledger, found: list[Activity]) -> list[Activity]:
    """Those that take back what is shown."""
    shown = {act.actor_id for act in before.acts}
    return [one for one in found if one.withdrawn and one.actor_id in shown]


def _same(before: Ledger, after: Ledger) -> bool:
    """That something was forgotten is not worth a write."""
    return (before.acts, before.many) == (after.acts, after.many) and set(after.gone) <= set(before.gone)


def _find(user_id: str, subject: str) -> Notification | None:
    try:
        return Notification.get(user_id, subject, consistent_read=True)
    except Notification.DoesNotExist:
        return None


def _told_at(item: Notification | None) -> int:
    return int(item.told_at or item.changed_at or 0) if item else 0


def _made(user_id: str, subject: str, item: Notification | None, after: Ledger, times: tuple[int, int]) -> Notification:
    now, came_at = times
    told = any(act.came_at == came_at for act in after.acts)
    kept_until = now // 1000 + (KEPT_SECONDS if after.acts or after.many else GONE_MS // 1000)
    if item and item.changed_at and after.acts and not told:
        kept_until = int(item.expires_at)
    stays = int(item.changed_at or 0) if item and after.many else 0
    return Notification(
        user_id,
        subject,
        people=after.people,
        acts=[list(astuple(act)) for act in after.acts],
        gone=[list(astuple(act)) for act in after.gone],
        many=after.many,
        comment_id=(after.acts[0].comment_id or None) if after.acts else None,
        changed_at=after.came_at or stays or None,
        told_at=came_at if told else _told_at(item) or None,
        touched_at=now,
        version=int(item.version or 0) + 1 if item else 1,
        pushed=Pushed.PENDING if told else item.pushed if item else Pushed.NONE,
        expires_at=kept_until,
    )


def _unchanged(item: Notification | None) -> Condition:
    """What an earlier version wrote has no `version`; that one compares `changed_at`."""
    if item is None:
        return Notification.user_id.does_not_exist()
    version = Notification.version
    same: Condition = version == item.version
    return same if item.version else version.does_not_exist() & (Notification.changed_at == item.changed_at)
