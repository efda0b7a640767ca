"""The job on Flink's mini-cluster equals a reference in plain Python, whatever dies in between.

One run goes through everything: 21,000 lines in five segments, a part of the last through MiniStack's Kinesis; between
them the JVM is killed, the job is stopped by a savepoint and started again, and Valkey does not answer. Each test looks
at what was seen at a stop of that run.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
import valkey

from bench import _valkey
from bench._interests_job import SHORT_JVM, Job
from local import ports
from local.places import Places
from local.processes import wait_until
from local.segment_feeder import Feeder
from local.services import Services
from reelstack.feed import live_signals
from reelstack.feed.live_signals import WINDOWS_SECONDS, RegionSignals
from tests.interests.reference import Reference
from tests.interests.traffic import VIEWERS, of_one, traffic

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("interests"), pytest.mark.timeout(900)]

LINES, AWAY_MS, SEEN_SECONDS = 21_000, 20_000, 240
STREAM, STREAMED, MOST_RECORDS = "events", 1_200, 500
"""PutRecords takes 500 records."""
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
            seen.regions = {
                place: live_signals.parse_region(self.client.get(live_signals.region_key(place))) for place in PLACES
            }
            return all(windows(seen.regions[place]) == expected[place] for place in PLACES)

        self.stops[name] = seen
        assert wait_until(holds, SEEN_SECONDS, 0.2), (name, self._differences(seen), self.job.output())
        _eventually(self.equals)

    def equals(self) -> None:
        """Scores, histories and totals now. They come by other ways than the windows, sooner or later."""
        now, compared = self.reference.watermark, 0
        for viewer in VIEWER_IDS:
            seen, expected = live_signals.read_viewer(self.client, viewer, now), self.reference.scores(viewer, now)
            for name, found in (("session", seen.session), ("interest", seen.interest)):
                assert found == pytest.approx(expected[name], rel=1e-9, abs=1e-9), viewer
                compared += len(found)
            assert list(seen.watched) == self.reference.watched(viewer), viewer
        assert compared > 2_000
        totals = {name.decode(): int(count) for name, count in self.client.hgetall(live_signals.TOTALS_KEY).items()}
        assert totals == self.reference.totals()

    def _differences(self, seen: Seen) -> list[str]:
        """The ends of windows that differ, and a few items of those with the same end."""
        found = []
        for place, expected in seen.expected.items():
            written = windows(seen.regions[place])
            for seconds, (end, items) in expected.items():
                end_seen, items_seen = written.get(seconds, (0, {}))
                if end != end_seen:
                    found.append(f"{place} {seconds}: ends {end_seen}, not {end}")
                    continue
                wrong = [item for item in sorted({*items, *items_seen}) if items.get(item) != items_seen.get(item)]
                found += [f"{place} {seconds} {item}: {items_seen.get(item)}, not {items.get(item)}" for item in wrong]
        return found[:10]


def _eventually(check: Callable[[], None]) -> None:
    def holds() -> bool:
        with suppress(AssertionError):
            check()
            return True
        return False

    if not wait_until(holds, SEEN_SECONDS, 0.5):
        check()


def windows(region: RegionSignals) -> dict[int, tuple[int, Any]]:
    return {
        seconds: (
            end,
            {item: each[seconds] for item, each in region.items.items() if each[seconds] != live_signals.NOTHING},
        )
        for seconds, end in region.ends.items()
    }


@pytest.fixture(scope="module")
def kinesis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of MiniStack, with a stream of one shard: the order of the records is that of the events."""
    places = Places(tmp_path_factory.mktemp("kinesis"))
    places.make()
    services = Services(places, ports.Ports(**dict(zip(ports.DEFAULTS, ports.free(len(ports.DEFAULTS)), strict=True))))
    make: Any = boto3.client
    try:
        services.start_aws()
        endpoint = services.endpoint_of("kinesis")
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        client = make("kinesis", endpoint_url=endpoint, region_name="us-east-1", **keys)
        client.create_stream(StreamName=STREAM, ShardCount=1)
        yield client
        client.close()
    finally:
        services.stop("aws")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, kinesis: Any) -> Iterator[Run]:
    with _valkey.server() as url:
        job = Job(tmp_path_factory.mktemp("interests"), url, ("--watermark-ms", "0"), jvm_arguments=SHORT_JVM)
        made = Run(job, valkey.Valkey.from_url(url, socket_timeout=2 * AWAY_MS / 1000))  # the test waits, too
        try:
            _go_through(made, kinesis)
            yield made
        finally:
            job.close()
            made.client.close()


def _go_through(run: Run, kinesis: Any) -> None:
    job, events = run.job, traffic(LINES)
    fifth = LINES // 5
    parts = [events[n * fifth : (n + 1) * fifth] for n in range(5)]
    run.feed(parts[0])
    job.start()
    run.stop("first")
    run.feed(parts[1])
    began = run.stops["first"].regions[""].ends[600]
    assert wait_until(
        lambda: live_signals.parse_region(run.client.get(live_signals.region_key(""))).ends[600] > began, SEEN_SECONDS
    ), job.output()
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
    _stream(run, kinesis, parts[4][:STREAMED])
    run.stop("streamed")
    run.feed(parts[4][STREAMED:])
    run.stop("last")
    _spam(run, parts[4][-1]["at"])


def _stream(run: Run, kinesis: Any, events: list[dict[str, Any]]) -> None:
    """By PutRecords into the stream, and by the feeder into a segment."""
    for start in range(0, len(events), MOST_RECORDS):
        batch = events[start : start + MOST_RECORDS]
        records = [{"Data": json.dumps(event).encode(), "PartitionKey": event["viewer"]} for event in batch]
        assert kinesis.put_records(StreamName=STREAM, Records=records)["FailedRecordCount"] == 0
    assert Feeder(kinesis, STREAM, run.job.segments).feed() == len(events)
    run.reference.read(events)


def _spam(run: Run, now_ms: int) -> None:
    """10,000 events of one viewer on one clip, and 150 clips of another; then the hour's window is left to end."""
    spam = of_one("user-7", "clip-spammed", now_ms, ("play", "finish", "like", "share"), 10_000)
    many = [event for n in range(150) for event in of_one("user-8", f"more-{n}", now_ms + n, ("skip",), 1)]
    over = {**next(of_one("user-7", "", now_ms, ("impression",), 1)), "id": "over", "at": now_ms + 150_000}
    run.feed([*spam, *many, over])  # segments that wait side by side are read in any order
    run.stop("spammed")


STOPS = ("first", "killed", "away", "upgraded", "streamed", "last", "spammed")


@pytest.mark.parametrize("stop", STOPS)
def test_every_window_of_every_region_equals_the_reference(run: Run, stop: str) -> None:
    seen = run.stops[stop]
    for place in PLACES:
        assert windows(seen.regions[place]) == seen.expected[place], (stop, place, run.job.output())
        assert seen.expected[place][600][1]


def test_every_score_history_and_total_equals_the_reference(run: Run) -> None:
    run.equals()
    assert run.reference.late["late_600"] > 0


def test_a_history_ends_after_a_hundred_clips(run: Run) -> None:
    assert len(live_signals.read_viewer(run.client, "user-8", run.reference.watermark).watched) == live_signals.WATCHED
    assert run.client.hlen(live_signals.viewer_key("user-8")) < 2 * live_signals.WATCHED


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
