"""Retrieval lists, as the feed reads them."""

from typing import Any

import pytest

from reelstack.feed import lists

WORLD: dict[str, Any] = {
    "version": 1,
    "region": "world",
    "hot": ["a", "b"],
    "rising": ["c"],
    "languages": {"de": ["b"]},
    "tastes": {"t:cats": ["a"]},
    "clips": ["a", "b", "c"],
    "similar": {"a": [1, 0.2, 2, -0.3], "b": [2, 0.5]},
}


def test_what_was_watched_speaks_for_clips_and_says_which() -> None:
    assert lists.because(lists.lists(WORLD), ["a", "b"], 10) == [("c", "b")]
    assert lists.because(lists.lists(WORLD), ["a"], 10) == [("b", "a")]


def test_the_newest_counts_most() -> None:
    world = lists.lists(WORLD | {"clips": ["a", "b", "c", "d"], "similar": {"a": [2, 0.2], "b": [3, 0.2]}})
    assert [clip for clip, _ in lists.because(world, ["a", "b"], 10)] == ["c", "d"]
    assert [clip for clip, _ in lists.because(world, ["b", "a"], 10)] == ["d", "c"]


def test_unknown_clips_speak_for_nothing() -> None:
    assert lists.because(lists.lists(WORLD), ["z"], 10) == []


def test_a_region_has_no_similar_clips() -> None:
    region = {name: value for name, value in WORLD.items() if name not in ("clips", "similar")}
    found = lists.lists(region | {"region": "DE"})
    assert (found.hot, found.languages["de"], found.similar) == (("a", "b"), ("b",), None)
    assert lists.because(found, ["a"], 10) == []


def test_a_region_without_a_file_reads_the_worlds() -> None:
    found = lists.pointer({"version": 1, "made": "2026-11-22", "regions": ["DE"]})
    assert found.path("DE") == "lists/2026-11-22/DE.json"
    assert found.path("../FR") == "lists/2026-11-22/world.json"


@pytest.mark.parametrize("version", [0, 2, None, "1"])
def test_another_version_is_refused(version: Any) -> None:
    with pytest.raises(ValueError, match="lists have version 1"):
        lists.lists(WORLD | {"version": version})
    with pytest.raises(ValueError, match="lists have version 1"):
        lists.pointer({"version": version, "made": "2026-11-22", "regions": []})


@pytest.mark.parametrize(
    "change",
    [
        {"hot": None},
        {"languages": []},
        {"clips": 5},
        {"similar": {"a": [0]}},
        {"similar": {"a": [99, 0.5]}},
        {"similar": {"a": [-1, 0.5]}},
        {"similar": {"a": [0, float("nan")]}},
        {"similar": {"a": ["x", 0.5]}},
        {"similar": ["a"]},
    ],
)
def test_lists_that_do_not_fit_are_refused(change: Any) -> None:
    with pytest.raises(ValueError):  # whatever it says, the feed keeps what it had
        lists.lists(WORLD | change)
    for name in ("region", "hot", "rising", "languages", "tastes"):
        with pytest.raises(ValueError, match=name):
            lists.lists({member: value for member, value in WORLD.items() if member != name})


@pytest.mark.parametrize("content", [[], None, "x", {"version": 1}, {"version": 1, "made": "d", "regions": None}])
def test_a_pointer_of_another_form_is_refused(content: Any) -> None:
    with pytest.raises(ValueError):
        lists.pointer(content)
