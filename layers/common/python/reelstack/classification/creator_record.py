"""A creator's record: what was found wrong with their videos lately, and how much sooner a person looks at the next.

Pure. A record moves the thresholds from which a person looks, never those from which a clip is rejected: what somebody
did before proves nothing about the clip at hand. Each strike fades, so that a record ends by itself.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reelstack.classification import verdicts
from reelstack.classification.verdicts import Judgement, Label, Threshold, Verdict
from reelstack.platform.clock import DAY_SECONDS

FADES_MS = 180 * DAY_SECONDS * 1000
"""A strike counts in full when it is new, half after half of this, and nothing from then on."""
PER_STRIKE = 0.125
"""Share of a threshold that one full strike takes off."""
LOWEST = 0.5
"""Of its usual value no threshold becomes less: what models are sure of being harmless stays harmless."""


class Kind(StrEnum):
    REJECTED = "rejected"
    """Rejected before it was published, by engines that agree or by a moderator."""
    REPORT_UPHELD = "report-upheld"
    """Taken down by a moderator who was asked because people reported it."""
    TAKEN_DOWN = "taken-down"
    """Taken down by a moderator of their own accord."""
    OVERTURNED = "overturned"
    """An appeal was granted: no strike any more."""


WEIGHTS: Mapping[Kind, float] = {
    Kind.REJECTED: 0.5,  # nobody saw the video
    Kind.REPORT_UPHELD: 1.0,
    Kind.TAKEN_DOWN: 1.0,
    Kind.OVERTURNED: 0.0,
}


@dataclass(frozen=True)
class Strike:
    kind: Kind
    at: int
    """Unix milliseconds."""


def counts(strikes: Collection[Strike], now_ms: int) -> dict[Kind, int]:
    """How many of each kind have not faded yet; every kind but the overturned is named."""
    found = Counter(one.kind for one in strikes if now_ms - one.at < FADES_MS)
    return {kind: found[kind] for kind in Kind if WEIGHTS[kind]}


def weight(strikes: Collection[Strike], now_ms: int) -> float:
    """What the record weighs now; one new upheld report is 1."""
    return sum(WEIGHTS[one.kind] * min(1.0, max(0.0, 1 - (now_ms - one.at) / FADES_MS)) for one in strikes)


def scale(record: float) -> float:
    """What thresholds for a review are multiplied by: 1 without a record, LOWEST at worst."""
    return max(LOWEST, 1 - PER_STRIKE * record)


def stricter(thresholds: Mapping[Label, Threshold], record: float) -> dict[Label, Threshold]:
    """The thresholds for a creator whose record weighs so much. A switch that is off stays off."""
    factor = scale(record)
    return {
        label: Threshold(review=one.review * factor if one.review <= 1 else one.review, reject=one.reject)
        for label, one in thresholds.items()
    }


def judge(
    scores: Mapping[Label, float],
    thresholds: Mapping[Label, Threshold],
    engines: Mapping[Label, int],
    record: float,
) -> Judgement:
    """As verdicts.judge; what would be approved is judged once more by the stricter thresholds. So a record can lead to
    a review and to nothing else. Raises ThresholdMissing or ScoreInvalid."""
    usual = verdicts.judge(scores, thresholds, engines)
    if usual.verdict is not Verdict.APPROVE or record <= 0:
        return usual
    return verdicts.judge(scores, stricter(thresholds, record), engines)
