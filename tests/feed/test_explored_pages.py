"""What pages explore of many new clips, and the probability that is noted of it."""

import numpy as np
import pytest

from reelstack.feed import candidates, exploration, ranked_page
from reelstack.feed.candidates import Wanted
from reelstack.feed.filters import Excluded
from reelstack.feed.owed_clips import Owing
from reelstack.feed.ranked_page import Choice, Setting, Viewer
from reelstack.feed.trace import Trace
from reelstack.feed.viewer_context import Asker, ViewerContext
from tests.feed import catalogues
from tests.feed.catalogues import NOW, clip

SOURCES = list(candidates.QUOTAS)
DAY_MS = exploration.OWED_MS


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
