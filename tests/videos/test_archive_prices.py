"""What an archive costs, against sums made by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.platform.s3_prices import GB
from reelstack.videos import archive_prices
from reelstack.videos.archive_prices import MINIMUM_DAYS, Tier

SIZES = st.lists(st.integers(128 * 1024, 5 * GB), max_size=20)
DAYS = st.floats(-10, 400)
THREE = [GB, GB, GB]
AFTER_30_DAYS = {
    # 3 GB retrieved at 0.03 $, three requests at 0.01 $; three days of the copy, 0.023 $ × 3 × 3 × 24 / 730; three
    # copies at 0.000005 $; the 60 days left, 0.0036 $ × 3 × 60 × 24 / 730 and as much of three times 32 KB.
    Tier.EXPEDITED: 0.09 + 0.03 + 0.0068055 + 0.000015 + 0.021304,
    Tier.STANDARD: 0.03 + 0.00015 + 0.0068055 + 0.000015 + 0.021304,
    Tier.BULK: 0.0068055 + 0.000015 + 0.021304,
}


@pytest.mark.parametrize("tier", Tier)
def test_a_restores_price_is_what_a_sum_by_hand_says(tier: Tier) -> None:
    assert archive_prices.restoring(THREE, tier, 30) == pytest.approx(AFTER_30_DAYS[tier], rel=0.001)


def test_an_archived_month_costs_a_sixth() -> None:
    assert archive_prices.standard_month(THREE) == pytest.approx(0.069)
    assert archive_prices.archived_month(THREE) == pytest.approx(0.0108, rel=0.001)


@given(SIZES, st.sampled_from(Tier), DAYS)
def test_a_restore_never_becomes_dearer_with_time_nor_with_patience(sizes: list[int], tier: Tier, days: float) -> None:
    price = archive_prices.restoring(sizes, tier, days)
    assert price >= archive_prices.restoring(sizes, tier, days + 1) >= 0
    assert archive_prices.early_end(sizes, days) <= archive_prices.early_end(sizes, 0)
    assert archive_prices.early_end(sizes, MINIMUM_DAYS) == 0
    assert price >= archive_prices.restoring(sizes, Tier.BULK, days)


@given(st.floats(0, 1000))
def test_what_is_shown_is_never_less_than_what_it_costs(dollars: float) -> None:
    shown = archive_prices.microdollars(dollars)
    assert shown >= dollars * 1_000_000 - 1e-6
    assert shown <= math.ceil(dollars * 1_000_000)
