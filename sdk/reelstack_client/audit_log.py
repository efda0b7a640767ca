"""Who did what to a video or an account, as moderators and administrators read it."""

from __future__ import annotations

from typing import Any

from reelstack_client.models import Answer, UserCard


class AuditEntry(Answer):
    """One entry of an audit log. `before` and `after` hold what was changed; times are unix milliseconds."""

    entry_id: str
    at: int
    actor: str
    """A user id, "machine" or "policy"."""
    actor_user: UserCard | None = None
    """Who `actor` is; None of "machine" and "policy"."""
    subject_user: UserCard | None = None
    """The account that it was done to; None of a video."""
    action: str
    reason: str | None = None
    before: dict[str, Any]
    after: dict[str, Any]
