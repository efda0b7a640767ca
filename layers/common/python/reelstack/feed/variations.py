"""Variations: what running experiments change for a viewer, and the name of it for receipts. Pure.

Parameters of arms, by layer: `retrieval` a source's name with false (it proposes nothing); `ranker` "hand-weights" with
true, or "version" with the name of one (of both only the former), and "interleave" with true (a page of both, the one
in service and the arm's); `weights` a head's name with the factor of its weight, 0 to 10 ("_" of a head is "-");
`rerank` "likeness" with a number from 0 to 1. What is unknown or out of bounds changes nothing, so an arm cannot break
the feed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from reelstack.experiments import assignment
from reelstack.experiments.layers import Experiments, Parameter
from reelstack.feed.rank_model import HEADS

MOST_FACTOR = 10.0
RANKER = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{12}")
"""As jobs.ranker.registry names versions. What else an arm says is no part of a path in the bucket."""


@dataclass(frozen=True)
class Variation:
    policy: str
    without: frozenset[str] = frozenset()
    """Sources that propose nothing."""
    hand_weights: bool = False
    ranker: str = ""
    """The version that scores, beside or in place of the one in service."""
    interleaves: bool = False
    """Both pick clips of one page in turn."""
    factors: Mapping[str, float] = field(default_factory=dict)
    """Head -> what its weight is multiplied by."""
    likeness: float | None = None


def of(experiments: Experiments, identity: str, policy: str) -> Variation:
    arms = assignment.assign(experiments, identity)
    if not arms:
        return Variation(policy)
    likeness = assignment.parameters(arms, "rerank").get("likeness")
    ranker = assignment.parameters(arms, "ranker")
    return Variation(
        assignment.policy(policy, experiments, arms),
        frozenset(name for name, value in assignment.parameters(arms, "retrieval").items() if value is False),
        _by_hand(ranker),
        _version(ranker),
        ranker.get("interleave") is True,
        _factors(assignment.parameters(arms, "weights")),
        _number(likeness, 1.0),
    )


def rankers(experiments: Experiments) -> list[str]:
    """Versions of the ranker that arms name which are not stopped, in their order."""
    layer = experiments.layers.get("ranker")
    named = [_version(arm.parameters) for arm in layer.arms if not arm.stopped] if layer else []
    return [*dict.fromkeys(filter(None, named))]


def _version(given: Mapping[str, Parameter]) -> str:
    """Empty where hand-set weights score instead: a ranker would be loaded in vain."""
    version = given.get("version")
    is_named = isinstance(version, str) and RANKER.fullmatch(version) and not _by_hand(given)
    return str(version) if is_named else ""


def _by_hand(given: Mapping[str, Parameter]) -> bool:
    return given.get("hand-weights") is True


def _factors(given: Mapping[str, Parameter]) -> dict[str, float]:
    named = {name.replace("-", "_"): _number(value, MOST_FACTOR) for name, value in given.items()}
    return {name: value for name, value in named.items() if name in HEADS and value is not None}


def _number(value: object, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        return None
    return float(value)
