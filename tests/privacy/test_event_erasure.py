"""Archived events of who left are gone after their passes, whatever broke off in between, and nobody else's."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.privacy.erase_events.handler import handler as erase_events
from functions.privacy.start_erasures.handler import handler as start_erasures
from reelstack.behavior import archive, stored_event
from reelstack.platform import aws as seam
from reelstack.platform import storage
from reelstack.platform.config import Config, config
from reelstack.privacy import data_requests, endings, event_erasure
from reelstack.privacy.data_requests import Kind, Progress
from reelstack.privacy.event_erasure import DAY_MS, WEEK_MS
from reelstack.tables.privacy import DataRequest

Event = Callable[[str], dict[str, Any]]
RUN = "2026-11-26"
RAW = "events/day=2026-11-23/hour=08/s-1-2.jsonl.gz"
LATER = "events/day=2026-12-09/hour=00/s-3-4.jsonl.gz"
BY_VIEWER = archive.by_viewer_key("2026-11-23", archive.viewer_bucket("gone"))


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Unix milliseconds; the middle of the day on which a week begins."""
    now = [1795694400000]
    for module in (event_erasure, data_requests):
        monkeypatch.setattr(module, "now_ms", lambda: now[0])
    return now


@pytest.fixture
def context(context: Any) -> Any:
    context.get_remaining_time_in_millis = lambda: 900_000
    return context


def keep(key: str, *events: dict[str, Any]) -> None:
    lines = [stored_event.line({**stored_event.FIELDS, "id": str(n), **one}) for n, one in enumerate(events)]
    storage.write("data", key, gzip.compress(b"\n".join(lines) + b"\n"), "application/gzip", "")


def held(key: str) -> list[dict[str, Any]]:
    body = seam.client("s3").get_object(Bucket="data", Key=key)["Body"].read()
    return [json.loads(line) for line in gzip.decompress(body).splitlines()]


def viewers(key: str) -> list[str]:
    return [one["viewer"] for one in held(key)]


def make_pass(context: Any, run: str = RUN) -> list[str]:
    """What the state machine does. Returns the prefixes that were read."""
    prefixes: list[str] = erase_events({"run": run, "do": "plan"}, context)["prefixes"]
    for prefix in prefixes:
        told = {"after": "", "done": False, "prefix": prefix, "run": run}
        while not told["done"]:
            told = erase_events({"do": "day", **{n: told[n] for n in ("run", "prefix", "after")}}, context)
    assert erase_events({"run": run, "do": "finish"}, context) == {"done": True}
    return prefixes


def leave(user_id: str) -> None:
    request = data_requests.new(user_id, Kind.ERASURE, Progress.RUNNING, 1)
    request.save()
    assert endings.of_erasure(user_id, request.request_id, [], None)


def test_nothing_of_an_erased_viewer_is_left_in_the_archive_and_everything_of_others_is(
    aws: Config, context: Any, clock: list[int]
) -> None:
    keep(RAW, {"viewer": "gone"}, {"viewer": "ann"}, {"viewer": "bob", "owner_id": "gone"})
    keep(BY_VIEWER, {"viewer": "gone"}, {"viewer": "gone"})
    leave("gone")
    clock[0] += WEEK_MS
    assert len(make_pass(context)) == 2
    assert [(one["viewer"], one["owner_id"]) for one in held(RAW)] == [("ann", ""), ("bob", "")]
    assert held(BY_VIEWER) == []


def test_a_pass_begins_once_a_week(aws: Config, event: Event, context: Any, clock: list[int]) -> None:
    def started() -> list[str]:
        start_erasures(event("privacy/start_erasures.scheduled"), context)
        found = seam.client("stepfunctions").list_executions(stateMachineArn=aws.event_erasure_machine_arn)
        return sorted(one["name"] for one in found["executions"])

    clock[0] += 7 * WEEK_MS
    assert started() == [], "nobody waits for one, and the week's first hour is over"
    leave("gone")
    assert started() == [], "not before the week is over"
    clock[0] += WEEK_MS
    assert started() == started() == ["2027-01-21"]
    clock[0] = (clock[0] // WEEK_MS + 1) * WEEK_MS + 60_000
    assert started() == ["2027-01-21", "2027-01-28"], "also for nobody, to delete what is too old"


def test_what_arrives_after_the_first_pass_goes_with_the_second_which_reads_only_what_is_new(
    aws: Config, context: Any, clock: list[int]
) -> None:
    """Dead letters that were sent again, or a batch of the stream that was archived late."""
    keep(RAW, {"viewer": "gone"})
    keep("events/day=2026-10-01/hour=00/s-0-0.jsonl.gz", {"viewer": "ann"})
    leave("gone")
    clock[0] += WEEK_MS
    make_pass(context)
    keep(LATER, {"viewer": "gone"}, {"viewer": "ann"})
    assert event_erasure.start_due() == 0, "for three weeks"
    clock[0] += 3 * WEEK_MS
    assert event_erasure.start_due() == 1
    assert make_pass(context, "2026-12-17") == ["events/day=2026-11-23/", "events/day=2026-12-09/"]
    assert viewers(LATER) == ["ann"]
    assert list(DataRequest.by_due.query(event_erasure.QUEUE)) == [], "nobody is remembered longer"
    assert data_requests.find("gone", Kind.EVENTS) is None


def test_both_passes_are_within_thirty_days() -> None:
    longest = WEEK_MS + event_erasure.LATE_MS
    assert longest <= 28 * DAY_MS
    assert event_erasure.LATE_MS - WEEK_MS >= 14 * DAY_MS, "dead letters are older than that, or gone"


def test_what_a_pass_has_written_again_is_not_kept_longer_for_it(aws: Config, context: Any, clock: list[int]) -> None:
    """S3 counts days from the last time that an object was written."""
    too_old = "events/day=2025-10-20/hour=00/s-0-0.jsonl.gz"
    for key in (too_old, archive.by_viewer_key("2026-08-10", 1), RAW):
        keep(key, {"viewer": "ann"})
    assert make_pass(context) == ["events/day=2025-10-20/", "profiles/events_by_viewer/day=2026-08-10/"]
    assert storage.list_keys("data", "events/") == [RAW]
    assert storage.list_keys("data", archive.BY_VIEWER) == []


def test_objects_without_lines_of_theirs_are_not_written(aws: Config, context: Any, clock: list[int]) -> None:
    keep(RAW, {"viewer": "ann"})
    s3 = seam.client("s3")
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    before = s3.head_object(Bucket="data", Key=RAW)
    leave("gone")
    clock[0] += WEEK_MS
    make_pass(context)
    assert s3.head_object(Bucket="data", Key=RAW)["LastModified"] == before["LastModified"]
    assert len(s3.list_object_versions(Bucket="data", Prefix=RAW)["Versions"]) == 1


def test_a_day_that_takes_longer_than_a_function_has_goes_on_where_it_stopped(
    aws: Config, context: Any, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [f"events/day=2026-11-23/hour=08/s-{n}-{n}.jsonl.gz" for n in range(5)]
    for key in keys:
        keep(key, {"viewer": "gone"}, {"viewer": "ann"})
    leave("gone")
    clock[0] += WEEK_MS
    event_erasure.plan(RUN)
    ticks = iter([0, 0, 9, 0, 0, 0, 9, 0, 9])
    monkeypatch.setattr("reelstack.privacy.event_erasure.time.time", lambda: next(ticks))
    after = []
    told: dict[str, Any] = {"after": "", "done": False}
    while not told["done"]:
        told = event_erasure.erase_day(RUN, "events/day=2026-11-23/", told["after"], 5)
        after.append(told["after"])
    assert after == [keys[1], keys[4], keys[4]][: len(after)]
    assert {key: viewers(key) for key in keys} == {key: ["ann"] for key in keys}


def test_a_pass_that_broke_off_goes_on_with_the_same_people(
    aws: Config, context: Any, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(RAW, {"viewer": "gone"}, {"viewer": "too-late"}, {"viewer": "ann"})
    leave("gone")
    clock[0] += WEEK_MS

    def refuse(*_: Any) -> bool:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "UpdateItem")

    with monkeypatch.context() as broken:
        broken.setattr(DataRequest, "update_if", refuse)
        with pytest.raises(ClientError):
            event_erasure.plan(RUN)
    leave("too-late")
    clock[0] += WEEK_MS
    make_pass(context)
    assert viewers(RAW) == ["too-late", "ann"]
    assert event_erasure.start_due() == 1, "who came meanwhile has the next"


def test_ending_a_pass_twice_counts_it_once(aws: Config, context: Any, clock: list[int]) -> None:
    leave("gone")
    clock[0] += WEEK_MS
    make_pass(context)
    event_erasure.finish(RUN)
    request = data_requests.find("gone", Kind.EVENTS)
    assert request
    assert request.tries == 1


def test_a_pass_is_over_only_when_parquet_was_written_again(aws: Config, context: Any, clock: list[int]) -> None:
    storage.write("data", "profiles/events/day=2026-11-23/bucket=01/a.parquet", b"PAR1", "", "")
    leave("gone")
    clock[0] += WEEK_MS
    event_erasure.plan(RUN)
    s3 = seam.client("s3")
    told = {
        n: s3.get_object(Bucket="data", Key=f"erasures/{RUN}/{n}.txt")["Body"].read() for n in ("erased", "opted-out")
    }
    assert told == {"erased": b"gone\n", "opted-out": b""}
    assert event_erasure.finish(RUN) is False
    storage.write("data", event_erasure.parquet_note(RUN), b"{}", "", "")
    assert event_erasure.finish(RUN) is True


def test_who_opts_out_is_marked_so_in_what_was_archived_by_one_pass(
    aws: Config, context: Any, clock: list[int]
) -> None:
    keep(RAW, {"viewer": "shy", "personalised": True}, {"viewer": "ann", "personalised": True})
    event_erasure.note("shy", Kind.OPT_OUT)
    event_erasure.note("shy", Kind.OPT_OUT)
    clock[0] += WEEK_MS
    make_pass(context)
    assert [(one["viewer"], one["personalised"]) for one in held(RAW)] == [("shy", False), ("ann", True)]
    assert data_requests.find("shy", Kind.OPT_OUT) is None


def test_features_that_were_logged_of_who_left_or_opted_out_go(aws: Config, context: Any, clock: list[int]) -> None:
    logged = "features/day=2026-11-23/hour=08/log.jsonl.gz"
    keep(logged, {"viewer": "shy"}, {"viewer": "gone"}, {"viewer": "ann"})
    event_erasure.note("shy", Kind.OPT_OUT)
    leave("gone")
    clock[0] += WEEK_MS
    assert make_pass(context) == ["features/day=2026-11-23/"]
    assert viewers(logged) == ["ann"]


def test_a_stage_without_an_archive_remembers_nobody(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSTACK_DATA_BUCKET", "")
    config.cache_clear()
    event_erasure.note("gone", Kind.EVENTS)
    assert data_requests.find("gone", Kind.EVENTS) is None


def test_a_document_of_another_version_is_refused(aws: Config) -> None:
    storage.write_json("data", f"erasures/{RUN}/viewers.json", {"version": 2, "run": RUN})
    with pytest.raises(ValueError, match="version"):
        event_erasure.erase_day(RUN, "events/day=2026-11-23/", "", 2e12)
