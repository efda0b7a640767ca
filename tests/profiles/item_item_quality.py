"""How well lists find what people watch next: MovieLens 100K, the last fifth of each person's ratings held out.

NDCG@10 over all clips that the person had not watched before. A rating is a clip watched, whatever its stars.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jobs.profiles import item_item
from reelstack.feed import lists
from tests.support import movielens

HELD_OUT = 0.2
RECENT = 10_000
"""Ratings of the training part that "popular of late" counts."""


@dataclass(frozen=True)
class Split:
    train: Mapping[str, tuple[str, ...]]
    test: Mapping[str, frozenset[str]]
    recent: tuple[str, ...]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [(user, item) for user, items in self.train.items() for item in items]

    @staticmethod
    def of_movielens() -> "Split":
        rows = movielens.ratings()
        by_user: dict[str, list[movielens.Rating]] = defaultdict(list)
        for row in rows:
            by_user[row.user].append(row)
        train: dict[str, tuple[str, ...]] = {}
        test: dict[str, frozenset[str]] = {}
        kept: list[movielens.Rating] = []
        for user, own in by_user.items():
            place = len(own) - max(1, int(len(own) * HELD_OUT))
            train[user] = tuple(row.item for row in own[:place])
            test[user] = frozenset(row.item for row in own[place:])
            kept += own[:place]
        kept.sort(key=lambda row: row.at)
        return Split(train, test, tuple(row.item for row in kept[-RECENT:]))

    def compare(self, made: Mapping[str, Any]) -> dict[str, float]:
        """NDCG@10 of each source; `made`: what Spark gave, counts of pairs and ALS factors."""
        clips = made["clips"].tolist()
        place = {clip: number for number, clip in enumerate(clips)}
        watched = np.zeros((len(self.train), len(clips)))
        for row, items in enumerate(self.train.values()):
            watched[row, [place[item] for item in items]] = 1.0
        counts = made["together"]
        assert (counts == watched.T @ watched).all(), "Spark counts pairs as numpy does"
        weights = item_item.closed_form(counts)
        recent = np.zeros(len(clips))
        for item in self.recent:
            recent[place[item]] += 1
        order = [place[name] for name in made["names"].tolist()]
        by_factors = np.zeros_like(watched)
        by_factors[:, order] = _als_scores(watched[:, order], made["factors"])
        every = np.ones((len(self.train), 1))
        scores = {"closed form": watched @ weights, "als": by_factors}
        scores |= {"popular": every * counts.diagonal(), "recent popular": every * recent}
        found = {name: self._of_scores(given, watched, clips) for name, given in scores.items()}
        return {**found, "served": self._of_lists(clips, weights)}

    def _of_lists(self, clips: Sequence[str], weights: Any) -> float:
        """By the very function that the feed asks."""
        near = item_item.neighbours(clips, weights)
        similar = dict(zip(near.clips, near.similar, strict=True))
        world = lists.Lists(lists.WORLD, (), (), {}, {}, near.clips, similar)
        ranked = ([clip for clip, _ in lists.because(world, items[::-1], 10)] for items in self.train.values())
        return self._mean(list(ranked))

    def _of_scores(self, scores: Any, watched: Any, clips: Sequence[str]) -> float:
        best = np.argsort(-np.where(watched > 0, -np.inf, scores), axis=1, kind="stable")[:, :10]
        return self._mean([[clips[place] for place in row] for row in best.tolist()])

    def _mean(self, ranked: Sequence[Sequence[str]]) -> float:
        return float(np.mean([_ndcg(row, self.test[user]) for user, row in zip(self.train, ranked, strict=True)]))


def _ndcg(ranked: Sequence[str], wanted: frozenset[str]) -> float:
    gain = [1 / np.log2(place + 2) for place in range(10)]
    found = sum(gain[place] for place, clip in enumerate(ranked) if clip in wanted)
    return float(found / sum(gain[: len(wanted)]))


def _als_scores(watched: Any, items: Any) -> Any:
    """The viewers' half step of implicit ALS, as Spark does it, and the products."""
    rank = items.shape[1]
    every = items.T @ items
    people = np.zeros((len(watched), rank))
    for row, known in enumerate(watched):
        own = items[np.flatnonzero(known)]
        left = every + item_item.ALS_CONFIDENCE * own.T @ own + item_item.ALS_REGULARISATION * len(own) * np.eye(rank)
        people[row] = np.linalg.solve(left, (1 + item_item.ALS_CONFIDENCE) * own.sum(axis=0))
    return people @ items.T
