"""Where the job starts: at the newest state of its generation that it can read."""

import os
from pathlib import Path

import pytest

from jobs.interests import checkpoints
from jobs.interests.checkpoints import GENERATION, newest_state, opened

RESTORING = """org.apache.flink.runtime.client.JobExecutionException: Job execution failed.
Caused by: java.lang.Exception: Exception while creating StreamOperatorStateContext.
\tat org.apache.flink.streaming.api.operators.StreamTaskStateInitializerImpl.streamOperatorStateContext(Stream
Caused by: org.apache.flink.util.FlinkException: Could not restore keyed state backend from any of the 1 options.
Caused by: org.apache.flink.runtime.state.BackendBuildingException: Failed when trying to restore heap backend"""
FRAME = "\tat java.base/java.net.URLClassLoader.findClass(URLClassLoader.java:445)\n\t... 12 more"
LIST_OF_FILES = (
    "\tat org.apache.flink.runtime.checkpoint.CheckpointCoordinator.restoreSavepoint(CheckpointCoordinator.java:1"
)
DAMAGE = (
    "java.io.EOFException",
    "java.io.StreamCorruptedException: invalid type code: 00",
    "java.io.FileNotFoundException: /states/2/chk-9/5f0e (No such file or directory)",
    "com.esotericsoftware.kryo.KryoException: Encountered unregistered class ID: 117",
)
PASSES = (
    "java.net.SocketTimeoutException: Read timed out",
    "java.util.concurrent.TimeoutException",
    "software.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request",
    "com.amazonaws.services.s3.model.AmazonS3Exception: Please reduce your request rate. (Error Code: SlowDown)",
    "org.apache.hadoop.net.ConnectTimeoutException: 20000 millis timeout while waiting",
    "java.io.IOException: Connection reset by peer",
    "java.io.IOException: Input/output error",
    "java.nio.file.AccessDeniedException: /states/2/chk-9/_metadata",
    "java.io.FileNotFoundException: /states/2/chk-9/5f0e (Too many open files)",
    "java.lang.OutOfMemoryError: Java heap space",
    "java.nio.channels.ClosedByInterruptException",
    "java.lang.InterruptedException",
)
JOBS = ("0123456789abcdef" * 2, "fedcba9876543210" * 2)


def _saved(folder: Path, second: int) -> Path:
    folder.mkdir(parents=True)
    (folder / "_metadata").touch()
    os.utime(folder / "_metadata", (second, second))
    return folder


def test_the_job_starts_at_the_newest_complete_state(tmp_path: Path) -> None:
    assert newest_state("") == newest_state(str(tmp_path)) == ""
    for second, name in enumerate(("a/chk-3", "b/savepoint-1", "a/chk-2")):
        _saved(tmp_path / name, second)
    (tmp_path / "a" / "chk-4").mkdir()  # begun, never completed
    assert newest_state(tmp_path.as_uri()) == (tmp_path / "a" / "chk-2").as_uri()


def test_states_of_other_generations_are_removed(tmp_path: Path) -> None:
    """And those of releases that knew no generation. Whatever else is there stays."""
    old = (_saved(tmp_path / "savepoint-c6112e-a24f14173c70", 1), _saved(tmp_path / JOBS[0] / "chk-7", 2))
    other = _saved(tmp_path / str(GENERATION - 1) / JOBS[1] / "chk-1", 3)
    notes = tmp_path / "2026" / "notes"
    notes.mkdir(parents=True)
    mine, removed = opened(tmp_path.as_uri())
    assert (Path(mine), removed) == (tmp_path / str(GENERATION), True)
    assert newest_state(mine) == ""
    assert not any(folder.exists() for folder in (*old, other))
    assert notes.exists()
    assert opened(str(tmp_path)) == (mine, False)


def test_a_job_without_a_folder_keeps_no_state() -> None:
    assert opened("") == ("", False)


def test_the_two_newest_states_stay(tmp_path: Path) -> None:
    mine = tmp_path / str(GENERATION)
    oldest = _saved(mine / "savepoint-000000-000000000000", 1)
    before = _saved(mine / "savepoint-111111-111111111111", 2)
    newest = _saved(mine / JOBS[0] / "chk-9", 3)
    (mine / JOBS[1] / "shared").mkdir(parents=True)  # what a job that ended in order leaves of its checkpoints
    assert opened(str(tmp_path)) == (str(mine), False)
    assert [folder.exists() for folder in (oldest, before, newest, mine / JOBS[1])] == [False, True, True, False]


def test_a_state_that_was_set_aside_gives_way_to_the_one_before(tmp_path: Path) -> None:
    mine = tmp_path / str(GENERATION)
    before, newest = _saved(mine / JOBS[0] / "chk-8", 1), _saved(mine / JOBS[0] / "chk-9", 2)
    assert newest_state(str(mine)) == newest.as_uri()
    checkpoints.set_aside(newest.as_uri())
    assert newest_state(str(mine)) == before.as_uri()
    checkpoints.set_aside(before.as_uri())
    assert newest_state(str(mine)) == ""


@pytest.mark.parametrize(
    ("failure", "unreadable"),
    [
        ("Caused by: org.apache.flink.util.StateMigrationException: For heap backends, the new state", True),
        ("java.io.EOFException\n\tat o.a.f.r.checkpoint.CheckpointCoordinator.restoreSavepoint(Check", True),
        ("java.lang.Exception: Exception while creating StreamOperatorStateContext.", True),
        ("Caused by: org.apache.flink.runtime.JobException: Recovery is suppressed by Failure", False),
        ("java.lang.OutOfMemoryError: Java heap space", False),
        *((f"{RESTORING}\nCaused by: {cause}\n{FRAME}", True) for cause in DAMAGE),
        *((f"{RESTORING}\nCaused by: {cause}\n{FRAME}", False) for cause in PASSES),
        *((f"java.util.concurrent.ExecutionException: {cause}\n{LIST_OF_FILES}", False) for cause in PASSES),
    ],
)
def test_a_failure_says_whether_it_is_the_states(failure: str, unreadable: bool) -> None:
    assert checkpoints.is_unreadable(failure) is unreadable
