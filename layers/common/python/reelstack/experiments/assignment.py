"""Which arm a viewer is in, by hash alone: the same in every process, with nothing stored. Pure, and no I/O.

A unit is a user id, or the session of somebody without an account; the same unit is in the same arm as long as the
layer keeps its salt. Layers have different salts, so that an arm of one is spread evenly over the arms of the others.
What was assigned is written into `policy` of each receipt: a viewer counts for an arm from the first answer on in which
it was in force, not from the day on which the configuration was put.
"""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from reelstack.experiments.layers import LAYER_NAMES, SLOTS, Arm, Exclusive, Experiments, LayerName

HASH_BITS = 64
TEAM = "+"
"""Before the team of a clip. No name of an arm has it."""
OF_NOBODY: Mapping[LayerName, Arm] = MappingProxyType({})


def assign(experiments: Experiments, unit: str) -> Mapping[LayerName, Arm]:
    """Layer -> the unit's arm. A layer is missing where the unit gets the feed without changes."""
    if not experiments.layers or not unit:
        return OF_NOBODY
    barred = _barred(experiments.exclusive, unit)
    found: dict[LayerName, Arm] = {}
    for name, layer in experiments.layers.items():
        if name in barred:
            continue
        slot = _part(layer.salt, unit, SLOTS)
        for arm in layer.arms:
            if arm.begin <= slot < arm.end and not arm.stopped:
                found[name] = arm
                break
    return found


def parameters(assigned: Mapping[LayerName, Arm], layer: LayerName) -> Mapping[str, str | bool | int | float]:
    """What the unit's arm changes in a layer; empty without an arm."""
    arm = assigned.get(layer)
    return arm.parameters if arm else MappingProxyType({})


def policy(base: str, experiments: Experiments, assigned: Mapping[LayerName, Arm]) -> str:
    """`policy` of a receipt: the feed's own name, then "<layer>=<salt>/<arm>" for each arm, in the layers' order."""
    arms = [
        f"{layer}={experiments.layers[layer].salt}/{assigned[layer].name}" for layer in LAYER_NAMES if layer in assigned
    ]
    return ";".join((base, *arms))


def with_base(policy_text: str, base: str) -> str:
    """The same arms under another name of what chose the clip."""
    return ";".join((base, *policy_text.split(";")[1:]))


def for_team(policy_text: str, layer: LayerName, team: str) -> str:
    """The `policy` of a clip that one of the two teams of an interleaved page picked: "<layer>=<salt>/<arm>+<team>"."""
    parts = policy_text.split(";")
    return ";".join(f"{part}{TEAM}{team}" if part.startswith(f"{layer}=") else part for part in parts)


def arms_of(policy_text: str) -> dict[str, str]:
    """Layer -> "<salt>/<arm>", of a receipt's `policy`; with the team of its clip, if a team picked it."""
    parts = (part.partition("=") for part in policy_text.split(";")[1:])
    return {layer: arm for layer, equals, arm in parts if equals}


def _barred(groups: tuple[Exclusive, ...], unit: str) -> set[LayerName]:
    """Layers of exclusive groups that the unit is not in."""
    found: set[LayerName] = set()
    for group in groups:
        chosen = _part(group.salt, unit, len(group.layers))
        found.update(layer for place, layer in enumerate(group.layers) if place != chosen)
    return found


def _part(salt: str, unit: str, parts: int) -> int:
    """Of `parts` equal ones; the salts' alphabet has no NUL, so no two pairs give one text."""
    digest = hashlib.blake2b(f"{salt}\0{unit}".encode(), digest_size=HASH_BITS // 8).digest()
    return int.from_bytes(digest) * parts >> HASH_BITS
