"""S3's price list: each price has a unit, a source and a date, and classes are as S3 orders them."""

from dataclasses import fields
from itertools import pairwise

from reelstack.platform import s3_prices
from reelstack.platform.s3_prices import RESTORE, S3, Price


def test_each_price_says_where_it_is_from() -> None:
    named = [one for one in vars(s3_prices).values() if isinstance(one, Price)]
    named += [getattr(one, field.name) for one in S3.values() for field in fields(one)[:5]]
    named += [price for prices in RESTORE.values() for price in prices]
    assert len(named) == 4 + 5 * len(S3) + 2 * len(RESTORE)
    assert all(one.unit and one.source and one.as_of for one in named)
    assert all(one.count == (int(one.unit.split()[0].replace(",", "")) if "000" in one.unit else 1) for one in named)


def test_a_class_that_stores_for_less_reads_for_more_and_is_held_longer() -> None:
    classes = [S3[name] for name in ("STANDARD", "STANDARD_IA", "GLACIER_IR")]
    for warm, cold in pairwise(classes):
        assert cold.storage.dollars < warm.storage.dollars
        assert cold.retrieval.dollars > warm.retrieval.dollars
        assert cold.minimum_days > warm.minimum_days


def test_an_archive_is_read_at_the_price_of_the_tier_that_s3_takes_unless_told() -> None:
    for name in ("GLACIER", "DEEP_ARCHIVE"):
        assert S3[name].retrieval == RESTORE[name, "Standard"][0]
        assert RESTORE[name, "Bulk"][0].dollars < S3[name].retrieval.dollars
