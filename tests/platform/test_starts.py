"""What a process does before its first answer: on import, or after it was restored from a snapshot."""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from functions.feed.api import handler
from reelstack.experiments import configuration
from reelstack.platform import starts
from reelstack.platform.config import Config


class Runtime(ModuleType):
    """As Lambda's runtime has it."""

    def __init__(self) -> None:
        super().__init__("snapshot_restore_py")
        self.hooks: list[Callable[[], None]] = []

    def register_after_restore(self, hook: Callable[[], None]) -> None:
        self.hooks.append(hook)


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Runtime:
    made = Runtime()
    monkeypatch.setitem(sys.modules, made.__name__, made)
    return made


@pytest.mark.parametrize(
    ("kind", "name", "now", "restored"),
    [("snap-start", "f", 0, 1), ("on-demand", "f", 1, 0), ("provisioned-concurrency", "f", 1, 0), ("", "", 0, 0)],
)
def test_work_is_done_once_as_the_process_starts(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, kind: str, name: str, now: int, restored: int
) -> None:
    for variable, value in (("AWS_LAMBDA_INITIALIZATION_TYPE", kind), ("AWS_LAMBDA_FUNCTION_NAME", name)):
        if value:
            monkeypatch.setenv(variable, value)
        else:
            monkeypatch.delenv(variable, raising=False)
    done: list[int] = []
    starts.before_first_answer(lambda: done.append(1))
    assert (len(done), len(runtime.hooks)) == (now, restored)


def test_the_feed_reads_its_experiments_before_its_first_answer(
    aws: Config, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    importlib.reload(handler)
    assert runtime.hooks == [configuration.warm]
