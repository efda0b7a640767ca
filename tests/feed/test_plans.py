"""Plans: what is asked of others for a viewer."""

from reelstack.feed import plans
from reelstack.feed.choices import Choices, Interests
from reelstack.feed.viewer_context import Asker, Profile, ViewerContext


def tastes(interests: dict[str, float], picked: tuple[str, ...] = ("tea",)) -> list[tuple[str, float]]:
    return plans._tastes(
        ViewerContext(Asker("bob"), profile=Profile(interests=interests), choices=Choices(interests=Interests(picked)))
    )


def test_the_search_is_asked_for_what_a_viewer_likes_else_for_what_they_picked() -> None:
    assert tastes({"t:cats": 2.0, "t:dogs": -1.0, "o:ann": 3.0}) == [("cats", 2.0)]
    assert tastes({"t:dogs": -1.0}) == [("tea", 1.0)], "what they only dislike says nothing of what they like"
    assert tastes({}) == [("tea", 1.0)]
