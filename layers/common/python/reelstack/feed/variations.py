"""Variations: what running experiments change for a viewer, and the name of it for receipts. Pure.

Parameters of arms, by layer: `retrieval` a source's name with false (it proposes nothing); `ranker` "hand-weights" with
true; `weights` a head's name with the factor of its weight, 0 to 10 ("_" of a head is "-"); `rerank` "likeness" with a
number from 0 to 1. What is unknown or out of bounds changes nothing, so an arm cannot break the feed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reelstack.experiments import assignment
from reelstack.experiments.layers import Experiments, Parameter
from reelstack.feed.rank_model import HEADS

MOST_FACTOR = 10.0


@dataclass(frozen=True)
class Variation:
    policy: str
    without: frozenset[str] = frozenset()
    """Sources that propose nothing."""
    hand_weights: bool = False
    factors: Mapping[str, float] = field(default_factory=dict)
    """Head -> what its weight is multiplied by."""
    likeness: float | None = None


def of(experiments: Experiments, identity: str, policy: str) -> Variation:
    arms = assignment.assign(experiments, identity)
    if not arms:
        return Variation(policy)
    likeness = assignment.parameters(arms, "rerank").get("likeness")
    return Variation(
        assignment.policy(policy, experiments, arms),
        frozenset(name for name, value in assignment.parameters(arms, "retrieval").items() if value is False),
        assignment.parameters(arms, "ranker").get("hand-weights") is True,
        _factors(assignment.parameters(arms, "weights")),
        _number(likeness, 1.0),
    )


def _factors(given: Mapping[str, Parameter]) -> dict[str, float]:
    named = {name.replace("-", "_"): _number(value, MOST_FACTOR) for name, value in given.items()}
    return {name: value for name, value in named.items() if name in HEADS and value is not None}


def _number(value: object, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        return None
    return float(value)
