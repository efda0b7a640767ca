from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.feed import reranking
from reelstack.feed.page_caps import OF_CREATOR, OF_TAG, WINDOW
from reelstack.feed.reranking import Ranked


def ranked(count: int, owners: int, tags: int, seed: int) -> Ranked:
    chance = np.random.default_rng(seed)
    vectors = chance.normal(size=(count, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    numbers = chance.integers(-1, tags, size=(count, 3))
    return Ranked(chance.normal(size=count), chance.integers(owners, size=count), numbers, vectors)


@settings(max_examples=60)
@given(st.integers(0, 200), st.integers(1, 60), st.integers(1, 60), st.integers(0, 10**6), st.integers(1, 40))
def test_a_page_is_as_long_as_it_can_be_and_holds_each_clip_once(
    count: int, owners: int, tags: int, seed: int, most: int
) -> None:
    order = reranking.order(ranked(count, owners, tags, seed), most, {})
    assert len(order) == min(count, most)
    assert len(set(order)) == len(order)


@settings(max_examples=40)
@given(st.integers(0, 10**6))
def test_caps_hold_where_enough_others_are_left(seed: int) -> None:
    given_ = ranked(500, 200, 400, seed)
    order = reranking.order(given_, 40, {}, before=[3, 5])
    owners = [3, 5, *(int(given_.owners[index]) for index in order)]
    tags = [set(given_.tags[index]) - {-1} for index in order]
    assert all(left != right for left, right in pairwise(owners))
    for start in range(len(owners)):
        assert max(Counter(owners[start : start + WINDOW]).values()) <= OF_CREATOR
    for start in range(len(tags)):
        counts = Counter(tag for some in tags[start : start + WINDOW] for tag in some)
        assert max(counts.values(), default=0) <= OF_TAG


def test_one_creator_alone_still_fills_the_page() -> None:
    assert len(reranking.order(ranked(50, 1, 5, 1), 30, {})) == 30


def test_the_best_is_first_and_a_second_clip_of_its_creator_counts_half() -> None:
    vectors = np.zeros((4, 2), dtype=np.float32)
    given_ = Ranked(np.array([1.0, 0.9, 0.7, 0.0]), np.array([1, 1, 2, 3]), np.full((4, 1), -1), vectors)
    assert reranking.order(given_, 4, {}) == [0, 2, 1, 3]


def test_likeness_counts_against_a_clip_and_more_on_a_wide_page() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1], [0, 0]], dtype=np.float32)
    given_ = Ranked(np.array([1.0, 0.8, 0.5, 0.0]), np.arange(4), np.full((4, 1), -1), vectors)
    assert reranking.order(given_, 3, {}) == [0, 1, 2]
    assert reranking.order(given_, 3, {}, wide=True) == [0, 2, 1]


def test_over_watched_tags_fade() -> None:
    given_ = Ranked(np.array([1.0, 0.8, 0.0]), np.arange(3), np.array([[7], [-1], [-1]]), np.zeros((3, 2), np.float32))
    assert reranking.order(given_, 2, {7: 3.0}) == [0, 1]
    assert reranking.order(given_, 2, {7: 7.0}) == [1, 0]
