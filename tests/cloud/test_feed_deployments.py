"""The feed's two deployments behind the edge, with readers all along: none of them misses the one that is away."""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from local.places import Places
from tests.cloud.driver import Driver, eventually

pytestmark = pytest.mark.cloud

PAGES, PAUSE_SECONDS = 3, 0.2


class Feed:
    """What `reelstack feed` and the edge say of the deployments."""

    def __init__(self, drive: Driver, places: Places) -> None:
        self.drive, self.places = drive, places

    def command(self, *words: str) -> None:
        """Returns when the edge has read the new weights."""
        environment = {"REELSTACK_LOCAL_DIR": str(self.places.home)}
        done = CliRunner().invoke(app, ["feed", *words, "--json"], env=environment)
        assert done.exit_code == 0, done.output
        wanted = json.loads(done.stdout)["weights"]
        assert eventually(self._weights, lambda held: held == wanted) == wanted

    def tally(self) -> dict[str, Counter[str]]:
        return {what: Counter(counted) for what, counted in self._health()["origins"].items()}

    def processes(self, name: str) -> list[int]:
        """Of the emulator's runtime for this function of this cloud."""
        found = []
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # it ended
                line = file.read_bytes().decode(errors="replace")
                if str(self.places.run) in line and f"-{self.drive.outputs.functions[name]}-" in line:
                    found.append(int(file.parent.name))
        return found

    def _weights(self) -> dict[str, object]:
        """As the edge holds them: it writes no `before` that there is not."""
        held = json.loads(str(self._health()["settings"]["feed:weights"]))
        return {"before": None, **held}

    def _health(self) -> dict[str, dict[str, str | dict[str, int]]]:
        return self.drive.http.get("/_local/health").json()  # type: ignore[no-any-return]


@pytest.fixture
def feed(drive: Driver, places: Places) -> Iterator[Feed]:
    made = Feed(drive, places)
    yield made
    made.command("restore")


def read(drive: Driver, pages: int = PAGES) -> None:
    for _ in range(pages):
        answer = drive.call("GET", "/v1/feed?limit=2", user="bob")
        assert answer.status_code == 200, answer.text


@contextmanager
def readers(drive: Driver) -> Iterator[list[int]]:
    """Somebody reads page after page until the block ends; what each answer was."""
    stop, found = threading.Event(), list[int]()

    def run() -> None:
        while not stop.is_set():
            found.append(drive.call("GET", "/v1/feed?limit=2", user="ann").status_code)
            time.sleep(PAUSE_SECONDS)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join(60)


def answered(feed: Feed, act: Callable[[], None]) -> tuple[Counter[str], Counter[str]]:
    """How many answers each deployment gave while `act` ran, and how often each failed."""
    before = feed.tally()
    act()
    after = feed.tally()
    return after["answered"] - before["answered"], after["failed"] - before["failed"]


def test_drained_throttled_and_killed_deployments_cost_no_reader_an_answer(drive: Driver, feed: Feed) -> None:
    feed.command("drain", "b")
    alone, failed = answered(feed, lambda: read(drive))
    assert (+alone, +failed) == (Counter(feed_a=PAGES), Counter())
    lambdas, name = drive.aws("lambda"), drive.outputs.functions["feed_a"]
    with readers(drive) as found:
        lambdas.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        try:
            instead, failed = answered(feed, lambda: read(drive))
        finally:
            lambdas.delete_function_concurrency(FunctionName=name)
        assert min(instead["feed_b"], failed["feed_a"]) >= PAGES
        for number in feed.processes("feed_a"):
            os.kill(number, signal.SIGKILL)
        read(drive)
    assert set(found) == {200}
