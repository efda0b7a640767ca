"""Hot rankings and the page of a stage without engines: pure, so thousands of worlds."""

from hypothesis import given
from hypothesis import strategies as st

from reelstack.feed import core_page, hot_lists, hot_ranking
from reelstack.feed.hot_lists import Entry, HotList
from reelstack.feed.hot_ranking import Counted
from reelstack.feed.live_signals import Counts, RegionSignals
from reelstack.feed.ranked_page import Choice

NOW = 1_800_000_000_000
DAY = 24 * 3_600_000
IDS = st.lists(st.sampled_from([f"v{n}" for n in range(20)]), max_size=20)


@given(st.lists(st.tuples(st.floats(0.1, 1), IDS), max_size=5), st.integers(1, 30))
def test_a_fused_ranking_names_each_clip_once_and_no_other(rankings: list[tuple[float, list[str]]], most: int) -> None:
    found = hot_ranking.fused(rankings, most)
    named = {one for _, ranking in rankings for one in ranking}
    assert len(found) == len(set(found)) == min(most, len(named))
    assert set(found) <= named


@given(IDS)
def test_a_ranking_that_is_missing_changes_no_order(ranking: list[str]) -> None:
    alone = hot_ranking.fused([(1.0, ranking)], 99)
    assert alone == list(dict.fromkeys(ranking)) == hot_ranking.fused([(0.5, ranking), (1.0, [])], 99)


def test_what_several_rankings_name_comes_before_what_one_puts_first() -> None:
    assert hot_ranking.fused([(1.0, ["a", "c"]), (1.0, ["b", "c"])], 3)[0] == "c"


def test_popular_is_what_people_act_on_and_new_counts_more() -> None:
    clips = [
        Counted("old", "", NOW - 30 * DAY, {"plays": 1000, "likes": 100}),
        Counted("liked", "", NOW - DAY, {"plays": 100, "likes": 30}),
        Counted("played", "", NOW - DAY, {"plays": 100}),
        Counted("unseen", "", NOW - DAY, {}),
    ]
    assert hot_ranking.popular(clips, NOW) == ["liked", "played", "unseen", "old"]


def test_trends_are_of_clips_and_of_the_day() -> None:
    hour = Counts(plays=10, shown=50, weight=80.0, first_at=NOW - 1000)
    signals = RegionSignals({3600: NOW}, {"v:hot": {3600: hour}, "t:cats": {3600: hour}, "v:still": {86400: hour}})
    assert hot_ranking.trending(signals, NOW, 10) == ["hot"]
    assert hot_ranking.trending(signals, NOW + 2 * DAY, 10) == []


@given(st.lists(st.integers(0, 5), max_size=40))
def test_a_list_has_two_of_a_creator_in_ten_while_there_are_others(owners: list[int]) -> None:
    entries = [Entry(f"v{place}", f"o{owner}") for place, owner in enumerate(owners)]
    made = hot_ranking.spread(entries)
    assert sorted(one.video_id for one in made) == sorted(one.video_id for one in entries)
    for place, one in enumerate(made):
        before = [each.owner_id for each in made[max(place - 9, 0) : place]]
        if before.count(one.owner_id) >= 2:
            assert all(before.count(later.owner_id) >= 2 for later in made[place:])


def choices(name: str, count: int, first: int = 0) -> list[Choice]:
    return [Choice(f"v{n}", "o", (), name) for n in range(first, first + count)]


@given(st.integers(0, 30), st.integers(0, 12), st.integers(0, 12), st.integers(0, 20))
def test_a_page_without_engines_has_every_clip_once(hot: int, following: int, fresh: int, overlap: int) -> None:
    lists = {
        "hot": choices("hot", hot),
        "following": choices("following", following, overlap),
        "fresh": choices("fresh", fresh, 99),
    }
    ids = [one.video_id for one in core_page.mixed(lists)]
    assert len(ids) == len(set(ids))
    assert set(ids) == {one.video_id for each in lists.values() for one in each}


def test_two_of_ten_places_are_for_what_one_follows_and_two_for_what_is_new() -> None:
    lists = {"hot": choices("hot", 20), "following": choices("following", 20, 100), "fresh": choices("fresh", 20, 200)}
    sources = [one.source for one in core_page.mixed(lists)[:10]]
    assert (sources.count("hot"), sources.count("following"), sources.count("fresh")) == (6, 2, 2)
    assert sources[0] == "hot"


@given(st.lists(st.sampled_from(["de", "en", ""]), max_size=30))
def test_a_list_for_a_language_has_the_same_clips_and_those_of_it_stand_no_lower(languages: list[str]) -> None:
    listed = HotList("", NOW, [Entry(f"v{n}", "o", (), one) for n, one in enumerate(languages)])
    assert hot_lists.for_language(listed, "") is listed
    found = list(hot_lists.for_language(listed, "de").entries)
    assert sorted(found, key=listed.entries.index) == listed.entries
    for own in (True, False):
        part = [one for one in found if (one.language != "en") is own]
        assert part == [one for one in listed.entries if one in part], "in their order among themselves"
        assert all(found.index(one) <= listed.entries.index(one) for one in part if own)


def test_a_far_better_clip_in_another_language_stays_before() -> None:
    listed = HotList("", NOW, [Entry(f"v{n}", "o", (), one) for n, one in enumerate(["en", "en", "", "de", "de"])])
    assert [one.video_id for one in hot_lists.for_language(listed, "de").entries] == ["v0", "v2", "v3", "v4", "v1"]
