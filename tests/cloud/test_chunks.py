"""The weak-network mode over plain HTTP, as any program can speak it: no SDK, only requests."""

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from reelstack.uploads import checksums
from tests.cloud.driver import Driver, draw, eventually, problem

pytestmark = pytest.mark.cloud

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A real clip of a few MiB: noise that no encoder makes small."""
    noisy = ("-vf", "noise=alls=90:allf=t", "-b:v", "16M", "-minrate", "16M", "-maxrate", "16M", "-bufsize", "4M")
    return draw(tmp_path_factory.mktemp("chunks") / "noise.mp4", seconds=5, more=noisy).read_bytes()


def open_upload(drive: Driver, size: int) -> dict[str, Any]:
    new = {"title": "chunks", "size_bytes": size, "content_type": "video/mp4", "mode": "chunks"}
    answer = drive.call("POST", "/v1/uploads", json=new)
    assert answer.status_code == 201, answer.text
    return answer.json()


def crc(data: bytes) -> str:
    return checksums.written(checksums.crc64nvme(data))


def sign(drive: Driver, upload: dict[str, Any], numbers: dict[int, bytes]) -> list[dict[str, Any]]:
    wanted = [
        {"number": number, "crc64nvme": checksums.written(checksums.crc64nvme(data))}
        for number, data in numbers.items()
    ]
    answer = drive.call("POST", f"/v1/uploads/{upload['upload_id']}/parts", json={"parts": wanted})
    assert answer.status_code == 200, answer.text
    return answer.json()["parts"]


def put(part: dict[str, Any], data: bytes) -> int:
    return httpx.put(part["url"], content=data, headers=part["headers"], timeout=60).status_code


def cut(content: bytes) -> dict[int, bytes]:
    return {n + 1: content[start : start + MIB] for n, start in enumerate(range(0, len(content), MIB))}


def send(drive: Driver, upload: dict[str, Any], numbers: dict[int, bytes]) -> None:
    signed = sign(drive, upload, numbers)
    with ThreadPoolExecutor(4) as workers:
        assert set(workers.map(put, signed, numbers.values())) == {200}


def state(drive: Driver, upload: dict[str, Any]) -> dict[str, Any]:
    return drive.call("GET", f"/v1/uploads/{upload['upload_id']}").json()


def keys(drive: Driver, prefix: str) -> list[str]:
    """Of originals, or of intermediates, which have a bucket of their own."""
    bucket = drive.outputs.buckets["uploads" if prefix.startswith("originals/") else "intermediates"]
    return [item["Key"] for item in drive.aws("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]


def original(drive: Driver, upload: dict[str, Any]) -> bytes:
    (key,) = keys(drive, f"originals/normal/{upload['upload_id']}")
    return drive.aws("s3").get_object(Bucket=drive.outputs.buckets["uploads"], Key=key)["Body"].read()


@contextmanager
def announced(drive: Driver) -> Iterator[Callable[[], list[str]]]:
    """Counts what S3 tells EventBridge meanwhile: the keys of all its events, which come with a short delay."""
    events, sqs, name = drive.aws("events"), drive.aws("sqs"), "counts-storage-events"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.s3"]}))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    seen: list[str] = []

    def keys_so_far() -> list[str]:
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in found:
                seen.append(json.loads(message["Body"])["detail"]["object"]["key"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return seen

    try:
        yield keys_so_far
    finally:
        events.remove_targets(Rule=name, Ids=["queue"])
        events.delete_rule(Name=name)
        sqs.delete_queue(QueueUrl=url)


@pytest.mark.engines
def test_a_clip_sent_in_chunks_in_two_sittings_is_composed_produced_and_plays(drive: Driver, clip: bytes) -> None:
    """And of its chunks, segments, frames and plans no event leaves: S3 announces the original alone."""
    with announced(drive) as events:
        upload = composed_and_produced(drive, clip)
        mine = [key for key in events() if upload["upload_id"] in key]
    assert mine == [f"originals/normal/{upload['upload_id']}"]
    work = keys(drive, f"work/{upload['upload_id']}/")
    assert len(work) > 5, "there were work files to be told of"


def composed_and_produced(drive: Driver, clip: bytes) -> dict[str, Any]:
    chunks, upload = cut(clip), open_upload(drive, len(clip))
    path = f"/v1/uploads/{upload['upload_id']}"
    assert (upload["part_size_bytes"], upload["part_count"]) == (MIB, len(chunks))
    assert len(chunks) > 8, "more than one part"

    send(drive, upload, {number: data for number, data in chunks.items() if number % 2})
    held = {part["number"] for part in state(drive, upload)["held"]}
    assert held == {number for number in chunks if number % 2}
    early = drive.call("POST", f"{path}/complete")
    assert (problem(early), early.json()["missing"]) == ((409, "parts-missing"), [n for n in chunks if n % 2 == 0])

    send(drive, upload, {number: data for number, data in chunks.items() if number not in held})
    done = drive.call("POST", f"{path}/complete")
    assert (done.status_code, done.json()["state"]) == (202, "composing")

    told = eventually(lambda: state(drive, upload), lambda told: told["state"] == "completed", seconds=60)
    assert told["state"] == "completed"
    assert told["crc64nvme"] == crc(clip)
    assert original(drive, upload) == clip
    assert eventually(lambda: keys(drive, f"chunks/{upload['upload_id']}/"), lambda left: not left) == []
    assert drive.call("POST", f"{path}/complete").status_code == 200

    video = drive.client("ann").videos.wait(upload["video_id"], seconds=180, every=0.5)
    assert (video.state, video.reason_detail) == ("published", None)
    assert drive.executions(upload["upload_id"]) == [f"{upload['upload_id']}-1"]
    return upload


def test_chunks_alone_start_nothing(drive: Driver) -> None:
    upload = open_upload(drive, 2 * MIB)
    send(drive, upload, {1: os.urandom(MIB), 2: os.urandom(MIB)})
    time.sleep(3)
    assert drive.executions(upload["upload_id"]) == []
    assert drive.call("GET", f"/v1/videos/{upload['video_id']}").json()["state"] == "uploading"
    assert drive.call("DELETE", f"/v1/uploads/{upload['upload_id']}").status_code == 204
    assert keys(drive, f"chunks/{upload['upload_id']}/") == []


def test_a_damaged_chunk_is_refused_by_storage_and_not_held(drive: Driver) -> None:
    upload = open_upload(drive, 2 * MIB)
    data = os.urandom(MIB)
    (part,) = sign(drive, upload, {1: data})
    assert put(part, bytes([data[0] ^ 1]) + data[1:]) == 400
    assert put(part, data[:-1]) == 403
    assert state(drive, upload)["held"] == []


def test_a_chunks_address_opens_nothing_else(drive: Driver) -> None:
    upload, data = open_upload(drive, 2 * MIB), os.urandom(MIB)
    part = upload["parts"][0]
    for old, new in (
        (f"/chunks/{upload['upload_id']}/1", f"/chunks/{upload['upload_id']}/2"),
        (f"/chunks/{upload['upload_id']}/1", "/originals/high/mine"),
        ("X-Amz-Expires=3600", "X-Amz-Expires=7200"),
    ):
        assert old in part["url"]
        assert put(part | {"url": part["url"].replace(old, new)}, data) == 403


def test_the_same_order_three_times_at_once_makes_one_original(drive: Driver) -> None:
    content = os.urandom(17 * MIB + 3)
    upload = open_upload(drive, len(content))
    send(drive, upload, cut(content))
    for _ in range(2):
        drive.aws("sqs").send_message(
            QueueUrl=drive.outputs.queues["compose"], MessageBody=f'{{"upload_id": "{upload["upload_id"]}"}}'
        )
    assert drive.call("POST", f"/v1/uploads/{upload['upload_id']}/complete").status_code in (200, 202)
    told = eventually(lambda: state(drive, upload), lambda told: told["state"] == "completed", seconds=60)
    assert told["state"] == "completed"
    assert original(drive, upload) == content
    assert eventually(lambda: keys(drive, f"chunks/{upload['upload_id']}/"), lambda left: not left) == []
