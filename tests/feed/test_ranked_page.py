"""Ranked page: what it explores of clips that the table of the night does not know."""

import numpy as np

from reelstack.feed import candidates, exploration, live_signals, ranked_page
from reelstack.feed.candidates import Wanted
from reelstack.feed.filters import Excluded
from reelstack.feed.item_table import ItemTable
from reelstack.feed.live_signals import Counts, RegionSignals
from reelstack.feed.ranked_page import Setting, Viewer
from reelstack.feed.trace import Trace
from reelstack.feed.viewer_context import Asker, ViewerContext
from tests.feed import catalogues
from tests.feed.catalogues import NOW, clip

CLIPS = 40


def explored(table: ItemTable, live: RegionSignals) -> set[str]:
    """What 60 pages explore."""
    context = ViewerContext(Asker("bob"), personalised=True, live=live)
    viewer = Viewer(context, Wanted(live=live, now_ms=NOW), Excluded("bob"), {}, {})
    setting = Setting(table, None, None, list(candidates.QUOTAS))
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
