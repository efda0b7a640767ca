"""The fitted decay: it finds the curve that made the reads, and each object's own level beside it."""

import numpy as np
import pytest

from reelstack.tiering.classes import Numbers
from reelstack.tiering.decay import EDGES, Decay, Fit, from_json, of_ages
from reelstack.tiering.objects import Objects
from tests.tiering.objects import night, object_of

TRUE = of_ages(tuple(0.3 / (1 + edge / 10) for edge in EDGES))


def expected(decay: Decay, first: Numbers, last: Numbers) -> Numbers:
    """Of objects that nobody plays."""
    return decay.reads(decay.ways(night(*(object_of(age_days=age) for age in first.tolist()))), first, last)


def _read(age: float, level: float) -> dict[str, object]:
    ages = age - np.arange(30.0, 0.0, -1.0, dtype=np.float64)
    reads = expected(TRUE, ages, ages + 1) * level * (ages >= 0)
    return object_of(age_days=age, size=1e6, origin_bytes=(reads * 1e6).tolist())


def _objects(level: float = 1.0) -> Objects:
    return night(*(_read(float(age), level) for age in range(1, 400)))


def test_the_curve_that_made_the_reads_is_found() -> None:
    fit = Fit()
    fit.add(_objects())
    found = fit.decay()
    first, last = np.array([5.0, 40.0, 200.0]), np.array([35.0, 130.0, 380.0])
    assert expected(found, first, last) == pytest.approx(expected(TRUE, first, last), rel=0.25)


def test_what_is_fitted_in_parts_is_what_is_fitted_at_once() -> None:
    whole, parts = Fit(), Fit()
    whole.add(_objects())
    for age in range(1, 400):
        parts.add(night(_read(float(age), 1.0)))
    in_parts, at_once = parts.decay(), whole.decay()
    assert np.array(in_parts.cells) == pytest.approx(np.array(at_once.cells))
    assert in_parts.shapes == pytest.approx(at_once.shapes)


def test_an_object_that_is_read_more_than_others_of_its_age_is_expected_to_be() -> None:
    often, seldom = (TRUE.level(_objects(level)) for level in (4.0, 0.25))
    assert (often[0] / often[1] > seldom[0] / seldom[1]).all()


def test_a_curve_is_kept_as_a_document_and_nothing_read_keeps_the_one_before() -> None:
    assert from_json(TRUE.as_json()) == TRUE
    assert Fit().decay(TRUE) is TRUE


def test_reads_follow_plays_when_these_fall_with_age() -> None:
    """Read on a tenth of their plays, which fall as 1 / age: what is expected later is what such plays will make."""
    fit = Fit()
    for many in (1.0, 10.0, 100.0):
        fit.add(night(*(_played(age, many) for age in range(8, 400))))
    found = fit.decay()
    young = night(_played(20, 100.0))
    later = found.reads(found.ways(young), np.array([100.0]), np.array([130.0]))
    assert later == pytest.approx(100.0 * np.log(130 / 100) / 100, rel=0.4)


def _played(age: int, many: float) -> dict[str, object]:
    ages = age - np.arange(30.0, 0.0, -1.0)
    plays = many * 10 / np.maximum(ages, 1)
    reads = np.where(ages >= 0, plays / 1000, 0.0)
    return object_of(age_days=float(age), size=1e6, origin_bytes=(reads * 1e6).tolist(), plays=plays[-7:].tolist())


def test_a_fit_remembers_the_one_before() -> None:
    first, nothing_new = Fit(), Fit()
    first.add(_objects())
    nothing_new.add(night(object_of(age_days=50.0, size=1e6, origin_bytes=[0.0] * 29 + [1e5])))
    before = first.decay()
    again = nothing_new.decay(from_json(before.as_json()))
    assert np.array(again.cells)[:, 0] == pytest.approx(np.array(before.cells)[:, 0], rel=0.3)
