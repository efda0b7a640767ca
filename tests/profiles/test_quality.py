"""Gates of a day of events."""

import pytest

from jobs.profiles import quality

GOOD = {
    "lines": 1050,
    "broken": 0,
    "events": 1000,
    "duplicates": 50,
    "late": 40,
    "shown_or_opened": 600,
    "without_receipt": 100,
    "unknown_types": 3,
    "holes": 10,
}


def failed(counts: dict[str, int], earlier: tuple[int, ...] = (900, 1000, 1100)) -> list[str]:
    found: list[str] = quality.report("2026-11-22", counts, {}, earlier)["failed"]
    return found


def test_a_usual_day_passes() -> None:
    assert failed(GOOD) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("broken", 3), ("duplicates", 200), ("late", 300), ("without_receipt", 400), ("unknown_types", 80), ("holes", 90)],
)
def test_each_gate_fails_alone(name: str, value: int) -> None:
    assert failed(GOOD | {name: value}) == [name]


def test_what_one_viewer_has_against_a_day_fails_no_gate_and_what_many_have_does() -> None:
    raw = GOOD | {"lines": 694_050, "events": 694_000, "holes": 693_010, "shown_or_opened": 694_000}
    for of_one, expected in ((100, []), (1, ["holes"])):
        sums = {name: GOOD[name] * quality.UNIT for name in quality.JUDGED} | {"holes": 110 * quality.UNIT}
        most = dict.fromkeys(quality.JUDGED, of_one * quality.UNIT)
        judged = quality.judged(sums, most)
        assert (judged["events"], judged["holes"]) == (1000, 110 - of_one)
        assert quality.report("2026-11-22", raw, {}, (900, 1000, 1100), judged)["failed"] == expected


def test_lines_that_are_no_events_are_held_against_all_lines() -> None:
    weighed = {name: GOOD[name] for name in quality.JUDGED}
    assert quality.report("2026-11-22", GOOD | {"lines": 9000, "broken": 5}, {}, (), weighed)["failed"] == []


@pytest.mark.parametrize("events", [400, 2500])
def test_half_or_twice_the_usual_volume_fails(events: int) -> None:
    assert failed(GOOD | {"events": events}) == ["volume"]


def test_the_first_days_have_no_usual_volume() -> None:
    assert failed(GOOD | {"events": 400}, (5000, 5000)) == []


def test_a_day_without_events_fails() -> None:
    assert failed(dict.fromkeys(GOOD, 0), ()) == ["volume"]


def test_shares_of_few_events_say_nothing() -> None:
    few = {name: min(count, 20) for name, count in GOOD.items()} | {"holes": 20}
    assert failed(few, ()) == []


@pytest.mark.parametrize("name", list(quality.LIMITS))
def test_one_or_two_events_fail_no_gate(name: str) -> None:
    small = GOOD | dict.fromkeys(quality.LIMITS, 0) | {"lines": 100, "events": 100, "shown_or_opened": 100}
    assert failed(small | {name: 2}, ()) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "differs"),
    [
        *((0, 0, False), (0, 2, False), (0, 3, True), (300, 298, False), (300, 303, True)),
        *((100_000, 100_100, False), (100_000, 100_102, True)),
    ],
)
def test_plays_differ_by_a_thousandth_and_by_three(ours: int, theirs: int, differs: bool) -> None:
    assert quality.differs(ours, theirs) is quality.differs(theirs, ours) is differs


def test_a_person_can_let_a_gate_pass_by_name() -> None:
    report = quality.report("2026-11-22", GOOD | {"late": 300, "holes": 90}, {}, ())
    assert quality.stopping(report, ("late",)) == ["holes"]
    assert quality.stopping(report, ("late", "holes")) == []


def test_a_day_that_was_not_collected_stops_what_follows() -> None:
    assert quality.stopping(None, ("volume",)) == ["collect was not run"]


def test_a_report_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 1, not 2"):
        quality.stopping({"version": 2, "failed": []}, ())
