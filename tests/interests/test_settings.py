"""Flink's settings for the job, and where it starts again."""

import os
from pathlib import Path

from jobs.interests.checkpoints import newest_state
from jobs.interests.options import Options
from jobs.interests.settings import settings


def test_python_runs_inside_the_jvm() -> None:
    assert settings(Options())["python.execution-mode"] == "thread"


def test_a_valkey_that_is_away_for_long_fails_no_job() -> None:
    assert int(settings(Options())["execution.checkpointing.tolerable-failed-checkpoints"]) > 10**9


def test_checkpoints_are_a_second_apart_on_a_laptop_and_ten_on_aws() -> None:
    assert settings(Options())["execution.checkpointing.interval"] == "1000 ms"
    managed = settings(Options(managed=True, checkpoint_ms=10_000))
    assert managed["execution.checkpointing.interval"] == "10000 ms"


def test_managed_flink_decides_on_parallelism_restarts_and_state() -> None:
    managed = settings(Options(managed=True, state="/somewhere"))
    assert not any(name.startswith(("parallelism", "restart", "state.", "taskmanager")) for name in managed)
    assert "execution.checkpointing.dir" not in managed


def test_each_part_has_the_memory_of_one() -> None:
    """With 8 MB of managed memory for each of two parts the job failed at its begin, and at each restart."""
    sizes = ("taskmanager.memory.managed.size", "taskmanager.memory.network.min", "taskmanager.memory.network.max")
    one, two = (settings(Options(parallelism=parts)) for parts in (1, 2))
    assert [one[name] for name in sizes] == ["16m", "64m", "64m"]
    assert [two[name] for name in sizes] == ["32m", "128m", "128m"]


def test_restarts_are_bounded() -> None:
    local = settings(Options())
    assert local["restart-strategy.type"] == "failure-rate"
    assert int(local["restart-strategy.failure-rate.max-failures-per-interval"]) < 100


def test_the_job_starts_at_the_newest_complete_state(tmp_path: Path) -> None:
    assert newest_state("") == newest_state(str(tmp_path)) == ""
    for second, name in enumerate(("a/chk-3", "b/savepoint-1", "a/chk-2")):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "_metadata").touch()
        os.utime(folder / "_metadata", (second, second))
    (tmp_path / "a" / "chk-4").mkdir()  # begun, never completed
    assert newest_state(tmp_path.as_uri()) == (tmp_path / "a" / "chk-2").as_uri()
