"""The off-policy estimate of a version: on drawn rows only, and right about which version is better."""

from typing import Any

import numpy as np
import pytest

from jobs.ranker import chance
from jobs.ranker.rows import Rows, words


def rows(viewers: int, each: int, propensity: float = 0.01, seed: int = 1) -> tuple[Rows, Any]:
    """Rows that were drawn, and the probability that each is finished."""
    random = np.random.default_rng(seed)
    count = viewers * each
    likely = random.beta(2, 3, count)
    nothing = words([""] * count)
    numbers = np.zeros(count, dtype=np.int64)
    made = Rows(
        *(
            words([f"viewer-{number % viewers}" for number in range(count)]),
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
        ),
        features=np.zeros((count, 1), dtype=np.int16),
        sizes=(1,),
        history=nothing,
        propensity=np.full(count, propensity),
        served_at=np.arange(count),
        duration_ms=numbers,
        watched_ms=numbers,
        outcomes={"finish": (random.random(count) < likely).astype(np.float32)},
        texts=nothing,
    )
    return made, likely


def test_better_version_is_higher_by_what_it_earns() -> None:
    made, likely = rows(400, 16)
    nobody = np.random.default_rng(2).random(len(made))
    found = chance.compared(made, likely, nobody)
    best = likely.reshape(16, 400).T.reshape(400, 2, chance.GROUP).max(axis=2).mean()
    assert found["enough"]
    assert 0 < found["low"] < best - likely.mean() < found["high"]
    worse = chance.compared(made, nobody, likely)
    assert (worse["difference"], worse["high"]) == (pytest.approx(-found["difference"]), pytest.approx(-found["low"]))


def test_equal_versions_differ_by_nothing() -> None:
    made, likely = rows(400, 8)
    found = chance.compared(made, likely, likely)
    assert (found["difference"], found["low"], found["high"], found["enough"]) == (0, 0, 0, True)


@pytest.mark.parametrize(("viewers", "each", "propensity"), [(400, 8, 1.0), (4000, 1, 0.01), (5, 8, 0.01)])
def test_rows_that_were_chosen_or_are_few_say_nothing(viewers: int, each: int, propensity: float) -> None:
    made, likely = rows(viewers, each, propensity)
    found = chance.compared(made, -likely, likely)
    assert (found["difference"], found["low"], found["high"], found["enough"]) == (0, -1, 1, False)
