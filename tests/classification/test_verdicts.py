import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from infra.stages import STAGES
from reelstack.classification.onnx_models import MODELS
from reelstack.classification.verdicts import (
    FROM_ENGINE,
    NEVER,
    SEVERITY,
    Label,
    ScoreInvalid,
    Threshold,
    ThresholdMissing,
    Verdict,
    agree,
    highest,
    judge,
    known_by,
    own_labels,
    read_thresholds,
)

TWO = dict.fromkeys(Label, 2)
"""Every label is known to two engines."""
probability = st.floats(0, 1)
looks = st.dictionaries(st.sampled_from(Label), probability)
thresholds = st.fixed_dictionaries(
    {
        label: st.lists(st.floats(0, NEVER), min_size=2, max_size=2).map(
            lambda pair: Threshold(review=min(pair), reject=max(pair))
        )
        for label in Label
    }
)


@settings(deadline=None)
@given(looks, thresholds)
def test_the_severest_label_decides(scores: dict[Label, float], limits: dict[Label, Threshold]) -> None:
    alone = [judge({label: score}, limits, TWO).verdict for label, score in scores.items()]
    assert judge(scores, limits, TWO).verdict == max(alone, key=SEVERITY.__getitem__, default=Verdict.APPROVE)


@settings(deadline=None)
@given(looks, thresholds, st.integers(0, 1))
def test_what_one_engine_knows_is_never_rejected_by_a_machine(
    scores: dict[Label, float], limits: dict[Label, Threshold], engines: int
) -> None:
    verdict = judge(scores, limits, dict.fromkeys(Label, engines)).verdict
    demanded = [limits[label].verdict(score) for label, score in scores.items()]
    assert verdict == (Verdict.APPROVE if set(demanded) <= {Verdict.APPROVE} else Verdict.REVIEW)


@settings(deadline=None)
@given(st.lists(probability, min_size=2, max_size=4), st.sampled_from(Label), thresholds)
def test_a_machine_rejects_only_if_a_second_engine_would_have_asked_for_a_review(
    said: list[float], label: Label, limits: dict[Label, Threshold]
) -> None:
    mean = agree([{label: score} for score in said])
    if judge(mean, limits, {label: len(said)}).verdict is Verdict.REJECT:
        assert sorted(said)[-2] >= limits[label].review - 1e-9


@pytest.mark.parametrize(
    ("said", "verdict"),
    [((0.95, 0.9), "reject"), ((1.0, 0.78), "review"), ((1.0, 0.82), "reject"), ((1.0, 0.4), "review")],
)
def test_two_engines_that_agree_reject(said: tuple[float, float], verdict: str) -> None:
    limits = {Label.SEXUAL: Threshold(review=0.7, reject=0.9)}
    judged = judge(agree([{Label.SEXUAL: score} for score in said]), limits, known_by(MODELS))
    assert judged.verdict == verdict


def test_graphic_is_known_to_one_model_only_and_goes_to_a_person() -> None:
    limits = {label: Threshold(review=0.5, reject=0.9) for label in Label}
    judged = judge({Label.GRAPHIC: 0.99, Label.SEXUAL: 0.1}, limits, known_by(["nsfw", "safety", "text"]))
    assert (judged.verdict, judged.caused_by) == ("review", (Label.GRAPHIC,))
    assert known_by(["rekognition"]).total() == 0


@settings(deadline=None)
@given(looks, thresholds)
def test_an_approval_has_no_cause_and_everything_else_has_one(
    scores: dict[Label, float], limits: dict[Label, Threshold]
) -> None:
    judgement = judge(scores, limits, TWO)
    assert bool(judgement.caused_by) == (judgement.verdict is not Verdict.APPROVE)
    for label in judgement.caused_by:
        assert judge({label: scores[label]}, limits, TWO).verdict is judgement.verdict
    assert [scores[label] for label in judgement.caused_by] == sorted(
        (scores[label] for label in judgement.caused_by), reverse=True
    )


@settings(deadline=None)
@given(looks, thresholds, st.sampled_from(Label), probability)
def test_a_higher_score_never_makes_the_verdict_milder(
    scores: dict[Label, float], limits: dict[Label, Threshold], label: Label, score: float
) -> None:
    worse = {**scores, label: max(score, scores.get(label, 0.0))}
    assert SEVERITY[judge(worse, limits, TWO).verdict] >= SEVERITY[judge(scores, limits, TWO).verdict]


@settings(deadline=None)
@given(st.lists(looks))
def test_one_bad_frame_is_enough(frames: list[dict[Label, float]]) -> None:
    peaks = highest(frames)
    assert all(peaks[label] >= score for frame in frames for label, score in frame.items())
    assert all(any(frame.get(label) == score for frame in frames) for label, score in peaks.items())


@settings(deadline=None)
@given(st.lists(looks, min_size=1))
def test_what_engines_agree_on_lies_between_what_they_say(seen: list[dict[Label, float]]) -> None:
    for label, score in agree(seen).items():
        said = [look[label] for look in seen if label in look]
        assert min(said) - 1e-9 <= score <= max(said) + 1e-9


def test_an_engine_that_does_not_know_a_label_has_no_say_in_it() -> None:
    assert agree([{Label.SEXUAL: 0.2}, {Label.SEXUAL: 0.6, Label.GRAPHIC: 0.9}]) == pytest.approx(
        {Label.SEXUAL: 0.4, Label.GRAPHIC: 0.9}
    )


@pytest.mark.parametrize("score", [math.nan, math.inf, -0.1, 1.1])
def test_a_score_that_is_no_probability_is_never_an_approval(score: float) -> None:
    limits = {Label.SEXUAL: Threshold(review=0.5, reject=0.9)}
    with pytest.raises(ScoreInvalid):
        judge({Label.SEXUAL: score}, limits, TWO)
    with pytest.raises(ScoreInvalid):
        own_labels("nsfw", {"nsfw": score})
    with pytest.raises(ScoreInvalid):
        highest([{Label.SEXUAL: score}])


def test_a_label_without_thresholds_is_never_an_approval() -> None:
    with pytest.raises(ThresholdMissing, match="graphic"):
        judge({Label.GRAPHIC: 0.0}, {Label.SEXUAL: Threshold(review=0.5, reject=0.9)}, TWO)


def test_a_threshold_can_be_switched_off() -> None:
    limits = {Label.PROFANITY: Threshold(review=0.5, reject=NEVER)}
    assert judge({Label.PROFANITY: 1.0}, limits, TWO).verdict == "review"


def test_thresholds_are_read_from_the_setting() -> None:
    assert read_thresholds('{"sexual": {"review": 0.5, "reject": 0.9}}')[Label.SEXUAL].reject == 0.9


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        '{"unheard of": {"review": 0.5, "reject": 0.9}}',
        '{"sexual": {"review": 0.9, "reject": 0.5}}',
        '{"sexual": {"review": 0.5}}',
        '{"sexual": {"review": 0.5, "reject": 2}}',
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read_thresholds(text)


def test_an_engines_words_become_our_labels() -> None:
    assert own_labels("safety", {"NSFL": 0.1, "NSFW": 0.2, "SFW": 0.7}) == {Label.GRAPHIC: 0.1, Label.SEXUAL: 0.2}


def test_every_engine_is_translated() -> None:
    assert MODELS.keys() <= FROM_ENGINE.keys()
    for name, model in MODELS.items():
        assert FROM_ENGINE[name].keys() <= set(model.words)


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_thresholds_for_every_label(stage: str) -> None:
    assert set(STAGES[stage].moderation_thresholds) == set(Label)
    assert set(STAGES[stage].moderation_engines) <= MODELS.keys()
