"""Page filler: picks the clips of a page out of its plan and, where that is too short, out of the fallbacks. Pure.

What may be shown is asked of `look`, only of what is about to be shown. Clips that were shown already come last, the
oldest first, and only where nothing else is left. Caps of creators and tags hold on the page that comes out, whatever
had to be left out of the plan; where the plan cannot keep them, clips in memory are proposed as well.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reelstack.feed import page_caps
from reelstack.feed.page_caps import Shown
from reelstack.feed.ranked_page import RESERVE, Choice

CAP_LISTS = 2
"""Lists that are proposed for the caps' sake: the first part of the item table, and the next one, mostly the hot list.
Where they do not help, most of what there is has one creator or one tag."""


@dataclass
class Known:
    """What was found out of clips."""

    visible: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    refused_owners: set[str] = field(default_factory=set)
    """Of whom nothing may be shown to this viewer: their other clips are not looked at."""

    def may_be(self, one: Choice) -> bool:
        return one.video_id not in self.refused and one.owner_id not in self.refused_owners


Look = Callable[[Sequence[Choice], int], None]
"""Finds out of these clips, in their order, until so many of them may be shown."""


class Fallbacks(Protocol):
    """Lists of further choices, best first; a choice may come twice."""

    @property
    def in_memory(self) -> Iterator[Sequence[Choice]]: ...
    @property
    def stored(self) -> Iterator[Sequence[Choice]]:
        """That the tables are asked for."""
        ...

    @property
    def shown_before(self) -> Iterator[Sequence[Choice]]:
        """The oldest first."""
        ...


def fill(
    plan: Sequence[Choice], limit: int, before: Sequence[Shown], fallbacks: Fallbacks, known: Known, look: Look
) -> list[Choice]:
    """A page of `limit` clips, or of all that may be shown. `look` notes in `known`."""
    page = _unseen(plan, limit, before, fallbacks, known, look)
    if len(page) < limit:
        page += _repeated(page, limit, before, fallbacks, known, look)
    return page


def _unseen(
    plan: Sequence[Choice], limit: int, before: Sequence[Shown], fallbacks: Fallbacks, known: Known, look: Look
) -> list[Choice]:
    pool = {one.video_id: one for one in plan}
    for_caps = CAP_LISTS
    while True:
        order, held = page_caps.arranged([one for one in pool.values() if known.may_be(one)], limit + RESERVE, before)
        page, more = order[:limit], None
        if len(page) < limit:
            more = next(fallbacks.in_memory, None)
            more = next(fallbacks.stored, None) if more is None else more
        elif held < limit and for_caps:
            for_caps, more = for_caps - 1, next(fallbacks.in_memory, None)
        if more is not None:
            pool |= {one.video_id: one for one in more if one.video_id not in pool}
            continue
        unknown = [one for one in page if one.video_id not in known.visible]
        if not unknown:
            return page
        reserve = [one for one in order[limit:] if one.video_id not in known.visible]
        look([*unknown, *reserve], len(unknown))


def _repeated(
    page: Sequence[Choice], limit: int, before: Sequence[Shown], fallbacks: Fallbacks, known: Known, look: Look
) -> list[Choice]:
    """Chosen by age; only their order among themselves goes by the caps."""
    ids, found = {one.video_id for one in page}, dict[str, Choice]()
    size = limit + RESERVE
    for part in fallbacks.shown_before:
        for start in range(0, len(part), size):
            some = [one for one in part[start : start + size] if one.video_id not in ids and known.may_be(one)]
            unknown = [one for one in some if one.video_id not in known.visible]
            missing = limit - len(page) - len(found)
            if unknown:
                look(unknown, missing)
            found |= {one.video_id: one for one in some if one.video_id in known.visible and one.video_id not in found}
            if len(page) + len(found) >= limit:
                oldest = list(found.values())[: limit - len(page)]
                return page_caps.arranged(oldest, limit, _after(before, page))[0]
    return page_caps.arranged(list(found.values()), limit, _after(before, page))[0]


def _after(before: Sequence[Shown], page: Sequence[Choice]) -> list[Shown]:
    return [*before, *(Shown(one.owner_id, one.tags) for one in page)]
