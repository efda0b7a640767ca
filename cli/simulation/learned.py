"""Policies that look at the product's features: the linear ranker, and the product's own ranked page.

The ranked page is reelstack.feed.ranked_page.plan with the choices that plans.make has at level 0; what it is given
comes from `Service`. Its scores are hand-set weights, a linear model, or a released version of the ranker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cli.simulation import linear
from cli.simulation.linear import Encoder, Linear, RankModel
from cli.simulation.people import Floats, Ints
from cli.simulation.policies import Shown, Sitting, unseen
from cli.simulation.service import Service
from cli.simulation.world import Outcome
from reelstack.feed import candidates, page_caps, plans, ranked_page, scoring
from reelstack.feed.candidates import Wanted
from reelstack.feed.filters import Excluded
from reelstack.feed.rank_model import RankModel as Released
from reelstack.feed.ranked_page import Choice, Setting, Viewer
from reelstack.feed.scoring import Scored, Scorer
from reelstack.feed.table_encoder import TableEncoder
from reelstack.feed.trace import Trace
from reelstack.feed.viewer_context import Asker, ViewerContext


class _Featured:
    """What both have: a viewer's context, and features of clips."""

    def __init__(self, name: str, service: Service, model: Linear | None) -> None:
        self.name, self.service, self.model = name, service, model

    def start_day(self, now_ms: int) -> None:  # noqa: ARG002  # a Policy's
        if self.model:
            self.model.fit()

    def described(self, sitting: Sitting, shown: Sequence[Shown]) -> Sequence[Shown]:
        if not self.model or not shown:
            return shown
        clips = np.array([one.clip for one in shown], dtype=np.int64)
        buckets = self.scored(self.context(sitting.viewer, sitting.now_ms), clips, sitting.now_ms).buckets
        return [replace(one, buckets=row) for one, row in zip(shown, buckets, strict=True)]

    def learn(self, shown: Shown, outcome: Outcome) -> None:
        if self.model and shown.buckets is not None:
            self.model.add(shown.buckets, tuple(getattr(outcome, name) for name in linear.LEARNED))

    def context(self, viewer: int, now_ms: int) -> ViewerContext:
        known = self.service.known[viewer]
        return ViewerContext(
            Asker(f"viewer-{viewer:05}"),
            personalised=True,
            signals=self.service.signals(viewer, now_ms),
            profile=known.profile,
            filters=(bytes(known.filter), None),
            live=self.service.live(now_ms),
            impressions=self.service.impressions,
        )

    def scored(self, context: ViewerContext, clips: Ints, now_ms: int) -> Scored:
        """Rows of the table are numbers of clips: newcomers are appended in the order of time."""
        scorer = Scorer(self.service.table, self.encoder())
        return scoring.score(scorer, context, scoring.viewer_state(context, {}, now_ms), clips, now_ms)

    def encoder(self) -> Any:
        return Encoder(RankModel(self.model)) if self.model else None

    def scores(self, viewer: int, clips: Ints, now_ms: int) -> Floats:
        return self.scored(self.context(viewer, now_ms), clips, now_ms).values


class LinearRanker(_Featured):
    """All that was not shown, by the linear model; nothing is spread and nothing explored. While it has not learned, by
    chance."""

    def __init__(self, service: Service, seed: int) -> None:
        super().__init__("linear", service, Linear(seed))

    def page(self, sitting: Sitting, limit: int) -> Sequence[Shown]:
        free = unseen(self.service, sitting)
        scored = self.scored(self.context(sitting.viewer, sitting.now_ms), free, sitting.now_ms)
        values = scored.values + 1e-9 * sitting.chance.random(len(free))
        best = np.argsort(-values, kind="stable")[:limit]
        return [Shown(int(free[one]), float(values[one]), buckets=scored.buckets[one]) for one in best]


class RankedPage(_Featured):
    def __init__(
        self,
        name: str,
        service: Service,
        *,
        model: Linear | None = None,
        released: Released | None = None,
        explores: bool = True,
    ) -> None:
        super().__init__(name, service, model)
        self.explores, self.released = explores, released
        self._encoder: TableEncoder | None = None

    def encoder(self) -> Any:
        if self.released is None:
            return super().encoder()
        if self._encoder is None or self._encoder.table is not self.service.table:
            self._encoder = TableEncoder(self.released, self.service.table).prepare()
        return self._encoder

    def page(self, sitting: Sitting, limit: int) -> Sequence[Shown]:
        service, session = self.service, sitting.session
        setting = Setting(
            service.table, self.encoder(), service.lists, list(candidates.QUOTAS), service.impressions
        )  # fmt: skip
        viewer = self._viewer(sitting)
        generator = np.random.default_rng((session.salt, session.position))
        planned = ranked_page.plan(setting, viewer, limit, sitting.now_ms, generator, Trace())
        if not self.explores:
            planned = [one for one in planned if not one.explores]
        return [self._shown(one) for one in page_caps.arranged(planned, limit)[0]]

    def _shown(self, one: Choice) -> Shown:
        buckets = np.array(one.features[1:], dtype=np.int16)
        return Shown(self.service.place[one.video_id], one.value, one.source == "random", one.explores, buckets)

    def _viewer(self, sitting: Sitting) -> Viewer:
        """As plans._viewer at level 0, of somebody who follows nobody and picked nothing."""
        context = self.context(sitting.viewer, sitting.now_ms)
        signals = context.signals
        watched = [video_id for video_id, _ in signals.watched]
        shares = [share for _, share in signals.watched[: plans.SKIPS_IN_A_ROW]]
        excluded = Excluded(
            viewer_id=context.asker.identity,
            served=np.array(sitting.session.served, dtype=np.uint32),
            filters=context.filters,
            watched=watched,
        )
        wanted = Wanted(
            interest=_sum(signals.session, signals.interest),
            long_term=context.profile.interests,
            watched=watched,
            vector=self.released.viewer_vector(watched) if self.released and watched else None,
            live=context.live,
            now_ms=sitting.now_ms,
        )
        wide = len(shares) == plans.SKIPS_IN_A_ROW and max(shares) < plans.FAST_SKIPPED
        return Viewer(context, wanted, excluded, {}, sitting.session.tags, wide=wide)


def _sum(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {key: one.get(key, 0.0) + other.get(key, 0.0) for key in {**one, **other}}
