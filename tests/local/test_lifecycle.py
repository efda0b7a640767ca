"""Lifecycle rules as S3 counts them, and what the emulator does by them once days go by."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ministack.services import dynamodb, s3

from local import emulator_lifecycle, emulator_time, lifecycle
from local.amend import lifecycle_rules

KIB = 1024
BIG = b"x" * 128 * KIB
BUCKET = "aging"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_rule_is_due_on_the_midnight_after_its_days() -> None:
    assert lifecycle.due(NOON, 1) == datetime(2026, 11, 25, tzinfo=UTC)
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    assert lifecycle.due(midnight, 1) == midnight + timedelta(days=1)


@pytest.mark.parametrize(
    ("present", "days", "made"),
    [("STANDARD", 29, "STANDARD"), ("STANDARD", 31, "STANDARD_IA"), ("STANDARD", 95, "GLACIER_IR"),
     ("DEEP_ARCHIVE", 95, "DEEP_ARCHIVE")],
)  # fmt: skip
def test_an_object_is_moved_down_only(present: str, days: int, made: str) -> None:
    moves = ((30, "STANDARD_IA"), (90, "GLACIER_IR"))
    assert lifecycle.lowest(moves, NOON - timedelta(days=days), NOON, present) == made


def test_a_rule_covers_what_all_its_terms_say() -> None:
    (rule,) = lifecycle.rules(
        [
            {
                "Status": "Enabled",
                "Filter": {"And": {"Prefix": "v/", "Tags": [{"Key": "tier", "Value": "cold"}]}},
            },
            {"Status": "Disabled"},
        ]
    )[:1]
    assert rule.covers("v/1", 1, {"tier": "cold", "more": "1"})
    assert not rule.covers("v/1", 1, {"tier": "warm"})
    assert not rule.covers("u/1", 1, {"tier": "cold"})


@pytest.fixture
def bucket() -> Iterator[str]:
    """A versioned bucket of the emulator, with rules as our templates write them."""
    s3._create_bucket(BUCKET, b"")
    s3._bucket_versioning[BUCKET] = "Enabled"
    kept = [
        {"Id": "old", "ExpiredObjectDeleteMarker": True, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}},
        {"Id": "open", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"Id": "work", "Prefix": "work/", "ExpirationInDays": 1, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
        {"Id": "cold", "Prefix": "v/", "Transitions": [{"TransitionInDays": 30, "StorageClass": "GLACIER"}]},
    ]
    s3._bucket_lifecycle[BUCKET] = lifecycle_rules([{**rule, "Status": "Enabled"} for rule in kept])
    yield BUCKET
    for key in list(emulator_lifecycle.keys(BUCKET)):
        for version in list(emulator_lifecycle.versions(BUCKET, key)):
            s3._delete_object_version(s3._buckets[BUCKET], BUCKET, key, version["version_id"])
    s3._multipart_uploads.clear()
    s3._delete_bucket(BUCKET)
    s3._bucket_lifecycle.pop(BUCKET, None)


def put(key: str, body: bytes = b"x") -> None:
    assert s3._put_object(BUCKET, key, body, {})[0] == 200


def status(key: str) -> int:
    answer: int = s3._get_object(BUCKET, key, {}, {})[0]
    return answer


def days(count: int) -> dict[str, int]:
    return emulator_time.age(count * emulator_time.DAY_SECONDS, {})


def test_work_files_are_there_for_a_day_and_gone_after_two(bucket: str) -> None:
    put("work/1/plan.json")
    put("originals/1.mp4")
    assert (days(1), status("work/1/plan.json")) in (({}, 200), ({"expired": 1}, 404))  # at midnight sharp it is gone
    days(1)
    assert (status("work/1/plan.json"), status("originals/1.mp4")) == (404, 200)
    assert [one["size"] for one in emulator_lifecycle.versions(bucket, "work/1/plan.json")] == [1, 0]
    days(2)
    assert emulator_lifecycle.versions(bucket, "work/1/plan.json") == []


def test_all_that_several_days_end_is_ended_at_once(bucket: str) -> None:
    put("work/1/plan.json")
    assert days(5) == {"expired": 1, "markers removed": 1, "old versions removed": 1}


def test_an_object_is_archived_unless_it_is_small_and_is_unreadable_then(bucket: str) -> None:
    put("v/large", BIG)
    put("v/small")
    assert days(31) == {"moved to GLACIER": 1}
    assert (status("v/large"), status("v/small")) == (403, 200)
    assert s3._head_object(bucket, "v/large")[1]["x-amz-storage-class"] == "GLACIER"
    modified = datetime.fromisoformat(s3._buckets[bucket]["objects"]["v/large"]["last_modified"])
    assert timedelta(days=31) <= datetime.now(UTC) - modified < timedelta(days=31, minutes=5)


def test_a_restored_copy_ends_when_its_days_are_over(bucket: str) -> None:
    put("v/large", BIG)
    days(31)
    request = b"<RestoreRequest><Days>5</Days></RestoreRequest>"
    assert s3._restore_object(bucket, "v/large", request)[0] == 202
    s3._buckets[bucket]["objects"]["v/large"]["restore"]["available_at"] = 0.0
    assert status("v/large") == 200
    assert days(4) == {}
    assert status("v/large") == 200
    assert days(3) == {"restores ended": 1}
    assert status("v/large") == 403


def test_uploads_that_nobody_ends_are_aborted_after_a_week(bucket: str) -> None:
    s3._create_multipart_upload(bucket, "originals/1", {})
    assert days(6) == {}
    assert days(2) == {"uploads aborted": 1}
    assert not s3._multipart_uploads


def test_old_versions_go_a_week_after_they_were_overwritten(bucket: str) -> None:
    put("v/1", b"first")
    days(20)
    put("v/1", b"second")
    assert days(6) == {}
    assert days(2) == {"old versions removed": 1}
    assert status("v/1") == 200


TABLE = "aging"
ITEM = {"key": {"S": "ann"}, "range": {"S": "v#1795420800000#vid"}, "expires_at": {"N": "0"}, "at_ms": {"N": "0"}}


@pytest.fixture
def table() -> Iterator[dict[str, Any]]:
    """A table with a stream and a time to live."""
    types = [{"AttributeName": name, "AttributeType": "S"} for name in ("key", "range")]
    schema = [{"AttributeName": "key", "KeyType": "HASH"}, {"AttributeName": "range", "KeyType": "RANGE"}]
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    dynamodb._create_table(
        {
            "TableName": TABLE,
            "AttributeDefinitions": types,
            "KeySchema": schema,
            "StreamSpecification": stream,
            "BillingMode": "PAY_PER_REQUEST",
        }
    )
    specification = {"Enabled": True, "AttributeName": "expires_at"}
    dynamodb._update_ttl({"TableName": TABLE, "TimeToLiveSpecification": specification})
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_build_change_record", "_remove_item"):
            patch.setattr(dynamodb, name, getattr(dynamodb, name))  # put back afterwards
        emulator_time.apply()
        yield dynamodb._tables[TABLE]
    dynamodb._delete_table({"TableName": TABLE})


def test_items_expire_and_their_stream_says_by_whom(table: dict[str, Any]) -> None:
    now = int(datetime.now(UTC).timestamp())
    times = {"expires_at": {"N": str(now + 3 * 24 * 3600)}, "at_ms": {"N": str(now * 1000)}}
    dynamodb._put_item({"TableName": TABLE, "Item": ITEM | times})
    attributes = {TABLE: {"numbers": ["expires_at", "at_ms"], "texts": {"range": r"v#(\d+)#"}}}
    day = emulator_time.DAY_SECONDS
    assert emulator_time.age(2 * day, attributes) == {}
    ((place, item),) = table["items"]["ann"].items()
    assert place == item["range"]["S"] == "v#1795248000000#vid"
    assert item["at_ms"]["N"] == str((now - 2 * day) * 1000)
    assert [record["eventName"] for record in dynamodb._stream_records[TABLE]] == ["INSERT"]
    assert emulator_time.age(2 * day, attributes) == {"items expired": 1}
    removed = dynamodb._stream_records[TABLE][-1]
    assert (removed["eventName"], removed["userIdentity"]) == ("REMOVE", emulator_time.BY_TIME_TO_LIVE)
    assert not table["items"]
