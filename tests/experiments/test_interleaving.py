"""Team-draft interleaving: fair pages, and the better ranker wins."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reelstack.experiments import statistics
from reelstack.experiments.interleaving import Team, preference, team_draft

clips = st.lists(st.sampled_from([f"clip-{number}" for number in range(12)]), unique=True, max_size=12)


@given(clips, clips, st.integers(0, 20), st.text("ab", max_size=10))
def test_page_has_each_clip_once_and_is_as_long_as_it_can_be(
    a: list[str], b: list[str], length: int, seed: str
) -> None:
    page = team_draft(a, b, length, seed)
    found = [pick.clip for pick in page]
    assert len(set(found)) == len(found) == min(length, len({*a, *b}))
    assert page == team_draft(a, b, length, seed)
    for team, order in (("a", a), ("b", b)):
        own = [order.index(pick.clip) for pick in page if pick.team == team]
        assert own == sorted(own)


@given(st.integers(0, 10), st.text("ab", max_size=10))
def test_teams_have_equally_many_clips_while_both_lists_last(rounds: int, seed: str) -> None:
    page = team_draft([f"a{n}" for n in range(10)], [f"b{n}" for n in range(10)], 2 * rounds, seed)
    assert Counter(pick.team for pick in page) == Counter({"a": rounds, "b": rounds} if rounds else {})


def test_equal_lists_give_each_team_each_place_equally_often() -> None:
    same = [f"clip-{number}" for number in range(10)]
    firsts = Counter(team_draft(same, same, 10, f"answer-{number}")[0].team for number in range(2000))
    assert statistics.sample_ratio(firsts, {"a": 1, "b": 1}) > statistics.SAMPLE_RATIO_ALPHA


def credits_of(viewers: int, better: float, seed: int) -> list[tuple[str, Team]]:
    random = np.random.default_rng(seed)
    found: list[tuple[str, Team]] = []
    for viewer in range(viewers):
        for _ in range(int(random.integers(1, 20))):
            found.append((f"viewer-{viewer}", "b" if random.random() < better else "a"))
    return found


def test_better_ranker_wins_and_equal_ones_do_not() -> None:
    assert preference(credits_of(800, 0.6, 1)).winner == "b"
    assert preference(credits_of(800, 0.4, 2)).winner == "a"
    assert [preference(credits_of(300, 0.5, seed)).winner for seed in range(20)] == [None] * 20


def test_few_viewers_decide_nothing() -> None:
    found = preference([("one", "b")] * 1000)
    assert (found.credits, found.viewers, found.winner) == ({"a": 0, "b": 1000}, 1, None)
    assert preference([]).winner is None
