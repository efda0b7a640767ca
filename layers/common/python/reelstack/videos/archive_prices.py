"""What an archived video costs, and what its restore costs: list prices of S3, and sums of them. Pure.

Sizes are bytes, money is US dollars unless a name says microdollars. A GB is 2**30 bytes, as S3 counts, and a month is
30 days. Whoever changes a price changes `AS_OF`.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

AS_OF = "2026-11-30; list prices of us-east-1, not compared with a bill"
PRICES = "aws.amazon.com/s3/pricing"
TIERS = "docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html"
CLASSES = "docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html"

GB = 2**30
DAYS_A_MONTH = 30
MINIMUM_DAYS = 90
"""What leaves Glacier Flexible Retrieval earlier is charged for the rest of them (CLASSES)."""
SMALLEST_BYTES = 128 * 1024
"""Smaller objects stay: the 40 KB that S3 adds to each would cost more than is saved, and lifecycle rules pass over
them by default."""
INDEX_BYTES, NAME_BYTES = 32 * 1024, 8 * 1024
"""Of each archived object, at the archive's and at Standard's price (CLASSES)."""
RESTORED_DAYS = 3
"""How long S3 keeps the copy that a restore makes. It is copied back within minutes; the rest is for a bad weekend."""


@dataclass(frozen=True)
class Price:
    """US dollars for one `unit`."""

    dollars: float
    unit: str
    source: str = PRICES
    as_of: str = AS_OF


STANDARD_MONTH = Price(0.023, "GB-month")
GLACIER_MONTH = Price(0.0036, "GB-month")
INTO_GLACIER = Price(0.03 / 1000, "lifecycle transition of one object")
INTO_STANDARD = Price(0.005 / 1000, "COPY of one object")
TAG_MONTH = Price(0.01 / 10_000, "tag of one object, month")


class Tier(StrEnum):
    """How fast S3 restores. Values are S3's own words."""

    EXPEDITED = "Expedited"
    STANDARD = "Standard"
    BULK = "Bulk"


@dataclass(frozen=True)
class TierFacts:
    seconds: int
    """Within which S3 restores typically (TIERS): its longer figure. Objects of 250 MB and more take longer when
    expedited."""
    retrieval: Price
    request: Price


OF_TIER: dict[Tier, TierFacts] = {
    Tier.EXPEDITED: TierFacts(5 * 60, Price(0.03, "GB retrieved"), Price(10 / 1000, "restore of one object")),
    Tier.STANDARD: TierFacts(5 * 3600, Price(0.01, "GB retrieved"), Price(0.05 / 1000, "restore of one object")),
    Tier.BULK: TierFacts(12 * 3600, Price(0.0, "GB retrieved"), Price(0.0, "restore of one object")),
}


def standard_month(sizes: Collection[int]) -> float:
    """What a month in Standard costs."""
    return sum(sizes) / GB * STANDARD_MONTH.dollars


def archived_month(sizes: Collection[int]) -> float:
    """What a month in Glacier Flexible Retrieval costs, with what S3 adds to each object, and its tag."""
    held = (sum(sizes) + len(sizes) * INDEX_BYTES) / GB * GLACIER_MONTH.dollars
    return held + len(sizes) * (NAME_BYTES / GB * STANDARD_MONTH.dollars + TAG_MONTH.dollars)


def archiving(sizes: Collection[int]) -> float:
    """What moving there costs, once."""
    return len(sizes) * INTO_GLACIER.dollars


def early_end(sizes: Collection[int], held_days: float) -> float:
    """What leaving the archive after so many days costs besides. A clock that is behind makes it no longer than the
    minimum."""
    left = min(max(MINIMUM_DAYS - held_days, 0.0), MINIMUM_DAYS)
    return (sum(sizes) + len(sizes) * INDEX_BYTES) / GB * GLACIER_MONTH.dollars * left / DAYS_A_MONTH


def restoring(sizes: Collection[int], tier: Tier, held_days: float) -> float:
    """What a restore costs in all: the retrieval, the copy that lasts RESTORED_DAYS, the copy back to Standard, and the
    rest of the minimum."""
    facts = OF_TIER[tier]
    retrieved = sum(sizes) / GB * facts.retrieval.dollars + len(sizes) * facts.request.dollars
    kept = standard_month(sizes) * RESTORED_DAYS / DAYS_A_MONTH
    return retrieved + kept + len(sizes) * INTO_STANDARD.dollars + early_end(sizes, held_days)


def microdollars(dollars: float) -> int:
    """Rounded up: what is shown is never less than what it costs."""
    return math.ceil(round(dollars * 1_000_000, 6))
