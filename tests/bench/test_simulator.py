"""The simulator's benchmark: what decides a claim, and that runs are kept. No claim of quality."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bench import _simulator_claims as claims
from bench import _simulator_runs as runs
from bench._simulator_runs import POLICIES
from cli.simulation import measures
from cli.simulation.people import Settings
from cli.simulation.runs import OURS, WITHOUT

TINY = Settings(days=1, warm_days=1, viewers=6, clips=30, clips_a_day=1)
HOUR = 3_600_000


def a_seed(ours: float, others: float = 0.4) -> dict[str, dict[str, float]]:
    """One seed's result in which "ours" has one value of each measure, and every other policy another."""
    names = (*claims.BETTER, "page_diversity", "creators_with_100")
    found = {policy: dict.fromkeys(names, ours if policy == OURS else others) for policy in POLICIES}
    found[OURS] |= {"capacity": 1.5, "floor_share": 1.0, "hours_to_half": 1.0, "length_correlation": -0.03}
    found[WITHOUT] |= {"hours_to_half": 4.0}
    return found


def verdicts(results: runs.Results) -> dict[str, str]:
    return {str(claim.row["claim"]): str(claim.row["verdict"]) for claim in claims.of(results)}


def test_more_is_met_and_not_met_where_less_is_better() -> None:
    found = verdicts([a_seed(0.5), a_seed(0.51)])
    assert found["finish_rate above that of popular"] == "met"
    assert found["hides_per_1000 below that of popular"] == "not met"
    assert found["hides_per_1000 not above that of linear"] == "not met"
    assert found["creators_with_100 above that of linear"] == "met"


def test_a_difference_within_noise_is_above_nothing_and_below_nothing() -> None:
    found = verdicts([a_seed(0.5), a_seed(0.35), a_seed(0.41)])
    assert found["finish_rate above that of popular"] == "not met"
    assert found["finish_rate not below that of linear"] == "met"


def test_one_seed_proves_nothing_better() -> None:
    assert verdicts([a_seed(0.5)])["finish_rate above that of popular"] == "not met"


def test_every_newcomer_needs_its_floor_where_there_are_slots_for_it() -> None:
    missed, unable = a_seed(0.5), a_seed(0.5)
    missed[OURS]["floor_share"] = 0.9
    unable[OURS] |= {"floor_share": 0.1, "capacity": 0.8}
    assert verdicts([a_seed(0.5), unable])["newcomers with their floor in a day, 1 seeds with slots for it"] == "met"
    assert (
        verdicts([a_seed(0.5), missed])["newcomers with their floor in a day, 2 seeds with slots for it"] == "not met"
    )


@pytest.mark.parametrize(("hours", "verdict"), [(4.0, "met"), (2.9, "not met")])
def test_sooner_is_by_the_factor(hours: float, verdict: str) -> None:
    results = [a_seed(0.5), a_seed(0.5)]
    for one in results:
        one[WITHOUT]["hours_to_half"] = hours
    assert next(of for claim, of in verdicts(results).items() if claim.startswith("half of the final rate")) == verdict


def test_half_of_a_rate_is_reached_at_the_impression_that_makes_it() -> None:
    third_day = [48 * HOUR + hour * HOUR for hour in range(16)]  # four in six hours, so two are half
    quick, slow = [HOUR, 2 * HOUR, *third_day], [HOUR, 9 * HOUR, 30 * HOUR, 31 * HOUR]
    assert measures.hours_to_half([quick], [slow]) == (2.0, 31.0)
    assert measures.hours_to_half([[]], [third_day]) == (72.0, 49.0)


def test_runs_are_kept_until_their_code_or_world_is_another(tmp_path: Path) -> None:
    codes = dict.fromkeys(POLICIES, "a")
    made = runs.of_seed(TINY, tmp_path, codes)
    kept = tmp_path / "seed-00.json"
    before = kept.stat().st_mtime_ns
    assert runs.of_seed(TINY, tmp_path, codes).keys() == made.keys()
    assert kept.stat().st_mtime_ns == before, "nothing was made again"

    runs.of_seed(TINY, tmp_path, {**codes, OURS: "b"})
    assert '"code": "b"' in kept.read_text()
    assert kept.read_text().count('"code": "a"') == len(POLICIES) - 1

    runs.of_seed(replace(TINY, viewers=7), tmp_path, codes)
    assert f'"viewers": {asdict(TINY)["viewers"]},' not in kept.read_text()
