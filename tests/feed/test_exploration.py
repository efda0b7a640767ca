import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.feed import exploration
from reelstack.feed.exploration import EACH, QUIET_SHARE, Owed, Pools, Slot, Weighted

NO_CLIPS = np.zeros(0, dtype=np.int64)


def owed(count: int, fit: float = 0.5) -> Owed:
    rows = np.arange(count)
    return Owed(rows, np.full(count, fit), np.zeros(count), np.zeros(count))


def pools(of: Owed, anything: "np.ndarray" = NO_CLIPS) -> Pools:
    return Pools(of, Weighted(), anything, len(anything), filled=1.0)


def share(slot: Slot, count: int = 10) -> float:
    """What is noted of a slot's clip, given its place."""
    return slot.propensity / exploration.slot_chance(slot.place, count)


@settings(max_examples=60)
@given(st.integers(1, 30), st.integers(0, 40), st.integers(0, 10**6))
def test_slots_are_never_first_never_doubled_and_know_their_chance(count: int, clips: int, seed: int) -> None:
    taken = [0, 1]
    slots = exploration.slots(count, pools(owed(clips), np.arange(1000, 1100)), taken, np.random.default_rng(seed))
    assert all(0 < slot.place < count for slot in slots)
    assert len({slot.place for slot in slots}) == len({slot.row for slot in slots}) == len(slots)
    assert not {slot.row for slot in slots} & set(taken)
    assert all(0 < slot.propensity <= 1 for slot in slots)
    if clips > len(taken) + 3:
        assert sum(slot.source == "fresh" for slot in slots) >= count // EACH


def test_places_are_drawn_evenly() -> None:
    drawn = [exploration.places(10, np.random.default_rng(seed))[0] for seed in range(3000)]
    counts = np.bincount(drawn, minlength=10)
    assert counts[0] == 0
    assert counts[1:].min() > 250


def test_short_pages_explore_in_proportion() -> None:
    found = sum(len(exploration.places(5, np.random.default_rng(seed))) for seed in range(2000))
    assert 900 < found < 1100


def test_noted_chance_is_how_often_a_clip_is_drawn() -> None:
    world = Owed(np.arange(5), np.array([0.1, 0.2, 0.3, 0.4, 0.8]), np.zeros(5), np.zeros(5))
    noted, drawn = np.zeros(5), np.zeros(5)
    for seed in range(2000):
        (slot,) = exploration.slots(10, pools(world), [], np.random.default_rng(seed))[:1]
        noted[slot.row] += share(slot)
        drawn[slot.row] += 1
    # Σ 1 / propensity over draws estimates the number of arms; each arm's mean of it is 1.
    assert drawn[4] > drawn[0]
    assert abs(drawn[4] / 2000 - noted[4] / drawn[4]) < 0.1


def test_the_chance_of_a_place_is_how_often_it_is_drawn() -> None:
    for count in (5, 10, 13, 20):
        drawn = np.zeros(count)
        for seed in range(2000):
            drawn[exploration.places(count, np.random.default_rng(seed))] += 1
        told = np.array([exploration.slot_chance(place, count) for place in range(count)])
        assert np.allclose(drawn / 2000, told, atol=0.025), count


def test_the_chances_of_what_is_drawn_count_the_clips_that_could_be() -> None:
    """1 / probability of the clips that are drawn is in the mean how many there are; and where a pool is a sample, how
    many it was drawn from: 200 of 50. A clip that is drawn hardly ever is noted with a little more than its chance."""
    told = 0.0
    for seed in range(400):
        generator = np.random.default_rng(seed)
        few = Owed(np.arange(50), generator.uniform(0.2, 0.5, 50), np.zeros(50), np.zeros(50), chance=0.25)
        (slot,) = exploration.slots(10, pools(few), [], generator)[:1]
        told += 1 / share(slot)
    assert 150 < told / 400 < 230


def test_a_place_goes_to_the_best_wherever_no_slot_takes_it() -> None:
    for of in (pools(owed(20)), Pools()):
        best = np.zeros(10)
        for seed in range(1500):
            taken = {slot.place for slot in exploration.slots(10, of, [], np.random.default_rng(seed))}
            best += [place not in taken for place in range(10)]
        told = [exploration.best_chance(place, 10, of) for place in range(10)]
        assert np.allclose(best / 1500, told, atol=0.03)
        assert (told[0], exploration.best_chance(14, 10, of)) == (1.0, told[9])


def test_harm_stops_a_clip_only_after_enough_impressions() -> None:
    harms, shown = np.array([5.0, 30.0, 5.0]), np.array([5.0, 40.0, 60.0])
    assert exploration.is_harmful(harms, shown).tolist() == [False, True, False]


def test_an_ordinary_clip_that_is_looked_at_each_time_is_stopped_by_chance_in_few_cases() -> None:
    """Half of the impressions are harms: what the limit is. One look in twenty would be too many."""
    harms = (np.random.default_rng(0).random((400, 100)) < 0.5).cumsum(axis=1).astype(float)
    shown = np.broadcast_to(np.arange(1.0, 101.0), harms.shape)
    assert exploration.is_harmful(harms, shown).any(axis=1).mean() < 0.1
    assert exploration.is_harmful(np.array([75.0]), np.array([100.0])).all()


def test_harm_is_what_lies_far_beyond_what_these_people_skip() -> None:
    """Where a third is skipped, a clip that two of three skip is not far beyond it, and one that nine of ten do is."""
    harms, shown = np.array([66.0, 90.0]), np.array([100.0, 100.0])
    assert exploration.is_harmful(harms, shown, 0.2).tolist() == [True, True]
    assert exploration.is_harmful(harms, shown, 0.33).tolist() == [False, True]
    assert exploration.is_harmful(np.array([100.0]), np.array([100.0]), 0.9).all(), "the limit is never above all"
    assert exploration.expected_harm(0, 0) == exploration.HARM_PRIOR
    assert 0.32 < exploration.expected_harm(33_000, 99_000) < 0.34


def test_a_quiet_creators_clip_is_drawn_by_its_weight_where_nobody_new_is_owed() -> None:
    quiet = Weighted(np.array([7, 8, 9]), np.array([0.6, 0.2, 0.0]))
    drawn = []
    for seed in range(1000):
        (slot,) = exploration.slots(10, Pools(owed(0), quiet, NO_CLIPS), [], np.random.default_rng(seed))
        assert slot.source == "quiet"
        assert slot.place > 0
        assert np.isclose(share(slot), {7: 0.75, 8: 0.25}[slot.row] * QUIET_SHARE)
        drawn.append(slot.row)
    assert 700 < drawn.count(7) < 800
    (slot,) = exploration.slots(10, Pools(owed(3), quiet, NO_CLIPS), [], np.random.default_rng(0))
    assert slot.source == "fresh", "newcomers come first"
    assert not exploration.slots(10, Pools(owed(0), quiet, NO_CLIPS), [7, 8], np.random.default_rng(0))


def test_first_clips_of_a_creator_are_owed_twice_as_many() -> None:
    assert exploration.floor_of(np.array([1, 3, 4])).tolist() == [200, 200, 100]
