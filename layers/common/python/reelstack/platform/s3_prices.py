"""List prices of Amazon S3 in us-east-1, in US dollars: the one dated file of them. Pure.

On demand, without free tier, discounts and taxes. A GB is 2**30 bytes, as S3 counts. `AS_OF` changes with any
number.
"""

from dataclasses import dataclass

AS_OF = "2026-11-30; list prices of us-east-1, not compared with a bill"
SOURCE = "aws.amazon.com/s3/pricing"
RETRIEVALS = "repost.aws/knowledge-center/s3-manage-data-retrieval"
"""AWS's own sums of what a restore from each archive costs, by tier. Bulk is free in Flexible Retrieval, which also
docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html says."""
KIB, GB = 1024, 2**30
SMALLEST_BYTES = 128 * KIB
"""Nothing smaller is moved to another class: in two of them it would be charged as 128 KB, to an archived one S3 adds
40 KB, and lifecycle rules leave it where it is by default."""
DAYS_A_MONTH = 730 / 24
"""AWS prices a month of 730 hours."""


@dataclass(frozen=True)
class Price:
    """US dollars for one `unit`, which is `count` things."""

    dollars: float
    unit: str
    count: int = 1
    source: str = SOURCE
    as_of: str = AS_OF

    @property
    def each(self) -> float:
        return self.dollars / self.count


def _month(dollars: float) -> Price:
    return Price(dollars, "GB-month")


def _read(dollars: float, source: str = SOURCE) -> Price:
    return Price(dollars, "GB read", source=source)


def _requests(dollars: float, source: str = SOURCE) -> Price:
    return Price(dollars, "1,000 requests", 1000, source)


@dataclass(frozen=True)
class ClassPrices:
    """What one storage class charges."""

    storage: Price
    put: Price
    """PUT and COPY into the class."""
    get: Price
    transition: Price
    """A lifecycle rule's move of one object into the class."""
    retrieval: Price
    """Of an archive: by the tier Standard, which S3 takes if none is named. RESTORE has all tiers."""
    minimum_days: int = 0
    """An object that leaves earlier is charged for the rest of these days."""
    minimum_bytes: int = 0
    """A smaller object is charged as if it had this size."""


STANDARD_STEPS = ((50_000.0, 0.023), (500_000.0, 0.022), (float("inf"), 0.021))
"""(up to so many GB, a GB-month) of Standard; Intelligent-Tiering's frequent tier has the same."""
FREQUENCY = ((0, STANDARD_STEPS[0][1]), (30, 0.0125), (90, 0.004))
"""Intelligent-Tiering: from so many days without a read on, a GB-month costs this."""
MONITORING = Price(0.0025, "1,000 objects and month", 1000)
"""Of Intelligent-Tiering, for each object of 128 KB or more."""
RESTORE = {
    ("GLACIER", "Bulk"): (_read(0.0, RETRIEVALS), _requests(0.0, RETRIEVALS)),
    ("GLACIER", "Standard"): (_read(0.01, RETRIEVALS), _requests(0.05, RETRIEVALS)),
    ("GLACIER", "Expedited"): (_read(0.03, RETRIEVALS), _requests(10.0, RETRIEVALS)),
    ("DEEP_ARCHIVE", "Bulk"): (_read(0.0025), _requests(0.025)),
    ("DEEP_ARCHIVE", "Standard"): (_read(0.02), _requests(0.10)),
}
"""(class, tier of a restore) -> a GB, and a restore. Nothing is read out of an archive but by a restore."""
S3: dict[str, ClassPrices] = {
    "STANDARD": ClassPrices(
        _month(STANDARD_STEPS[0][1]), _requests(0.005), _requests(0.0004), _requests(0.0), _read(0.0)
    ),
    "STANDARD_IA": ClassPrices(
        _month(0.0125), _requests(0.01), _requests(0.001), _requests(0.01), _read(0.01), 30, SMALLEST_BYTES
    ),
    # Its frequent tier; FREQUENCY has the others. No retrieval is charged.
    "INTELLIGENT_TIERING": ClassPrices(
        _month(FREQUENCY[0][1]), _requests(0.005), _requests(0.0004), _requests(0.01), _read(0.0)
    ),
    "GLACIER_IR": ClassPrices(
        _month(0.004), _requests(0.02), _requests(0.01), _requests(0.02), _read(0.03), 90, SMALLEST_BYTES
    ),
    "GLACIER": ClassPrices(
        _month(0.0036), _requests(0.03), _requests(0.0004), _requests(0.03), RESTORE["GLACIER", "Standard"][0], 90
    ),
    "DEEP_ARCHIVE": ClassPrices(
        _month(0.00099),
        _requests(0.05),
        _requests(0.0004),
        _requests(0.05),
        RESTORE["DEEP_ARCHIVE", "Standard"][0],
        180,
    ),
}
TAG = Price(0.0065, "10,000 tags and month", 10_000)
TAGGING = _requests(0.005)
"""PutObjectTagging. DeleteObjectTagging is free, as every DELETE is."""
NAME_BYTES, INDEX_BYTES = 8 * KIB, 32 * KIB
"""Of each object in GLACIER and DEEP_ARCHIVE: its name is kept at Standard's price, its index at the archive's:
docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html"""
ACCELERATION = Price(0.04, "GB sent")
"""Transfer Acceleration, from the United States and Europe."""
