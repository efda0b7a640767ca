import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.ranker import items_writer
from jobs.ranker.places import Folder
from reelstack.feed import feature_columns, features, item_table, items, rank_model, scoring
from reelstack.feed.features import Moment, Totals, ViewerState
from reelstack.feed.rank_model import Candidates
from reelstack.feed.scoring import Scorer
from reelstack.feed.table_encoder import TableEncoder
from reelstack.feed.viewer_context import Asker, ViewerContext
from tests.feed.catalogues import NOW, catalogue, clip, crowd
from tests.ranker import tiny_version

KNOWN = [
    clip("v1", "carl", ["cats", "unheard", "dogs"], language="de", region="eu"),
    clip("v3", "eve", [], language="xx"),
    clip("v2", "carl", [f"t{n}" for n in range(12)] + ["dogs"], region="eu"),
]
TABLE = item_table.make(catalogue([*KNOWN, *crowd(30)]), [], NOW).prepare()


@pytest.fixture
def encoder(tmp_path: Path) -> TableEncoder:
    place = Folder(tmp_path)
    return TableEncoder(rank_model.load(place.read, tiny_version.written(place)), TABLE).prepare()


def test_rows_of_newcomers_come_behind_those_of_the_catalogue(encoder: TableEncoder) -> None:
    new = [clip("v2x", "carl", ["dogs", "new"], language="de"), clip("new", "zoe", ["cats"], region="eu")]
    entries = [(one.video_id, one) for one in new]
    table = item_table.make(TABLE.items, entries, NOW, TABLE)
    grown, anew = TableEncoder(encoder.model, table, encoder), TableEncoder(encoder.model, table)
    rows, buckets = np.arange(len(table)), np.zeros((len(table), len(features.FEATURES)), dtype=np.int16)
    ours, theirs = (one.prepare().encode("ann", ["v1"], rows, buckets) for one in (grown, anew))
    for field in dataclasses.fields(theirs):
        assert np.array_equal(getattr(ours, field.name), getattr(theirs, field.name)), field.name


def test_the_appeal_of_a_catalogue_is_what_the_feed_says_to_somebody_it_does_not_know(encoder: TableEncoder) -> None:
    columns: dict[str, list[object]] = {
        name: [getattr(TABLE.clip(row), name) for row in range(len(TABLE))]
        for name in ("video_id", "owner_id", "tags", "language", "region", "duration_ms", "published_at")
    }
    totals = TABLE.items.arrays["totals"].T.tolist()
    columns |= dict(zip(items.TOTALS, totals, strict=True)) | {"exposure": [0] * len(TABLE)}
    columns |= {name: [value or None for value in columns[name]] for name in ("language", "region")}
    told = items_writer.appeal(encoder.model, columns, NOW)
    nobody, context = ViewerState("", "", ""), ViewerContext(Asker(""))
    seen = scoring.score(Scorer(TABLE, encoder), context, nobody, np.arange(len(TABLE)), NOW)
    assert np.allclose(told, seen.values, atol=1e-6)
    assert np.ptp(told) > 1


def test_rows_of_a_table_are_those_of_its_clips(encoder: TableEncoder) -> None:
    rows = np.arange(len(TABLE))[::-1]
    clips = [TABLE.clip(int(row)) for row in rows]
    buckets = np.zeros((len(clips), len(features.FEATURES)), dtype=np.int16)
    given_ = Candidates(
        video_ids=[one.video_id for one in clips],
        owner_ids=[one.owner_id for one in clips],
        tags=[one.tags for one in clips],
        languages=[one.language for one in clips],
        regions=[one.region for one in clips],
        texts=[""] * len(clips),
        features=buckets,
    )
    ours, theirs = encoder.encode("ann", ["v1"], rows, buckets), encoder.model.encode("ann", ["v1"], given_)
    for field in dataclasses.fields(theirs):
        assert np.array_equal(getattr(ours, field.name), getattr(theirs, field.name)), field.name
    predicted = encoder.model.predict_rows(ours)
    assert np.array_equal(predicted, encoder.model.predict("ann", ["v1"], given_))


scored = st.dictionaries(
    st.sampled_from([*(f"t:tag{n}" for n in range(20)), "t:cats", "t:dogs", "c:carl", *(f"c:o{n}" for n in range(50))]),
    st.integers(-40, 160).map(lambda eighth: eighth / 8),
    max_size=30,
)


@settings(max_examples=40)
@given(scored, scored, scored, st.integers(0, 10**6), st.sampled_from(["de", "en", ""]), st.sampled_from(["AT", ""]))
def test_columns_of_rows_are_those_of_the_clips(
    session: dict[str, float], interest: dict[str, float], long_term: dict[str, float], plays: int, language: str,
    region: str
) -> None:  # fmt: skip
    rows, hour = np.arange(len(TABLE)), Totals(7, 3, 1, 0, 0)
    viewer = ViewerState(
        "ann", region, language, Totals(plays, plays // 2), session, {**interest, "l:de": 2.5, "d:2": 0.25}, long_term
    )
    clips = [dataclasses.replace(TABLE.clip(int(row)), last_hour=hour if row == 4 else Totals()) for row in rows]
    ours = feature_columns.of_rows(viewer, TABLE.numbered(rows, {4: hour}), Moment(NOW))
    assert np.array_equal(ours, feature_columns.columns(viewer, clips, Moment(NOW)))
