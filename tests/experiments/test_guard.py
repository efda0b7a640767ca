"""The guard: a harmful arm ends without anybody's doing, and nothing else does."""

import json
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bench import _experiment_worlds as worlds
from reelstack.experiments import guard, viewer_days
from reelstack.experiments.configuration import Ids, Writer
from reelstack.experiments.layers import Experiments
from reelstack.experiments.viewer_days import ViewerDay
from reelstack.platform import aws as seam
from reelstack.platform.config import PREFIX, Config, config
from tests.experiments.appconfig import AppConfig
from tests.support.functions import handler_of, sample_of

FIRST, VIEWERS, DAYS = date(2026, 11, 2), 800, 5
LAST = FIRST + timedelta(days=worlds.DAYS_BEFORE + DAYS - 1)
ARMS = [{"name": "control", "begin": 0, "end": 500}, {"name": "b", "begin": 500, "end": 1000}]
RUNNING = Experiments.model_validate({"layers": {"ranker": {"salt": "fresh", "arms": ARMS}}})


@pytest.fixture
def cloud(aws: Config) -> AppConfig:
    made = AppConfig()
    made.versions.append(RUNNING.model_dump_json().encode())
    made.deployed.append(1)
    return made


@pytest.fixture
def writer(cloud: AppConfig, monkeypatch: pytest.MonkeyPatch) -> Writer:
    """By ids alone: the function may list no applications."""
    monkeypatch.delattr(AppConfig, "list_applications")
    return Writer(cloud, "", pause_seconds=0, ids=Ids("app2", "env2", "pro2", "now"))


def write(rows: Iterable[ViewerDay]) -> None:
    """As the daily job does."""
    days: dict[date, list[str]] = {}
    for row in rows:
        day = date.fromordinal(row.day)
        arms = ";".join(f"{layer}={arm}" for layer, arm in row.arms.items())
        counts = dict(zip(viewer_days.COUNTS, row.counts, strict=True))
        days.setdefault(day, []).append(json.dumps({"day": str(day), "unit": row.unit, "arms": arms, **counts}))
    for day, lines in days.items():
        key = f"{viewer_days.FOLDER}/day={day}/part-00000.jsonl"
        seam.client("s3").put_object(Bucket="data", Key=key, Body="\n".join(lines).encode())


def test_a_harmful_arm_is_stopped_by_itself_and_once(cloud: AppConfig, writer: Writer) -> None:
    write(worlds.rows(worlds.viewers(5, VIEWERS, DAYS, effect=-0.3, hide_factor=4), "fresh", FIRST))
    assert guard.stop_harmful(writer, LAST) == ["ranker/b"]
    running, _ = writer.newest()
    assert [arm.stopped for arm in running.layers["ranker"].arms] == [False, True]
    assert cloud.deployed == [1, 2], "in force with the deployment, not with the version"
    assert guard.stop_harmful(writer, LAST) == []
    assert cloud.deployed == [1, 2]


def test_an_equal_arm_goes_on(cloud: AppConfig, writer: Writer) -> None:
    write(worlds.rows(worlds.viewers(6, VIEWERS, DAYS), "fresh", FIRST))
    assert guard.stop_harmful(writer, LAST) == []
    assert cloud.deployed == [1]


def test_days_before_the_harm_stop_nothing(cloud: AppConfig, writer: Writer) -> None:
    write(worlds.rows(worlds.viewers(5, VIEWERS, DAYS, effect=-0.3, hide_factor=4), "fresh", FIRST))
    assert guard.stop_harmful(writer, FIRST + timedelta(days=worlds.DAYS_BEFORE - 1)) == []


def test_a_broken_line_stops_no_arm(cloud: AppConfig, writer: Writer) -> None:
    write(worlds.rows(worlds.viewers(5, VIEWERS, DAYS, effect=-0.3), "fresh", FIRST))
    key = f"{viewer_days.FOLDER}/day={LAST}/part-00001.jsonl"
    seam.client("s3").put_object(Bucket="data", Key=key, Body=b'{"day": "2026-11-13"}')
    with pytest.raises(ValueError, match="lacks"):
        guard.stop_harmful(writer, LAST)
    assert cloud.deployed == [1]


def test_without_a_running_arm_nothing_is_read(cloud: AppConfig, writer: Writer) -> None:
    writer.stop("ranker", "b")
    write([])
    key = f"{viewer_days.FOLDER}/day={LAST}/part-00000.jsonl"
    seam.client("s3").put_object(Bucket="data", Key=key, Body=b"no JSON")
    assert guard.stop_harmful(writer, LAST) == []


def test_the_step_stops_what_does_harm_up_to_its_day(
    cloud: AppConfig, event: Callable[[str], Any], context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(AppConfig, "list_applications")
    monkeypatch.setenv(f"{PREFIX}EXPERIMENTS_IDS", "app2/env2/pro2/now")
    config.cache_clear()
    made = seam.client
    monkeypatch.setattr(seam, "client", lambda service: cloud if service == "appconfig" else made(service))
    write(worlds.rows(worlds.viewers(5, VIEWERS, DAYS, effect=-0.3, hide_factor=4), "fresh", FIRST))
    handler = handler_of("stop_harmful_arms")
    sample = event(sample_of("stop_harmful_arms", "ok"))
    assert handler(sample | {"day": str(FIRST)}, context) == {"stopped": []}
    assert handler(sample | {"day": str(LAST)}, context) == {"stopped": ["ranker/b"]}
    assert cloud.deployed == [1, 2]
    with pytest.raises(ValidationError):
        handler({}, context)
