"""A creator's record makes a person look sooner, fades, and never rejects anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.classification import creator_record, verdicts
from reelstack.classification.creator_record import FADES_MS, LOWEST, Kind, Strike
from reelstack.classification.verdicts import NEVER, SEVERITY, Label, Threshold, Verdict

NOW = 10 * FADES_MS
SCORES = st.floats(0, 1)


def upheld(number: int, age: int = 0) -> list[Strike]:
    return [Strike(Kind.REPORT_UPHELD, NOW - age)] * number


def test_three_upheld_reports_make_a_person_look_at_what_would_be_approved_of_a_clean_creator() -> None:
    thresholds = {Label.SEXUAL: Threshold(review=0.6, reject=0.9)}
    scores, engines = {Label.SEXUAL: 0.5}, {Label.SEXUAL: 2}
    verdict = [
        creator_record.judge(scores, thresholds, engines, creator_record.weight(strikes, NOW)).verdict
        for strikes in ([], upheld(3), upheld(3, FADES_MS))
    ]
    assert verdict == [Verdict.APPROVE, Verdict.REVIEW, Verdict.APPROVE]


@pytest.mark.parametrize(("age", "weight"), [(0, 1.0), (FADES_MS // 2, 0.5), (FADES_MS, 0.0), (2 * FADES_MS, 0.0)])
def test_a_strike_fades_to_nothing(age: int, weight: float) -> None:
    assert creator_record.weight(upheld(1, age), NOW) == weight


def test_kinds_weigh_differently_and_an_overturned_one_nothing() -> None:
    strikes = [Strike(kind, NOW) for kind in Kind]
    assert creator_record.weight(strikes, NOW) == 2.5
    assert creator_record.counts([*strikes, *upheld(1, FADES_MS)], NOW) == {
        Kind.REJECTED: 1,
        Kind.REPORT_UPHELD: 1,
        Kind.TAKEN_DOWN: 1,
    }


@pytest.mark.parametrize(("record", "scale"), [(0, 1), (1, 0.875), (3, 0.625), (4, LOWEST), (100, LOWEST)])
def test_thresholds_are_never_less_than_half(record: float, scale: float) -> None:
    assert creator_record.scale(record) == scale


def test_a_threshold_that_is_off_stays_off() -> None:
    stricter = creator_record.stricter({Label.OTHER: Threshold(review=NEVER, reject=NEVER)}, 100)
    assert stricter[Label.OTHER].review == NEVER


@given(st.tuples(SCORES, SCORES), st.tuples(SCORES, SCORES).map(sorted), st.integers(0, 3), st.floats(0, 50))
def test_no_record_rejects_anything_or_makes_a_verdict_milder(
    scores: tuple[float, float], bounds: list[float], engines: int, record: float
) -> None:
    labels = (Label.SEXUAL, Label.GRAPHIC)
    thresholds = {label: Threshold(review=bounds[0], reject=bounds[1]) for label in labels}
    seen, known = dict(zip(labels, scores, strict=True)), dict.fromkeys(labels, engines)
    usual = verdicts.judge(seen, thresholds, known)
    found = creator_record.judge(seen, thresholds, known, record)
    assert SEVERITY[found.verdict] >= SEVERITY[usual.verdict]
    assert (found.verdict is Verdict.REJECT) == (usual.verdict is Verdict.REJECT)
    assert found.labels == usual.labels
