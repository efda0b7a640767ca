"""From what engines saw to a verdict: one list of labels, a pair of thresholds for each, the severest wins. Pure.

Every engine has words of its own; `FROM_ENGINE` translates them, so that thresholds, stored labels and the review queue
know only ours. A score is a probability in 0..1. No engine rejects a clip alone: a rejection needs two that know the
label and agree, and what would be one otherwise goes to a person. Whatever is not a clear approval is never an
approval: a score that is no number, or a label without thresholds, raises.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator


class Label(StrEnum):
    """What can be wrong with a clip."""

    SEXUAL = "sexual"
    GRAPHIC = "graphic"
    PROFANITY = "profanity"
    SUGGESTIVE = "suggestive"
    VIOLENCE = "violence"
    DRUGS = "drugs"
    ALCOHOL = "alcohol"
    GAMBLING = "gambling"
    HATE = "hate"
    RUDE = "rude"
    OTHER = "other"
    """An engine said something that we have no word for."""
    SPEECH = "speech"
    """What is said, or written in subtitles."""
    UNSEEN = "unseen"
    """The clip shows more than was inspected, or says it."""


FROM_ENGINE: Mapping[str, Mapping[str, Label]] = {
    "nsfw": {"nsfw": Label.SEXUAL},
    "safety": {"NSFW": Label.SEXUAL, "NSFL": Label.GRAPHIC},
    "text": {"profanity": Label.PROFANITY},
    "speech": {"profanity": Label.SPEECH},
}
"""Engine -> its word -> our label. Words that are missing here ("SFW") say nothing about a clip."""


class Verdict(StrEnum):
    """In rising order of severity."""

    APPROVE = "approve"
    REVIEW = "review"
    REJECT = "reject"


SEVERITY = {verdict: rank for rank, verdict in enumerate(Verdict)}
NEVER = 1.01
"""A threshold no score reaches."""


class ScoreInvalid(ValueError):
    """An engine answered something that is no probability."""


class ThresholdMissing(ValueError):
    """A label was scored for which the stage's settings hold no thresholds."""


class Threshold(BaseModel):
    """From `review` on a person looks, from `reject` on the clip is rejected; `NEVER` switches either off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    review: float = Field(ge=0, le=NEVER)
    reject: float = Field(ge=0, le=NEVER)

    @model_validator(mode="after")
    def _rises(self) -> "Threshold":
        if self.review > self.reject:
            raise ValueError("review must not be above reject")
        return self

    def verdict(self, score: float) -> Verdict:
        if score >= self.reject:
            return Verdict.REJECT
        return Verdict.REVIEW if score >= self.review else Verdict.APPROVE


@dataclass(frozen=True)
class Judgement:
    verdict: Verdict
    labels: dict[str, float]
    """Every label that was looked for, with its highest score."""
    caused_by: tuple[Label, ...]
    """The labels that demand this verdict, the highest score first; none for an approval."""


@cache
def read_thresholds(text: str) -> dict[Label, Threshold]:
    """The setting `moderation_thresholds`: JSON, label -> {"review": score, "reject": score}. Raises ValueError."""
    return TypeAdapter(dict[Label, Threshold]).validate_json(text)


def own_labels(engine: str, said: Mapping[str, float]) -> dict[Label, float]:
    """An engine's words and scores in our labels; of several words for one label the highest counts."""
    found: dict[Label, float] = {}
    for word, score in said.items():
        if label := FROM_ENGINE[engine].get(word):
            found[label] = max(_checked(score), found.get(label, 0.0))
    return found


def agree(looks: Sequence[Mapping[Label, float]]) -> dict[Label, float]:
    """One frame seen by several engines: per label the mean of those that know it, so that one alone cannot condemn."""
    labels = {label for look in looks for label in look}
    seen = {label: [_checked(look[label]) for look in looks if label in look] for label in labels}
    return {label: sum(scores) / len(scores) for label, scores in seen.items()}


def known_by(engines: Iterable[str]) -> Counter[Label]:
    """How many of the engines know each label; one that is not in FROM_ENGINE has no other beside it."""
    return Counter(label for name in engines for label in set(FROM_ENGINE.get(name, {}).values()))


def highest(looks: Iterable[Mapping[Label, float]]) -> dict[Label, float]:
    """Several frames of one clip: per label the highest score. One bad second is enough."""
    peaks: dict[Label, float] = {}
    for look in looks:
        for label, score in look.items():
            peaks[label] = max(_checked(score), peaks.get(label, 0.0))
    return peaks


def judge(
    scores: Mapping[Label, float], thresholds: Mapping[Label, Threshold], engines: Mapping[Label, int]
) -> Judgement:
    """The severest verdict any label demands; `engines`: how many know each label (`known_by`).

    Raises ThresholdMissing or ScoreInvalid.
    """
    if missing := [label for label in scores if label not in thresholds]:
        raise ThresholdMissing(", ".join(missing))
    demanded = {
        label: _verdict(_checked(score), thresholds[label], engines.get(label, 0)) for label, score in scores.items()
    }
    verdict = max(demanded.values(), key=SEVERITY.__getitem__, default=Verdict.APPROVE)
    causes = [label for label in scores if verdict is not Verdict.APPROVE and demanded[label] is verdict]
    return Judgement(
        verdict=verdict,
        labels={label.value: round(score, 4) for label, score in scores.items()},
        caused_by=tuple(sorted(causes, key=lambda label: (-scores[label], label))),
    )


def _verdict(mean: float, threshold: Threshold, engines: int) -> Verdict:
    """What a label's score demands; a rejection only if more than one engine must have said so.

    Scores are stored as means. The second highest of n scores with that mean is at least (n * mean - 1) / (n - 1):
    the engine that said it would have asked for a review by itself.
    """
    verdict = threshold.verdict(mean)
    if verdict is Verdict.REJECT:
        second = (engines * mean - 1) / (engines - 1) if engines > 1 else 0.0
        if engines < 2 or max(0.0, second) < threshold.review:
            return Verdict.REVIEW
    return verdict


def poster_key(prefix: str) -> str:
    """The picture that stands for a clip before it plays, below an asset's prefix in the media bucket."""
    return f"{prefix}poster.jpg"


def answer(clip: Judgement, poster: Judgement) -> dict[str, Any]:
    """What a step that looked at a clip answers. A poster that is not a clear approval is hidden.

    Even if a person lets the clip pass: whoever scrolls by sees the poster without having chosen to.
    """
    return {
        "verdict": clip.verdict,
        "labels": clip.labels,
        "reason": "moderated" if clip.verdict is Verdict.REJECT else None,
        "detail": f"Found in the clip: {', '.join(clip.caused_by)}." if clip.caused_by else None,
        "poster_hidden": poster.verdict is not Verdict.APPROVE,
    }


def _checked(score: float) -> float:
    if not 0.0 <= score <= 1.0:  # also true of NaN, which no threshold would stop
        raise ScoreInvalid(str(score))
    return float(score)
