"""Settings of a training: what the model is, how it is fitted, and what a prediction is worth. Pure.

A harm's weight is never positive, so that no setting can order the feed by what viewers skip, hide or report.
"""

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reelstack.feed.rank_model import HARMS, HEADS

DEFAULT_WEIGHTS: dict[str, float] = {
    "finish": 1.0,
    "watch_time": 1.0,
    "like": 2.0,
    "comment": 3.0,
    "share": 4.0,
    "follow": 4.0,
    "fast_skip": -1.0,
    "hide": -8.0,
    "report": -20.0,
}


class SettingRefused(ValueError):
    """A setting has a name or a value that training refuses."""


@dataclass(frozen=True)
class Shape:
    """Which parts of the model there are. The baselines are the same code with fewer parts."""

    dimensions: int = 16
    pairs: bool = True
    """The second-order part of a factorisation machine."""
    hidden: tuple[int, ...] = (32,)
    """Layers of each expert; none: no network (LR, FM)."""
    network_scale: float = 8.0
    """Of embeddings before the network: regularised as they are, they are small."""
    experts: int = 1
    cross_layers: int = 0
    cross_rank: int = 16
    attention: bool = False
    """Target attention over the history."""
    pooled: bool = False
    """The viewer's vector has the pooled history added."""
    content: bool = False
    """Vectors of videos are the sum of an id's and of a tower's over tags, creator, language and text."""


LR = Shape(dimensions=1, pairs=False, hidden=())
FM = Shape(hidden=())
DEEP_FM = Shape()
FULL = Shape(experts=4, cross_layers=2, attention=True, pooled=True, content=True)


@dataclass(frozen=True)
class Fitting:
    rate: float = 3e-3
    network_pace: float = 0.2
    """Of the rate, for the network and what is made of the history. Faster, a made day's finishes are predicted 5 %
    too high, where counts have grown since training."""
    batch: int = 1024
    most_epochs: int = 40
    patience: int = 2
    """Epochs without a better validation loss, after which fitting ends."""
    l2: float = 0.08
    """Of embeddings, per row that is looked up."""
    l2_linear: float = 0.08
    """Of the weights of the linear part, per row that is looked up."""
    decay: float = 1e-3
    """Of the matrices of the network, of the content tower and of what is made of the history: without it they overfit
    before the embeddings have been learnt."""
    average: float = 0.99
    """Of the exponential mean of parameters over steps, which is what is kept: it varies less than the last step."""
    id_dropout: float = 0.1
    """Share of rows of training whose viewer, video or creator is made unknown."""
    dropout: float = 0.5
    """Of hidden units."""
    field_dropout: float = 0.5
    """Of whole fields, before the network."""
    seed: int = 0


@dataclass(frozen=True)
class Settings:
    shape: Shape = FULL
    fitting: Fitting = field(default_factory=Fitting)
    id_floor: int = 5
    """Rows of training below which an id is as good as unknown."""
    most_weight: float = 20.0
    """A row's weight, 1 / propensity, is clipped here: the variance of one row stays bounded."""
    text_buckets: int = 4096
    baselines: bool = True
    """Whether LR and FM are tuned and measured beside the model."""
    weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))

    def __post_init__(self) -> None:
        check_weights(self.weights)


def check_weights(weights: Mapping[str, float]) -> Mapping[str, float]:
    """Raises SettingRefused: every head has a finite weight, and none of a harm is positive."""
    if set(weights) != set(HEADS):
        raise SettingRefused(f"weights are of {', '.join(HEADS)}, not of {', '.join(weights)}")
    for head, weight in weights.items():
        if not math.isfinite(weight):
            raise SettingRefused(f"the weight of {head} is no number")
        if head in HARMS and weight > 0:
            raise SettingRefused(f"the weight of {head} is {weight:g}; a harm is subtracted, so it is at most 0")
    return weights


def read(text: str) -> Settings:
    """Settings of a JSON object; what is absent is the default. Raises SettingRefused."""
    try:
        given: dict[str, Any] = json.loads(text)
        parts: dict[str, Any] = {**given}
        if "shape" in given:
            made = dataclasses.replace(FULL, **given["shape"])
            parts["shape"] = dataclasses.replace(made, hidden=tuple(made.hidden))
        if "fitting" in given:
            parts["fitting"] = Fitting(**given["fitting"])
        return Settings(**parts)
    except (TypeError, ValueError, AttributeError) as error:
        if isinstance(error, SettingRefused):
            raise
        raise SettingRefused(f"settings of training: {error}") from error
