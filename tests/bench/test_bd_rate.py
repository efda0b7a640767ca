"""BD-rate against curves whose answer is known."""

import pytest

from bench._bd_rate import saving

REFERENCE = [(200.0, 80.0), (400.0, 86.0), (800.0, 92.0), (1600.0, 96.0)]


@pytest.mark.parametrize("share", [0.3, 0.0, -0.25])
def test_bits_scaled_everywhere_are_saved_everywhere(share: float) -> None:
    assert saving(REFERENCE, [(bits * (1 - share), quality) for bits, quality in REFERENCE]) == pytest.approx(share)


def test_a_curve_at_other_qualities_is_compared_where_both_have_any() -> None:
    # Doubling the bits brings 6 points on both; the other needs half as many, and begins 3 points higher.
    straight = [(100.0 * 2**n, 80.0 + 6 * n) for n in range(4)]
    other = [(50.0 * 2 ** (n + 0.5), 83.0 + 6 * n) for n in range(4)]
    assert saving(straight, other) == pytest.approx(0.5)


def test_order_of_points_does_not_matter() -> None:
    halved = [(bits / 2, quality) for bits, quality in REFERENCE]
    assert saving(REFERENCE[::-1], halved) == pytest.approx(saving(REFERENCE, halved))


def test_without_a_common_quality_there_is_no_answer() -> None:
    with pytest.raises(ValueError, match="no quality in common"):
        saving(REFERENCE, [(10.0, 20.0), (20.0, 30.0)])
