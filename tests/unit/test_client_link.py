"""How many parts may be under way: never more than a cut may cost."""

import pytest

from reelstack_client.link import Link
from reelstack_client.retry import Timing

MIB = 1024 * 1024


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def link(part: int = 5 * MIB, most: int = 8) -> tuple[Link, Clock]:
    clock = Clock()
    return Link(part, most, Timing(), clock), clock


def move(way: Link, clock: Clock, seconds: int, rate: int) -> None:
    """`rate` bytes leave in each of `seconds`."""
    for _ in range(seconds):
        way.moved(rate)
        clock.now += 1


def test_the_first_part_goes_alone() -> None:
    way, clock = link()
    move(way, clock, 2, 50 * MIB)
    assert way.width() == 1


def test_a_fast_link_takes_as_many_parts_as_are_wished() -> None:
    way, clock = link()
    move(way, clock, 2, 50 * MIB)
    way.landed()
    assert way.width() == 8


def test_no_more_is_under_way_than_four_seconds_carry() -> None:
    way, clock = link()
    move(way, clock, 4, 4 * MIB)
    way.landed()
    assert way.width() == 3


def test_a_slow_link_takes_one_part() -> None:
    way, clock = link()
    way.landed()
    move(way, clock, 8, 100_000)
    assert way.width() == 1


def test_after_a_hole_in_the_network_parts_go_one_by_one_again() -> None:
    way, clock = link()
    move(way, clock, 4, 50 * MIB)
    way.landed()
    clock.now += 10
    assert way.width() == 1


def test_a_link_is_weak_when_a_part_would_take_more_than_six_seconds() -> None:
    way, clock = link()
    move(way, clock, 3, 500_000)
    assert way.is_weak()
    fast, clock = link()
    move(fast, clock, 3, 2 * MIB)
    assert not fast.is_weak()


def test_a_link_is_not_judged_at_first_sight_nor_after_a_part_has_landed() -> None:
    way, clock = link()
    move(way, clock, 2, 1000)
    assert not way.is_weak()
    way.landed()
    move(way, clock, 5, 1000)
    assert not way.is_weak()


def test_a_lane_is_free_again_however_its_part_ended() -> None:
    way, _ = link()
    with pytest.raises(OSError, match="gone"), way.lane(lambda: False):
        raise OSError("gone")
    with (
        way.lane(lambda: False),
        way.lane(lambda: True),
    ):  # the width is one: only because it is over, this one does not wait
        pass
