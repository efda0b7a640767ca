"""Claims on the simulator's feed, each decided by the 95 % interval of a mean difference over the same seeds. Pure.

"Higher" is met if the whole interval is above 0, "not below" if no part of it need be given up: the interval reaches 0.
One seed has no interval, so it meets no claim of the first kind.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench._report import Check
from bench._simulator_runs import Results
from cli.simulation import measures, runs
from cli.simulation.measures import Interval

WEAKER = ("random", "popular", "newest", "hand weights")
LINEAR = "linear"
BETTER: Mapping[str, bool] = {
    "finish_rate": True,
    "next_day_return": True,
    "hides_per_1000": False,
    "fast_skip_rate": False,
}
"""Measure -> whether more is better."""
MOST_LENGTH, LEAST_SOONER = 0.05, 3.0


@dataclass(frozen=True)
class Claim:
    """`low` or `high` of the interval is what is held against `bound`."""

    text: str
    found: Interval
    bound: float = 0.0
    by: str = "low"

    @property
    def check(self) -> Check:
        value = float(getattr(self.found, self.by))
        return Check(f"{self.text}, {self.by} end of the interval", value, "", self.bound, least=True)

    @property
    def row(self) -> dict[str, object]:
        return {
            "claim": self.text,
            "verdict": "met" if self.check.holds else "not met",
            "mean": f"{self.found.mean:.4g}",
            "interval": f"{self.found.low:.4g} to {self.found.high:.4g}",
        }


def of(results: Results) -> list[Claim]:
    return [*_of_viewers(results), *_of_creators(results), *_of_newcomers(results), _of_length(results)]


def _of_viewers(results: Results) -> Iterator[Claim]:
    for name, more in BETTER.items():
        for other in WEAKER:
            yield Claim(
                f"{name} {'above' if more else 'below'} that of {other}", _gain(results, name, other, more=more)
            )
        beside = _gain(results, name, LINEAR, more=more)
        yield Claim(f"{name} not {'below' if more else 'above'} that of {LINEAR}", beside, by="high")
    yield Claim("page_diversity at least that of popular", _gain(results, "page_diversity", "popular"))


def _of_creators(results: Results) -> Iterator[Claim]:
    for other in (*WEAKER, LINEAR):
        yield Claim(f"creators_with_100 above that of {other}", _gain(results, "creators_with_100", other))


def _of_newcomers(results: Results) -> Iterator[Claim]:
    """A floor is owed where there are slots for it; half of the final rate, at least so many times as soon."""
    able = [one[runs.OURS] for one in results if one[runs.OURS]["capacity"] >= 1]
    floors = measures.interval([one["floor_share"] for one in able])
    yield Claim(f"newcomers with their floor in a day, {len(able)} seeds with slots for it", floors, 1.0, by="mean")
    one, other = (values(results, name, "hours_to_half") for name in (runs.OURS, runs.WITHOUT))
    sooner = measures.difference(other, [LEAST_SOONER * hours for hours in one])
    yield Claim(f"half of the final rate {LEAST_SOONER:g} × sooner than without exploration, hours beyond", sooner)


def _of_length(results: Results) -> Claim:
    found = measures.interval(values(results, runs.OURS, "length_correlation"))
    return Claim(
        "length and score of people without a taste in it, 0.05 less the correlation",
        Interval(MOST_LENGTH - abs(found.mean), found.half),
        by="mean",
    )


def values(results: Results, policy: str, name: str) -> list[float]:
    return [one[policy].get(name, float("nan")) for one in results]


def _gain(results: Results, name: str, other: str, *, more: bool = True) -> Interval:
    one, two = values(results, runs.OURS, name), values(results, other, name)
    return measures.difference(one, two) if more else measures.difference(two, one)
