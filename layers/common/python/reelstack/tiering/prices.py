"""List prices of Amazon S3's storage classes in us-east-1, in US dollars: the one dated file of them. Pure.

On demand, first tier, without free tier, discounts and taxes. A GB is 2**30 bytes, as S3 counts. Whoever changes a
number changes `AS_OF`.
"""

from dataclasses import dataclass

AS_OF = "2026-11-30; list prices, not compared with a bill"
SOURCE = "aws.amazon.com/s3/pricing, us-east-1"
CLASSES_SOURCE = "docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html"
GB = 2**30
DAYS_A_MONTH = 730 / 24
"""AWS prices a month of 730 hours."""


@dataclass(frozen=True)
class Price:
    """US dollars for one `unit`."""

    dollars: float
    unit: str
    source: str = SOURCE
    as_of: str = AS_OF


@dataclass(frozen=True)
class ClassPrices:
    """What one storage class charges."""

    storage: Price
    put: Price
    """PUT and COPY into the class."""
    get: Price
    transition: Price
    """A lifecycle rule's move into the class."""
    retrieval: Price
    minimum_days: int = 0
    """An object that leaves earlier is charged for the rest of these days."""
    minimum_bytes: int = 0
    """A smaller object is charged as if it had this size."""


KIB = 1024
MONTH, REQUEST, READ = "GB-month", "1,000 requests", "GB read"


def _of(storage: float, put: float, get: float, transition: float, retrieval: float, days: int = 0) -> ClassPrices:
    return ClassPrices(
        Price(storage, MONTH),
        Price(put, REQUEST),
        Price(get, REQUEST),
        Price(transition, REQUEST),
        Price(retrieval, READ),
        days,
        128 * KIB if days in (30, 90) else 0,
    )


S3: dict[str, ClassPrices] = {
    "STANDARD": _of(0.023, 0.005, 0.0004, 0.0, 0.0),
    "STANDARD_IA": _of(0.0125, 0.01, 0.001, 0.01, 0.01, 30),
    # Its frequent tier; FREQUENCY has the others. No retrieval is charged.
    "INTELLIGENT_TIERING": _of(0.023, 0.005, 0.0004, 0.01, 0.0),
    "GLACIER_IR": _of(0.004, 0.02, 0.01, 0.02, 0.03, 90),
    # Bulk retrieval, which takes 5 to 12 hours, is free in Flexible Retrieval; in Deep Archive it takes up to 48 hours.
    "GLACIER": ClassPrices(
        Price(0.0036, MONTH), Price(0.03, REQUEST), Price(0.0004, REQUEST), Price(0.03, REQUEST), Price(0.0, READ), 90
    ),
    "DEEP_ARCHIVE": ClassPrices(
        Price(0.00099, MONTH),
        Price(0.05, REQUEST),
        Price(0.0004, REQUEST),
        Price(0.05, REQUEST),
        Price(0.0025, READ),
        180,
    ),
}
RESTORE = {
    ("GLACIER", "Bulk"): (Price(0.0, READ), Price(0.0, REQUEST)),
    ("GLACIER", "Standard"): (Price(0.01, READ), Price(0.05, REQUEST)),
    ("GLACIER", "Expedited"): (Price(0.03, READ), Price(10.0, REQUEST)),
    ("DEEP_ARCHIVE", "Bulk"): (Price(0.0025, READ), Price(0.025, REQUEST)),
    ("DEEP_ARCHIVE", "Standard"): (Price(0.02, READ), Price(0.10, REQUEST)),
}
"""(class, restore tier) -> a GB, 1,000 requests."""
FREQUENCY = ((0, 0.023), (30, 0.0125), (90, 0.004))
"""Intelligent-Tiering: from so many days without a read on, a GB-month costs this."""
MONITORING = Price(0.0025, "1,000 objects and month")
"""Of Intelligent-Tiering, for each object of 128 KB or more."""
TAG = Price(0.0065, "10,000 tags and month")
TAGGING = Price(0.005, REQUEST)
"""PutObjectTagging. DeleteObjectTagging is free, as every DELETE is."""
ARCHIVE_OVERHEAD_BYTES = (8 * KIB, 32 * KIB)
"""Of each object in GLACIER and DEEP_ARCHIVE: its name is kept at Standard's price, its index at the archive's."""
