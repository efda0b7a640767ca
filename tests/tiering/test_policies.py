"""The policies: what never happens whatever the objects are, and the classes of `seed` object by object."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.platform.s3_prices import SMALLEST_BYTES
from reelstack.tiering import classes, decay
from reelstack.tiering.classes import GLACIER_IR, INTELLIGENT_TIERING, STANDARD, STANDARD_IA
from reelstack.tiering.cost_policy import Cost
from reelstack.tiering.policies import AllStandard, ByAge, Intelligent, Policy, Seed, hot_plays
from tests.tiering.objects import MIB, night, object_of, rows

POLICIES: tuple[Policy, ...] = (AllStandard(), ByAge(), Intelligent(), Seed(hot_plays=100), Cost())


@settings(max_examples=40, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=4), st.sampled_from(POLICIES))
def test_no_policy_moves_what_is_small_or_archived_or_too_young_for_standard_ia(
    given_rows: Any, policy: Policy
) -> None:
    objects = night(*given_rows)
    chosen = policy.choose(objects)
    moved = chosen != objects.code
    assert not moved[objects.size < SMALLEST_BYTES].any()
    assert not moved[objects.code > GLACIER_IR].any()
    young = (objects.code == STANDARD) & (objects.held_days < 30)
    assert not (young & (chosen == STANDARD_IA)).any()
    assert set(chosen[moved].tolist()) <= {STANDARD, STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR}


@settings(max_examples=20, deadline=None)
@given(st.lists(rows(), min_size=2, max_size=5), st.sampled_from(POLICIES))
def test_an_object_is_decided_the_same_alone_and_among_others(given_rows: Any, policy: Policy) -> None:
    together = policy.choose(night(*given_rows)).tolist()
    assert together == [int(policy.choose(night(row))[0]) for row in given_rows]


@settings(max_examples=40, deadline=None)
@given(rows(), st.floats(0, 1000))
def test_seed_is_its_rule_for_each_object(row: Any, top: float) -> None:
    (chosen,) = Seed(hot_plays=top).choose(night(row)).tolist()
    assert chosen == _by_plays(row, top)


def _by_plays(row: dict[str, Any], top: float) -> int:
    """Word by word: hot = top 10 % by plays in the last 7 days or more than 1,000 plays a day; cold = no play for 90
    days; warm = the rest."""
    if row["size"] < SMALLEST_BYTES or row["code"] > GLACIER_IR:
        return int(row["code"])
    if sum(row["plays"]) > top or row["plays"][-1] > 1000:
        return STANDARD
    if row["unplayed_days"] >= 90:
        return GLACIER_IR
    young = row["code"] == STANDARD and row["held_days"] < 30
    return STANDARD if young else STANDARD_IA


@given(st.lists(st.integers(0, 50), max_size=200))
def test_at_most_a_tenth_of_the_clips_is_hot_by_its_place(plays: list[int]) -> None:
    top = hot_plays(np.array(plays, dtype=float))
    assert sum(one > top for one in plays) <= 0.1 * len(plays)


def test_cost_puts_an_unread_object_into_glacier_on_its_first_day() -> None:
    quiet = decay.of_ages((0.001,) * len(decay.EDGES))
    fresh = object_of(held_days=0.0, age_days=0.0, unplayed_days=0.0)
    assert Cost(quiet).choose(night(fresh)).tolist() == [GLACIER_IR]


def test_cost_brings_back_what_is_read_daily_and_keeps_it() -> None:
    read = object_of(code=GLACIER_IR, origin_bytes=[5.0 * MIB] * 30)
    busy = decay.of_ages((0.3,) * len(decay.EDGES))
    (up,) = Cost(busy).choose(night(read)).tolist()
    assert up < GLACIER_IR
    assert Cost(busy).choose(night(read | {"code": up, "held_days": 1.0})).tolist() == [up]


def test_cost_never_pays_a_move_twice_while_nothing_changes() -> None:
    """Whatever it chooses once, it chooses again the night after."""
    levels = [object_of(origin_bytes=[share * MIB] * 30) for share in (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)]
    policy = Cost(decay.of_ages((0.01,) * len(decay.EDGES)))
    first = policy.choose(night(*levels))
    held = np.where(first == 0, 200.0, 1.0)
    again = [row | {"code": code, "held_days": days} for row, code, days in zip(levels, first, held, strict=True)]
    assert policy.choose(night(*again)).tolist() == first.tolist()


@settings(max_examples=40, deadline=None)
@given(rows())
def test_nothing_costs_less_than_nothing_and_smaller_is_charged_as_128_kb(row: Any) -> None:
    size = np.array([row["size"]])
    for code in range(len(classes.CLASSES)):
        assert classes.storage_per_day(code, size)[0] > 0
        assert classes.early_delete(code, size, np.array([row["held_days"]]))[0] >= 0
        assert classes.read(code, size, size)[0] > 0
        assert classes.move(row["code"], code, size)[()].min() >= 0
    tiny, least = np.array([1.0]), np.array([float(SMALLEST_BYTES)])
    assert classes.storage_per_day(GLACIER_IR, tiny) == classes.storage_per_day(GLACIER_IR, least)


def test_a_gigabyte_costs_what_the_price_list_says() -> None:
    gib = np.array([float(2**30)])
    month = 730 / 24
    assert classes.storage_per_day(STANDARD, gib)[0] * month == pytest.approx(0.023)
    assert classes.storage_per_day(GLACIER_IR, gib)[0] * month == pytest.approx(0.004)
    assert classes.retrieval(GLACIER_IR, gib)[0] == pytest.approx(0.03)
    assert classes.read(GLACIER_IR, gib, gib)[0] == pytest.approx(0.03 + 1024 * 0.01 / 1000)
    assert classes.early_delete(GLACIER_IR, gib, np.array([30.0]))[0] == pytest.approx(0.004 * 60 / month)
    unread = np.array([0.0, 29.0, 30.0, 89.0, 90.0])
    tiers = classes.intelligent_per_day(np.repeat(gib, 5), unread) * month - 0.0025 / 1000
    assert tiers == pytest.approx([0.023, 0.023, 0.0125, 0.0125, 0.004])
