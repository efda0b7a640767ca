import numpy as np

from reelstack.feed import item_table
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


def test_what_the_catalogue_has_is_no_newcomer_and_withdrawn_clips_are_not_alive() -> None:
    clips = crowd(5)
    table = item_table.make(catalogue(clips), [("v1", clips[1]), ("v2", None), ("elsewhere", None)], NOW)
    assert len(table) == 5
    assert table.alive.tolist() == [True, True, False, True, True]


def test_a_clip_that_is_published_again_is_alive() -> None:
    table = item_table.make(catalogue(crowd(3)), [("v1", None), ("v1", crowd(3)[1])], NOW)
    assert table.alive.all()


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
