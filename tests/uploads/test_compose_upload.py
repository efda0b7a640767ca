"""Uploads in chunks: what the uploads service opens, and what the composer makes of it. S3 and SQS by moto."""

import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.uploads.compose_upload.handler import handler
from reelstack.platform import aws as seam
from reelstack.platform.config import Config, config
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads import chunk_composer, parts
from reelstack.uploads.chunk_composer import Composed, NoSuchOrder, OutOfTime
from reelstack.uploads.parts import MIB

Call = Callable[..., Any]
SIZE = 18 * MIB + 5
"""Nineteen chunks, which make three parts."""
CONTENT = random.Random(1).randbytes(SIZE)


def opened(call: Call, size: int = SIZE, **more: Any) -> dict[str, Any]:
    body = {"title": "Bunny", "size_bytes": size, "content_type": "video/mp4", "mode": "chunks"}
    return call("uploads", "POST", "/v1/uploads", body=body, **more).json


def send(upload_id: str, numbers: Any, content: bytes = CONTENT) -> None:
    for number in numbers:
        seam.client("s3").put_object(
            Bucket="intermediates",
            Key=f"chunks/{upload_id}/{number}",
            Body=content[(number - 1) * MIB : number * MIB],
            ChecksumAlgorithm="CRC64NVME",
        )


def keys(prefix: str) -> list[str]:
    listed = seam.client("s3").list_objects_v2(Bucket="intermediates", Prefix=prefix)
    return [item["Key"] for item in listed.get("Contents", [])]


def original(upload_id: str) -> bytes:
    return seam.client("s3").get_object(Bucket="uploads", Key=Upload.get(upload_id).key)["Body"].read()


def soon() -> float:
    return time.monotonic() + 60


@pytest.fixture
def upload_id(call: Call) -> str:
    """An upload whose chunks are all there, completed by its client."""
    made = opened(call)["upload_id"]
    send(made, range(1, 20))
    assert call("uploads", "POST", f"/v1/uploads/{made}/complete").status == 202
    return made


# --- the service -----------------------------------------------------------------------------------------------------


def test_an_upload_in_chunks_signs_objects_of_a_mebibyte(call: Call) -> None:
    made = opened(call)
    assert (made["mode"], made["part_size_bytes"], made["part_count"]) == ("chunks", MIB, 19)
    assert [part["size_bytes"] for part in made["parts"]] == [MIB] * 18 + [5]
    assert f"/chunks/{made['upload_id']}/7?" in made["parts"][6]["url"]
    assert "content-length" in made["parts"][6]["url"]


def test_a_chunks_checksum_is_signed_along(call: Call) -> None:
    upload_id = opened(call)["upload_id"]
    body = {"parts": [{"number": 19, "crc64nvme": "AAAAAAAAAAA="}]}
    (part,) = call("uploads", "POST", f"/v1/uploads/{upload_id}/parts", body=body).json["parts"]
    assert part["headers"] == {"x-amz-checksum-crc64nvme": "AAAAAAAAAAA="}
    assert "x-amz-checksum-crc64nvme" in part["url"]


def test_held_chunks_are_listed_by_number(call: Call) -> None:
    upload_id = opened(call)["upload_id"]
    send(upload_id, (10, 2, 19))
    held = call("uploads", "GET", f"/v1/uploads/{upload_id}").json["held"]
    assert [(part["number"], part["size_bytes"]) for part in held] == [(2, MIB), (10, MIB), (19, 5)]


def test_a_completion_names_the_chunks_that_are_missing_or_short(call: Call) -> None:
    upload_id = opened(call)["upload_id"]
    send(upload_id, range(2, 19))
    seam.client("s3").put_object(Bucket="intermediates", Key=f"chunks/{upload_id}/19", Body=b"x")
    answer = call("uploads", "POST", f"/v1/uploads/{upload_id}/complete")
    assert (answer.status, answer.json["missing"]) == (409, [1, 19])


def test_a_completed_upload_is_composing_until_it_is_composed(call: Call, upload_id: str, aws: Config) -> None:
    path = f"/v1/uploads/{upload_id}"
    assert call("uploads", "GET", path).json["state"] == "composing"
    assert Video.get(Upload.get(upload_id).video_id).expires_at is None, "its client is done: it never expires"
    again = call("uploads", "POST", f"{path}/complete")
    assert (again.status, again.json["state"]) == (202, "composing")
    for method, tail in (("DELETE", ""), ("POST", "/parts")):
        answer = call("uploads", method, path + tail, body={"parts": [{"number": 1}]})
        assert (answer.status, answer.json["type"].rsplit("/", 1)[1]) == (409, "upload-finished")
    (message,) = seam.client("sqs").receive_message(QueueUrl=aws.compose_queue_url, MaxNumberOfMessages=10)["Messages"]
    assert json.loads(message["Body"]) == {"upload_id": upload_id}
    assert chunk_composer.compose(upload_id, soon()) == Composed.COMPLETED
    done = call("uploads", "POST", f"{path}/complete")
    assert (done.status, done.json["state"]) == (200, "completed")


def test_an_aborted_upload_leaves_no_chunk(call: Call) -> None:
    upload_id = opened(call)["upload_id"]
    send(upload_id, (1, 2))
    assert [call("uploads", "DELETE", f"/v1/uploads/{upload_id}").status for _ in range(2)] == [204, 204]
    assert keys("chunks/") == []


def test_a_file_of_more_than_ten_thousand_chunks_is_too_large(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSTACK_MAX_UPLOAD_BYTES", str(2**40))
    config.cache_clear()
    body = {"title": "t", "size_bytes": 10_000 * MIB + 1, "content_type": "video/mp4", "mode": "chunks"}
    answer = call("uploads", "POST", "/v1/uploads", body=body)
    assert (answer.status, answer.json["max_bytes"]) == (413, 10_000 * MIB)


def test_a_mode_nobody_knows_is_refused(call: Call) -> None:
    body = {"title": "t", "size_bytes": 1, "content_type": "video/mp4", "mode": "carrier pigeon"}
    answer = call("uploads", "POST", "/v1/uploads", body=body)
    assert (answer.status, answer.json["type"].rsplit("/", 1)[1]) == (422, "invalid-request")


# --- the composer ----------------------------------------------------------------------------------------------------


def test_the_original_is_what_was_sent_and_the_chunks_are_gone(upload_id: str) -> None:
    assert chunk_composer.compose(upload_id, soon()) == Composed.COMPLETED
    assert original(upload_id) == CONTENT
    assert keys("chunks/") == []
    assert Upload.get(upload_id).state == "completed"
    assert seam.client("s3").head_object(Bucket="uploads", Key=Upload.get(upload_id).key)["ETag"].endswith('-3"')


def test_an_order_that_comes_again_changes_nothing(upload_id: str) -> None:
    for _ in range(3):
        assert chunk_composer.compose(upload_id, soon()) == Composed.COMPLETED
    assert original(upload_id) == CONTENT


class Killed(RuntimeError):
    """The process ends here."""


@pytest.fixture
def kill() -> Iterator[Callable[[int], None]]:
    """kill(n): the n-th request of the composer to storage from now on does not come back, nor any after it."""
    events, left = seam.client("s3").meta.events, [10**6]

    def count_down(**_: Any) -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise Killed

    def after(requests: int) -> None:
        left[0] = requests

    events.register("before-call.s3", count_down)
    yield after
    events.unregister("before-call.s3", count_down)


@pytest.mark.engines
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deaths=st.lists(st.integers(1, 30), max_size=4))
def test_wherever_the_composer_dies_the_next_one_goes_on(
    call: Call, kill: Callable[[int], None], deaths: list[int]
) -> None:
    upload_id = opened(call)["upload_id"]
    send(upload_id, range(1, 20))
    assert call("uploads", "POST", f"/v1/uploads/{upload_id}/complete").status == 202
    for requests in deaths:
        kill(requests)
        try:
            chunk_composer.compose(upload_id, soon())
        except Killed:
            continue
    kill(10**6)
    assert chunk_composer.compose(upload_id, soon()) == Composed.COMPLETED
    assert original(upload_id) == CONTENT
    assert keys(f"chunks/{upload_id}/") == []


def test_parts_that_are_there_are_not_sent_again(upload_id: str, kill: Callable[[int], None]) -> None:
    sent = []
    events = seam.client("s3").meta.events
    remember = lambda params, **_: sent.append(params["PartNumber"])  # noqa: E731
    events.register("provide-client-params.s3.UploadPart", remember)
    kill(27)
    with pytest.raises(Killed):
        chunk_composer.compose(upload_id, soon())
    before = len(sent)
    kill(10**6)
    chunk_composer.compose(upload_id, soon())
    events.unregister("provide-client-params.s3.UploadPart", remember)
    assert before >= 2
    assert len(sent) - before <= 1


def test_out_of_time_leaves_the_rest_to_the_next_invocation(upload_id: str) -> None:
    with pytest.raises(OutOfTime):
        chunk_composer.compose(upload_id, time.monotonic() - 1)
    assert chunk_composer.compose(upload_id, soon()) == Composed.COMPLETED
    assert original(upload_id) == CONTENT


def test_chunks_that_went_missing_reopen_the_upload_for_its_client(call: Call, upload_id: str) -> None:
    seam.client("s3").delete_object(Bucket="intermediates", Key=f"chunks/{upload_id}/4")
    assert chunk_composer.compose(upload_id, soon()) == Composed.REOPENED
    assert Upload.get(upload_id).expires_at > time.time(), "it ends when nobody comes back, like any open one"
    path = f"/v1/uploads/{upload_id}"
    assert call("uploads", "GET", path).json["state"] == "open"
    video = Video.get(Upload.get(upload_id).video_id)
    assert (video.state, video.expires_at > time.time()) == ("uploading", True)
    send(upload_id, [4])
    assert call("uploads", "POST", f"{path}/complete").status == 202
    assert chunk_composer.compose(upload_id, soon()) == Composed.COMPLETED
    assert original(upload_id) == CONTENT


def test_an_upload_that_storage_has_dropped_is_aborted(call: Call, upload_id: str) -> None:
    upload = Upload.get(upload_id)
    seam.client("s3").abort_multipart_upload(Bucket="uploads", Key=upload.key, UploadId=upload.s3_upload_id)
    assert chunk_composer.compose(upload_id, soon()) == Composed.GONE
    assert call("uploads", "GET", f"/v1/uploads/{upload_id}").json["state"] == "aborted"
    assert Video.get(upload.video_id).state == "deleted"
    assert keys("chunks/") == []


def test_an_order_for_an_aborted_upload_only_tidies_up(call: Call) -> None:
    upload_id = opened(call)["upload_id"]
    call("uploads", "DELETE", f"/v1/uploads/{upload_id}")
    send(upload_id, [1])  # by an address that outlived the upload
    assert chunk_composer.compose(upload_id, soon()) == Composed.GONE
    assert keys("chunks/") == []


def test_the_order_counts_even_if_the_service_died_before_it_wrote_the_state(upload_id: str) -> None:
    Upload.get(upload_id).update(actions=[Upload.state.set("open")])
    assert chunk_composer.compose(upload_id, soon()) == Composed.COMPLETED


def test_an_order_that_names_no_upload_is_left_to_the_dead_letter_queue(
    aws: Config, event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    with pytest.raises(NoSuchOrder):
        handler(event("uploads/compose_upload.chunks"), context)


def test_the_sample_event_composes_the_upload_it_names(
    upload_id: str, event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    sample = event("uploads/compose_upload.chunks")
    sample["Records"][0]["body"] = json.dumps({"upload_id": upload_id})
    assert handler(sample, context) == {"composed": ["completed"]}


@pytest.mark.parametrize("chunk", [parts.MIN_CHUNK_BYTES, 300_000, parts.CHUNK_BYTES])
def test_no_part_is_below_what_storage_takes_and_none_fills_the_memory(chunk: int) -> None:
    assert parts.MIN_PART_BYTES <= chunk_composer.chunks_a_part(chunk) * chunk < 9 * parts.MIB
