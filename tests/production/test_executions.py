"""Starting once, never more than the slots allow, leaving nothing half-way. Queue, tables and machine by moto."""

import json
import time

import pytest
from pynamodb.exceptions import TransactWriteError

from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.production import backlog, dispatcher, executions, retries, slots
from reelstack.production.jobs import NotAnUpload, Order
from reelstack.tables.production import Claim, Lease
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads import uploads
from reelstack.uploads.new_upload import NewUpload
from reelstack.uploads.priorities import Priority
from reelstack.videos import videos
from tests.support.stopped_writes import stopped


def uploaded(name: str) -> Upload:
    return uploads.create(
        "ann",
        NewUpload(title=name, size_bytes=10, content_type="video/mp4"),
        idempotency_key=f"key-{name}",
    )


def send(config: Config, upload: Upload) -> None:
    body = {"source": "aws.s3", "detail": {"object": {"key": upload.key}, "reason": "CompleteMultipartUpload"}}
    seam.client("sqs").send_message(QueueUrl=config.production_normal_queue_url, MessageBody=json.dumps(body))


def drain() -> int:
    return dispatcher.dispatch(time.monotonic() + 20)


def execution_names(config: Config) -> list[str]:
    found = seam.client("stepfunctions").list_executions(stateMachineArn=config.production_machine_arn)["executions"]
    return sorted(execution["name"] for execution in found)


def waiting(config: Config) -> int:
    answer = seam.client("sqs").get_queue_attributes(
        QueueUrl=config.production_normal_queue_url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def test_an_upload_is_produced_once_however_often_its_event_comes(aws: Config) -> None:
    upload = uploaded("a")
    for _ in range(3):
        send(aws, upload)
    assert drain() == 1
    assert execution_names(aws) == [f"{upload.upload_id}-1"]
    assert Video.get(upload.video_id).state == "processing"
    assert Upload.get(upload.upload_id).state == "completed"
    assert waiting(aws) == 0


def test_an_event_that_comes_again_after_the_end_starts_nothing(aws: Config) -> None:
    upload = uploaded("a")
    assert executions.start(Order(upload.upload_id, 1))
    executions.finish(f"{upload.upload_id}-1", "SUCCEEDED")
    assert not executions.start(Order(upload.upload_id, 1))
    assert slots.held() == 0


def test_a_start_that_died_half_way_is_finished_by_the_next_message(aws: Config) -> None:
    upload = uploaded("a")
    order = Order(upload.upload_id, 1)
    assert executions.start(order)
    Claim(upload.upload_id).update(actions=[Claim.started.set(False)])  # as if the last write had not happened
    assert executions.start(order)
    assert execution_names(aws) == [order.execution]
    assert slots.held() == 1


def test_no_more_run_than_there_are_slots_and_the_rest_waits(aws: Config) -> None:
    made = [uploaded(name) for name in "abc"]
    for upload in made:
        send(aws, upload)
    assert drain() == 2
    assert (slots.held(), waiting(aws), backlog.numbers(Priority.NORMAL)[0]) == (2, 0, 1)
    executions.finish(execution_names(aws)[0], "SUCCEEDED")
    assert drain() == 1
    assert (slots.held(), len(execution_names(aws))) == (2, 3)


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict"])
def test_a_slot_that_could_not_be_taken_in_a_moment_of_load_is_taken_all_the_same(aws: Config, code: str) -> None:
    """DynamoDB throttled the transaction, which says nothing of how many slots there are."""
    upload = uploaded("a")
    with stopped((None, code)):
        assert executions.start(Order(upload.upload_id, 1))
    assert slots.held() == 1


def test_a_throttled_start_is_not_reported_as_no_slot(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    upload = uploaded("a")
    with stopped(*[(None, "ThrottlingError")] * 20), pytest.raises(TransactWriteError):
        executions.start(Order(upload.upload_id, 1))
    assert (slots.held(), execution_names(aws)) == (0, [])


def test_giving_a_slot_back_twice_gives_it_back_once(aws: Config) -> None:
    upload = uploaded("a")
    executions.start(Order(upload.upload_id, 1))
    for _ in range(2):
        slots.release(f"{upload.upload_id}-1")
    assert slots.held() == 0


def test_the_end_of_an_execution_of_0_2_0_that_waited_for_a_person_is_noted(aws: Config) -> None:
    Lease(slots.WAITING, "u1-1", upload_id="u1", taken_at=1).save()
    Lease(slots.WAITING, slots.COUNT, held=1).save()
    executions.finish("u1-1", "SUCCEEDED")
    assert int(Lease.get(slots.WAITING, slots.COUNT).held) == 0


def test_an_execution_that_broke_leaves_a_failed_video_that_can_be_tried_again(aws: Config) -> None:
    upload = uploaded("a")
    executions.start(Order(upload.upload_id, 1))
    executions.finish(f"{upload.upload_id}-1", "ABORTED")
    video = Video.get(upload.video_id)
    assert (video.state, video.reason) == ("failed", "production-failed")
    retries.request(video, video.owner_id)
    assert executions.start(Order(upload.upload_id, 2))
    assert Video.get(upload.video_id).state == "processing"
    assert not executions.start(Order(upload.upload_id, 1)), "an old message must not start an old attempt"


def test_the_reconciler_fails_what_has_no_execution_and_frees_its_slot(aws: Config) -> None:
    running, lost = uploaded("running"), uploaded("lost")
    for upload in (running, lost):
        executions.start(Order(upload.upload_id, 1))
    Lease(slots.RUNNING, f"{lost.upload_id}-1").delete()
    Video(lost.video_id).update(actions=[Video.attempt.set(2)])
    Lease(slots.RUNNING, f"{lost.upload_id}-2", upload_id=lost.upload_id, taken_at=0).save()
    assert executions.reconcile() == 1
    assert (Video.get(lost.video_id).state, Video.get(lost.video_id).reason) == ("failed", "production-lost")
    assert Video.get(running.video_id).state == "processing"
    assert slots.held() == 1


def test_the_reconciler_leaves_a_start_under_way_alone(aws: Config) -> None:
    Lease(slots.RUNNING, "new-1", upload_id="new", taken_at=videos.now_ms()).save()
    assert executions.reconcile() == 0


def test_a_deleted_video_is_not_produced(aws: Config) -> None:
    upload = uploaded("a")
    videos.delete(videos.find(upload.video_id))
    executions.start(Order(upload.upload_id, 1))
    assert execution_names(aws) == []
    assert slots.held() == 0


@pytest.mark.parametrize(
    "body", ["", "null", "[]", '{"source": "aws.s3", "detail": {"object": {"key": "x"}}}', '{"source": "reelstack"}']
)
def test_a_message_of_another_form_is_named_so(body: str) -> None:
    with pytest.raises(NotAnUpload):
        Order.from_message(body)


def test_items_of_a_distributed_map_end_nothing(aws: Config) -> None:
    executions.finish("6a1f3c52-aaaa-bbbb-cccc-deadbeef", "FAILED")
    assert slots.held() == 0
