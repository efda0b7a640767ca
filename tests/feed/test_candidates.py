import numpy as np
import pytest

from reelstack.feed import candidates, item_table
from reelstack.feed.candidates import QUOTAS, Wanted
from reelstack.feed.lists import Lists
from reelstack.feed.live_signals import Counts, RegionSignals
from tests.feed.catalogues import NOW, catalogue, clip, crowd, newcomers

CROWD = crowd(500, tags=20)
TABLE = item_table.make(catalogue(CROWD, np.random.default_rng(1).normal(size=(500, 4))), [], NOW).prepare()
WORLD = Lists(
    "world", ("v9", "v8"), (), {"de": ("v7",)}, {"t:tag1": ("v6",)}, ("v1", "v2"), {"v0": ((0, 1.0), (1, 0.5))}
)


def found(wanted: Wanted, *sources: str, world: Lists | None = WORLD) -> candidates.Candidates:
    return candidates.of(TABLE, world, wanted, sources, np.random.default_rng(0))


def ids(of: candidates.Candidates) -> list[str]:
    return [TABLE.clip(int(row)).video_id for row in of.rows]


def test_tastes_share_the_quota_and_say_which_spoke() -> None:
    one = found(Wanted({"t:tag1": 4.0, "t:tag2": 1.0, "t:tag3": -5.0, "c:o1": 9.0}), "interests")
    tags = [TABLE.clip(int(row)).tags for row in one.rows]
    assert all({"tag1", "tag2"} & set(own) for own in tags)
    assert sum("tag1" in own for own in tags) > sum("tag2" in own for own in tags) > 3
    assert {one.reasons[int(row)] for row in one.rows} == {"tag1", "tag2"}


def test_picked_tags_stand_in_for_a_taste_that_is_not_known() -> None:
    assert set(found(Wanted(picked=["tag5"]), "interests").reasons.values()) == {"tag5"}


def test_a_picked_tag_is_found_however_clips_spell_it() -> None:
    clips = [clip("v1", tags=["Cafés"]), clip("v2", tags=["#cafes"]), clip("v3", tags=["tea"])]
    one = candidates.of(newcomers(*clips), None, Wanted(picked=["CAFES"]), ["interests"], np.random.default_rng(1))
    assert sorted(one.reasons.values()) == ["#cafes", "Cafés"]


def test_similar_names_the_clip_that_speaks_and_then_the_most_appealing_of_near_ones() -> None:
    vector = TABLE.vectors[33]
    one = found(Wanted(watched=["v0"], vector=vector), "similar")
    assert ids(one)[:2] == ["v1", "v2"]
    assert [one.reasons[int(row)] for row in one.rows[:2]] == ["v0", "v0"]
    near = np.argsort(-(TABLE.vectors @ vector))[: candidates.ALIKE * QUOTAS["similar"]]
    best = near[np.argsort(-TABLE.appeal[near], kind="stable")]
    assert one.rows[2:].tolist() == best[: QUOTAS["similar"] - 2].tolist()
    assert found(Wanted(watched=["v0"], vector=np.ones(9)), "similar").counts == {"similar": 2}, "another version"


def test_trending_comes_from_the_region_and_hot_from_the_language() -> None:
    live = RegionSignals(items={"v:v44": {3600: Counts(plays=9)}, "t:tag4": {3600: Counts(plays=9)}})
    trending = found(Wanted(live=live), "trending")
    assert ids(trending)[0] == "v44"
    assert all(clip_id == "v44" or "tag4" in TABLE.clip(TABLE.items.place[clip_id]).tags for clip_id in ids(trending))
    hot = found(Wanted(languages=["de"], region="AT"), "hot")
    assert ids(hot)[0] == "v7"
    assert hot.rows[1:3].tolist() == [TABLE.by_appeal[0], TABLE.in_region("AT", 1)[0]]
    assert ids(found(Wanted(), "hot"))[0] == "v9"
    assert found(Wanted(), "hot", world=None).rows.tolist() == TABLE.by_appeal[: QUOTAS["hot"]].tolist()


def test_each_clip_comes_once_from_the_first_source_and_unknown_ones_are_left_out() -> None:
    wanted = Wanted(following=["v1", "gone"], found=["v1", "v2"])
    one = found(wanted, "following", "search")
    assert ids(one) == ["v1", "v2"]
    assert list(one.sources) == ["following", "search"]
    assert one.counts == {"following": 1, "search": 2}


def test_sources_keep_their_quotas_and_what_is_not_allowed_proposes_nothing() -> None:
    wanted = Wanted(
        {f"t:tag{n}": 1.0 for n in range(20)}, {"t:tag1": 2.0}, watched=["v0"], following=[f"v{n}" for n in range(200)]
    )
    one = found(wanted, *QUOTAS)
    assert all(count <= QUOTAS[name] for name, count in one.counts.items())
    assert set(found(wanted, "fresh").sources) == {"fresh"}
    assert found(wanted).rows.tolist() == []


@pytest.mark.parametrize("source", QUOTAS)
def test_an_empty_table_proposes_nothing(source: str) -> None:
    table = item_table.make(item_table.empty(), [], NOW).prepare()
    wanted = Wanted(
        {"t:a": 1.0}, {"t:a": 1.0}, watched=["x"], vector=np.ones(1), following=["x"], found=["y"], region="AT"
    )
    assert len(candidates.of(table, WORLD, wanted, [source], np.random.default_rng(0)).rows) == 0


def test_a_new_clip_is_fresh_at_once() -> None:
    table = item_table.make(catalogue(CROWD), [("new", clip("new", age_ms=0))], NOW)
    rows = candidates.of(table, None, Wanted(), ["fresh"], np.random.default_rng(0)).rows
    assert table.clip(int(rows[0])).video_id == "new"


def test_the_greatest_of_many_are_those_of_the_whole_order() -> None:
    for seed in range(20):
        values = np.random.default_rng(seed).normal(size=5000).astype(np.float32)
        values[: seed * 200].sort()  # where one in sixteen says little of the rest
        for most in (1, 50, 500, 5000):
            assert candidates._greatest(values, most).tolist() == np.argsort(-values, kind="stable")[:most].tolist()
