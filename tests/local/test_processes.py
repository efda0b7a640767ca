"""Processes: started apart, known by pid and start time, stopped with everything they spawned."""

import dataclasses
import os
import signal
import sys
from pathlib import Path

import pytest

from local.processes import Owned, Pidfiles, start_time, wait_until

SLEEPER = "import time; time.sleep(300)"
PARENT = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]); time.sleep(300)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEPER}"


@pytest.fixture
def pidfiles(tmp_path: Path) -> Pidfiles:
    return Pidfiles(tmp_path)


def start(pidfiles: Pidfiles, code: str) -> Owned:
    """Starts `code` in a Python of its own, in an empty environment."""
    log = pidfiles.folder / "log"
    return pidfiles.start("it", 1, [sys.executable, "-c", code], {}, pidfiles.folder, log)


def test_a_started_process_is_found_by_another_reader(pidfiles: Pidfiles) -> None:
    owned = start(pidfiles, SLEEPER)
    try:
        assert Pidfiles(pidfiles.folder).read("it") == owned
        assert owned.alive
    finally:
        pidfiles.stop("it", 5)
    assert not owned.alive
    assert pidfiles.read("it") is None


def test_stopping_ends_the_children_too(pidfiles: Pidfiles) -> None:
    owned = start(pidfiles, PARENT)
    assert wait_until(lambda: len(owned.group()) == 2, 10)
    assert pidfiles.stop("it", 5)
    assert owned.group() == []


def test_children_of_a_killed_process_are_found_and_stopped(pidfiles: Pidfiles) -> None:
    owned = start(pidfiles, PARENT)
    assert wait_until(lambda: len(owned.group()) == 2, 10)
    os.kill(owned.pid, signal.SIGKILL)
    assert wait_until(lambda: not owned.alive, 5)
    assert len(owned.group()) == 1
    assert pidfiles.stop("it", 5)
    assert owned.group() == []


def test_a_process_deaf_to_sigterm_is_killed_after_its_grace(pidfiles: Pidfiles) -> None:
    owned = start(pidfiles, DEAF)
    assert wait_until(lambda: "deaf" in (pidfiles.folder / "log").read_text(), 10)
    assert pidfiles.stop("it", 0.2)
    assert not owned.alive


def test_a_pid_that_went_to_another_process_is_left_alone(pidfiles: Pidfiles) -> None:
    owned = start(pidfiles, SLEEPER)
    stranger = dataclasses.replace(owned, started="another life")
    pidfiles.write(stranger)
    try:
        assert not stranger.alive
        assert stranger.group() == []
        assert not pidfiles.stop("it", 1)
        assert owned.alive
    finally:
        pidfiles.write(owned)
        pidfiles.stop("it", 5)


def test_stopping_what_never_ran_says_so(pidfiles: Pidfiles) -> None:
    assert not pidfiles.stop("it", 1)


def test_a_broken_pidfile_counts_as_none(pidfiles: Pidfiles) -> None:
    (pidfiles.folder / "it.pid.json").write_text('{"name": "it"')
    assert pidfiles.read("it") is None


def test_a_start_time_tells_two_processes_apart(pidfiles: Pidfiles) -> None:
    owned = start(pidfiles, SLEEPER)
    try:
        assert start_time(owned.pid) not in (None, start_time(os.getpid()))
    finally:
        pidfiles.stop("it", 5)
    assert start_time(owned.pid) is None
