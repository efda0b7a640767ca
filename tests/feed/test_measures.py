"""Metrics of answers: what is written, when, and what alarms would hear."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.ranker.places import Folder
from reelstack.degradation.levels import Level
from reelstack.feed import item_table, measures, rank_model
from reelstack.feed.artefacts import Artefacts
from reelstack.feed.measures import Page
from reelstack.feed.rank_model import HEADS, RankModel
from reelstack.feed.ranked_page import Choice
from reelstack.feed.table_encoder import TableEncoder
from reelstack.feed.trace import Trace
from tests.feed import catalogues
from tests.feed.catalogues import NOW
from tests.ranker import tiny_version

NOTHING = Artefacts(catalogues.newcomers())
Told = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def new_process() -> None:
    measures.forget()


@pytest.fixture
def model(tmp_path: Path) -> RankModel:
    """Of a release that finishes 40 % on average."""
    place = Folder(tmp_path)
    return rank_model.load(place.read, tiny_version.written(place, means={"finish": 0.4}))


def page(
    proposed: Mapping[str, int], level: Level = Level.NORMAL, here: Artefacts = NOTHING, finish: float | None = None
) -> Page:
    trace = Trace(dict(proposed), stage_ms={"all": 4.0})
    trace.passed("sources", sum(proposed.values()), {"duplicate": 1})
    predictions = () if finish is None else [finish if head == "finish" else 0.0 for head in HEADS]
    version = here.model.version if here.model else ""
    chosen = [Choice(f"v{n}", "ann", (), "hot", predictions=predictions, model=version) for n in range(10)]
    return Page(trace, level, chosen, here, list(proposed))


def told(capsys: pytest.CaptureFixture[str]) -> Told:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def of(found: Told, name: str) -> Told:
    return [one for one in found if name in one]


def test_a_process_writes_after_a_hundred_answers_and_then_each_source_once(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(99):
        measures.note(page({"hot": 60, "fresh": 12}), NOW)
    assert told(capsys) == []
    measures.note(page({"hot": 60, "fresh": 12}), NOW)
    found = told(capsys)
    proposed = {one["source"]: one for one in of(found, "FeedProposed")}
    assert proposed["fresh"]["FeedProposed"] == [12] * 100
    (dropped,) = of(found, "FeedDropped")
    assert (dropped["reason"], dropped["FeedDropped"]) == ("duplicate", [100])
    (stage,) = of(found, "FeedStageMs")
    (directive,) = stage["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["service", "stage"]]
    assert stage["stage"] == "all"
    measures.note(page({"hot": 60}), NOW)
    assert told(capsys) == [], "it begins anew"


def test_a_process_with_few_answers_writes_each_minute(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for second in (0, 59):
        now[0] = second
        measures.note(page({"hot": 60}), NOW)
        assert told(capsys) == []
    now[0] = 60
    measures.note(page({"hot": 60}), NOW)
    assert of(told(capsys), "FeedProposed")[0]["FeedProposed"] == [60] * 3


@pytest.mark.parametrize(("to_one", "empty"), [(0, 1), (3, 0)])
def test_a_source_is_empty_that_proposed_nothing_to_a_hundred(
    capsys: pytest.CaptureFixture[str], to_one: int, empty: int
) -> None:
    for n in range(100):
        measures.note(page({"hot": 60, "similar": to_one if n == 40 else 0}), NOW)
    assert [one["FeedSourcesEmpty"] for one in of(told(capsys), "FeedSourcesEmpty")] == [[empty]]


def test_a_source_that_was_not_asked_each_time_is_not_empty(capsys: pytest.CaptureFixture[str]) -> None:
    """As those of live signals, while the feed goes to level 1 and comes back."""
    for n in range(100):
        measures.note(page({"hot": 60, "trending": 0} if n % 2 else {"hot": 60}), NOW)
    assert [one["FeedSourcesEmpty"] for one in of(told(capsys), "FeedSourcesEmpty")] == [[0]]


def test_lists_say_nothing_of_sources(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(100):
        measures.note(page({"hot": 0}, Level.HOT_LIST), NOW)
    assert of(told(capsys), "FeedSourcesEmpty") == []


@pytest.mark.parametrize(("finish", "drift"), [(0.4, 0.0), (0.5, 25.0), (0.1, 75.0)])
def test_drift_is_against_what_the_release_says(
    capsys: pytest.CaptureFixture[str], model: RankModel, finish: float, drift: float
) -> None:
    table = catalogues.newcomers()
    here = Artefacts(table, TableEncoder(model, table))
    for _ in range(100):
        measures.note(page({"hot": 1}, here=here, finish=finish), NOW)
    assert [one["FeedScoreDrift"] for one in of(told(capsys), "FeedScoreDrift")] == [[pytest.approx(drift)]]


def test_nothing_is_said_of_drift_by_few_clips_or_of_a_release_that_does_not_say(model: RankModel) -> None:
    assert measures.drift_percent([0.9] * (measures.LEAST_CLIPS - 1), model) is None
    assert measures.drift_percent([0.9] * 1000, replace(model, means={})) is None
    assert measures.drift_percent([0.9] * 1000, None) is None


def test_the_age_of_the_item_table_is_told_where_there_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    midnight = 1_796_083_200_000
    assert np.datetime64(midnight, "ms") == np.datetime64("2026-12-01")
    assert measures.table_hours("2026-11-30-0a1b2c", midnight + 3 * catalogues.HOUR) == 3
    assert measures.table_hours(item_table.empty().version, midnight) is None
    known = replace(catalogues.catalogue([]), version="2026-11-28-0a1b2c")
    here = Artefacts(item_table.make(known, [], NOW))
    for _ in range(100):
        measures.note(page({"hot": 1}, here=here), midnight)
    assert [one["FeedTableHours"] for one in of(told(capsys), "FeedTableHours")] == [[48]]
