"""What viewers report, through everything that is deployed: edge, gateway, service, queue, stream, archive."""

import gzip
import json
import time
from typing import Any

import pytest

from reelstack_client.behavior import event_id
from tests.cloud.driver import Driver, eventually

pytestmark = [pytest.mark.cloud, pytest.mark.engines]


def shown(drive: Driver, user: str | None) -> dict[str, Any]:
    """The first item of the feed."""
    answer = drive.call("GET", "/v1/feed/latest", user=user)
    assert answer.status_code == 200, answer.text
    item: dict[str, Any] = answer.json()["items"][0]
    return item


def played(item: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": event_id(),
        "type": "play",
        "at": time.time_ns() // 1_000_000,
        "video_id": item["video_id"],
        "receipt": item["receipt"],
        **more,
    }


def report(drive: Driver, user: str | None, *events: dict[str, Any]) -> dict[str, Any]:
    body = {"sent_at": time.time_ns() // 1_000_000, "events": list(events)}
    answer = drive.call("POST", "/v1/events", user=user, json=body)
    assert answer.status_code == 202, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


def plays(drive: Driver, video_id: str) -> int:
    return int(drive.call("GET", f"/v1/videos/{video_id}").json()["plays"] or 0)


def waiting(drive: Driver) -> int:
    """Messages of the queue of plays that wait, or are being worked on."""
    sqs = drive.aws("sqs")
    url = sqs.get_queue_url(QueueName=f"reelstack-{drive.outputs.bus.removeprefix('reelstack-')}-plays")["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(map(int, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()))


def archived(drive: Driver, *ids: str) -> list[tuple[str, dict[str, Any]]]:
    """(key, event) of each line of the archive with one of the ids."""
    s3, bucket = drive.aws("s3"), drive.outputs.buckets["data"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="events/")
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    read = [(key, s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
    found = [(key, json.loads(line)) for key, content in read for line in gzip.decompress(content).splitlines()]
    return [(key, event) for key, event in found if event["id"] in ids]


def test_plays_with_and_without_an_account_count_once_and_are_archived(drive: Driver) -> None:
    of_bob, of_nobody = shown(drive, "bob"), shown(drive, None)
    video_id = of_bob["video_id"]
    assert of_nobody["video_id"] == video_id
    before = plays(drive, video_id)
    play, anonymous, last = played(of_bob), played(of_nobody), played(of_bob)
    skip = played(of_bob, type="skip", view_id=play["id"], watched_ms=1, position_ms=1)
    for _ in range(2):
        assert report(drive, "bob", play, skip) == {"accepted": 2, "refused": [], "retry": [], "kept": "all"}
        assert report(drive, None, anonymous)["accepted"] == 1
    borrowed = report(drive, None, played(of_bob))
    assert [one["reason"] for one in borrowed["refused"]] == ["receipt-invalid"], "bob's receipt is bob's"
    assert eventually(lambda: plays(drive, video_id) - before, lambda more: more >= 2) == 2
    # One more shows that the second copies had their turn.
    report(drive, "bob", last)
    assert eventually(lambda: waiting(drive), lambda left: left == 0) == 0
    assert eventually(lambda: plays(drive, video_id) - before, lambda more: more >= 3) == 3

    ids = [event["id"] for event in (play, skip, anonymous, last)]
    lines = eventually(lambda: archived(drive, *ids), lambda found: len(found) >= 7)
    assert sorted(event["id"] for _, event in lines) == sorted([*ids[:3], *ids])
    for key, event in lines:
        # Kinesis takes an event a moment after the service did, which may be in the next hour.
        moments = (event["received_at"] / 1000, event["received_at"] / 1000 + 60)
        assert key.startswith(tuple(time.strftime("events/day=%Y-%m-%d/hour=%H/", time.gmtime(at)) for at in moments))
    viewers = {event["id"]: (event["signed_in"], event["origin"], event["video_id"]) for _, event in lines}
    assert viewers[play["id"]] == (True, "shown", video_id)
    assert viewers[anonymous["id"]] == (False, "shown", video_id)
