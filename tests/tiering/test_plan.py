"""A night: logs are summed, objects planned in parts, moved by lines, reported; done again, it ends the same."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from functions.tiering.move_objects.handler import handler as move_objects
from functions.tiering.plan_tiers.handler import handler as plan_tiers
from functions.tiering.start_tiering.handler import handler as start_tiering
from reelstack.platform import aws as seam
from reelstack.platform import storage
from reelstack.platform.config import Config
from reelstack.tiering import access_logs, decay, document_keys, history, plan, report
from reelstack.tiering.policies import hot_plays
from reelstack.videos.videos import ArchiveState
from tests.videos.test_videos import make

DAY = datetime.now(UTC).date() - timedelta(days=1)
CONTENT = b"x" * 200_000


@pytest.fixture
def s3(aws: Config) -> Any:
    client = seam.client("s3")
    client.put_bucket_versioning(Bucket="media", VersioningConfiguration={"Status": "Enabled"})
    _facts(reads_a_day=0.0001)
    return client


def _facts(reads_a_day: float) -> None:
    """What the night before found."""
    found = decay.of_ages((reads_a_day,) * len(decay.EDGES))
    storage.write("media", document_keys.FACTS, json.dumps({"decay": found.as_json(), "hot_plays": 0}).encode(), "", "")


def _clips(s3: Any, number: int, **more: Any) -> list[str]:
    keys = [f"v/clip{at:03}/1/720.mp4" for at in range(number)]
    for key in keys:
        s3.put_object(Bucket="media", Key=key, Body=CONTENT, **more)
    return keys


def _log(s3: Any, day: date, key: str, sent: int) -> None:
    line = access_logs.line_of("media", key, f"{day:%d/%b/%Y}:12:00:00 +0000", sent, len(CONTENT))
    s3.put_object(
        Bucket="access-logs", Key=f"s3/media/{day}-12-00-00-{key.replace('/', '')}", Body=f"{line}\n".encode()
    )


def _night(day: date, context: Any, attempt: int = 1, **more: Any) -> list[dict[str, Any]]:
    """The steps up to the moves; the lines of the plan."""
    step = {"run": f"{day}-{attempt}", "day": day.isoformat(), "limit_dollars": None} | more
    plan_tiers(step | {"do": "reads"}, context)
    answer: dict[str, Any] = {"part": 0, "after": "", "totals": {}, "done": False}
    lines: list[dict[str, Any]] = []
    while not answer["done"]:
        given = {name: answer[name] for name in ("part", "after", "totals")}
        answer = plan_tiers(step | given | {"do": "part"}, context)
        text = storage.read("media", answer["key"], 10**8).decode()
        lines += [json.loads(line) for line in text.splitlines()]
    _night.totals = answer["totals"]  # type: ignore[attr-defined]
    return lines


def test_a_night_tags_what_is_not_read_and_the_next_one_takes_the_tag_off(s3: Any, context: Any) -> None:
    keys = _clips(s3, 105)
    lines = _night(DAY, context)
    assert [len(line["moves"]) for line in lines] == [100, 5]
    for line in (lines[0], lines[0], lines[1]):  # one is done again, as after a kill
        move_objects(line, context)
    counts = plan_tiers({"do": "report", "run": f"{DAY}-1", "day": DAY.isoformat(), "totals": {}}, context)
    assert sum(counts.values()) == 105
    for key in keys:  # what a lifecycle rule does
        tagging = s3.get_object_tagging(Bucket="media", Key=key)["TagSet"]
        assert tagging == [{"Key": "tier", "Value": "cold"}]
        s3.put_object(Bucket="media", Key=key, Body=CONTENT, StorageClass="GLACIER_IR", Tagging="tier=cold")
    (first, _) = _night(DAY + timedelta(days=1), context)
    assert {(move["source"], move["target"]) for move in first["moves"]} == {("GLACIER_IR", "GLACIER_IR")}
    move_objects(first, context)
    assert s3.get_object_tagging(Bucket="media", Key=keys[0])["TagSet"] == []


def test_what_is_read_each_day_is_brought_back(s3: Any, context: Any) -> None:
    (key,) = _clips(s3, 1, StorageClass="GLACIER_IR")
    _facts(reads_a_day=0.3)
    moved = []
    for ago in range(9, -1, -1):
        day = DAY - timedelta(days=ago)
        _log(s3, day, key, len(CONTENT))
        lines = _night(day, context)
        moved += [(move["source"], move["target"]) for line in lines for move in line["moves"]]
    assert moved
    assert set(moved) <= {("GLACIER_IR", "STANDARD"), ("GLACIER_IR", "INTELLIGENT_TIERING")}


def test_a_limit_puts_off_what_it_does_not_pay(s3: Any, context: Any) -> None:
    _clips(s3, 20)
    lines = _night(DAY, context)
    whole = _night.totals  # type: ignore[attr-defined]
    assert (len(lines[0]["moves"]), whole["moves"]) == (20, 20)
    _night(DAY, context, attempt=2, limit_dollars=whole["dollars"] / 2)
    half = _night.totals  # type: ignore[attr-defined]
    assert half["dollars"] <= whole["dollars"] / 2
    assert half["moves"] + half["put_off"] == 20


def test_the_report_says_what_was_skipped_and_keeps_facts(s3: Any, context: Any) -> None:
    keys = _clips(s3, 3)
    (line,) = _night(DAY, context)
    s3.delete_object(Bucket="media", Key=keys[0])
    move_objects(line, context)
    made = report.write(f"{DAY}-1", {"objects": 3})
    assert made["counts"] == {"gone": 1, "moved": 2}
    assert made["skipped"] == {"gone": [keys[0]]}
    facts = storage.read_json("media", document_keys.FACTS)
    assert facts["run"] == f"{DAY}-1"
    report.write(f"{DAY}-1", {"objects": 3})
    assert storage.read_json("media", document_keys.FACTS) == facts


def test_logs_are_read_as_s3_writes_them() -> None:
    head = "79a59df900b949e55d96 media [06/Feb/2026:00:00:38 +0000] 192.0.2.3 svc:cloudfront.amazonaws.com 3E57427F3EX"
    line = f'{head} REST.GET.OBJECT v/a/1/720%2520p.mp4 "GET /v/a/1/720%20p.mp4 HTTP/1.1" 206 - 1000 4000 7 6 "-" "-" -'
    assert access_logs.read_of(line) == ("v/a/1/720 p.mp4", 1000)
    assert access_logs.read_of(line.replace("GET.OBJECT", "HEAD.OBJECT")) is None
    assert access_logs.read_of(line.replace(" 206 - 1000", " 304 - -")) is None
    assert access_logs.sums([line, line, "broken"], "v/") == {"v/a/1/720 p.mp4": 2000}


def test_hot_is_counted_as_the_rule_says() -> None:
    plays = [0, 0, 1, 5, 5, 7, 9, 9, 9, 30, 40]
    assert report.hot_plays(Counter(plays)) == hot_plays(np.array(plays, dtype=float))


def test_a_dry_run_writes_a_plan_and_tells_the_next_night_nothing(s3: Any, context: Any) -> None:
    _clips(s3, 1)
    (line,) = _night(DAY, context, dry_run=True)
    assert [move["target"] for move in line["moves"]] == ["GLACIER_IR"]
    facts = storage.read_json("media", document_keys.FACTS)
    step = {"do": "report", "run": f"{DAY}-1", "day": DAY.isoformat(), "totals": {}, "dry_run": True}
    assert plan_tiers(step, context) == {}
    assert storage.read_json("media", document_keys.FACTS) == facts
    (again,) = _night(DAY + timedelta(days=1), context)
    assert [move["source"] for move in again["moves"]] == ["STANDARD"], "not a tag to take off"


def test_a_dry_run_after_the_night_forgets_no_tag(s3: Any, context: Any) -> None:
    (key,) = _clips(s3, 1)
    (line,) = _night(DAY, context)
    move_objects(line, context)
    _night(DAY, context, attempt=2, dry_run=True)
    s3.put_object(Bucket="media", Key=key, Body=CONTENT, StorageClass="GLACIER_IR", Tagging="tier=cold")
    (first,) = _night(DAY + timedelta(days=1), context)
    assert [(move["source"], move["target"]) for move in first["moves"]] == [("GLACIER_IR", "GLACIER_IR")]


def test_what_its_owner_archived_is_in_no_plan(s3: Any, context: Any) -> None:
    keys = _clips(s3, 3)
    make(video_id="clip001", archive_state=ArchiveState.ARCHIVED)
    (line,) = _night(DAY, context)
    assert [move["key"] for move in line["moves"]] == [keys[0], keys[2]]


def test_an_object_of_tomorrow_is_of_the_day_that_is_planned(s3: Any, context: Any) -> None:
    """A clock that is behind S3's by a day."""
    _clips(s3, 1)
    (line,) = _night(DAY - timedelta(days=2), context)
    assert len(line["moves"]) == 1


def test_what_is_small_or_archived_is_in_no_plan(s3: Any, context: Any) -> None:
    _clips(s3, 1, StorageClass="GLACIER")
    s3.put_object(Bucket="media", Key="v/clip999/1/master.m3u8", Body=b"#EXTM3U")
    assert _night(DAY, context) == []
    assert _night.totals["objects"] == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("v/", {}),
        ("v//1/720.mp4", {}),
        ("v/clip000/1/7\t2\n0.mp4", {}),
        ("v/clip000/1/360.mp4", {"StorageClass": "ONEZONE_IA"}),
        ("v/clip000/1/240.mp4", {"StorageClass": "REDUCED_REDUNDANCY"}),
    ],
)
def test_what_somebody_put_there_by_hand_is_passed_over(s3: Any, context: Any, key: str, more: Any) -> None:
    (ours,) = _clips(s3, 1)
    s3.put_object(Bucket="media", Key=key, Body=CONTENT, **more)
    _log(s3, DAY, key, 10)
    for day in (DAY, DAY + timedelta(days=1)):
        (line,) = _night(day, context)
        assert {move["key"] for move in line["moves"]} == {ours}


def test_a_part_of_what_is_passed_over_ends_where_the_next_one_begins(s3: Any) -> None:
    s3.put_object(Bucket="media", Key="v//1", Body=b"")
    made = plan.write_part(plan.Request(run="r", day=DAY), until=0)
    assert (made.objects, made.after, made.done) == (0, "v//1", True)


@pytest.mark.parametrize("sent", ["9" * 5000, "٣", "-1", "1e9", "NaN"])
def test_a_line_whose_bytes_are_no_number_is_no_read(sent: str) -> None:
    line = access_logs.line_of("media", "v/a/1/720.mp4", "29/Nov/2026:23:59:58 +0000", 1, 1).replace(
        " 1 1 ", f" {sent} 1 "
    )
    assert access_logs.read_of(line) is None


@pytest.mark.parametrize(
    "given",
    [
        {"day": str(DAY + timedelta(days=2))},
        {"day": "1999-01-01"},
        {"day": "x"},
        {"limit_dollars": float("inf")},
        {"attempt": 0},
    ],
)
def test_a_run_that_cannot_be_meant_is_not_started(given: dict[str, Any], aws: Config, context: Any) -> None:
    with pytest.raises(ValidationError):
        start_tiering(given, context)


def _moved(s3: Any, key: str, line: dict[str, Any], context: Any) -> None:
    """The line is carried out, and a lifecycle rule does its part."""
    move_objects(line, context)
    s3.put_object(Bucket="media", Key=key, Body=CONTENT, StorageClass="GLACIER_IR", Tagging="tier=cold")


def test_an_attempt_of_the_same_day_knows_of_the_one_before(s3: Any, context: Any) -> None:
    (key,) = _clips(s3, 1)
    _log(s3, DAY, key, 10)
    (line,) = _night(DAY, context)
    _moved(s3, key, line, context)
    (again,) = _night(DAY, context, attempt=2)
    assert [(move["source"], move["target"]) for move in again["moves"]] == [("GLACIER_IR", "GLACIER_IR")]
    move_objects(again, context)
    assert _night(DAY, context, attempt=3) == []
    row = history.from_line(next(storage.lines("media", document_keys.history(f"{DAY}-3", 0))).decode())
    assert [number for number in row.reads if number] == [10], "a read counts once"


def test_a_run_that_was_killed_in_its_plan_makes_the_next_one_forget_nothing(s3: Any, context: Any) -> None:
    (key,) = _clips(s3, 1)
    (line,) = _night(DAY - timedelta(days=1), context)
    _moved(s3, key, line, context)
    storage.write("media", document_keys.history(f"{DAY}-1", 0), b"", "", "")  # of objects before ours
    (after,) = _night(DAY + timedelta(days=1), context)
    assert [(move["source"], move["target"]) for move in after["moves"]] == [("GLACIER_IR", "GLACIER_IR")]


def test_what_a_rule_moved_is_in_its_class_since_that_night_though_s3_leaves_its_date() -> None:
    born, night = date(2026, 1, 1), date(2026, 6, 1)
    before = history.Row("v/a/1/b.mp4", "STANDARD", born, born, tagged=True)
    listed = history.Row("v/a/1/b.mp4", "GLACIER_IR", born, born)
    made = history.tonight(before, listed, night, 1, 0)
    assert (made.since, made.born, made.tagged) == (night, born, True)
    assert history.tonight(made, listed, night + timedelta(days=9), 9, 0).since == night
    assert history.tonight(None, listed, night, 1, 0).since == night, "nobody knows since when"
    copied = history.Row("v/a/1/b.mp4", "STANDARD", night, night)
    assert history.tonight(made, copied, night + timedelta(days=1), 1, 0).since == night + timedelta(days=1)
    aged = replace(listed, since=born - timedelta(days=40), born=born - timedelta(days=40))  # by `reelstack time`
    older = history.tonight(made, aged, night, 0, 0)
    assert (older.since, older.born) == (night - timedelta(days=40), aged.born)
    later = history.Row("v/a/1/b.mp4", "STANDARD", night + timedelta(days=3), night)
    assert history.tonight(made, later, night + timedelta(days=9), 9, 0).since == night + timedelta(days=3)
