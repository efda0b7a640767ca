"""The job on Flink's mini-cluster equals a reference in plain Python, whatever dies in between.

One run goes through everything: 21,000 lines in five segments; between them the JVM is killed, the job is stopped by a
savepoint and started again, and Valkey does not answer. Each test looks at what was seen at a stop of that run.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import valkey

from bench import _valkey
from bench._interests_job import Job
from local.processes import wait_until
from reelstack.feed import live_signals
from reelstack.feed.live_signals import WINDOWS_SECONDS, RegionSignals
from tests.interests.reference import Reference
from tests.interests.traffic import VIEWERS, of_one, traffic

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("interests"), pytest.mark.timeout(900)]

LINES, AWAY_MS, SEEN_SECONDS = 21_000, 4_000, 90
JVM = "-XX:TieredStopAtLevel=1 -Xmx1g"
"""Half of the processor time of a short run."""
PLACES = ("", "de", "jp")
VIEWER_IDS = [f"user-{number}" for number in range(VIEWERS)]


@dataclass
class Seen:
    """What Valkey held when the job had read everything fed so far, and what it should have held."""

    regions: dict[str, RegionSignals] = field(default_factory=dict)
    expected: dict[str, dict[int, tuple[int, Any]]] = field(default_factory=dict)


@dataclass
class Run:
    job: Job
    client: Any
    reference: Reference = field(default_factory=Reference)
    stops: dict[str, Seen] = field(default_factory=dict)

    def feed(self, events: list[dict[str, Any]]) -> None:
        self.job.feed(events)
        self.reference.read(events)

    def stop(self, name: str) -> None:
        """Waits until the windows of all events fed so far are there, and notes them."""
        expected = {
            place: {seconds: self.reference.window(seconds, place) for seconds in WINDOWS_SECONDS} for place in PLACES
        }
        seen = Seen(expected=expected)

        def holds() -> bool:
            seen.regions = {place: live_signals.read_region(self.client, place) for place in PLACES}
            return all(_windows(seen.regions[place]) == expected[place] for place in PLACES)

        self.stops[name] = seen
        wait_until(holds, SEEN_SECONDS, 0.2)


def _windows(region: RegionSignals) -> dict[int, tuple[int, Any]]:
    return {
        seconds: (
            end,
            {item: each[seconds] for item, each in region.items.items() if each[seconds] != live_signals.NOTHING},
        )
        for seconds, end in region.ends.items()
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with _valkey.server() as url:
        job = Job(tmp_path_factory.mktemp("interests"), url, ("--watermark-ms", "0"), jvm_arguments=JVM)
        made = Run(job, valkey.Valkey.from_url(url))
        try:
            _go_through(made)
            yield made
        finally:
            job.close()
            made.client.close()


def _go_through(run: Run) -> None:
    job, events = run.job, traffic(LINES)
    fifth = LINES // 5
    parts = [events[n * fifth : (n + 1) * fifth] for n in range(5)]
    run.feed(parts[0])
    job.start()
    run.stop("first")
    run.feed(parts[1])
    began = run.stops["first"].regions[""].ends[600]
    assert wait_until(lambda: live_signals.read_region(run.client, "").ends[600] > began, SEEN_SECONDS), job.output()
    job.kill()
    job.start()
    run.stop("killed")
    run.client.execute_command("CLIENT", "PAUSE", AWAY_MS, "ALL")  # for longer than the writer waits for an answer
    run.feed(parts[2])
    run.stop("away")
    assert job.stop() == 0, job.output()
    run.feed(parts[3])
    job.start()
    run.stop("upgraded")
    run.feed(parts[4])
    run.stop("last")
    _spam(run, parts[4][-1]["at"])


def _spam(run: Run, now_ms: int) -> None:
    """10,000 events of one viewer on one clip, and 150 clips of another; then the hour's window is left to end."""
    run.feed(list(of_one("user-7", "clip-spammed", now_ms, ("play", "finish", "like", "share"), 10_000)))
    run.feed([event for n in range(150) for event in of_one("user-8", f"more-{n}", now_ms + n, ("skip",), 1)])
    over = {**next(of_one("user-7", "", now_ms, ("impression",), 1)), "id": "over"}
    run.feed([{**over, "at": now_ms + 150_000}])
    run.stop("spammed")


STOPS = ("first", "killed", "away", "upgraded", "last", "spammed")


@pytest.mark.parametrize("stop", STOPS)
def test_every_window_of_every_region_equals_the_reference(run: Run, stop: str) -> None:
    seen = run.stops[stop]
    for place in PLACES:
        assert _windows(seen.regions[place]) == seen.expected[place], (stop, place, run.job.output())
        assert seen.expected[place][600][1]


def test_every_decayed_score_equals_the_reference(run: Run) -> None:
    now = run.reference.watermark
    compared = 0
    for viewer in VIEWER_IDS:
        seen, expected = live_signals.read_viewer(run.client, viewer, now), run.reference.scores(viewer, now)
        for name, found in (("session", seen.session), ("interest", seen.interest)):
            assert found.keys() == expected[name].keys(), viewer
            assert found == pytest.approx(expected[name], rel=1e-9, abs=1e-9), viewer
            compared += len(found)
    assert compared > 5_000


def test_the_last_watched_equal_the_reference(run: Run) -> None:
    for viewer in VIEWER_IDS:
        seen = live_signals.read_viewer(run.client, viewer, run.reference.watermark)
        assert list(seen.watched) == run.reference.watched(viewer), viewer
    assert len(live_signals.read_viewer(run.client, "user-8", run.reference.watermark).watched) == live_signals.WATCHED
    assert run.client.hlen(live_signals.viewer_key("user-8")) < 2 * live_signals.WATCHED


def test_late_rows_and_unknown_types_are_counted_exactly(run: Run) -> None:
    totals = {name.decode(): int(count) for name, count in run.client.hgetall(live_signals.TOTALS_KEY).items()}
    unknown = sum(event["type"] == "something_new" for event in run.reference.events)
    assert run.reference.late["late_600"] > 0
    assert totals == {name: count for name, count in run.reference.late.items() if count} | {"unknown_type": unknown}


def test_who_has_no_account_or_wants_no_personal_feed_leaves_no_interests(run: Run) -> None:
    without = {event["viewer"] for event in run.reference.events if not (event["signed_in"] and event["personalised"])}
    assert len(without) > 20
    assert not any(run.client.exists(live_signals.viewer_key(viewer)) for viewer in without)


def test_ten_thousand_events_of_one_viewer_move_trending_by_no_more_than_the_cap(run: Run) -> None:
    spammed = run.stops["spammed"].regions[""].items["v:clip-spammed"][3600]
    assert (spammed.plays, spammed.viewers, spammed.shown) == (2500, 1, 1)
    assert 0 < spammed.weight <= live_signals.VIEWER_CAP


def test_an_idle_stream_has_a_heartbeat_without_lag(run: Run) -> None:
    def idle() -> bool:
        beat = live_signals.read_heartbeat(run.client)
        return beat is not None and beat.lag_ms == 0 and time.time() * 1000 - beat.written_at < 5000

    assert wait_until(idle, SEEN_SECONDS)


def test_every_key_has_an_end(run: Run) -> None:
    keys = run.client.keys("*")
    assert keys
    assert all(run.client.ttl(key) > 0 for key in keys)
