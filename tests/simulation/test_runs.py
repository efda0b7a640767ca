"""Runs of every policy: nothing is lost or counted twice, and the same seed gives the same run. No claim of quality."""

from dataclasses import asdict

import numpy as np
import pytest

from cli.simulation import measures, runs
from cli.simulation.people import Settings

TINY = Settings(days=1, warm_days=1, viewers=12, clips=60, clips_a_day=1)
SMALL = Settings(days=2, warm_days=1, viewers=60, clips=150, clips_a_day=2)


def conserves(run: runs.Run) -> None:
    service, shown = run.service, len(run.rows) + run.warm_rows
    assert service.totals[:, 0].sum() == shown == sum(service.impressions.values()) == service.seen.sum()
    pairs = [(row.viewer, row.clip) for row in run.rows]
    assert len(set(pairs)) == len(pairs), "nobody sees a clip twice"
    assert all(row.at_ms > run.world.clips.published_at[row.clip] for row in run.rows), "no clip is shown too early"
    own = np.zeros(5, dtype=np.int64)
    for known in service.known:
        own += list(asdict(known.totals).values())
    assert (service.totals.sum(axis=0) == own).all()
    assert (service.totals[:, 1] + service.totals[:, 2] <= service.totals[:, 0]).all()


@pytest.mark.parametrize("name", ["random", "popular", runs.OURS])
def test_a_day_of_a_policy(name: str) -> None:
    run = runs.run(name, TINY)
    conserves(run)
    again = runs.run(name, TINY)
    assert [(row.viewer, row.clip, row.outcome) for row in run.rows] == [
        (row.viewer, row.clip, row.outcome) for row in again.rows
    ]


@pytest.mark.engines
@pytest.mark.parametrize("seed", [0, 1])
def test_days_of_every_policy(seed: int) -> None:
    settings = Settings(**{**asdict(SMALL), "seed": seed})
    made = {name: runs.run(name, settings) for name in (*runs.POLICIES, runs.WITHOUT)}
    for run in made.values():
        conserves(run)
        found = measures.of(run)
        assert 0 <= found["finish_rate"] <= 1
        assert 0 <= found["page_diversity"] <= 1
    # People come as they like it, but who comes on the first measured day was settled before.
    first = {name: run.active[settings.warm_days].tolist() for name, run in made.items()}
    assert all(active == first["random"] for active in first.values())


def test_an_interval_is_students() -> None:
    found = measures.interval([1.0, 2.0, 3.0])
    assert found.mean == 2.0
    assert found.half == pytest.approx(4.30 / 3**0.5, rel=1e-3)
    assert measures.interval([1.0]).half == float("inf")
    assert measures.difference([3.0, 5.0], [1.0, 3.0]) == measures.Interval(2.0, 0.0)
