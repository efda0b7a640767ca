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
    own_labels,
    read_thresholds,
)

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
    demanded = [limits[label].verdict(score) for label, score in scores.items()]
    assert judge(scores, limits).verdict == max(demanded, key=SEVERITY.__getitem__, default=Verdict.APPROVE)


@settings(deadline=None)
@given(looks, thresholds)
def test_an_approval_has_no_cause_and_everything_else_has_one(
    scores: dict[Label, float], limits: dict[Label, Threshold]
) -> None:
    judgement = judge(scores, limits)
    assert bool(judgement.caused_by) == (judgement.verdict is not Verdict.APPROVE)
    assert all(limits[label].verdict(scores[label]) is judgement.verdict for label in judgement.caused_by)
    assert [scores[label] for label in judgement.caused_by] == sorted(
        (scores[label] for label in judgement.caused_by), reverse=True
    )


@settings(deadline=None)
@given(looks, thresholds, st.sampled_from(Label), probability)
def test_a_higher_score_never_makes_the_verdict_milder(
    scores: dict[Label, float], limits: dict[Label, Threshold], label: Label, score: float
) -> None:
    worse = {**scores, label: max(score, scores.get(label, 0.0))}
    assert SEVERITY[judge(worse, limits).verdict] >= SEVERITY[judge(scores, limits).verdict]


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
        judge({Label.SEXUAL: score}, limits)
    with pytest.raises(ScoreInvalid):
        own_labels("nsfw", {"nsfw": score})
    with pytest.raises(ScoreInvalid):
        highest([{Label.SEXUAL: score}])


def test_a_label_without_thresholds_is_never_an_approval() -> None:
    with pytest.raises(ThresholdMissing, match="graphic"):
        judge({Label.GRAPHIC: 0.0}, {Label.SEXUAL: Threshold(review=0.5, reject=0.9)})


def test_a_threshold_can_be_switched_off() -> None:
    assert judge({Label.PROFANITY: 1.0}, {Label.PROFANITY: Threshold(review=0.5, reject=NEVER)}).verdict == "review"


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
