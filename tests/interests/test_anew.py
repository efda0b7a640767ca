"""A job that cannot read its state starts anew by itself, and what it makes of the stream equals the reference.

The state is a savepoint of the same job but for its windows, as they were before 2026-11-30: Flink finds the operators
and refuses the types of what they kept.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import valkey

from bench import _valkey
from bench._interests_job import ROOT, SHORT_JVM, Job
from jobs.interests.checkpoints import GENERATION
from local import engines
from local.processes import wait_until
from reelstack.feed import live_signals
from reelstack.feed.live_signals import WINDOWS_SECONDS
from tests.interests.reference import Reference
from tests.interests.test_job import windows
from tests.interests.traffic import VIEWERS, traffic

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("interests_archive"), pytest.mark.timeout(600)]
LINES, SEGMENTS, SEEN_SECONDS = 900, 6, 180
NOW = "COALESCE(MIN(`at`) FILTER (WHERE `shown` OR `weight` <> 0), 0) AS `first_at`"
BEFORE = "MIN(`at`) AS `first_at`"
SAVEPOINT = "savepoint-c6112e-a24f14173c70"
"""The name of one of a release that knew no generations."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Reference, Job]]:
    """The cache as the second job leaves it, begun empty."""
    reference, events = Reference(), traffic(LINES, seed=11)
    reference.read(events)
    size = LINES // SEGMENTS
    with _valkey.server() as url, valkey.Valkey.from_url(url) as client:
        options = ("--watermark-ms", "0", "--restarts", "1")
        job = Job(tmp_path_factory.mktemp("anew"), url, options, jvm_arguments=SHORT_JVM)
        for start in range(0, LINES, size):
            job.feed(events[start : start + size])
        try:
            job.code = _earlier(tmp_path_factory.mktemp("earlier"))
            job.start()
            assert wait_until(lambda: bool(client.exists(live_signals.region_key(""))), SEEN_SECONDS), job.output()
            assert job.stop() == 0, job.output()
            client.flushall()
            job.code = ROOT
            (savepoint,) = job.state.glob(f"{GENERATION}/savepoint-*")
            shutil.copytree(savepoint, job.state / SAVEPOINT)
            job.start()
            assert wait_until(lambda: _equals(client, reference), SEEN_SECONDS, 0.5), job.output()
            yield client, reference, job
        finally:
            job.close()


def _earlier(folder: Path) -> Path:
    shutil.copytree(ROOT / "jobs", folder / "jobs")
    (folder / "layers").symlink_to(ROOT / "layers")
    window = folder / "jobs/interests/sql/window.sql"
    text = window.read_text()
    assert NOW in text
    window.write_text(text.replace(NOW, BEFORE))
    return folder


def _equals(client: Any, reference: Reference) -> bool:
    regions = {place: live_signals.parse_region(client.get(live_signals.region_key(place))) for place in ("", "de")}
    return all(
        windows(region) == {seconds: reference.window(seconds, place) for seconds in WINDOWS_SECONDS}
        for place, region in regions.items()
    )


def test_windows_scores_histories_and_totals_are_those_of_all_that_waited(seen: tuple[Any, Reference, Job]) -> None:
    client, reference, _ = seen
    now = reference.watermark
    assert _equals(client, reference)

    def differing() -> list[str]:
        found = []
        for viewer in [f"user-{number}" for number in range(VIEWERS)]:
            signals, expected = live_signals.read_viewer(client, viewer, now), reference.scores(viewer, now)
            scores = {"session": signals.session, "interest": signals.interest}
            if scores != {name: pytest.approx(expected[name], rel=1e-9, abs=1e-9) for name in scores}:
                found.append(viewer)
            if list(signals.watched) != reference.watched(viewer):
                found.append(viewer)
        totals = {name.decode(): int(count) for name, count in client.hgetall(live_signals.TOTALS_KEY).items()}
        return found if totals == reference.totals() else [*found, str(totals)]

    assert wait_until(lambda: not differing(), SEEN_SECONDS, 0.5), differing()


def test_it_said_so_in_one_line_and_left_no_state_of_another_release(seen: tuple[Any, Reference, Job]) -> None:
    job = seen[2]
    (line,) = engines.said(job.folder / "output", 0)
    assert line.startswith("starts anew, of what the stream holds: file:")
    assert line.endswith("cannot be read")
    assert not (job.state / SAVEPOINT).exists()
    assert job.stop() == 0, job.output()
    states = {path.parent.parent for path in job.state.rglob("_metadata")}
    assert states == {job.state / str(GENERATION)}
