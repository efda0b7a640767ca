"""Flink's settings for the job."""

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
