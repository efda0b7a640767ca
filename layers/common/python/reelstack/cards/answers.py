"""Receipts of an answer: each item says where it stood and how it was chosen. See behavior.receipts."""

import secrets as chance
from collections.abc import Sequence
from dataclasses import dataclass

from reelstack.behavior.receipts import Receipt, sign
from reelstack.platform import secrets
from reelstack.platform.clock import now_ms

PURPOSE = "receipt"
ANSWER_ID_BYTES = 9


@dataclass(frozen=True)
class Answer:
    """How the items of a page were chosen."""

    source: str
    policy: str = "newest"
    session: str = ""
    """Of a viewer without an account."""
    propensity: float = 1.0
    """Each of these policies shows just this item at its position."""


def receipts(video_ids: Sequence[str], viewer_id: str | None, answer: Answer) -> dict[str, str]:
    """By video, for the items of one page in its order."""
    key, answer_id, now = secrets.derived_key(PURPOSE, ""), chance.token_urlsafe(ANSWER_ID_BYTES), now_ms()
    return {
        video_id: sign(
            Receipt(
                video_id=video_id,
                answer_id=answer_id,
                position=position,
                source=answer.source,
                level=0,
                policy=answer.policy,
                model="",
                propensity=answer.propensity,
                served_at_ms=now,
                session=answer.session,
            ),
            viewer_id,
            key,
        )
        for position, video_id in enumerate(video_ids)
    }


def keys() -> tuple[bytes, ...]:
    """What a receipt may be signed with."""
    return secrets.derived_keys(PURPOSE, "")
