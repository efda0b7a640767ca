"""MovieLens 100K as rows of the ranker: what was rated is what was shown, a rating of 4 or 5 is a finish.

Three protocols. (a) each person's last tenth is the test, the tenth before it the validation; ids and what is known of
person and film. (b) the same, and the feed's own features (reelstack.feed.features), as of the moment of each rating.
(c) the same features, one cut in time for all: 80 % training, 10 % validation, 10 % test.
Runs in the environment of the ranker, or any with NumPy.
"""

import csv
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.ranker import rows as job_rows
from jobs.ranker.rows import Rows, lists, words
from reelstack.feed import features, scores
from tests.support import movielens

FINISHED, LIKED = 4, 5
AGES = (18, 25, 30, 35, 40, 45, 50, 56)
YEARS = (1940, 1960, 1970, 1980, 1985, 1990, 1992, 1993, 1994, 1995, 1996, 1997, 1998)
MINUTE_MS = 60_000
HOUR_S = 3600


@dataclass(frozen=True)
class Split:
    train: NDArray[np.int64]
    later: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True)
class World:
    rows: Rows
    split: Split


def world(protocol: str) -> World:
    """Protocol "a", "b" or "c"."""
    ratings = movielens.ratings()
    made = _rows(ratings)
    if protocol != "a":
        seen, sizes = _moments(ratings)
        made = replace(made, features=np.concatenate([made.features, seen], axis=1), sizes=(*made.sizes, *sizes))
    return World(made, _in_time(len(made)) if protocol == "c" else _per_person(made.viewers))


def _per_person(viewers: Any) -> Split:
    """Rows are in the order of time."""
    parts: dict[str, list[int]] = defaultdict(list)
    for index, viewer in enumerate(viewers):
        parts[viewer].append(index)
    train, later, test = [], [], []
    for own in parts.values():
        tenth = max(1, round(len(own) / 10))
        train += own[: -2 * tenth]
        later += own[-2 * tenth : -tenth]
        test += own[-tenth:]
    return Split(*(np.sort(np.asarray(part, dtype=np.int64)) for part in (train, later, test)))


def _in_time(count: int) -> Split:
    order = np.arange(count)
    return Split(*np.split(order, [count * 8 // 10, count * 9 // 10]))


def _rows(ratings: list[movielens.Rating]) -> Rows:
    people, films = _known("user"), _known("item")
    occupations = sorted({person["occupation"] for person in people.values()})
    sides = [_sides(people[one.user], films[one.item], occupations) for one in ratings]
    value = np.array([one.rating for one in ratings])
    nothing = np.zeros(len(ratings), dtype=np.float32)
    outcomes = dict.fromkeys(job_rows.OUTCOMES, nothing)
    outcomes |= {"finish": (value >= FINISHED).astype(np.float32), "like": (value >= LIKED).astype(np.float32)}
    return Rows(
        viewers=words([one.user for one in ratings]),
        videos=words([one.item for one in ratings]),
        owners=words([""] * len(ratings)),
        tags=lists([films[one.item]["class"].split() for one in ratings]),
        languages=words([""] * len(ratings)),
        regions=words([""] * len(ratings)),
        features=np.asarray(sides, dtype=np.int16),
        sizes=(len(AGES) + 1, 2, len(occupations), 11, len(YEARS) + 1),
        history=lists(_histories(ratings)),
        propensity=np.ones(len(ratings)),
        served_at=np.array([one.at * 1000 for one in ratings], dtype=np.int64),
        duration_ms=np.full(len(ratings), MINUTE_MS, dtype=np.int64),
        watched_ms=(value / 5 * MINUTE_MS).astype(np.int64),
        outcomes=outcomes,
        texts=words([""] * len(ratings)),
    )


def _sides(person: dict[str, str], film: dict[str, str], occupations: list[str]) -> list[int]:
    zip_area = int(person["zip_code"][0]) if person["zip_code"][0].isdigit() else 10
    year = int(film["release_year"]) if film["release_year"].isdigit() else 0
    return [
        sum(int(person["age"]) >= edge for edge in AGES),
        int(person["gender"] == "F"),
        occupations.index(person["occupation"]),
        zip_area,
        sum(year >= edge for edge in YEARS),
    ]


def _histories(ratings: list[movielens.Rating]) -> list[tuple[str, ...]]:
    """What each person finished before, newest first. Ratings of one second do not see one another."""
    seen: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=features.HISTORY))
    waiting: dict[str, list[str]] = defaultdict(list)
    last: dict[str, int] = {}
    found = []
    for one in ratings:
        if last.get(one.user) != one.at:
            seen[one.user].extendleft(waiting.pop(one.user, ()))
            last[one.user] = one.at
        found.append(tuple(seen[one.user]))
        if one.rating >= FINISHED:
            waiting[one.user].append(one.item)
    return found


@dataclass
class _State:
    """What is known of all before a moment."""

    totals: dict[str, features.Totals] = field(default_factory=lambda: defaultdict(features.Totals))
    sums: dict[tuple[str, str], dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    recent: deque[tuple[int, str, features.Totals]] = field(default_factory=deque)
    hour: dict[str, features.Totals] = field(default_factory=lambda: defaultdict(features.Totals))
    start_ms: int = 0

    def viewer(self, user: str, now_ms: int) -> features.ViewerState:
        def read(kind: str, half_life: int) -> dict[str, float]:
            return {
                key: scores.read(total, self.start_ms, now_ms, half_life)
                for key, total in self.sums[user, kind].items()
            }

        return features.ViewerState(
            viewer_id=user,
            region="",
            language="",
            totals=self.totals["u" + user],
            interest=read("interest", _INTEREST_MS),
            long_term=read("long_term", scores.LONG_TERM_HALF_LIFE_MS),
        )

    def clip(self, item: str, genres: tuple[str, ...]) -> features.ClipState:
        return features.ClipState(
            video_id=item,
            owner_id="",
            tags=genres,
            language="",
            region="",
            duration_ms=MINUTE_MS,
            published_at=0,
            totals=self.totals["i" + item],
            last_hour=self.hour[item],
        )

    def learn(self, one: movielens.Rating, genres: tuple[str, ...]) -> None:
        added = features.Totals(
            plays=1,
            finishes=int(one.rating >= FINISHED),
            fast_skips=int(one.rating <= 2),
            likes=int(one.rating == LIKED),
        )
        for key in ("u" + one.user, "i" + one.item):
            self.totals[key] = _sum(self.totals[key], added, 1)
        self.hour[one.item] = _sum(self.hour[one.item], added, 1)
        self.recent.append((one.at, one.item, added))
        while self.recent and self.recent[0][0] <= one.at - HOUR_S:
            _, item, gone = self.recent.popleft()
            self.hour[item] = _sum(self.hour[item], gone, -1)
        weight = one.rating - 3.0
        for kind, half_life in (("interest", _INTEREST_MS), ("long_term", scores.LONG_TERM_HALF_LIFE_MS)):
            sums = self.sums[one.user, kind]
            for genre in genres:
                key = scores.TAG + genre
                sums[key] = sums.get(key, 0.0) + scores.forward(weight, one.at * 1000, self.start_ms, half_life)


_INTEREST_MS = scores.INTEREST_HALF_LIFE_MS


def _sum(one: features.Totals, other: features.Totals, sign: int) -> features.Totals:
    return features.Totals(
        one.plays + sign * other.plays,
        one.finishes + sign * other.finishes,
        one.fast_skips + sign * other.fast_skips,
        one.likes + sign * other.likes,
    )


def _moments(ratings: list[movielens.Rating]) -> tuple[NDArray[np.int16], tuple[int, ...]]:
    """The feed's vector of each rating, without what MovieLens has not (constant columns)."""
    films = {item: tuple(film["class"].split()) for item, film in _known("item").items()}
    state = _State(start_ms=ratings[0].at * 1000)
    found: list[list[int]] = []
    waiting: list[movielens.Rating] = []
    for one in ratings:
        if waiting and waiting[0].at != one.at:
            for before in waiting:
                state.learn(before, films[before.item])
            waiting = []
        moment = features.Moment(one.at * 1000)
        viewer, clip = state.viewer(one.user, moment.now_ms), state.clip(one.item, films[one.item])
        found.append(list(features.check(features.vector(viewer, clip, moment))))
        waiting.append(one)
    made = np.asarray(found, dtype=np.int16)
    varies = made.min(axis=0) != made.max(axis=0)
    sizes = tuple(feature.size for feature, kept in zip(features.FEATURES, varies, strict=True) if kept)
    return made[:, varies], sizes


def _known(kind: str) -> dict[str, dict[str, str]]:
    path = getattr(movielens.fetch(), kind)
    with path.open(newline="") as file:
        lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    names = [head.split(":")[0] for head in lines[0]]
    rows = [dict(zip(names, line, strict=True)) for line in lines[1:]]
    return {row[names[0]]: row for row in rows}
