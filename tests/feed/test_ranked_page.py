"""Ranked page: what it explores of clips that the table of the night does not know."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.feed import candidates, exploration, live_signals, ranked_page
from reelstack.feed.candidates import Wanted
from reelstack.feed.filters import Excluded
from reelstack.feed.item_table import ItemTable
from reelstack.feed.live_signals import Counts, RegionSignals
from reelstack.feed.owed_clips import Owing
from reelstack.feed.ranked_page import Choice, Setting, Viewer
from reelstack.feed.trace import Trace
from reelstack.feed.viewer_context import Asker, ViewerContext
from tests.feed import catalogues
from tests.feed.catalogues import NOW, clip

CLIPS = 40
SOURCES = list(candidates.QUOTAS)
DAY_MS = exploration.OWED_MS


def explored(table: ItemTable, live: RegionSignals) -> set[str]:
    """What 60 pages explore."""
    context = ViewerContext(Asker("bob"), personalised=True, live=live)
    viewer = Viewer(context, Wanted(live=live, now_ms=NOW), Excluded("bob"), {}, {})
    setting = Setting(table, None, None, SOURCES)
    found = set()
    for seed in range(60):
        page = ranked_page.plan(setting, viewer, 10, NOW, np.random.default_rng(seed), Trace())
        found |= {one.video_id for one in page if one.source == "fresh" and one.explores}
    return found


def day(number: int, counts: Counts) -> RegionSignals:
    return RegionSignals({3600: NOW, 86400: NOW}, {f"{live_signals.CLIP}v{number}": {3600: counts, 86400: counts}})


def test_a_clip_of_today_that_most_skip_is_owed_nothing_more() -> None:
    """Its counters of today say so; the table, made last night, has none of it."""
    clips = [clip(f"v{n}", owner=f"o{n}", age_ms=1000 * n + 1000) for n in range(CLIPS)]
    table = catalogues.newcomers(*clips)
    wanted = explored(table, RegionSignals())
    refused = next(iter(sorted(wanted)))
    number = int(refused.removeprefix("v"))
    skipped = Counts(plays=exploration.HARM_LEAST + 20, fast_skips=exploration.HARM_LEAST + 15, shown=40)
    assert refused not in explored(table, day(number, skipped))
    liked = Counts(plays=exploration.HARM_LEAST + 20, finishes=exploration.HARM_LEAST + 15, shown=40)
    assert explored(table, day(number, liked)) - {refused}


def explored_once(setting: Setting, viewer: Viewer, seed: int, source: str) -> list[Choice]:
    page = ranked_page.plan(setting, viewer, 10, NOW, np.random.default_rng(seed), Trace())
    return [one for one in page if one.explores and one.source == source]


def test_each_clip_of_a_burst_is_explored_and_not_the_newest_alone() -> None:
    """600 clips within an hour: those that were published first are as old as any when the night comes."""
    clips = [clip(f"v{n}", owner=f"o{n}", age_ms=6000 * n + 1000) for n in range(600)]
    table, found = catalogues.newcomers(*clips), set()
    viewer = Viewer(ViewerContext(Asker("bob")), Wanted(now_ms=NOW), Excluded("bob"), {}, {})
    owing = Owing()
    for seed in range(100):
        setting = Setting(table, None, None, SOURCES, owed=owing.draw(table, NOW))
        found |= {int(one.video_id[1:]) for one in explored_once(setting, viewer, seed, "fresh")}
    assert sum(number >= 200 for number in found) > len(found) / 2


def test_the_probability_of_a_newcomer_is_that_of_all_which_are_owed_something() -> None:
    clips = [clip(f"v{n}", owner=f"o{n % 2}", age_ms=6000 * n + 1000) for n in range(600)]
    table = catalogues.newcomers(*clips)
    hidden = Excluded("bob", hidden_creators=frozenset({"o1"}))
    viewer, told, owing = Viewer(ViewerContext(Asker("bob")), Wanted(now_ms=NOW), hidden, {}, {}), [], Owing()
    for seed in range(150):
        setting = Setting(table, None, None, SOURCES, owed=owing.draw(table, NOW))
        told += [1 / one.propensity for one in explored_once(setting, viewer, seed, "fresh")]
    assert 230 * 9 < np.mean(told) < 370 * 9, "300 visible clips, in one of nine places"


def test_the_probability_of_a_clip_by_chance_is_that_of_all_which_may_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration, "RANDOM_SHARE", 0.5)
    table = catalogues.newcomers(*(clip(f"v{n}", owner=f"o{n % 2}", age_ms=30 * DAY_MS) for n in range(1000)))
    hidden = Excluded("bob", hidden_creators=frozenset({"o1"}))
    viewer = Viewer(ViewerContext(Asker("bob")), Wanted(now_ms=NOW), hidden, {}, {})
    setting = Setting(table, None, None, SOURCES)
    told = [0.5 / one.propensity for seed in range(40) for one in explored_once(setting, viewer, seed, "random")]
    assert len(told) > 100
    assert 450 < np.mean(told) < 600


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=12), st.sampled_from(["a", ""]))
def test_a_page_that_can_keep_creators_apart_does(clips: list[tuple[str, bool]], last: str) -> None:
    before = [Choice(f"v{n}", owner, (), "hot", explores=explores) for n, (owner, explores) in enumerate(clips)]
    made = ranked_page.apart(before, [last])
    assert sorted(one.video_id for one in made) == sorted(one.video_id for one in before)
    owners = [last, *(one.owner_id for one in made)]
    for n in (n for n, (one, other) in enumerate(pairwise(owners)) if one == other):
        rest = [one for one in made[n:] if n or not one.explores]
        assert {one.owner_id for one in rest} <= {owners[n]}, "nothing else was left"


def test_a_page_with_slots_keeps_creators_apart_also_from_the_page_before() -> None:
    """By value alone it would begin with the best creator; and of 40 clips any may explore."""
    clips = [clip(f"v{n}", owner=f"o{n % 3}", age_ms=1000 + n % 3 * 400 * catalogues.HOUR + n) for n in range(CLIPS)]
    setting = Setting(catalogues.newcomers(*clips), None, None, SOURCES)
    for seed in range(30):
        last = f"o{seed % 3}"
        viewer = Viewer(ViewerContext(Asker("bob")), Wanted(now_ms=NOW), Excluded("bob"), {}, {}, [last])
        page = ranked_page.plan(setting, viewer, 5, NOW, np.random.default_rng(seed), Trace())
        assert all(one != other for one, other in pairwise([last, *(one.owner_id for one in page[:5])])), seed
