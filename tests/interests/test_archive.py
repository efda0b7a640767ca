"""An hour of the archive, read once to its end, fills an empty cache."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import valkey

from bench import _valkey
from bench._interests_job import SHORT_JVM, Job
from reelstack.feed import live_signals
from tests.interests.reference import Reference
from tests.interests.traffic import VIEWERS, traffic

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("interests_archive"), pytest.mark.timeout(600)]


ODD = b"""
{
null
[]
\xff
{}
{"id": "odd-1"}
{"id": "odd-2", "type": "finish", "viewer": "user-1", "signed_in": true, "personalised": true, "duration_ms": 1}
{"id": "odd-3", "type": "finish", "viewer": "user-1", "signed_in": true, "personalised": true, "at": "yesterday"}
{"id": "odd-4", "type": ["finish"], "viewer": {"a": 1}, "video_id": 5, "tags": {}, "at": 4611686018427387904}
"""
"""Lines that are no event: the job goes on, and nothing comes of them."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Reference]]:
    folder, reference = tmp_path_factory.mktemp("archive"), Reference()
    events = traffic(2_000, seed=5)
    reference.read(events)
    with _valkey.server() as url, valkey.Valkey.from_url(url) as made:
        job = Job(folder, url, source="archive", jvm_arguments=SHORT_JVM)
        _archive(job.segments, events)
        try:
            job.start()
            assert job.ended() == 0, job.output()
            yield made, reference
        finally:
            job.close()


def _archive(folder: Path, events: list[dict[str, Any]]) -> None:
    """Two objects of one hour, as archive_events writes them."""
    hour = folder / "day=2026-11-30" / "hour=01"
    hour.mkdir(parents=True)
    for number, part in enumerate((events[:1000], events[1000:])):
        lines = b"".join(json.dumps(event).encode() + b"\n" for event in part) + ODD
        (hour / f"shardId-000000000000-{number}-{number}.jsonl.gz").write_bytes(gzip.compress(lines))


def test_every_score_and_history_is_there(client: tuple[Any, Reference]) -> None:
    cache, reference = client
    now = reference.watermark
    for viewer in [f"user-{number}" for number in range(VIEWERS)]:
        seen, expected = live_signals.read_viewer(cache, viewer, now), reference.scores(viewer, now)
        assert seen.session == pytest.approx(expected["session"], rel=1e-9, abs=1e-9), viewer
        assert seen.interest == pytest.approx(expected["interest"], rel=1e-9, abs=1e-9), viewer
        assert list(seen.watched) == reference.watched(viewer), viewer


def test_a_replay_writes_no_heartbeat(client: tuple[Any, Reference]) -> None:
    assert live_signals.read_heartbeat(client[0]) is None
