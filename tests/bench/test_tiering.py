"""The tiering bench: its optimum is a bound, deleted objects pay their minimum, and the page says what was measured."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bench import _tiering_optimum as optimum
from bench import _tiering_page as page
from bench import _tiering_workloads as workloads
from bench._tiering_shapes import ALL, FIRST, HELD_OUT, LIMITS, NEW, SOCIAL
from bench._tiering_simulation import Simulation
from bench.tiering import POLICIES
from reelstack.tiering import classes
from reelstack.tiering.classes import GLACIER_IR, INTELLIGENT_TIERING, STANDARD, Codes
from reelstack.tiering.objects import Objects

DAYS = 120
TINY = replace(SOCIAL, median_plays=60, deleted_share=0.5)


@pytest.fixture(scope="module")
def workload() -> workloads.Workload:
    made = workloads.make(TINY, 12, 0)
    return replace(made, born=np.sort(made.born % 60))


def test_no_policy_costs_less_than_the_optimum(workload: workloads.Workload) -> None:
    simulation = Simulation(workload, DAYS)
    least = optimum.cheapest(workload, np.arange(len(workload.size)), DAYS)
    for name, make in POLICIES.items():
        bill = simulation.run(name, make, INTELLIGENT_TIERING if name == "intelligent" else STANDARD)
        # Intelligent-Tiering begins there, without the first day in Standard.
        assert name == "intelligent" or (bill.dollars.sum(axis=0) >= least * (1 - 1e-9)).all(), name


class _Frozen:
    name = "frozen"

    def choose(self, objects: Objects) -> Codes:
        return np.full(len(objects), GLACIER_IR, dtype=np.int8)


def test_what_is_deleted_pays_the_rest_of_its_minimum_and_nothing_after_it() -> None:
    made = workloads.make(TINY, 1, 0)
    quiet = replace(
        made,
        born=np.zeros_like(made.born),
        died=np.full_like(made.died, 31),
        reads=np.zeros_like(made.reads),
        plays=np.zeros_like(made.plays),
    )
    bill = Simulation(quiet, DAYS).run("frozen", lambda _: _Frozen())
    month = classes.storage_per_day(STANDARD, quiet.size) + 90 * classes.storage_per_day(GLACIER_IR, quiet.size)
    assert bill.dollars[[0, 4]].sum(axis=0) == pytest.approx(month)
    least = optimum.cheapest(quiet, np.arange(len(made.size)), DAYS)
    assert (least <= bill.dollars.sum(axis=0) * (1 + 1e-9)).all()


def test_shapes_have_names_of_their_own() -> None:
    assert len({shape.name for shape in ALL}) == len(FIRST) + len(NEW) + len(HELD_OUT) + len(LIMITS)


def test_the_page_and_its_picture_say_what_was_measured() -> None:
    results = json.loads(page.RESULTS.read_text())
    text = page.PAGE.read_text()
    assert page.page(text, results) == text
    assert page.svg(results) == page.PICTURE.read_text()
    assert page.PICTURE.stat().st_size < 60_000
