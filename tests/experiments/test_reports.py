"""The report of a layer, from lines of the daily job to arms that are harmful."""

import json
from collections.abc import Iterator
from datetime import date

import pytest

from bench import _experiment_worlds as worlds
from cli import experiments
from reelstack.experiments import reports, viewer_days
from reelstack.experiments.layers import Arm, Layer
from reelstack.experiments.viewer_days import ViewerDay

FIRST = date(2026, 11, 2)
LAYER = Layer(salt="fresh", arms=(Arm(name="control", begin=0, end=500), Arm(name="b", begin=500, end=1000)))


def day(number: int, unit: str, arm: str | None, plays: int = 10, finishes: int = 4) -> ViewerDay:
    arms = {"ranker": f"fresh/{arm}"} if arm else {}
    return ViewerDay(FIRST.toordinal() + number, unit, arms, (plays, finishes, finishes * 1000, 1, 0, plays))


def report(rows: list[ViewerDay] | Iterator[ViewerDay], layer: Layer = LAYER) -> reports.LayerReport:
    return reports.report("ranker", layer, rows)


@pytest.fixture(scope="module")
def harmed() -> reports.LayerReport:
    return report(worlds.rows(worlds.viewers(5, 1200, 10, effect=-0.15, hide_factor=4), "fresh", FIRST))


def test_harmful_arm_is_found(harmed: reports.LayerReport) -> None:
    assert reports.harmful(harmed) == ["b"]
    assert {"finish_rate", "skip_rate", "hide_rate"} >= set(harmed.arms[1].harms) > set()
    assert harmed.has_sound_ratio


def test_command_says_which_arm_is_harmful_and_by_what(harmed: reports.LayerReport) -> None:
    lines = list(experiments._lines(harmed))
    assert lines[0] == "ranker: fresh"
    assert [line.split()[0] for line in lines if "HARMFUL" in line] == ["b:"]
    assert not [line for line in lines if "SAMPLE RATIO" in line]
    (rate,) = (line for line in lines[-len(reports.METRICS) :] if "finish_rate" in line)
    assert rate.endswith("]*")


def test_cuped_narrows_the_rate_of_finishes(harmed: reports.LayerReport) -> None:
    compared = harmed.arms[1].metrics["finish_rate"].compared
    assert compared is not None
    assert compared.variance < 0.6 * compared.variance_without_cuped
    assert compared.low < -0.15 * harmed.arms[0].metrics["finish_rate"].mean < compared.high


def test_better_arm_is_not_harmful_and_a_stopped_one_is_not_stopped_again() -> None:
    made = worlds.viewers(6, 1200, 10, effect=0.15)
    found = report(worlds.rows(made, "fresh", FIRST))
    assert reports.harmful(found) == []
    compared = found.arms[1].metrics["finish_rate"].compared
    assert compared is not None
    assert compared.low > 0
    bad = worlds.viewers(7, 1200, 10, effect=-0.3)
    stopped = LAYER.model_copy(update={"arms": (LAYER.arms[0], LAYER.arms[1].model_copy(update={"stopped": True}))})
    assert reports.harmful(report(worlds.rows(bad, "fresh", FIRST), stopped)) == []


def test_lost_viewers_of_one_arm_are_found() -> None:
    rows = worlds.rows(worlds.viewers(8, 4000, 2), "fresh", FIRST)
    lost = (row for row in rows if row.arms.get("ranker") != "fresh/b" or int(row.unit.removeprefix("viewer-")) % 4)
    assert not report(lost).has_sound_ratio


def test_viewer_counts_once_with_all_days_and_not_for_two_arms() -> None:
    found = report(
        [day(0, "x", "b"), day(1, "x", "b", 20, 2), day(0, "y", "b"), day(1, "y", "control"), day(0, "z", None)]
    )
    control, treated = found.arms
    assert (control.units, treated.units, found.crossed) == (0, 1, 1)
    assert treated.metrics["finish_rate"].mean == pytest.approx(6 / 30)
    assert treated.metrics["finish_rate"].compared is None


def test_return_is_asked_of_days_whose_next_day_is_known() -> None:
    rows = [day(0, "x", "b"), day(1, "x", None), day(0, "y", "b"), day(2, "y", "b"), day(3, "z", "control")]
    assert report(rows).arms[1].metrics["return_rate"].mean == pytest.approx(1 / 3)


def test_another_experiment_of_the_layer_is_not_counted() -> None:
    other = ViewerDay(FIRST.toordinal(), "x", {"ranker": "stale/b"}, (9,) * 6)
    assert [arm.units for arm in report([other]).arms] == [0, 0]


def test_line_is_read_and_a_broken_one_is_refused() -> None:
    line = {
        "day": "2026-11-02",
        "unit": "x",
        "arms": "ranker=fresh/b;weights=w/c",
        **dict.fromkeys(viewer_days.COUNTS, 3),
    }
    (found,) = viewer_days.read([json.dumps(line), ""])
    assert found == ViewerDay(FIRST.toordinal(), "x", {"ranker": "fresh/b", "weights": "w/c"}, (3,) * 6)
    for wrong in ({**line, "plays": -1}, {**line, "unit": ""}, {**line, "day": 5}, [], {"day": "2026-11-02"}):
        with pytest.raises(ValueError):
            list(viewer_days.read([json.dumps(wrong)]))


def drafted(unit: str, team: str, plays: int, finishes: int) -> ViewerDay:
    return day(0, unit, "b" + team, plays, finishes)


def test_an_interleaved_arm_tells_which_ranker_its_viewers_prefer() -> None:
    rows = [
        row
        for number in range(200)
        for row in (
            drafted(f"x{number}", "", 2, 2),  # clips that explore, which no team picked
            drafted(f"x{number}", "+a", 9, 2 + number % 3),
            drafted(f"x{number}", "+b", 9, 4 + number % 2),
            day(0, f"y{number}", "control"),
        )
    ]
    found = report(rows)
    control, arm = found.arms
    assert control.interleaved is None
    assert (arm.units, found.crossed) == (200, 0), "teams are no arms"
    assert arm.metrics["finish_rate"].mean == pytest.approx((2 + 3 + 4.5 - 0.005) / 20, abs=0.001)
    assert arm.interleaved is not None
    finishes, watched = arm.interleaved.finishes, arm.interleaved.watched_ms
    assert finishes.credits == {"a": 200 * 2 + 199, "b": 200 * 4 + 100}
    assert finishes.credits["a"] * 1000 == watched.credits["a"]
    assert (finishes.winner, watched.winner) == ("b", "b")
    told = [line for line in experiments._lines(found) if "two rankers" in line]
    assert len(told) == 2
    assert all(line.endswith("]: b is preferred") for line in told)
    few = report(rows[:40])
    assert [line.rsplit(", ")[-1] for line in experiments._lines(few) if "two rankers" in line] == [
        "which are too few"
    ] * 2


def test_equal_rankers_are_not_decided() -> None:
    rows = [drafted(f"x{n}", "+" + "ab"[team], 5, (n + team) % 2 + 1) for n in range(200) for team in (0, 1)]
    found = report(rows).arms[1].interleaved
    assert found is not None
    assert found.finishes.winner is found.watched_ms.winner is None
