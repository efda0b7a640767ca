"""What the model is held against: popularity, logistic regression and a factorisation machine.

All get the same rows, features and vocabulary as the model, and their own regularisation, chosen by the loss on the
same later rows: a weak baseline is a bug.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jobs.ranker import training
from jobs.ranker.rows import Rows
from jobs.ranker.settings import FM, LR, Fitting, Shape

SHAPES: Mapping[str, Shape] = {"LR": LR, "FM": FM}
L2: Mapping[str, Sequence[float]] = {"LR": (0.003, 0.01, 0.03), "FM": (0.03, 0.08, 0.2)}
PRIOR_PLAYS = 20.0


def popularity(train: Rows, asked: Rows) -> NDArray[np.float64]:
    """The share of a video's rows that were finished, smoothed by that of all."""
    finished = train.outcomes["finish"]
    videos, places = np.unique(train.videos.astype(str), return_inverse=True)
    mean = float(finished.mean())
    plays = np.bincount(places, minlength=len(videos))
    seen = np.bincount(places, weights=finished, minlength=len(videos))
    rate = dict(zip(videos, (seen + mean * PRIOR_PLAYS) / (plays + PRIOR_PLAYS), strict=True))
    return np.array([rate.get(video, mean) for video in asked.videos])


def tuned(
    name: str, fitting: Fitting, fitted: training.Fitted, parts: tuple[training.Examples, training.Examples]
) -> tuple[training.Fitted, float]:
    """The baseline with the lowest loss on the later rows, and its regularisation. `fitted` gives the vocabulary."""
    found = []
    for l2 in L2[name]:
        one = training.fit(
            SHAPES[name], replace(fitting, l2=l2, l2_linear=l2, id_dropout=0.0), fitted.vocabulary, *parts
        )
        found.append((one.loss, l2, one))
    loss, l2, best = min(found, key=lambda one: one[:2])
    assert loss == best.loss
    return best, l2
