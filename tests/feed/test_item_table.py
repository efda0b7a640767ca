from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.feed import item_table
from reelstack.feed.features import Totals
from reelstack.feed.item_table import Grouped, ItemTable
from tests.feed.catalogues import HOUR, NOW, catalogue, clip, crowd, newcomers


def test_newcomers_join_the_catalogue_with_their_words() -> None:
    table = item_table.make(catalogue(crowd(50)), [("new", clip("new", "zoe", ["dogs", "tag1"]))], NOW).prepare()
    row = table.items.place["new"]
    assert row == 50
    assert table.clip(row).tags == ("dogs", "tag1")
    assert table.clip(row).owner_id == "zoe"
    assert table.tagged("dogs", 10).tolist() == [50]
    assert 50 in table.tagged("tag1", 100)
    assert not table.vectors[50].any()


@settings(max_examples=30)
@given(st.integers(0, 40), st.integers(0, 15), st.sets(st.integers(0, 54), max_size=5), st.integers(0, 10**6))
def test_a_table_that_takes_over_what_is_known_is_the_same(old: int, new: int, gone: set[int], seed: int) -> None:
    clips = crowd(old + new, owners=7, tags=9, seed=seed)
    chance = np.random.default_rng(seed)
    known = catalogue(clips[:old], chance.normal(size=(old, 4)), chance.normal(size=old) if seed % 2 else None)
    entries = [(one.video_id, replace(one, totals=Totals())) for one in clips[old:]]
    entries += [(f"v{n}", None) for n in gone]
    base = ItemTable(known, NOW - HOUR).prepare()
    anew, grown = item_table.make(known, entries, NOW), item_table.make(known, entries, NOW, base)
    for name in item_table.PREPARED:
        assert equal(getattr(grown, name), getattr(anew, name)), name
    assert grown.items.place == anew.items.place == {one.decode(): row for row, one in enumerate(anew.items.ids)}
    assert [grown.clip(row) for row in range(len(grown))] == [anew.clip(row) for row in range(len(anew))]


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, Grouped):
        return equal(one.rows, other.rows) and equal(one.ends, other.ends)
    if isinstance(one, tuple):
        return all(map(equal, one, other))
    return np.array_equal(one, other) if isinstance(one, np.ndarray) else bool(one == other)


def test_what_the_catalogue_has_is_no_newcomer_and_withdrawn_clips_are_not_alive() -> None:
    clips = crowd(5)
    table = item_table.make(catalogue(clips), [("v1", clips[1]), ("v2", None), ("elsewhere", None)], NOW)
    assert len(table) == 5
    assert table.alive.tolist() == [True, True, False, True, True]


def test_a_clip_that_is_published_again_is_alive() -> None:
    table = item_table.make(catalogue(crowd(3)), [("v1", None), ("v1", crowd(3)[1])], NOW)
    assert table.alive.all()


def test_the_appeal_of_the_ranker_orders_and_a_newcomer_has_that_of_a_clip_as_popular() -> None:
    clips = [clip(f"c{n}", age_ms=(n + 1) * 24 * HOUR) for n in range(4)]
    told = catalogue(clips, appeal=np.array([-2, 3, -5, 1]))
    fresh = [(name, clip(name, age_ms=age)) for name, age in (("new", 0), ("older", int(2.5 * 24 * HOUR)))]
    table = item_table.make(told, [*fresh, ("oldest", clip("oldest", age_ms=90 * 24 * HOUR))], NOW)
    # The newest is as popular as c0, the first of four; the older one as c2, the third; the last as c3.
    assert table.appeal.tolist() == [-2, 3, -5, 1, 3, -2, -5]
    assert table.by_appeal.tolist() == [1, 4, 3, 0, 5, 2, 6]
    assert item_table.make(told, [], NOW).by_appeal.tolist() == [1, 3, 0, 2]


def test_without_a_catalogue_newcomers_are_ordered_by_how_popular_they_are() -> None:
    table = newcomers(clip("old", age_ms=9 * HOUR), clip("new", age_ms=HOUR))
    assert [table.clip(int(row)).video_id for row in table.by_appeal] == ["new", "old"]


def test_tags_are_ordered_by_appeal() -> None:
    table = item_table.make(catalogue(crowd(300)), [], NOW)
    rows = table.tagged("tag3", 100)
    assert len(rows) > 10
    assert (np.diff(table.appeal[rows]) <= 0).all()
    assert all("tag3" in table.clip(int(row)).tags for row in rows)
    assert table.tagged("unheard", 10).tolist() == []


def test_newest_first_and_an_empty_table_has_nothing() -> None:
    table = newcomers(clip("a", age_ms=3 * HOUR), clip("b", age_ms=HOUR), clip("c", age_ms=2 * HOUR))
    assert [table.clip(int(row)).video_id for row in table.newest] == ["b", "c", "a"]
    none = item_table.make(item_table.empty(), [], NOW).prepare()
    assert len(none) == 0
    assert none.tagged("cats", 5).tolist() == []
