"""Looks: which pictures of a clip show the same, wherever in the clip they come. Pure.

A look is a set of pictures that differ little from its first one. A clip that goes back and forth between two pictures
has two looks, however often it does, and each is held for as long as all of its pictures together.
"""

from collections.abc import Sequence

NEAR = 0.04
"""The share of a fingerprint's bits in which two pictures of one look may differ: 10 of 256 levels in the mean."""
NEAR_PART = 0.06
"""The same for a part of a picture by itself, in which less evens out. A change of colour alone, by some 20 of 256
levels, is less than that."""
MOST_LOOKS = 4000
"""Pictures that are like none of so many looks are strays. Comparing with more would take minutes."""
STRAY = -1


def looks(fingerprints: Sequence[int], bits: int, most: int = MOST_LOOKS, *, near: float = NEAR) -> list[int]:
    """The number of each picture's look; STRAY for a picture that is like none of `most` looks."""
    within = int(bits * near)
    firsts: list[int] = []
    found: list[int] = []
    latest = STRAY
    for one in fingerprints:
        if latest == STRAY or (firsts[latest] ^ one).bit_count() > within:
            latest = _find(firsts, one, within)
            if latest == STRAY and len(firsts) < most:
                firsts.append(one)
                latest = len(firsts) - 1
        found.append(latest)
    return found


def _find(firsts: list[int], one: int, within: int) -> int:
    return next((number for number, first in enumerate(firsts) if (first ^ one).bit_count() <= within), STRAY)
