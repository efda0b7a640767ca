"""Whatever happens to the events of uploads on their way, each upload is produced once, none is lost, none is stuck.

Queues, tables, leases and the state machine are moto's; only what a production does between its ends is left out.
"""

import json
import time
from collections import Counter
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.production import backlog, dispatcher, executions, queues, slots
from reelstack.production.jobs import Order
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority
from tests.support.complete_uploads import complete_upload

EACH = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def made(number: int) -> Upload:
    """A finished upload; every third of high, normal and low priority, by one of four creators."""
    return complete_upload(list(Priority)[number % 3], "abcd"[number % 4])


def message(upload: Upload, how: str) -> tuple[Priority, str]:
    """(queue, body) of one delivery: as S3 says it, in the wrong queue, as an order of ours, or of a copied object."""
    priority = Priority(upload.key.split("/")[1])
    event: dict[str, Any] = {"source": "aws.s3", "detail": {"object": {"key": upload.key}, "reason": "PutObject"}}
    if how == "elsewhere":
        return list(Priority)[(list(Priority).index(priority) + 1) % 3], json.dumps(event)
    if how == "order":
        return priority, Order(upload.upload_id, 1, priority).to_message()
    if how == "copied":
        event["detail"]["object"]["key"] = f"{upload.key}-copy"
    return priority, json.dumps(event)


def send(deliveries: list[tuple[Priority, str]]) -> None:
    for priority, body in deliveries:
        seam.client("sqs").send_message(QueueUrl=queues.urls(priority)[0], MessageBody=body)


def end_all() -> None:
    """Productions end, out of order, and whoever waits follows, until nothing runs."""
    while running := slots.running():
        lease = running[-1]
        Video(f"v-{lease.upload_id}").update(actions=[Video.state.set("published")])
        executions.finish(lease.execution, "SUCCEEDED")
        dispatcher.dispatch(time.monotonic() + 60, look=False)


def check(aws: Config, uploads: list[Upload], extra: list[tuple[int, str]], late: list[tuple[int, str]]) -> None:
    """Every upload's event comes, `extra` among them in that order, and `late` when all has ended."""
    first = [(number, "s3") for number in range(len(uploads))]
    mixed = [item for pair in zip_longest(extra, first) for item in pair if item]
    send([message(uploads[number], how) for number, how in mixed])
    dispatcher.dispatch(time.monotonic() + 120)
    end_all()
    send([message(uploads[number], how) for number, how in late])
    dispatcher.dispatch(time.monotonic() + 120)
    end_all()

    pages = seam.client("stepfunctions").get_paginator("list_executions")
    started = Counter(
        execution["name"]
        for page in pages.paginate(stateMachineArn=aws.production_machine_arn)
        for execution in page["executions"]
    )
    assert {upload.upload_id: started[f"{upload.upload_id}-1"] for upload in uploads} == {
        upload.upload_id: 1 for upload in uploads
    }
    assert {Video.get(upload.video_id).state for upload in uploads} == {"published"}
    assert slots.held() == 0
    assert [backlog.numbers(priority)[0] for priority in Priority] == [0, 0, 0]
    assert [queues.count(priority)[0] for priority in Priority] == [0, 0, 0]


def deliveries(uploads: int, fewest: int, most: int) -> st.SearchStrategy[list[tuple[int, str]]]:
    one = st.tuples(st.integers(0, uploads - 1), st.sampled_from(["s3", "elsewhere", "order", "copied"]))
    return st.lists(one, min_size=fewest, max_size=most)


@settings(EACH, max_examples=3)
@given(extra=deliveries(5, 0, 12), late=deliveries(5, 0, 4))
def test_duplicate_reordered_copied_and_replayed_events_start_each_upload_once(
    aws: Config, extra: list[tuple[int, str]], late: list[tuple[int, str]]
) -> None:
    check(aws, [made(number) for number in range(5)], extra, late)


@pytest.mark.engines
@settings(EACH, max_examples=2)
@given(extra=deliveries(50, 200, 200), late=deliveries(50, 50, 50))
def test_300_events_of_50_uploads_are_50_executions(
    aws: Config, extra: list[tuple[int, str]], late: list[tuple[int, str]]
) -> None:
    check(aws, [made(number) for number in range(50)], extra, late)
