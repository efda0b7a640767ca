"""Cards of audit entries: each with who did it and, if it was done to an account, to whom."""

from pydantic import BaseModel

from reelstack import audit_log
from reelstack.audit_log import AuditEntryView, Kind
from reelstack.cards import user_cards
from reelstack.cards.user_cards import UserCard

NOBODY = (audit_log.MACHINE, audit_log.POLICY)
"""Actors that are no people."""


class AuditCard(AuditEntryView):
    actor_user: UserCard | None
    """Null of `machine` and `policy`."""
    subject_user: UserCard | None
    """The account that it was done to; null of a video."""


class AuditPage(BaseModel):
    items: list[AuditCard]
    cursor: str | None


def page(subject_id: str, kind: Kind, viewer_id: str, limit: int, cursor: str | None) -> AuditPage:
    """A page of what was done to a video or a user, oldest first."""
    found, following = audit_log.list_entries(subject_id, limit, cursor, kind=kind)
    people = {entry.actor for entry in found} - set(NOBODY)
    if found and kind is Kind.USER:
        people.add(subject_id)
    cards = user_cards.for_staff(people, viewer_id)
    subject = cards.get(subject_id) if kind is Kind.USER else None
    items = [
        AuditCard(**entry.model_dump(), actor_user=cards.get(entry.actor), subject_user=subject) for entry in found
    ]
    return AuditPage(items=items, cursor=following)
