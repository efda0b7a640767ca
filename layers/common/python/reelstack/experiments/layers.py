"""Layers and arms of running experiments, as they stand in the configuration. Pure.

A layer is a part of the feed that one experiment at a time may vary. It divides viewers into SLOTS slots of equal size
by a hash of its own salt; an arm owns slots from `begin` up to, not with, `end`. A viewer in a slot without an arm, or
of a stopped arm, gets the feed without changes. The first arm is the control, with which the others are compared.
A configuration that breaks a limit is refused (pydantic's ValidationError) and the one before stays in force.
"""

import math
from itertools import pairwise
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

LayerName = Literal["retrieval", "ranker", "weights", "rerank"]
"""Where candidates come from; which version of the ranker scores; what each prediction weighs; how a page is mixed."""
LAYER_NAMES: tuple[LayerName, ...] = get_args(LayerName)
SLOTS = 1000
MOST_ARMS = 8
MOST_PARAMETERS = 20
MOST_BYTES = 64 * 1024
"""Of the configuration as JSON. AppConfig takes 1 MB; every process of the feed reads and checks this."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,15}$")]
"""16 characters: the four names are in each receipt, which has 600."""
Parameter = Annotated[str, Field(max_length=100)] | bool | int | float


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Arm(_Frozen):
    name: Name
    begin: int = Field(ge=0, lt=SLOTS)
    end: int = Field(gt=0, le=SLOTS)
    parameters: dict[Name, Parameter] = Field(default_factory=dict, max_length=MOST_PARAMETERS)
    """Read by the layer's module; the control normally has none."""
    stopped: bool = False
    """Its viewers get the feed without changes. They join no other arm: what they met before would follow them."""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.begin >= self.end:
            raise ValueError(f"arm {self.name} has no slot")
        if any(isinstance(value, float) and not math.isfinite(value) for value in self.parameters.values()):
            raise ValueError(f"a parameter of arm {self.name} is no number")
        return self

    @property
    def share(self) -> float:
        return (self.end - self.begin) / SLOTS


class Layer(_Frozen):
    salt: Name
    """Names the experiment. A new salt divides viewers anew, so that the next experiment does not inherit the arms."""
    arms: tuple[Arm, ...] = Field(min_length=2, max_length=MOST_ARMS)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if len({arm.name for arm in self.arms}) < len(self.arms):
            raise ValueError(f"two arms of the salt {self.salt} have one name")
        in_order = sorted(self.arms, key=lambda arm: arm.begin)
        if any(one.end > after.begin for one, after in pairwise(in_order)):
            raise ValueError(f"two arms of the salt {self.salt} own one slot")
        return self

    @property
    def control(self) -> Arm:
        return self.arms[0]


class Exclusive(_Frozen):
    """Layers of which a viewer is in one at most, each with the same probability."""

    salt: Name
    layers: tuple[LayerName, ...] = Field(min_length=2, max_length=len(LAYER_NAMES))


class Experiments(_Frozen):
    format: Literal[1] = 1
    layers: dict[LayerName, Layer] = Field(default_factory=dict)
    exclusive: tuple[Exclusive, ...] = Field(default=(), max_length=2)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        named = [layer for group in self.exclusive for layer in group.layers]
        if len(set(named)) < len(named):
            raise ValueError("a layer stands in two exclusive groups, or twice in one")
        salts = [layer.salt for layer in self.layers.values()] + [group.salt for group in self.exclusive]
        if len(set(salts)) < len(salts):
            raise ValueError("two layers have one salt, so their arms would fall on the same viewers")
        return self

    def with_stopped(self, layer: LayerName, arm: str) -> Self:
        """The same, with this arm stopped. Raises KeyError if there is no such arm."""
        found = self.layers[layer]
        if arm not in {one.name for one in found.arms}:
            raise KeyError(arm)
        arms = [one.model_copy(update={"stopped": True}) if one.name == arm else one for one in found.arms]
        changed = found.model_copy(update={"arms": tuple(arms)})
        return self.model_copy(update={"layers": {**self.layers, layer: changed}})


NONE = Experiments()


def parse(text: str | bytes) -> Experiments:
    """Raises ValueError, of which pydantic's ValidationError is one."""
    if len(text) > MOST_BYTES:
        raise ValueError(f"the configuration has {len(text)} bytes, not at most {MOST_BYTES}")
    return Experiments.model_validate_json(text)


def moved(before: Experiments, after: Experiments) -> list[str]:
    """Layers in which viewers would pass from one arm to another under the same salt: their days before would be
    counted for the wrong arm. An arm grows into free slots, or the layer gets a new salt. So they would by an arm that
    was stopped, perhaps since it did harm, and starts again."""
    found = []
    for name, layer in after.layers.items():
        known = before.layers.get(name)
        if known is None or known.salt != layer.salt:
            continue
        if _changes_arms(known, layer):
            found.append(f"{name}: a slot passes from one arm of {layer.salt} to another")
        stopped = {one.name for one in known.arms if one.stopped}
        found += [
            f"{name}: {one.name} was stopped, and would start again"
            for one in layer.arms
            if one.name in stopped and not one.stopped
        ]
    return found


def _changes_arms(before: Layer, after: Layer) -> bool:
    return any(
        one.name != other.name and one.begin < other.end and other.begin < one.end
        for one in before.arms
        for other in after.arms
    )
