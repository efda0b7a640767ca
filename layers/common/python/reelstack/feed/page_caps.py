"""Page caps: the last word on a page's order, whichever list its clips come from. Pure.

Two clips of a creator are never neighbours, and of ten clips in a row, also across pages, at most two have one creator
and at most three one tag. Each place goes to the first clip in the given order that keeps to this; a clip that does not
waits for the next place. When none of the next LOOK_AHEAD clips does, tags give way first, then creators, then
neighbours: a page is never shorter for it. A clip that explores keeps its place if it can, and none explores first.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Protocol, TypeVar

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


class Full(NamedTuple):
    """What the next clip may not have."""

    owners: AbstractSet[str]
    tags: AbstractSet[str]

    def fits(self, clip: Clip) -> bool:
        return clip.owner_id not in self.owners and self.tags.isdisjoint(clip.tags)

    def first(self, clips: Iterable[Clip]) -> int | None:
        """The place of the first of these clips that fits."""
        owners, fits = self.owners, self.tags.isdisjoint
        for place, clip in enumerate(clips):
            if clip.owner_id not in owners and fits(clip.tags):
                return place
        return None


class _Counts:
    """How often words are there, and which ones `most` times or more."""

    def __init__(self, most: int) -> None:
        self.most, self.of, self.full = most, dict[str, int](), set[str]()

    def add(self, words: Iterable[str], by: int) -> None:
        of, most, full = self.of, self.most, self.full
        for word in words:
            of[word] = number = of.get(word, 0) + by
            if number >= most:
                full.add(word)
            elif by < 0:
                full.discard(word)

    def full_with(self, more: Sequence[str]) -> set[str]:
        """Those that are full beside `more`."""
        return self.full.union(word for word in more if self.of.get(word, 0) + more.count(word) >= self.most)


class _Recent:
    """The last clips before a place, and which creators and tags are full among them: counted with each clip that comes
    and goes, since a page asks at each of its places."""

    def __init__(self, before: Sequence[Clip]) -> None:
        self.clips = deque[Clip]()
        self.owners, self.tags = _Counts(OF_CREATOR), _Counts(OF_TAG)
        for clip in before[-(WINDOW - 1) :]:
            self.add(clip)

    def add(self, clip: Clip) -> None:
        if len(self.clips) == WINDOW - 1:
            self._count(self.clips.popleft(), -1)
        self.clips.append(clip)
        self._count(clip, 1)

    def full(self, ahead: Sequence[Clip] = ()) -> Full:
        """`ahead`: clips that stand beside these soon."""
        if not ahead:
            return Full(self.owners.full | self.last, self.tags.full)
        owners = self.owners.full_with([clip.owner_id for clip in ahead])
        return Full(owners | self.last, self.tags.full_with([tag for clip in ahead for tag in set(clip.tags)]))

    @property
    def last(self) -> set[str]:
        """The owner of the clip before."""
        return {self.clips[-1].owner_id} if self.clips else set()

    def _count(self, clip: Clip, by: int) -> None:
        self.owners.add((clip.owner_id,), by)
        self.tags.add(set(clip.tags), by)


def arranged(clips: Sequence[AnyClip], most: int, before: Sequence[Shown] = ()) -> tuple[list[AnyClip], int]:
    """At most `most` of these clips in the order in which they are shown, and at how many places of them, from the
    first on, the caps hold. `before`: the clips right before the page, the newest last."""
    explore = deque((place, clip) for place, clip in enumerate(clips) if clip.explores)
    left = [clip for clip in clips if not clip.explores]
    made: list[AnyClip] = []
    recent = _Recent(before)
    held = most
    while len(made) < most and (left or explore):
        is_due = made and explore and (explore[0][0] <= len(made) or not left)
        if is_due and recent.full().fits(explore[0][1]):
            chosen = explore.popleft()[1]
        else:
            ahead = [clip for place, clip in explore if place < len(made) + WINDOW]
            chosen, keeps = _next(left, explore, recent, ahead)
            held = held if keeps else min(held, len(made))
        made.append(chosen)
        recent.add(chosen)
    return made, min(held, len(made))


def _next(
    left: list[AnyClip], explore: deque[tuple[int, AnyClip]], recent: _Recent, ahead: Sequence[Clip]
) -> tuple[AnyClip, bool]:
    """Takes the clip for a place out of those that are left, and says whether it keeps to the caps."""
    if not left:
        return explore.popleft()[1], False
    roomy = recent.full(ahead)  # leaves room for those that explore soon
    if roomy.fits(left[0]):  # as nearly always
        return left.pop(0), True
    full = recent.full() if ahead else roomy
    tries = [roomy] if ahead else []
    tries += [full, Full(full.owners, NOTHING), Full(recent.last, NOTHING), Full(NOTHING, NOTHING)]
    kept = len(tries) - 3
    for number, one in enumerate(tries):
        if (place := one.first(islice(left, LOOK_AHEAD))) is not None:
            return left.pop(place), number < kept
    raise AssertionError("the last of them lets every clip pass")
