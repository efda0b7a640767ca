"""What an answer was made of: no clip leaves a stage without a reason."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.feed import candidates, filters, plans, ranked_page, seen
from reelstack.feed.candidates import Wanted
from reelstack.feed.filters import Excluded
from reelstack.feed.hot_lists import Entry, HotList
from reelstack.feed.lists import Lists
from reelstack.feed.ranked_page import Setting, Viewer
from reelstack.feed.trace import Trace
from reelstack.feed.viewer_context import Asker, ViewerContext
from tests.feed import catalogues
from tests.feed.catalogues import NOW

STAGES = ["sources", "filters", "rerank", "explore"]


def excluded(clips: list[str], seed: int) -> Excluded:
    """As much of everything as chance wants."""
    chance = np.random.default_rng(seed)

    def some(most: int) -> list[str]:
        return [str(one) for one in chance.permutation(clips)[: chance.integers(most)]]

    return Excluded(
        viewer_id=f"o{chance.integers(60)}",
        served=seen.hashes(some(30)).astype(np.uint32),
        watched=some(30),
        hidden_videos=frozenset(some(20)),
        hidden_creators=frozenset(f"o{n}" for n in chance.integers(60, size=chance.integers(8))),
        hidden_tags=frozenset(f"tag{n}" for n in chance.integers(20, size=chance.integers(3))),
        languages=("de",) if chance.random() < 0.5 else (),
    )


@settings(max_examples=60)
@given(st.integers(0, 250), st.integers(1, 50), st.integers(1, 30), st.integers(0, 10**6))
def test_what_came_to_a_stage_is_what_was_dropped_and_what_is_left(
    count: int, owners: int, limit: int, seed: int
) -> None:
    clips = catalogues.crowd(count, owners=owners, seed=seed)
    table = catalogues.newcomers(*clips)
    ids = [one.video_id for one in clips]
    wanted = Wanted(interest={"t:tag1": 2.0}, watched=ids[:5], following=ids[5:40], found=ids[20:90], now_ms=NOW)
    viewer = Viewer(ViewerContext(Asker("bob")), wanted, excluded(ids, seed), {}, {})
    setting = Setting(table, None, Lists("", tuple(ids[:30]), (), {}, {}), list(candidates.QUOTAS))
    trace = Trace()
    page = ranked_page.plan(setting, viewer, limit, NOW, np.random.default_rng(seed), trace)
    assert list(trace.passages) == STAGES
    passages = list(trace.passages.values())
    assert passages[0].came == sum(trace.proposed.values())
    assert [one.left for one in passages[:-1]] == [one.came for one in passages[1:]]
    assert passages[-1].left == len(page) == len({one.video_id for one in page})
    assert all(reason and number > 0 for one in passages for reason, number in one.dropped.items())


@settings(max_examples=60)
@given(st.integers(0, 100), st.integers(0, 10**6))
def test_a_hot_list_leaves_out_what_the_item_table_would_and_says_why(count: int, seed: int) -> None:
    clips = catalogues.crowd(count, seed=seed)
    refuses = excluded([one.video_id for one in clips], seed)
    listed = HotList("", NOW, [Entry(one.video_id, one.owner_id, one.tags, one.language) for one in clips])
    found, why = plans.of_list(listed, refuses)
    assert len(found) + sum(why.values()) == count
    table = catalogues.newcomers(*clips)
    kept = filters.keep(table, np.arange(count), refuses)
    assert [one.video_id for one in found] == [clips[row].video_id for row in np.flatnonzero(kept.which)]
    assert set(why) == set(kept.dropped)


def test_a_stage_that_is_passed_in_parts_adds_up() -> None:
    trace = Trace()
    trace.passed("recheck", 0, {"blocked": 1})
    trace.passed("recheck", 0, {"blocked": 2, "unpublished": 0})
    trace.passed("recheck", 10, {"not-needed": 3}, added=4)
    passage = trace.passages["recheck"]
    assert (passage.came, passage.added, passage.left) == (10, 4, 8)
    assert trace.dropped == {"blocked": 3, "not-needed": 3}
