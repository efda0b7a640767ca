"""How many parts may be under way: never more than a cut may cost."""

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


def land(way: Link, clock: Clock, parts: int, seconds: float) -> None:
    """One part after the other lands, `seconds` each."""
    for _ in range(parts):
        clock.now += seconds
        way.landed(way.part_bytes)


def test_the_first_part_goes_alone() -> None:
    way, _ = link()
    way.moved(50 * MIB)
    assert way.width() == 1


def test_a_fast_link_takes_as_many_parts_as_are_wished() -> None:
    way, clock = link()
    land(way, clock, 20, 0.1)
    assert way.width() == 8


def test_no_more_is_under_way_than_the_link_moves_in_the_time_that_may_be_lost() -> None:
    way, clock = link()
    land(way, clock, 10, Timing().at_risk / 2.5)
    assert way.width() == 3


def test_what_left_but_did_not_land_opens_no_lane() -> None:
    way, clock = link()
    land(way, clock, 1, 1)
    way.moved(50 * MIB)
    assert way.width() == 1


def test_a_slow_link_takes_one_part() -> None:
    way, clock = link()
    land(way, clock, 3, 30)
    assert way.width() == 1


def test_after_a_hole_in_the_network_parts_go_one_by_one_again() -> None:
    way, clock = link()
    land(way, clock, 20, 0.1)
    clock.now += 10
    assert way.width() == 1


def move(way: Link, clock: Clock, seconds: int, rate: int) -> None:
    """`rate` bytes leave in each of `seconds`."""
    for _ in range(seconds):
        way.moved(rate)
        clock.now += 1


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
    way.landed(1000)
    move(way, clock, 5, 1000)
    assert not way.is_weak()


def test_a_link_that_was_found_good_enough_is_not_judged_again() -> None:
    way, clock = link()
    move(way, clock, 3, 2 * MIB)
    assert not way.is_weak()
    move(way, clock, 60, 1000)
    assert not way.is_weak()


def test_a_hole_in_the_network_makes_no_link_weak() -> None:
    way, clock = link()
    move(way, clock, 1, 1000)
    clock.now += 60
    way.lost()
    move(way, clock, 3, 2 * MIB)
    assert not way.is_weak()


def test_a_lane_is_free_again_when_its_part_has_left() -> None:
    way, _ = link()
    assert way.enter(lambda: False)
    assert not way.enter(lambda: False), "the width is one"
    assert way.enter(lambda: True), "it is over: nobody waits"
    way.leave()
    way.leave()
    assert way.enter(lambda: False)


def test_small_pieces_go_two_at_a_time_however_slow_the_link() -> None:
    clock = Clock()
    way = Link(MIB // 4, 8, Timing(), clock, least=2)
    assert way.width() == 2
    assert Link(MIB // 4, 1, Timing(), clock, least=2).width() == 1, "unless one at a time was asked for"


def test_what_the_kernel_may_hold_back_does_not_count_as_speed() -> None:
    way, clock = link()
    move(way, clock, 2, 64 * 1024)
    assert way.rate() == 0
    move(way, clock, 2, 64 * 1024)
    assert way.rate() == 128 * 1024 / 4
