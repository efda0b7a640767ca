"""What people and policies did to videos, users and the production line: entries that are only ever added.

What is judged of a video or a user is one transaction with its entry (`commit`). Other acts of moderators and admins
are noted by the middleware when they are done (`note`): each of their routes declares one or the other. A function's
grant on the table is PutItem alone (`appends` in infra/catalogue/), and every put is conditional on the entry's being
new: what is written stays as it was written.
"""

import uuid
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from reelstack.platform import cursors
from reelstack.platform.clock import now_ms
from reelstack.tables import transactions
from reelstack.tables.moderation import AuditEntry

MACHINE, POLICY = "machine", "policy"
KEPT_SECONDS = 6 * 365 * 24 * 3600
"""How long an act can be accounted for; then DynamoDB forgets its entry, which no function may."""


class Change(BaseModel):
    """One item's part of a transaction: an update of `item`, or its put when there are no actions."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)

    item: Model
    actions: list[Any] = []
    condition: Any = None

    def add_to(self, transaction: TransactWrite) -> None:
        if self.actions:
            transaction.update(self.item, actions=self.actions, condition=self.condition)
        else:
            transaction.save(self.item, condition=self.condition)


class Check(BaseModel):
    """What a transaction depends on without changing it. The function's catalogue line needs the model in `checks`."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)

    model: type[Model]
    key: str
    condition: Any

    def add_to(self, transaction: TransactWrite) -> None:
        transaction.condition_check(self.model, self.key, condition=self.condition)


class Kind(StrEnum):
    """What an entry is about."""

    VIDEO = "video"
    USER = "user"
    PRODUCTION = "production"
    SEARCH = "search"


class AuditEntryView(BaseModel):
    """One entry of the audit log. `actor` is a user id, `machine` or `policy`."""

    entry_id: str
    at: int
    """Unix milliseconds."""
    actor: str
    action: str
    reason: str | None
    before: dict[str, Any]
    after: dict[str, Any]


def entry(
    subject_id: str,
    actor: str,
    action: str,
    reason: str,
    before: Any = None,
    after: Any = None,
    *,
    kind: Kind = Kind.VIDEO,
) -> AuditEntry:
    """A new entry of now."""
    at = now_ms()
    return AuditEntry(
        f"{kind}:{subject_id}",
        f"{at:013d}-{uuid.uuid4().hex[:12]}",
        at=at,
        actor=actor,
        action=action,
        reason=reason[:2000] or None,
        before=before or {},
        after=after or {},
        expires_at=at // 1000 + KEPT_SECONDS,
    )


def commit(noted: AuditEntry, *changes: Change | Check) -> bool:
    """All changes and the entry, or nothing: False if a condition does not hold."""

    def build(transaction: TransactWrite) -> None:
        for change in changes:
            change.add_to(transaction)
        transaction.save(noted, condition=AuditEntry.entry_id.does_not_exist())

    return not transactions.commit(build)


def note(subject: str, actor: str, action: str, told: dict[str, Any]) -> None:
    """An act that is done: `subject` is "<kind>:<id>", `told` what it was asked with; its `reason` is the entry's."""
    kind, _, subject_id = subject.partition(":")
    noted = entry(subject_id, actor, action, str(told.get("reason") or ""), after={"asked": told}, kind=Kind(kind))
    noted.save(AuditEntry.entry_id.does_not_exist())


def list_entries(
    subject_id: str, limit: int, cursor: str | None, *, kind: Kind = Kind.VIDEO
) -> tuple[list[AuditEntryView], str | None]:
    """A page of what was done to a video, a user or the line, oldest first, and the cursor of the next page."""
    after = cursors.decode(cursor, str)
    later = AuditEntry.entry_id > after[0] if after else None
    found = list(AuditEntry.query(f"{kind}:{subject_id}", later, limit=limit + 1))
    items = [AuditEntryView.model_validate(noted, from_attributes=True) for noted in found[:limit]]
    return items, cursors.encode(items[-1].entry_id) if len(found) > limit else None
