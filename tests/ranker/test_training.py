"""What training does, in its own environment: one run in a made world, and MovieLens by protocol (a)."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench import ranking
from reelstack.feed.rank_model import HEADS
from tests.conftest import ROOT

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("ranker"), pytest.mark.timeout(900)]
PYTHON = ROOT / ".venv-ranker/bin/python"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("world")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/common/python'}"}
    command = [str(PYTHON), "-m", "tests.ranker.engine_run", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_version_whose_gates_hold_is_released(seen: dict[str, Any]) -> None:
    assert seen["released"]["code"] == 0, seen["released"]
    assert seen["released"]["in_service"] == seen["first"]
    assert seen["next"]["in_service"] == seen["second"], seen["next"]


def test_every_head_is_calibrated_on_the_last_day(seen: dict[str, Any]) -> None:
    assert {head: one["calibration_error"] for head, one in seen["report"]["heads"].items()}.keys() == set(HEADS)
    assert all(one["calibration_error"] <= 0.02 for one in seen["report"]["heads"].values()), seen["report"]["heads"]


def test_the_manifest_says_what_is_predicted_on_average(seen: dict[str, Any]) -> None:
    """As the feed scores, all clips at one place: so near what came of them where they stood, and not the same."""
    assert seen["means"].keys() == set(HEADS)
    finish = seen["report"]["heads"]["finish"]
    assert seen["means"]["finish"] == finish["mean"]
    assert abs(finish["mean"] - finish["positive"] / (finish["positive"] + finish["negative"])) < 0.1


def test_watch_time_is_ranked_within_each_length(seen: dict[str, Any]) -> None:
    watched = seen["report"]["heads"]["watch_time"]
    correlations = [value for name, value in watched.items() if name.startswith("rank_correlation_duration_")]
    assert len(correlations) == 5
    assert min(correlations) > 0.2


def test_doubling_the_length_of_a_clip_does_not_move_its_score(seen: dict[str, Any]) -> None:
    assert abs(seen["length"]["shift"]) < 0.1, seen["length"]
    assert seen["length"]["correlation"] > 0.97, seen["length"]


def test_clips_that_many_finish_appeal_to_somebody_of_whom_nothing_is_known(seen: dict[str, Any]) -> None:
    assert seen["appeal"] > 0.3, seen["appeal"]


def test_poisoned_day_is_refused(seen: dict[str, Any]) -> None:
    assert seen["poisoned"]["code"] == 1
    assert seen["poisoned"]["in_service"] == seen["first"]


def test_worse_version_is_refused_by_slices(seen: dict[str, Any]) -> None:
    assert seen["worse"]["code"] == 1
    assert seen["worse"]["in_service"] == seen["first"]
    assert any("below" in reason for reason in seen["worse"]["refused"])


def test_rollback_releases_the_version_before(seen: dict[str, Any]) -> None:
    assert seen["rollback"] == [0, {"version": seen["first"]}]


def test_a_version_in_service_that_cannot_be_loaded_is_replaced(seen: dict[str, Any]) -> None:
    found = seen["damaged"]
    assert (found["evaluated"], found["service"].keys()) == (0, {"version", "refused"})
    assert (found["promoted"]["code"], found["promoted"]["in_service"]) == (0, seen["second"])
    assert "table.npy" in found["promoted"]["before_refused"]
    assert found["rollback"] == [0, {"version": seen["first"]}]


def test_rows_of_other_features_are_left_out_and_counted(seen: dict[str, Any]) -> None:
    found = seen["other versions"]
    assert (found["kept"], found["left_out"]) == (100, found["old"])
    code, answer = found["refused"]
    assert (code, answer["in_service"]) == (1, seen["first"])
    assert f"{found['old']:,} are of other versions of the features" in answer["refused"][0]


def test_a_day_without_rows_is_refused_and_old_versions_go_nevertheless(seen: dict[str, Any]) -> None:
    code, answer = seen["without rows"]
    assert (code, answer["in_service"]) == (1, seen["first"])
    assert answer["refused"][0].startswith("0 training rows before")
    assert answer["deleted"]


def test_graph_predicts_what_the_model_does(seen: dict[str, Any]) -> None:
    assert seen["parity"]["rows"] == 10_000
    assert seen["parity"]["spread"] > 0.001
    assert seen["parity"]["difference"] <= 1e-5


def test_vectors_find_what_a_viewer_likes_even_among_new_clips(seen: dict[str, Any]) -> None:
    assert seen["retrieval"]["known"] > 0.15, seen["retrieval"]
    assert seen["retrieval"]["new_clips"] >= 10
    assert seen["retrieval"]["new"] > 0.05, seen["retrieval"]


def test_network_is_better_than_lr_and_as_good_as_fm_on_movielens() -> None:
    """DeepFM is not better than a factorisation machine that is tuned alike: over 5 seeds the difference is −0.0004
    and the deviation 0.0007 (docs/ranking.md). Three deviations of one seed's difference are 0.003."""
    checks = {check.what: check for check in ranking.measure(quick=True).checks}
    assert checks["(a) DeepFM above LR"].value >= 0.006, checks
    assert checks["(a) DeepFM above FM"].value >= -0.003, checks
