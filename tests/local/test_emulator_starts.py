"""How many processes of functions the emulator starts at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from ministack.core import lambda_runtime

from local import emulator_starts


def test_no_more_start_at_once_than_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    all_at_work = threading.Barrier(emulator_starts.AT_ONCE)
    at_work: list[int] = []
    most = []

    def start(number: int) -> None:
        at_work.append(number)
        most.append(len(at_work))
        all_at_work.wait(timeout=60)
        at_work.remove(number)

    monkeypatch.setattr(lambda_runtime.Worker, "_spawn", start)
    emulator_starts.apply()
    with ThreadPoolExecutor(4 * emulator_starts.AT_ONCE) as pool:
        list(pool.map(lambda_runtime.Worker._spawn, range(4 * emulator_starts.AT_ONCE)))
    assert max(most) == emulator_starts.AT_ONCE
