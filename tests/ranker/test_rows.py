from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.ranker import evaluation, rows, vocabulary
from reelstack.feed import features

NAMES = [feature.name for feature in features.FEATURES]


def columns(count: int = 2, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {name: [False] * count for name in rows.OUTCOMES}
    made |= {name: ["x"] * count for name in ("viewer", "video_id", "owner_id", "language", "region", "source")}
    made |= {"tags": [["cats"]] * count, "history": [["x", "y"]] * count, "propensity": [1.0] * count}
    made |= {"position": [0] * count, "served_at": [1] * count, "duration_ms": [10_000] * count}
    made |= {"watched_ms": [0] * count, "features": [[features.VERSION, *[0] * len(NAMES)]] * count}
    return {**made, **changes}


def test_source_and_position_are_those_of_the_answer_and_fixed_when_served() -> None:
    shown = rows.of_columns(columns(source=["trending", "unheard"], position=[4, 0]))
    places = [NAMES.index("source"), NAMES.index("position")]
    assert shown.features[:, places].tolist() == [[features.SOURCES.index("trending"), 3], [0, 0]]
    fixed = [features.SOURCES.index(features.SERVED_SOURCE), features.SERVED_POSITION]
    assert evaluation.served(shown).features[:, places].tolist() == [fixed, fixed]


def test_vector_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        rows.of_columns(columns(features=[[features.VERSION + 1, *[0] * len(NAMES)]] * 2))


def test_vectors_of_other_versions_are_told_apart() -> None:
    vectors = [[features.VERSION, 0], [features.VERSION + 1, 0], [], [features.VERSION - 1, 0, 0], [features.VERSION]]
    assert rows.of_this_version(vectors).tolist() == [True, False, False, False, True]
    assert rows.of_this_version([]).tolist() == []


def test_too_few_rows_are_told_with_those_that_were_left_out() -> None:
    with pytest.raises(rows.TooFewRows, match="needed; 12,000 are of other versions of the features"):
        rows.require_enough(0, 0, "2026-11-28", 12_000)


def test_missing_column_is_named() -> None:
    given = columns()
    del given["propensity"]
    with pytest.raises(ValueError, match="propensity"):
        rows.of_columns(given)


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=20))
def test_weights_have_mean_one_and_are_clipped(propensity: list[float]) -> None:
    found = rows.row_weights(np.array(propensity), 20.0)
    assert found.mean() == pytest.approx(1, rel=1e-5)
    assert found.max() <= 20 * found.min() * (1 + 1e-5)


@given(st.lists(st.integers(0, 9_000), min_size=2, max_size=30))
def test_watch_time_of_a_longer_clip_has_the_same_quantile_if_the_same_share_was_watched(watched: list[int]) -> None:
    count = len(watched)
    short = rows.of_columns(columns(count, watched_ms=watched))
    long = rows.of_columns(columns(count, watched_ms=[6 * one for one in watched], duration_ms=[60_000] * count))
    quantiles = [rows.watch_scale(one).quantiles(one.watched_ms, one.duration_ms) for one in (short, long)]
    assert np.array_equal(quantiles[0], quantiles[1])
    assert ((quantiles[0] > 0) & (quantiles[0] < 1)).all()


def test_rare_ids_and_unknown_ones_share_a_row() -> None:
    known = rows.of_columns(columns(7, viewer=["ann"] * 5 + ["rare", ""]))
    words = vocabulary.learn(known, 5, 16)
    assert words.fields[0] == ("ann",)
    found = words.rows_of("viewer", ["ann", "rare", "erased"]) - words.starts["viewer"]
    assert found.tolist() == [1, 0, 0]


def test_rows_of_fields_never_meet() -> None:
    words = vocabulary.learn(rows.of_columns(columns(6)), 5, 16)
    assert vocabulary.encode(words, rows.of_columns(columns(1))).single.max() < words.starts["end"]
    starts = list(words.starts.values())
    assert starts == sorted(set(starts))


@pytest.mark.parametrize(("before", "of_day"), [(0, 0), (rows.LEAST_ROWS - 1, 50), (rows.LEAST_ROWS, 0)])
def test_too_few_rows_are_told_with_how_many_are_needed(before: int, of_day: int) -> None:
    with pytest.raises(
        rows.TooFewRows, match=rf"{before:,} training rows before .* {of_day} of it: at least 1,177 before"
    ):
        rows.require_enough(before, of_day, "2026-11-28")


def test_the_least_rows_leave_a_thousand_to_fit() -> None:
    rows.require_enough(rows.LEAST_ROWS, 1, "2026-11-28")
    assert int((rows.LEAST_ROWS - 1) * (1 - rows.LATER)) < rows.LEAST_FITTED <= int(rows.LEAST_ROWS * (1 - rows.LATER))
