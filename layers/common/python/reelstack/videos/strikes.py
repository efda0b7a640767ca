"""Strikes: what was found wrong with a creator's videos, written with the very write that rejects one or takes it down.

So their number is exact: there is no rejection without its strike, and none counts twice. Read consistently wherever a
verdict depends on it.
"""

from reelstack.audit_log import Change
from reelstack.classification import creator_record
from reelstack.classification.creator_record import FADES_MS, Kind
from reelstack.platform.clock import now_ms
from reelstack.tables.moderation import Strike

MOST_READ = 200
"""Of one creator; a record is at its heaviest long before."""


def of_video(creator_id: str, video_id: str, kind: Kind) -> Change:
    """The change that notes it: for the transaction that rejects the video, or that grants an appeal."""
    at = now_ms()
    return Change(
        item=Strike(creator_id, video_id, kind=kind, at=at, expires_at=(at + FADES_MS) // 1000),
    )


def read(creator_id: str) -> list[creator_record.Strike]:
    found = Strike.query(creator_id, consistent_read=True, limit=MOST_READ)
    return [creator_record.Strike(Kind(one.kind), int(one.at)) for one in found]


def weight(creator_id: str) -> float:
    """What the creator's record weighs now: creator_record.weight."""
    return creator_record.weight(read(creator_id), now_ms())
