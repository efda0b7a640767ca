"""Objects for tests of the policies."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from reelstack.tiering.objects import WEEK_DAYS, WINDOW_DAYS, Objects

MIB = 2**20


def object_of(**given: Any) -> dict[str, Any]:
    """One object's row: 10 MiB in Standard for 200 days, neither read nor played."""
    row: dict[str, Any] = {"size": 10.0 * MIB, "code": 0, "held_days": 200.0, "age_days": 200.0}
    row |= {"origin_bytes": [0.0] * WINDOW_DAYS, "plays": [0.0] * WEEK_DAYS, "unplayed_days": 200.0}
    return row | given


def night(*rows: dict[str, Any]) -> Objects:
    columns = {name: np.array([row[name] for row in rows], dtype=float) for name in rows[0]}
    return Objects(**columns | {"code": columns["code"].astype(np.int8)})


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.integers(1, 5 * 2**30))
    age = draw(st.integers(0, 1500))
    days = st.one_of(st.just(0.0), st.floats(0, 3 * size))
    return object_of(
        size=float(size),
        code=draw(st.integers(0, 5)),
        held_days=float(draw(st.integers(0, age))),
        age_days=float(age),
        origin_bytes=draw(st.lists(days, min_size=WINDOW_DAYS, max_size=WINDOW_DAYS)),
        plays=[float(n) for n in draw(st.lists(st.integers(0, 5000), min_size=WEEK_DAYS, max_size=WEEK_DAYS))],
        unplayed_days=float(draw(st.integers(0, age))),
    )
