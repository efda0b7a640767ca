"""What a session says of its viewer while the job is away, and that level 1 serves by it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from valkey import Valkey

from reelstack.degradation.health import View
from reelstack.degradation.levels import Decision, Level
from reelstack.feed import plans, scores, session_taste, sessions
from reelstack.feed.artefacts import Artefacts
from reelstack.feed.choices import Choices, Interests
from reelstack.feed.features import ClipState
from reelstack.feed.hot_lists import Entry, HotList
from reelstack.feed.live_signals import Counts, RegionSignals, ViewerSignals
from reelstack.feed.plans import Asked, Plan
from reelstack.feed.sessions import Session
from reelstack.feed.trace import Trace
from reelstack.feed.viewer_context import Asker, Profile, ViewerContext
from reelstack.platform.config import Config
from reelstack.tables.behavior import WatchPosition
from tests.feed import catalogues
from tests.feed.catalogues import NOW, clip

CLIPS = [clip(f"v{n}", owner=f"o{n}", tags=[f"tag{n % 4}"], age_ms=1000 * n + 1000) for n in range(60)]
TABLE = catalogues.newcomers(*CLIPS)
MINUTE = 60_000


def taste(left: dict[str, tuple[int | None, int]], **signals: Any) -> session_taste.Taste:
    return session_taste.of(TABLE, left, ViewerSignals(**signals), NOW)


def test_what_was_finished_speaks_for_its_tags_and_what_was_left_at_once_against_them() -> None:
    found = taste({"v1": (None, NOW), "v2": (400, NOW), "v3": (6000, NOW), "gone": (None, NOW)})
    assert found.scores["t:tag1"] == scores.WEIGHTS["finish"]
    assert found.scores["t:tag2"] == scores.WEIGHTS["fast_skip"]
    assert "t:tag3" not in found.scores, "neither"
    assert found.scores["c:o1"] == scores.WEIGHTS["finish"]
    assert dict(found.watched) == {"v1": 1.0, "v2": 0.04, "v3": 0.6}


def test_it_fades_by_the_half_life_of_a_session() -> None:
    found = taste({"v1": (None, NOW - scores.SESSION_HALF_LIFE_MS), "v2": (None, NOW)})
    assert found.scores["t:tag1"] == pytest.approx(found.scores["t:tag2"] / 2)
    assert [video_id for video_id, _ in found.watched] == ["v2", "v1"], "the newest first"


def test_the_table_is_later_than_what_the_cache_still_has() -> None:
    watched = {"watched": (("v1", 1.0), ("elsewhere", 0.5)), "watched_at": (NOW - MINUTE, NOW - 2 * MINUTE)}
    assert taste({}, **watched).scores["t:tag1"] > 0
    found = taste({"v1": (100, NOW)}, **watched)
    assert found.scores["t:tag1"] < 0
    assert found.watched == [("v1", 0.01), ("elsewhere", 0.5)]


@given(st.lists(st.integers(0, 59), max_size=40))
def test_a_session_finds_the_clips_it_was_shown_and_their_creators(numbers: list[int]) -> None:
    after = sessions.served(Session(1, 1), [(f"v{n}", ()) for n in numbers])
    shown = list(dict.fromkeys(reversed(numbers)))[::-1]
    assert [TABLE.clip(row).video_id for row in TABLE.rows_served(after.served)] == [f"v{n}" for n in shown]
    assert TABLE.rows_served([sessions.clip_hash("gone")]) == []
    owners = [f"o{n}" for n in shown[-9:]]
    assert [one.owner_id for one in plans.shown_before(TABLE, HotList("", 0), after)] == owners
    listed = HotList("", 0, [Entry(f"v{n}", f"o{n}") for n in range(60)])
    assert [one.owner_id for one in plans.shown_before(catalogues.newcomers(), listed, after)] == owners


# --- level 1 ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def world(aws: Config, cached: Valkey) -> Config:
    return aws


def planned(level: Level, session: Session, **known: Any) -> tuple[Plan, Trace]:
    live = RegionSignals({3600: NOW}, {"v:v9": {3600: Counts(plays=9)}})
    view = View(Decision(level), search=False)
    context = ViewerContext(Asker("bob"), personalised=True, live=live, view=view, **known)
    trace = Trace()
    asked = Asked(Asker("bob"), 10, peeks=True)
    return plans.make(asked, context, Artefacts(TABLE), session, NOW, trace), trace


def about(plan: Plan) -> set[str | None]:
    return {one.about for one in plan.choices if one.source == "interests"}


def test_tags_that_were_picked_propose_at_level_1_too(world: Config) -> None:
    chosen = Choices(interests=Interests(("tag2",), ()))
    for level in (Level.NORMAL, Level.NO_LIVE):
        plan, _ = planned(level, Session(1, NOW // 1000), choices=chosen)
        assert about(plan) == {"tag2"}, level


def test_nothing_that_the_job_wrote_proposes_at_level_1(world: Config) -> None:
    signals = ViewerSignals({"t:tag3": 9.0}, {"t:tag3": 9.0})
    before, trace = planned(Level.NORMAL, Session(1, NOW // 1000), signals=signals)
    assert about(before) == {"tag3"}
    assert trace.proposed["trending"] == 1
    plan, trace = planned(Level.NO_LIVE, Session(1, NOW // 1000), signals=signals)
    assert about(plan) == set()
    assert "trending" not in trace.proposed
    long_term, _ = planned(Level.NO_LIVE, Session(1, NOW // 1000), profile=Profile(NOW, interests={"t:tag1": 2.0}))
    assert about(long_term) == {"tag1"}


def test_what_the_session_finished_proposes_at_level_1(world: Config) -> None:
    shown: list[ClipState] = CLIPS[:4]
    session = sessions.served(Session(1, NOW // 1000), [(one.video_id, one.tags) for one in shown])
    for one in shown:
        position = None if one.video_id == "v3" else 300
        WatchPosition(
            "bob", one.video_id, position_ms=position, seen_at=NOW, view_id="w", view_event="e", expires_at=2**33
        ).save()
    plan, trace = planned(Level.NO_LIVE, session)
    assert about(plan) == {"tag3"}
    assert trace.proposed["interests"] > 5
    assert plan.history[0] in {one.video_id for one in shown}
    opted_out = replace(ViewerContext(Asker("bob"), view=View(Decision(Level.NO_LIVE), search=False)))
    plan = plans.make(Asked(Asker("bob"), 10, peeks=True), opted_out, Artefacts(TABLE), session, NOW, Trace())
    assert about(plan) == set()
    assert plan.history == []
