"""What a user wants to be told: kinds that are switched off, people who are muted, and how far they have read."""

from collections.abc import Collection

from reelstack.platform import cursors, sharding
from reelstack.platform.clock import now_ms
from reelstack.tables.notifications import NotificationPreference

SETTINGS, MUTE, SINCE = "settings", "mute#", "since#"
FORGOTTEN_SECONDS = 91 * 24 * 3600
"""A notification is kept for 90 days."""


def refused(user_id: str, kind: str, actor_ids: Collection[str]) -> set[str] | None:
    """Those of `actor_ids` that the user muted; None if they want nothing of this kind. One consistent BatchGet."""
    keys = [(user_id, SETTINGS), *((user_id, f"{MUTE}{actor_id}") for actor_id in sorted(actor_ids))]
    found = {item.preference: item for item in NotificationPreference.batch_get(keys, consistent_read=True)}
    settings = found.pop(SETTINGS, None)
    if settings and kind in (settings.off or ()):
        return None
    return {choice.removeprefix(MUTE) for choice in found}


def switched_off(user_id: str) -> set[str]:
    """Kinds that the user does not want."""
    return set(_settings(user_id).off or ())


def switch_off(user_id: str, kinds: Collection[str]) -> None:
    """These and no others."""
    off = NotificationPreference.off
    NotificationPreference(user_id, SETTINGS).update([off.set(set(kinds)) if kinds else off.remove()])


def read_to(user_id: str) -> int:
    """Unix milliseconds: what came into the inbox until then has been read. Consistent."""
    return int(_settings(user_id).read_to or 0)


def reading(user_id: str) -> tuple[int, dict[str, int]]:
    """`read_to`, and of people with whom a block stood: until when what they did is not shown. One consistent query."""
    within = NotificationPreference.preference.between(SETTINGS, f"{SINCE}~")
    found = {item.preference: item for item in NotificationPreference.query(user_id, within, consistent_read=True)}
    settings = found.pop(SETTINGS, None)
    since = {name.removeprefix(SINCE): int(item.since or 0) for name, item in found.items()}
    return int(settings.read_to or 0) if settings else 0, since


def hide_until(user_id: str, other_id: str, at: int) -> None:
    """What `other_id` did until then (unix milliseconds) is not shown to the user any more. Never takes back more."""
    since = NotificationPreference.since
    actions = [
        since.set(at),
        NotificationPreference.muted_id.set(other_id),
        NotificationPreference.expires_at.set(at // 1000 + FORGOTTEN_SECONDS),
    ]
    NotificationPreference(user_id, f"{SINCE}{other_id}").update_if(since.does_not_exist() | (since < at), actions)


def mark_read(user_id: str, to: int) -> None:
    """Never takes back what was read; the future cannot be read."""
    to = min(to, now_ms())
    later = NotificationPreference.read_to.does_not_exist() | (NotificationPreference.read_to < to)
    NotificationPreference(user_id, SETTINGS).update_if(later, [NotificationPreference.read_to.set(to)])


def mute(user_id: str, other_id: str) -> None:
    """`other_id` causes no notifications any more, and is not told. Twice is once."""
    NotificationPreference(user_id, f"{MUTE}{other_id}", muted_id=other_id, muted_at=now_ms()).save()


def unmute(user_id: str, other_id: str) -> None:
    NotificationPreference(user_id, f"{MUTE}{other_id}").delete()


def list_muted(user_id: str, limit: int, cursor: str | None) -> tuple[list[str], str | None]:
    """A page of whom the user muted, by id, and the cursor of the next page. Eventually consistent."""
    after = cursors.decode(cursor, str)
    # "~" sorts after all that an id may hold.
    within = NotificationPreference.preference.between(f"{MUTE}{after[0]}!" if after else MUTE, f"{MUTE}~")
    found = sharding.first(limit + 1, NotificationPreference.query(user_id, within, page_size=limit + 1))
    page = [item.preference.removeprefix(MUTE) for item in found[:limit]]
    return page, cursors.encode(page[-1]) if len(found) > limit else None


def _settings(user_id: str) -> NotificationPreference:
    try:
        return NotificationPreference.get(user_id, SETTINGS, consistent_read=True)
    except NotificationPreference.DoesNotExist:
        return NotificationPreference(user_id, SETTINGS)
