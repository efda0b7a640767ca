"""High goes first and nobody waits for ever: what holds of every sequence of arrivals, without any storage."""

from hypothesis import given
from hypothesis import strategies as st

from reelstack.production.fair_queue import IN_A_ROW, Turns, after, choose, open_to, round_of_next
from reelstack.uploads.priorities import Priority

HIGH, NORMAL, LOW = Priority
SOME = st.frozensets(st.sampled_from(Priority))
TURNS = st.builds(Turns, st.integers(0, IN_A_ROW), st.integers(0, IN_A_ROW))


def served(waiting: frozenset[Priority], starts: int, turns: Turns) -> list[Priority]:
    """What starts, one after another, while the same priorities wait all the time."""
    chosen = []
    for _ in range(starts):
        one = choose(waiting, turns)
        assert one
        chosen.append(one)
        turns = after(one, waiting, turns)
    return chosen


@given(SOME, TURNS)
def test_what_is_chosen_waits_and_something_is_chosen_if_anything_waits(
    waiting: frozenset[Priority], turns: Turns
) -> None:
    chosen = choose(waiting, turns)
    assert (chosen in waiting) if waiting else chosen is None


@given(SOME.filter(lambda waiting: HIGH in waiting), TURNS)
def test_high_waits_for_at_most_one_other(waiting: frozenset[Priority], turns: Turns) -> None:
    assert HIGH in served(waiting, 2, turns)


@given(SOME.filter(lambda waiting: LOW in waiting), TURNS)
def test_low_has_its_turn_however_much_of_the_others_comes(waiting: frozenset[Priority], turns: Turns) -> None:
    assert LOW in served(waiting, (IN_A_ROW + 1) ** 2, turns)


@given(SOME.filter(lambda waiting: NORMAL in waiting), TURNS)
def test_normal_has_its_turn_however_much_of_the_others_comes(waiting: frozenset[Priority], turns: Turns) -> None:
    assert NORMAL in served(waiting, 2 * (IN_A_ROW + 1), turns)


def test_alone_everybody_goes_at_once() -> None:
    for priority in Priority:
        assert served(frozenset({priority}), 50, Turns()) == [priority] * 50


def test_under_full_load_each_has_its_share() -> None:
    chosen = served(frozenset(Priority), 100, Turns())
    assert [chosen.count(priority) for priority in Priority] == [80, 16, 4]


@given(st.lists(st.sampled_from(Priority), max_size=12), st.integers(1, 10), st.integers(0, 10), st.booleans())
def test_no_more_run_than_slots_and_no_more_low_than_its_own(
    running: list[Priority], slots: int, low_slots: int, stopped: bool
) -> None:
    for priority in Priority:
        if open_to(priority, running, slots=slots, low_slots=low_slots, low_stopped=stopped):
            assert len(running) < slots
            assert priority != LOW or (running.count(LOW) < low_slots and not stopped)
    assert open_to(HIGH, running, slots=slots, low_slots=low_slots) == (len(running) < slots)


@given(st.lists(st.sampled_from("abcd"), max_size=60))
def test_served_by_rounds_nobody_has_two_turns_more_than_another_who_waits(arrivals: list[str]) -> None:
    """All arrive in round 0, in any order: between two turns of one creator, every other that waits has one."""
    last: dict[str, int] = {}
    line = []
    for number, creator in enumerate(arrivals):
        last[creator] = round_of_next(0, last.get(creator))
        line.append((last[creator], number, creator))
    had = dict.fromkeys(arrivals, 0)
    waiting = {creator: arrivals.count(creator) for creator in had}
    for _, _, creator in sorted(line):
        had[creator] += 1
        waiting[creator] -= 1
        assert all(had[creator] - had[other] <= 1 for other, left in waiting.items() if left)


@given(st.integers(0, 1000), st.none() | st.integers(0, 1000))
def test_nobody_gets_a_round_that_has_passed_or_was_theirs(now: int, last: int | None) -> None:
    mine = round_of_next(now, last)
    assert mine >= now
    assert last is None or mine > last
