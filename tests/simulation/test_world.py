"""Made people: one seed is one world, and what a person does with a clip fits together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.simulation.people import NORMAL, SPAM, Settings
from cli.simulation.world import Mood, Outcome, World
from reelstack.feed import scores

SMALL = Settings(days=1, warm_days=0, viewers=40, clips=60, clips_a_day=2)


@pytest.fixture(scope="module")
def world() -> World:
    return World(SMALL)


def test_one_seed_gives_one_world_and_another_seed_another() -> None:
    one, same, other = World(SMALL), World(SMALL), World(Settings(**{**vars(SMALL), "seed": 1}))
    assert np.array_equal(one.viewers.taste, same.viewers.taste)
    assert one.clips.tags == same.clips.tags
    assert one.start_day(0) == same.start_day(0)
    assert not np.array_equal(one.viewers.taste, other.viewers.taste)


@settings(max_examples=200, deadline=None)
@given(viewer=st.integers(0, 39), clip=st.integers(0, 59), position=st.integers(0, 60), seed=st.integers(0, 2**32))
def test_an_outcome_fits_together(world: World, viewer: int, clip: int, position: int, seed: int) -> None:
    found = world.respond(viewer, clip, position, Mood(), np.random.default_rng(seed))
    duration = int(world.clips.duration_ms[clip])
    assert 0 <= found.watched_ms <= duration
    assert found.finish == (found.watched_ms == duration)
    kind = "finish" if found.finish else "skip"
    assert found.fast_skip == scores.is_fast_skip(kind, found.watched_ms, duration)
    assert not (found.finish and (found.fast_skip or found.hide))
    assert found.finish or not (found.like or found.share or found.follow)


def test_a_tag_bores_that_comes_again_and_again(world: World) -> None:
    rates = []
    for before in (0, 9):
        mood = Mood([world.clips.tags[0][0]] * before)
        chance = np.random.default_rng(5)
        found = [world.respond(0, 0, 0, Mood(list(mood.tags)), chance).finish for _ in range(1500)]
        rates.append(np.mean(found))
    assert rates[1] < rates[0]


def test_tastes_drift_and_contentment_brings_people_back() -> None:
    moved, content, annoyed = World(SMALL), World(SMALL), World(SMALL)
    before = moved.viewers.taste.copy()
    moved.start_day(0)
    assert 0 < np.abs(moved.viewers.taste - before).mean() < 0.2
    for viewer in range(SMALL.viewers):
        content.leave(viewer, 1.0)
        annoyed.leave(viewer, -1.0)
    assert content.likely_to_come().mean() > annoyed.likely_to_come().mean() + 0.2


def test_spam_is_about_nothing_that_it_says() -> None:
    clips = World(Settings(viewers=10, clips=800)).clips
    assert set(clips.kind) == {0, 1, 2}
    assert not clips.content[clips.kind == SPAM].any()
    assert clips.quality[clips.kind == SPAM].max() < clips.quality[clips.kind == NORMAL].mean()
    assert (np.diff(clips.published_at) >= 0).all()


LONG = [(9999, 10_000, False), (10_000, 10_000, True), (17_999, 60_000, False), (18_000, 60_000, True)]


@pytest.mark.parametrize(("watched", "duration", "is_long"), LONG)
def test_a_view_is_long_as_kuairand_says(watched: int, duration: int, is_long: bool) -> None:
    assert Outcome(watched).is_long(duration) == is_long
