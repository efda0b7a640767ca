"""Page caps: the last word on a page's order, whichever list its clips come from. Pure.

Two clips of a creator are never neighbours, and of ten clips in a row, also across pages, at most two have one creator
and at most three one tag. Each place goes to the first clip in the given order that keeps to this; a clip that does not
waits for the next place. When none of the next LOOK_AHEAD clips does, tags give way first, then creators, then
neighbours: a page is never shorter for it. A clip that explores keeps its place if it can, and none explores first.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Protocol, TypeVar

WINDOW, OF_CREATOR, OF_TAG = 10, 2, 3
"""In any ten clips in a row so many of a creator, and of a tag."""

LOOK_AHEAD = 150
"""Clips that are tried for a place: where a stage has one tag, no more of them would help."""
NOTHING: frozenset[str] = frozenset()


class Clip(Protocol):
    @property
    def owner_id(self) -> str: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def explores(self) -> bool: ...


AnyClip = TypeVar("AnyClip", bound=Clip)


@dataclass(frozen=True)
class Shown:
    """A clip that was shown before the page."""

    owner_id: str
    tags: tuple[str, ...] = ()
    explores: bool = False


@dataclass(frozen=True)
class Full:
    """What the next clip may not have."""

    owners: Collection[str]
    tags: frozenset[str]

    def fits(self, clip: Clip) -> bool:
        return clip.owner_id not in self.owners and self.tags.isdisjoint(clip.tags)


def arranged(clips: Sequence[AnyClip], most: int, before: Sequence[Shown] = ()) -> tuple[list[AnyClip], int]:
    """At most `most` of these clips in the order in which they are shown, and at how many places of them, from the
    first on, the caps hold. `before`: the clips right before the page, the newest last."""
    explore = deque((place, clip) for place, clip in enumerate(clips) if clip.explores)
    left = [clip for clip in clips if not clip.explores]
    made: list[AnyClip] = []
    recent: deque[Clip] = deque(before[-(WINDOW - 1) :], WINDOW - 1)
    held = most
    while len(made) < most and (left or explore):
        is_due = made and explore and (explore[0][0] <= len(made) or not left)
        if is_due and _fits(explore[0][1], recent, recent):
            chosen = explore.popleft()[1]
        else:
            ahead = [clip for place, clip in explore if place < len(made) + WINDOW]
            chosen, keeps = _next(left, explore, recent, ahead)
            held = held if keeps else min(held, len(made))
        made.append(chosen)
        recent.append(chosen)
    return made, min(held, len(made))


def _next(
    left: list[AnyClip],
    explore: deque[tuple[int, AnyClip]],
    recent: Sequence[Clip],
    ahead: Sequence[Clip],
) -> tuple[AnyClip, bool]:
    """Takes the clip for a place out of those that are left, and says whether it keeps to the caps."""
    if not left:
        return explore.popleft()[1], False
    if _fits(left[0], [*recent, *ahead], recent):  # as nearly always: no sets need be made
        return left.pop(0), True
    full = _full(recent)
    last = {recent[-1].owner_id} if recent else NOTHING
    tries = [full, Full(full.owners, NOTHING), Full(last, NOTHING), Full(NOTHING, NOTHING)]
    if ahead:  # leave room for those that explore soon
        tries.insert(0, _full([*recent, *ahead], last))
    kept = len(tries) - 3
    for number, one in enumerate(tries):
        for place, clip in enumerate(islice(left, LOOK_AHEAD)):
            if one.fits(clip):
                return left.pop(place), number < kept
    raise AssertionError("the last of them lets every clip pass")


def _fits(clip: Clip, near: Sequence[Clip], recent: Sequence[Clip]) -> bool:
    """The same as Full says, of one clip."""
    owner = clip.owner_id
    if recent and recent[-1].owner_id == owner:
        return False
    if sum(one.owner_id == owner for one in near) >= OF_CREATOR:
        return False
    return all(sum(tag in one.tags for one in near) < OF_TAG for tag in clip.tags)


def _full(recent: Sequence[Clip], last: Collection[str] | None = None) -> Full:
    owners = _at_least(OF_CREATOR, (clip.owner_id for clip in recent))
    neighbours = ({recent[-1].owner_id} if recent else NOTHING) if last is None else last
    tags = _at_least(OF_TAG, chain.from_iterable(dict.fromkeys(clip.tags) for clip in recent))
    return Full(owners | frozenset(neighbours), tags)


def _at_least(number: int, words: Iterable[str]) -> frozenset[str]:
    counts: Mapping[str, int] = Counter(words)
    return frozenset(word for word, count in counts.items() if count >= number)
