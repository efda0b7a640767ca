"""Page of a stage without engines (profile `core`): the hot list, and between its clips followed and new ones. Pure.

Of ten places two go to each of the latter while there is something; else to the hot list, and at its end to them.
"""

from collections.abc import Mapping, Sequence

from reelstack.feed.ranked_page import Choice

HOT, FOLLOWING, FRESH = "hot", "following", "fresh"
PLACES = (HOT, FOLLOWING, HOT, FRESH, HOT, HOT, FOLLOWING, HOT, FRESH, HOT)


def mixed(lists: Mapping[str, Sequence[Choice]]) -> list[Choice]:
    """Every clip once, by the first list whose turn it is."""
    left = {name: list(reversed(lists.get(name, ()))) for name in (HOT, FOLLOWING, FRESH)}
    made: dict[str, Choice] = {}
    while any(left.values()):
        for wanted in PLACES:
            one = next((_next(left[name], made) for name in (wanted, HOT, FOLLOWING, FRESH) if left[name]), None)
            if one is not None:
                made[one.video_id] = one
    return list(made.values())


def _next(left: list[Choice], made: Mapping[str, Choice]) -> Choice | None:
    while left:
        one = left.pop()
        if one.video_id not in made:
            return one
    return None
