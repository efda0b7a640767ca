"""What an archived video costs, and what its restore costs: sums of S3's list prices. Pure.

Sizes are bytes, money is US dollars unless a name says microdollars.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from reelstack.platform.s3_prices import DAYS_A_MONTH, GB, INDEX_BYTES, NAME_BYTES, RESTORE, S3, TAG, Price

STANDARD, GLACIER = S3["STANDARD"], S3["GLACIER"]
MINIMUM_DAYS = GLACIER.minimum_days
"""What leaves Glacier Flexible Retrieval earlier is charged for the rest of them."""
RESTORED_DAYS = 3
"""How long S3 keeps the copy that a restore makes. It is copied back within minutes; the rest is for a bad weekend."""


class Tier(StrEnum):
    """How fast S3 restores. Values are S3's own words."""

    EXPEDITED = "Expedited"
    STANDARD = "Standard"
    BULK = "Bulk"


@dataclass(frozen=True)
class TierFacts:
    seconds: int
    """Within which S3 restores typically: its longer figure. Objects of 250 MB and more take longer when expedited.
    docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html"""
    retrieval: Price
    request: Price


SECONDS = {Tier.EXPEDITED: 5 * 60, Tier.STANDARD: 5 * 3600, Tier.BULK: 12 * 3600}
OF_TIER: dict[Tier, TierFacts] = {
    tier: TierFacts(seconds, *RESTORE["GLACIER", tier.value]) for tier, seconds in SECONDS.items()
}


def standard_month(sizes: Collection[int]) -> float:
    """What a month in Standard costs."""
    return sum(sizes) / GB * STANDARD.storage.dollars


def archived_month(sizes: Collection[int]) -> float:
    """What a month in Glacier Flexible Retrieval costs, with what S3 adds to each object, and its tag."""
    held = (sum(sizes) + len(sizes) * INDEX_BYTES) / GB * GLACIER.storage.dollars
    return held + len(sizes) * (NAME_BYTES / GB * STANDARD.storage.dollars + TAG.each)


def archiving(sizes: Collection[int]) -> float:
    """What moving there costs, once."""
    return len(sizes) * GLACIER.transition.each


def early_end(sizes: Collection[int], held_days: float) -> float:
    """What leaving the archive after so many days costs besides. A clock that is behind makes it no longer than the
    minimum."""
    left = min(max(MINIMUM_DAYS - held_days, 0.0), MINIMUM_DAYS)
    return (sum(sizes) + len(sizes) * INDEX_BYTES) / GB * GLACIER.storage.dollars * left / DAYS_A_MONTH


def restoring(sizes: Collection[int], tier: Tier, held_days: float) -> float:
    """What a restore costs in all: the retrieval, the copy that lasts RESTORED_DAYS, the copy back to Standard, and the
    rest of the minimum."""
    facts = OF_TIER[tier]
    retrieved = sum(sizes) / GB * facts.retrieval.dollars + len(sizes) * facts.request.each
    kept = standard_month(sizes) * RESTORED_DAYS / DAYS_A_MONTH
    return retrieved + kept + len(sizes) * STANDARD.put.each + early_end(sizes, held_days)


def microdollars(dollars: float) -> int:
    """Rounded up: what is shown is never less than what it costs."""
    return math.ceil(round(dollars * 1_000_000, 6))
