"""Quiet creators: who lacks impressions, and which of their clips may be shown for it."""

from dataclasses import replace

import numpy as np

from reelstack.feed import candidates, exploration, item_table, quiet_creators, ranked_page
from reelstack.feed.candidates import Wanted
from reelstack.feed.features import ClipState, Totals
from reelstack.feed.filters import Excluded
from reelstack.feed.item_table import ItemTable
from reelstack.feed.items import Items
from reelstack.feed.quiet_creators import CREATOR_FLOOR, MOST_WEEKS, WEEK_MS
from reelstack.feed.ranked_page import Choice, Setting, Trace, Viewer
from reelstack.feed.viewer_context import Asker, ViewerContext
from tests.feed import catalogues
from tests.feed.catalogues import NOW, clip

DAY_MS = exploration.OWED_MS


def with_exposure(clips: list[ClipState], shown: list[int]) -> Items:
    made = catalogues.catalogue(clips)
    return replace(made, arrays={**made.arrays, "exposure": np.array(shown, dtype="<u4")})


def lacks(items: Items) -> dict[str, float]:
    return dict(zip(items.words["owner"], quiet_creators.lacking(items, NOW).tolist(), strict=True))


def test_a_creator_is_owed_by_the_week_and_by_all_clips_together() -> None:
    clips = [
        clip("a", owner="young", age_ms=2 * DAY_MS),
        clip("b", owner="old", age_ms=100 * WEEK_MS),
        clip("c", owner="old", age_ms=2 * DAY_MS),
        clip("d", owner="loud", age_ms=100 * WEEK_MS),
    ]
    found = lacks(with_exposure(clips, [25, 40, 60, 10**6]))
    assert found == {"young": 0.75, "old": 1 - 100 / (MOST_WEEKS * CREATOR_FLOOR), "loud": 0.0}


def test_neither_clips_of_today_nor_those_that_people_refuse_are_shown_for_their_creators_sake() -> None:
    clips = [
        clip("new", owner="a", age_ms=DAY_MS - 1),
        clip("refused", owner="b", age_ms=2 * DAY_MS, totals=Totals(60, 5, 50, 0, 2)),
        clip("fine", owner="c", age_ms=2 * DAY_MS, totals=Totals(60, 40, 10, 1, 0)),
        clip("loud", owner="d", age_ms=2 * DAY_MS),
    ]
    items = with_exposure(clips, [0, 60, 60, 100])
    rows = quiet_creators.rows(items, quiet_creators.lacking(items, NOW), 0.2, NOW)
    assert [items.ids[row].decode() for row in rows] == ["fine"]


def quiet_choices(table: ItemTable, pages: int) -> list[Choice]:
    viewer = Viewer(ViewerContext(Asker("bob")), Wanted(now_ms=NOW), Excluded("bob"), {}, {})
    setting = Setting(table, None, None, list(candidates.QUOTAS))
    found = []
    for seed in range(pages):
        page = ranked_page.plan(setting, viewer, 10, NOW, np.random.default_rng(seed), Trace())
        found += [one for one in page if one.explores and one.source == "quiet"]
    return found


def test_pages_show_a_creator_who_lacks_impressions_and_none_while_newcomers_are_owed() -> None:
    loud = [clip(f"v{n}", owner=f"o{n % 9}", age_ms=2 * DAY_MS, totals=Totals(900, 700, 10)) for n in range(60)]
    quiet = clip("unseen", owner="quiet", age_ms=3 * DAY_MS, totals=Totals(30, 1, 5))
    items = with_exposure([*loud, quiet], [900] * 60 + [30])
    found = quiet_choices(item_table.make(items, (), NOW), 300)
    assert {one.video_id for one in found} == {"unseen"}
    assert 0.7 * exploration.QUIET_SHARE < len(found) / 300 < 1.3 * exploration.QUIET_SHARE
    newcomers = [clip(f"n{n}", owner=f"p{n}", age_ms=1000) for n in range(20)]
    assert not quiet_choices(item_table.make(items, [(one.video_id, one) for one in newcomers], NOW), 100)
