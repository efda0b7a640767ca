"""Reasons say nothing that is not so: what is known is the source, and not what the viewer did or others do."""

from reelstack.feed import reasons


def said(source: str, about: str | None = None) -> tuple[str, str]:
    (found,) = reasons.of(source, about, explores=False, repeated=False)
    return found.code, found.says


def test_one_of_the_newest_is_not_called_popular() -> None:
    assert said("newest") == ("new", "It is one of the newest")


def test_a_tag_that_was_picked_is_not_told_as_watched() -> None:
    """Both come from the source `interests`, which does not know which it was."""
    code, says = said("interests", "sea")
    assert code == "taste"
    assert "#sea" in says
    assert "picked" in says
