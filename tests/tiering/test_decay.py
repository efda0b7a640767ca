"""The fitted decay: it finds the curve that made the reads, and each object's own level beside it."""

import numpy as np
import pytest

from reelstack.tiering.decay import EDGES, Decay, Fit, from_json
from reelstack.tiering.objects import Objects
from tests.tiering.objects import night, object_of

TRUE = Decay(rates=tuple(0.3 / (1 + edge / 10) for edge in EDGES))


def _read(age: float, level: float) -> dict[str, object]:
    ages = age - np.arange(30.0, 0.0, -1.0, dtype=np.float64)
    reads = TRUE.reads(ages, ages + 1) * level * (ages >= 0)
    return object_of(age_days=age, size=1e6, origin_bytes=(reads * 1e6).tolist())


def _objects(level: float = 1.0) -> Objects:
    return night(*(_read(float(age), level) for age in range(1, 400)))


def test_the_curve_that_made_the_reads_is_found() -> None:
    fit = Fit()
    fit.add(_objects())
    found = fit.decay()
    first, last = np.array([5.0, 40.0, 200.0]), np.array([35.0, 130.0, 380.0])
    assert found.reads(first, last) == pytest.approx(TRUE.reads(first, last), rel=0.25)


def test_what_is_fitted_in_parts_is_what_is_fitted_at_once() -> None:
    whole, parts = Fit(), Fit()
    whole.add(_objects())
    for age in range(1, 400):
        parts.add(night(_read(float(age), 1.0)))
    assert parts.decay().rates == pytest.approx(whole.decay().rates)
    assert parts.decay().shape == pytest.approx(whole.decay().shape)


def test_an_object_that_is_read_more_than_others_of_its_age_is_expected_to_be() -> None:
    often, seldom = ((Decay(TRUE.rates).level(_objects(level))) for level in (4.0, 0.25))
    assert (often[0] / often[1] > seldom[0] / seldom[1]).all()


def test_a_curve_is_kept_as_a_document_and_nothing_read_keeps_the_one_before() -> None:
    assert from_json(TRUE.as_json()) == TRUE
    assert Fit().decay(TRUE) is TRUE
