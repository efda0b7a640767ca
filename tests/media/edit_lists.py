"""Edit lists: clips as sequences of scenes, drawn by chance, that a sampler of frames is tried on."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from hypothesis import strategies as st

from reelstack.media.thumbnails import fingerprint

RATE = 12
SIDE = 8
NOISE, VARIANTS = 2, 5


@dataclass(frozen=True)
class Scene:
    """Frames of some looks in turn, `each` of every look at a time; without looks, every frame is like no other."""

    looks: tuple[int, ...]
    each: int
    frames: int

    def shown(self) -> Iterator[int | None]:
        for number in range(self.frames):
            yield self.looks[number // self.each % len(self.looks)] if self.looks else None


LOOKS = st.integers(0, 11)
HELD = st.builds(lambda look, frames: Scene((look,), 1, frames), LOOKS, st.integers(1, 3 * RATE))
FLASHES = st.builds(lambda look: Scene((look,), 1, 1), LOOKS)
IN_TURN = st.builds(
    Scene, st.lists(LOOKS, min_size=2, max_size=4, unique=True).map(tuple), st.integers(1, 4), st.integers(2, 4 * RATE)
)
RESTLESS = st.builds(lambda frames: Scene((), 1, frames), st.integers(1, 2 * RATE))
EDIT_LISTS = st.lists(st.one_of(HELD, FLASHES, IN_TURN, RESTLESS), min_size=1, max_size=10)


def by_chance(chance: Random, scenes: int) -> list[Scene]:
    """As EDIT_LISTS, without hypothesis."""
    found = []
    for _ in range(scenes):
        kind = chance.randrange(3)
        if kind == 0:
            found.append(Scene((chance.randrange(6),), 1, chance.randrange(1, RATE)))
        elif kind == 1:
            found.append(Scene((chance.randrange(6),), 1, 1))
        else:
            found.append(Scene(tuple(chance.sample(range(6), 2)), chance.randrange(1, 3), chance.randrange(2, RATE)))
    return found


def shown(scenes: list[Scene]) -> list[int | None]:
    """The look of each frame."""
    return [look for scene in scenes for look in scene.shown()]


@cache
def fingerprint_of(look: int, variant: int) -> int:
    """Of a frame of a look: what it shows, with one of VARIANTS noises on it."""
    noise = Random(variant)
    plain = Random(look).randbytes(SIDE * SIDE * 3 // 2)
    return fingerprint(bytes(min(255, max(0, value + noise.randint(-NOISE, NOISE))) for value in plain))


def fingerprints(scenes: list[Scene], chance: Random) -> list[int]:
    """Of each frame; a frame of a restless scene is like no other."""
    return [
        fingerprint(chance.randbytes(SIDE * SIDE * 3 // 2))
        if look is None
        else fingerprint_of(look, number * 7 % VARIANTS)
        for number, look in enumerate(shown(scenes))
    ]


def lasting(scenes: list[Scene]) -> list[set[int]]:
    """The frames of each look that is held for a second in all, and of each restless scene that lasts a second."""
    frames: dict[int, set[int]] = {}
    found: list[set[int]] = []
    start = 0
    for scene in scenes:
        for number, look in enumerate(scene.shown(), start):
            if look is not None:
                frames.setdefault(look, set()).add(number)
        if not scene.looks and scene.frames >= RATE:
            found.append(set(range(start, start + scene.frames)))
        start += scene.frames
    return found + [held for held in frames.values() if len(held) >= RATE]
