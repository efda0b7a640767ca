"""Originals: marked once their video is published, restored when a re-encode needs one. S3's restores are moto's,
which end at once; `asleep` keeps one from ending."""

import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from functions.production.publish.handler import handler as publish
from functions.production.start_production.handler import handler as start
from reelstack.platform import storage_classes
from reelstack.platform.config import Config
from reelstack.platform.storage_classes import Stored
from reelstack.production import dispatcher, originals, queues, reencodes, slots
from reelstack.production.errors import OriginalGone
from reelstack.tables.production import BacklogEntry, Lease
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority
from reelstack.videos import change_events
from reelstack.videos.errors import VideoArchived
from tests.support.clip_world import ClipWorld

Event = Callable[[str], dict[str, Any]]
KEY = "originals/normal/up-vid"


def s3() -> Any:
    return boto3.client("s3")


def put(storage_class: str = "STANDARD") -> None:
    s3().put_object(Bucket="uploads", Key=KEY, Body=b"x", StorageClass=storage_class)


@pytest.fixture
def clip(aws: Config) -> ClipWorld:
    return ClipWorld.published()


def order(clip: ClipWorld) -> None:
    """A re-encode is asked for, and its order is in the queue."""
    reencodes.request(clip.video, Priority.LOW)
    for made in change_events.read(clip._change()):  # type: ignore[arg-type]  # it has changed
        body = {"source": "reelstack", "detail-type": made.name, "detail": made.model_dump(mode="json")}
        boto3.client("sqs").send_message(QueueUrl=queues.urls(Priority.LOW)[0], MessageBody=json.dumps(body))


def drain() -> int:
    return dispatcher.dispatch(time.monotonic() + 60)


def waiting() -> list[Lease]:
    return list(Lease.query(originals.RESTORING))


def test_publication_marks_the_original(clip: ClipWorld, context: Any) -> None:
    asset = {**clip.asset(1), "poster": "poster.jpg"}
    publish({"video_id": "vid", "attempt": 1, "asset": asset, "labels": {}}, context)
    (tag,) = s3().get_object_tagging(Bucket="uploads", Key=KEY)["TagSet"]
    assert tag == {"Key": "produced", "Value": "yes"}


@pytest.mark.parametrize("kind", ["STANDARD", "GLACIER_IR"])
def test_an_original_that_can_be_read_is_waited_for_by_nobody(clip: ClipWorld, kind: str) -> None:
    put(kind)
    order(clip)
    assert drain() == 1
    assert waiting() == []


@pytest.mark.parametrize("kind", ["GLACIER", "DEEP_ARCHIVE"])
def test_a_reencode_of_an_archived_original_waits_as_a_row_and_goes_on_with_its_event(
    clip: ClipWorld, kind: str, context: Any, event: Event
) -> None:
    put(kind)
    order(clip)
    assert drain() == 0
    (row,) = waiting()
    assert (row.execution, int(row.planned["attempt"])) == ("up-vid-2", 2)
    assert slots.held() == 0
    assert not list(BacklogEntry.query(Priority.LOW))
    told = event("production/start_production.restored")
    told["detail"]["object"]["key"] = KEY
    assert start(told, context) == {"started": 1}
    assert start(told, context) == {"started": 0}  # it comes again
    assert waiting() == []
    assert clip.runs(2)
    assert clip.video.reencode_attempt == 2


def test_the_order_comes_twice_and_waits_once(clip: ClipWorld) -> None:
    put("GLACIER")
    order(clip)
    for message in (queues.receive(Priority.LOW),):
        for _ in range(2):
            dispatcher._take_in(Priority.LOW, message[0])
    assert len(waiting()) == 1


def test_an_event_that_was_lost_is_made_up_for_after_the_deadline(clip: ClipWorld, context: Any, event: Event) -> None:
    put("GLACIER")
    order(clip)
    drain()
    (row,) = waiting()
    assert originals.resume_late(time.monotonic() + 60) == 0  # not late yet
    row.update([Lease.taken_at.set(1)])
    assert start(event("production/start_production.scheduled"), context) == {"started": 1}
    assert waiting() == []


def test_a_restore_that_ended_for_nothing_is_asked_for_again(clip: ClipWorld) -> None:
    put("GLACIER")
    order(clip)
    drain()
    put("GLACIER")  # the copy has ended before anybody came
    (row,) = waiting()
    row.update([Lease.taken_at.set(1)])
    assert originals.resume_late(time.monotonic() + 60) == 0
    (row,) = waiting()
    assert row.taken_at > 1
    assert storage_classes.in_archive("uploads", KEY) == "restored"
    assert originals.resume(KEY) == 1


def test_an_original_that_was_erased_ends_its_order(clip: ClipWorld) -> None:
    put("GLACIER")
    order(clip)
    drain()
    boto3.client("dynamodb").delete_item(TableName="uploads_table", Key={"upload_id": {"S": "up-vid"}})
    assert originals.resume(KEY) == 0
    assert waiting() == []


def test_a_deleted_original_is_refused_with_one_answer(clip: ClipWorld) -> None:
    s3().delete_object(Bucket="uploads", Key=KEY)
    with pytest.raises(OriginalGone):
        reencodes.request(clip.video, Priority.LOW)
    assert clip.video.reencode_attempt is None


def test_an_archived_video_is_not_made_anew(clip: ClipWorld) -> None:
    Video("vid").update([Video.archive_state.set("archived")])
    with pytest.raises(VideoArchived):
        reencodes.request(clip.video, Priority.LOW)


def test_stored_objects_say_whether_they_are_archived() -> None:
    assert [Stored("k", 1, kind).is_archived for kind in ("STANDARD", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")] == [
        *(False, False),
        *(True, True),
    ]
