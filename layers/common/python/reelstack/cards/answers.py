"""Receipts of an answer: each item says where it stood and how it was chosen. See behavior.receipts."""

import secrets as chance
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reelstack.behavior.receipts import Receipt, sign
from reelstack.platform import secrets
from reelstack.platform.clock import now_ms

PURPOSE = "receipt"
ANSWER_ID_BYTES = 9


@dataclass(frozen=True)
class Placed:
    """How one item came to its place, where items of a page came in different ways."""

    source: str
    propensity: float
    policy: str | None = None
    model: str | None = None
    """None: as the answer says."""


@dataclass(frozen=True)
class Answer:
    """How the items of a page were chosen."""

    source: str
    policy: str = "newest"
    session: str = ""
    """Of a viewer without an account."""
    propensity: float = 1.0
    """Each of these policies shows just this item at its position."""
    level: int = 0
    model: str = ""
    answer_id: str = ""
    """Empty: one is made."""
    first: int = 0
    """Position of the first item in what the viewer has been shown."""
    placed: Mapping[str, Placed] = field(default_factory=dict)
    """By video, where it is not as the answer says."""


def new_id() -> str:
    return chance.token_urlsafe(ANSWER_ID_BYTES)


def receipts(video_ids: Sequence[str], viewer_id: str | None, answer: Answer) -> dict[str, str]:
    """By video, for the items of one page in its order."""
    key, answer_id, now = secrets.derived_key(PURPOSE, ""), answer.answer_id or new_id(), now_ms()
    every = Placed(answer.source, answer.propensity)
    found = {}
    for position, video_id in enumerate(video_ids, answer.first):
        placed = answer.placed.get(video_id, every)
        receipt = Receipt(
            video_id=video_id,
            answer_id=answer_id,
            position=position,
            source=placed.source,
            level=answer.level,
            policy=answer.policy if placed.policy is None else placed.policy,
            model=answer.model if placed.model is None else placed.model,
            propensity=placed.propensity,
            served_at_ms=now,
            session=answer.session,
        )
        found[video_id] = sign(receipt, viewer_id, key)
    return found


def keys() -> tuple[bytes, ...]:
    """What a receipt may be signed with."""
    return secrets.derived_keys(PURPOSE, "")
