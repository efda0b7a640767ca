"""Of what is whole each day the last days stay, however long the job stood still."""

import pytest

from jobs.profiles import days, snapshots
from jobs.profiles.place import Place
from jobs.profiles.snapshots import KEPT, TooFarBack

FIRST = "2026-11-01"


class Held(Place):
    """A folder that is there in name alone."""

    def __init__(self, *names: str) -> None:
        super().__init__(None, "")
        self.held = set(names)

    def names(self, path: str) -> list[str]:
        return sorted(self.held)

    def delete(self, path: str) -> None:
        self.held.remove(path.rpartition("/")[2])


def through(count: int, first: str = FIRST) -> list[str]:
    return [f"day={day}" for day in days.last(days.before(first, 1 - count), count)]


def run(place: Held, day: str) -> str | None:
    """A step: it goes on from the newest before its day, writes its own, and forgets."""
    found = snapshots.latest(place, "a", day)
    place.held.add(f"day={day}")
    snapshots.forget(place, "a", day)
    return found


def test_the_last_ones_stay_and_each_day_goes_on_from_the_one_before() -> None:
    place = Held()
    for day in days.last("2026-11-30", 30):
        found = run(place, day)
        assert found == (None if day == FIRST else f"a/day={days.before(day)}")
    assert sorted(place.held) == through(KEPT, "2026-11-16")


def test_after_a_year_of_standing_still_nothing_is_lost() -> None:
    place = Held(*through(KEPT))
    assert run(place, "2027-11-30") == "a/day=2026-11-15"
    assert sorted(place.held) == [*through(KEPT - 1, "2026-11-02"), "day=2027-11-30"]


def test_a_back_fill_deletes_nothing_of_later_days_and_begins_where_it_can() -> None:
    place = Held(*through(KEPT))
    for day in days.last("2026-11-15", KEPT - 1):
        assert run(place, day) == f"a/day={days.before(day)}"
    assert sorted(place.held) == through(KEPT)


@pytest.mark.parametrize("day", ["2026-10-20", FIRST])
def test_a_back_fill_never_begins_from_nothing_where_there_was_something(day: str) -> None:
    with pytest.raises(TooFarBack, match="after 2026-11-01"):
        run(Held(*through(KEPT)), day)
    assert run(Held(*through(KEPT - 1)), FIRST) is None


def test_a_pointer_beside_the_days_stays() -> None:
    place = Held(*(name.removeprefix("day=") for name in through(KEPT + 1)), "current.json")
    assert snapshots.forget(place, "lists", "2026-11-16") == [FIRST]
    assert "current.json" in place.held
