"""Scoring: what each candidate is worth to a viewer, by the ranker, or by hand-set weights without one. Pure.

The features are those of `features` in columns, as training knows them; position and source are fixed. `Scored.logged`
gives the vector of one candidate as the log of served clips keeps it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reelstack.feed import feature_columns, features, live_signals, rank_model, scores
from reelstack.feed.features import ClipState, Moment, Totals, ViewerState
from reelstack.feed.item_table import ItemTable, Rows
from reelstack.feed.table_encoder import TableEncoder
from reelstack.feed.viewer_context import ViewerContext

HOUR_SECONDS = 3600
WEIGHTS = "weights-1"
"""The name of the hand-set weights, in the place of a model's version."""
FINISH, FAST_SKIP = rank_model.HEADS.index("finish"), rank_model.HEADS.index("fast_skip")
_NAMES = [feature.name for feature in features.FEATURES]
_AT = {name: index for index, name in enumerate(_NAMES)}
HAND_WEIGHTS: Mapping[str, float] = {
    "tags_session": 1.0,
    "tags_interest": 1.0,
    "tags_long_term": 0.8,
    "creator_interest": 0.6,
    "creator_long_term": 0.5,
    "finish_rate": 1.2,
    "like_rate": 0.4,
    "fast_skip_rate": -0.8,
    "hide_rate": -0.6,
    "plays_last_hour": 0.4,
    "age_hours": -0.8,
    "same_language": 0.3,
    "same_region": 0.2,
}
"""Of each feature's bucket, as a share of its buckets: used until a first model is released, and as a baseline."""


@dataclass(frozen=True)
class Scored:
    rows: Rows
    values: NDArray[np.float64]
    predictions: NDArray[np.float32] | None
    """[candidates, rank_model.HEADS]; None without a model."""
    buckets: NDArray[np.int16]
    model: str

    def logged(self, index: int) -> list[int]:
        return [features.VERSION, *self.buckets[index].tolist()]


@dataclass(frozen=True)
class Scorer:
    table: ItemTable
    encoder: TableEncoder | None
    """None: there is no ranker, and hand-set weights order."""
    factors: Mapping[str, float] = field(default_factory=dict)
    """Head -> what an experiment multiplies its weight by."""


def viewer_state(context: ViewerContext, session: Mapping[str, float], now_ms: int) -> ViewerState:
    """`session`: scores of this session where no job keeps them."""
    profile, signals = context.profile, context.signals
    faded = 0.5 ** (max(now_ms - profile.as_of, 0) / scores.LONG_TERM_HALF_LIFE_MS) if profile.as_of else 0.0
    return ViewerState(
        viewer_id=context.asker.identity,
        region=context.region,
        language=profile.language,
        totals=profile.totals,
        session=signals.session or session,
        interest=signals.interest,
        long_term={key: score * faded for key, score in profile.interests.items()},
        watched=signals.watched,
    )


def score(setting: Scorer, context: ViewerContext, viewer: ViewerState, rows: Rows, now_ms: int) -> Scored:
    table = setting.table
    buckets = feature_columns.of_rows(
        viewer, table.numbered(rows, _last_hours(table, context, rows, now_ms)), Moment(now_ms)
    )
    return of_features(setting, viewer, rows, buckets)


def of_features(setting: Scorer, viewer: ViewerState, rows: Rows, buckets: NDArray[np.int16]) -> Scored:
    """The same, of features that are known."""
    if setting.encoder is None or not len(rows):
        return Scored(rows, by_hand(buckets), None, buckets, WEIGHTS)
    model = setting.encoder.model
    history = [video_id for video_id, _ in viewer.watched]
    predictions = model.predict_rows(setting.encoder.encode(viewer.viewer_id, history, rows, buckets))
    return Scored(rows, model.value(predictions, setting.factors), predictions, buckets, model.version)


def _last_hours(table: ItemTable, context: ViewerContext, rows: Rows, now_ms: int) -> dict[int, Totals]:
    """Of those clips that the region's counters know, by index."""
    known = context.live.clip_ids
    if not known:
        return {}
    return {
        place: context.live.counts(f"{live_signals.CLIP}{one.decode()}", HOUR_SECONDS, now_ms).totals
        for place, one in enumerate(table.items.ids[rows].tolist())
        if one in known
    }


def by_hand(buckets: NDArray[np.int16]) -> NDArray[np.float64]:
    weights = np.zeros(len(_NAMES))
    for name, weight in HAND_WEIGHTS.items():
        weights[_AT[name]] = weight / len(features.FEATURES[_AT[name]].edges)
    found: NDArray[np.float64] = buckets.astype(np.float64) @ weights
    return found


def watch_curve(scored: Scored, index: int, clip: ClipState) -> list[float]:
    """How likely the viewer still watches at 25, 50, 75 and 100 % of the clip: a line from those who do not skip at
    once, at a quarter, to those who finish."""
    if scored.predictions is None:
        finish, skip = features.rate(clip.totals, "finishes"), features.rate(clip.totals, "fast_skips")
    else:
        finish, skip = scored.predictions[index, FINISH].item(), scored.predictions[index, FAST_SKIP].item()
    begin = max(1.0 - skip, finish)
    return [round(begin + (finish - begin) * step / 3, 3) for step in range(4)]


def heads(predictions: Sequence[float]) -> Mapping[str, float]:
    """Predictions of one candidate by head; empty without a model."""
    return {name: round(of, 4) for name, of in zip(rank_model.HEADS, predictions, strict=True)} if predictions else {}
