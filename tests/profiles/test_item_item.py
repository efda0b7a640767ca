"""Similarity in closed form."""

import numpy as np
import pytest

from jobs.profiles import item_item


def test_the_closed_form_is_the_least_of_its_penalised_error() -> None:
    random = np.random.default_rng(3)
    watched = (random.random((60, 9)) < 0.4).astype(float)
    weights = item_item.closed_form(watched.T @ watched, 5.0)
    assert np.diag(weights) == pytest.approx(np.zeros(9))

    for clip in range(9):  # each column is a ridge regression on the other clips
        others = [other for other in range(9) if other != clip]
        left = watched[:, others]
        ridge = np.linalg.solve(left.T @ left + 5.0 * np.eye(8), left.T @ watched[:, clip])
        assert weights[others, clip] == pytest.approx(ridge, abs=1e-10)


def test_neighbours_are_the_strongest_of_both_signs_the_best_first() -> None:
    weights = np.array([[0.0, 0.2, -0.5, 0.00001], [0.1, 0.0, 0.1, 0.1], [0, 0, 0, 0], [0, 0, 0, 0]])
    found = item_item.neighbours(("a", "b", "c", "d"), weights, 2)
    assert found.similar == (((1, 0.2), (2, -0.5)), ((0, 0.1), (2, 0.1)), (), ())


@pytest.mark.parametrize("most", [1, 40, item_item.MOST_PAIRS])
def test_pairs_are_counted_as_the_product_of_the_matrix_counts_them(most: int) -> None:
    watched = np.random.default_rng(5).random((30, 12)) < 0.3
    counts = np.zeros((12, 12), dtype=np.int64)
    for pairs, numbers in item_item.counted_pairs([np.flatnonzero(row).tolist() for row in watched], 12, most):
        np.add.at(counts, (pairs // 12, pairs % 12), numbers)
    assert (counts == np.triu(watched.T.astype(int) @ watched.astype(int))).all()
