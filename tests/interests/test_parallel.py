"""The job in two parts at once: sums, histories and counts of types equal the reference, and each part has a heartbeat.

Windows are not compared: two readers read segments side by side, so that there is no one order of arrival by which an
event is late or not (docs/interests.md).
"""

from collections.abc import Iterator
from typing import Any

import pytest
import valkey

from bench import _valkey
from bench._interests_job import SHORT_JVM, Job
from local.processes import wait_until
from reelstack.feed import live_signals
from tests.interests.reference import Reference
from tests.interests.traffic import VIEWERS, traffic

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("interests_archive"), pytest.mark.timeout(300)]
LINES, SEGMENTS, PARTS, SEEN_SECONDS = 4_000, 8, 2, 120
VIEWER_IDS = [f"user-{number}" for number in range(VIEWERS)]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Reference]]:
    """Half of the segments are there when the job starts, and half come later."""
    reference, events = Reference(), traffic(LINES, seed=7)
    reference.read(events)
    size = LINES // SEGMENTS
    segments = [events[start : start + size] for start in range(0, LINES, size)]
    with _valkey.server() as url, valkey.Valkey.from_url(url) as client:
        job = Job(tmp_path_factory.mktemp("parallel"), url, ("--parallelism", str(PARTS)), jvm_arguments=SHORT_JVM)
        try:
            for segment in segments[: SEGMENTS // 2]:
                job.feed(segment)
            job.start()
            for segment in segments[SEGMENTS // 2 :]:
                job.feed(segment)
            assert wait_until(lambda: _totals(client) == _expected(reference), SEEN_SECONDS, 0.2), job.output()
            assert wait_until(lambda: not _wrong(client, reference), SEEN_SECONDS, 0.5), job.output()
            yield client, reference
            assert job.stop() == 0, job.output()
        finally:
            job.close()


def _totals(client: Any) -> int:
    return int(client.hget(live_signals.TOTALS_KEY, "unknown_type") or 0)


def _expected(reference: Reference) -> int:
    return reference.totals()["unknown_type"]


def _wrong(client: Any, reference: Reference) -> list[str]:
    """Viewers whose scores or history are not those of the reference."""
    now, found = reference.watermark, []
    for viewer in VIEWER_IDS:
        signals, expected = live_signals.read_viewer(client, viewer, now), reference.scores(viewer, now)
        of_scores = [
            mine == pytest.approx(expected[name], rel=1e-9, abs=1e-9)
            for name, mine in (("session", signals.session), ("interest", signals.interest))
        ]
        if not all(of_scores) or list(signals.watched) != reference.watched(viewer):
            found.append(viewer)
    return found


def test_every_score_and_history_equals_the_reference(seen: tuple[Any, Reference]) -> None:
    assert _wrong(*seen) == []
    client, reference = seen
    histories = [live_signals.read_viewer(client, viewer, reference.watermark).watched for viewer in VIEWER_IDS]
    assert sum(map(len, histories)) > 500


def test_unknown_types_are_counted_once(seen: tuple[Any, Reference]) -> None:
    assert _totals(seen[0]) == _expected(seen[1]) > 0


def test_windows_end_in_both_parts(seen: tuple[Any, Reference]) -> None:
    """Each region by the part that its name falls to."""
    for place in ("", "de", "jp"):
        region = live_signals.parse_region(seen[0].get(live_signals.region_key(place)))
        assert region.ends.keys() == live_signals.WINDOWS_SECONDS.keys()


def test_each_part_has_a_heartbeat(seen: tuple[Any, Reference]) -> None:
    parts = {str(part).encode() for part in range(PARTS)}
    assert wait_until(lambda: set(seen[0].hkeys(live_signals.HEARTBEAT_KEY)) == parts, 10)
