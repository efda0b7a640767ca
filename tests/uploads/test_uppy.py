"""What Uppy's `signRequest` asks of the uploads service."""

from collections.abc import Callable
from typing import Any

import pytest

from reelstack.platform import aws as seam
from reelstack.tables.uploads import Upload

MIB = 1024 * 1024
Call = Callable[..., Any]


@pytest.fixture
def opened(call: Call) -> Any:
    body = {"title": "Bunny", "size_bytes": 6 * MIB, "content_type": "video/mp4"}
    return call("uploads", "POST", "/v1/uploads", body=body).json


def asked(upload: Any, **change: Any) -> dict[str, Any]:
    """As Uppy asks for a part's address."""
    named = {"key": upload["upload_id"], "uploadId": upload["upload_id"]}
    return {"method": "PUT", **named, "partNumber": 2} | change


def sign(call: Call, upload: Any, body: Any, **how: Any) -> Any:
    return call("uploads", "POST", f"/v1/uploads/{upload['upload_id']}/sign", body=body, **how)


def kind(answer: Any) -> tuple[int, str]:
    return answer.status, answer.json["type"].rsplit("/", 1)[1]


def test_a_part_a_list_and_the_joining_are_signed_for_this_uploads_key_and_id(call: Call, opened: Any) -> None:
    upload = Upload.get(opened["upload_id"])
    put = sign(call, opened, asked(opened)).json
    assert f"{upload.key}?" in put["url"]
    assert "partNumber=2" in put["url"]
    for method in ("GET", "POST"):
        body = asked(opened, method=method)
        del body["partNumber"]
        answer = sign(call, opened, body)
        assert answer.status == 200
        assert f"uploadId={upload.s3_upload_id}" in answer.json["url"]


def test_the_joining_is_signed_for_the_announced_size_only(call: Call, opened: Any) -> None:
    answer = sign(call, opened, asked(opened, method="POST", partNumber=None))
    assert answer.json["headers"] == {"x-amz-mp-object-size": str(6 * MIB)}
    assert "x-amz-mp-object-size" in answer.json["url"]


@pytest.mark.parametrize("named", ["key", "uploadId"])
def test_another_uploads_key_or_id_is_refused(call: Call, opened: Any, named: str) -> None:
    assert kind(sign(call, opened, asked(opened, **{named: "originals/high/mine"}))) == (403, "upload-mismatch")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"partNumber": 3}, (422, "part-number-out-of-range")),
        ({"partNumber": None}, (422, "part-number-out-of-range")),
        ({"partNumber": 0}, (422, "invalid-request")),
        ({"method": "DELETE"}, (422, "invalid-request")),
        ({"bucket": "media"}, (422, "invalid-request")),
        ({"key": "x" * 65}, (422, "invalid-request")),
        ({"key": "x" * 70_000}, (413, "request-too-large")),
    ],
)
def test_a_bad_request_gets_one_clear_answer(call: Call, opened: Any, change: Any, expected: Any) -> None:
    assert kind(sign(call, opened, asked(opened, **change))) == expected


def test_malformed_json_is_called_so(call: Call, opened: Any) -> None:
    assert kind(sign(call, opened, "{")) == (400, "malformed-json")


def test_only_its_owner_who_may_upload_gets_an_address(call: Call, opened: Any) -> None:
    assert kind(sign(call, opened, asked(opened), user="bob")) == (404, "upload-not-found")
    assert sign(call, opened, asked(opened), user=None).status == 401
    assert kind(sign(call, opened, asked(opened), roles=("viewer",))) == (403, "role-missing")
    assert kind(sign(call, {"upload_id": "nope"}, asked(opened))) == (404, "upload-not-found")


def test_chunks_and_finished_uploads_are_not_signed_that_way(call: Call, opened: Any) -> None:
    body = {"title": "t", "size_bytes": MIB, "content_type": "video/mp4", "mode": "chunks"}
    chunks = call("uploads", "POST", "/v1/uploads", body=body).json
    assert kind(sign(call, chunks, asked(chunks))) == (422, "wrong-mode")
    Upload.get(opened["upload_id"]).update(actions=[Upload.state.set("completed")])
    for method in ("GET", "PUT", "POST"):
        assert kind(sign(call, opened, asked(opened, method=method))) == (409, "upload-finished")


def test_completing_after_uppy_has_joined_the_parts_finds_the_original(call: Call, opened: Any) -> None:
    upload, s3 = Upload.get(opened["upload_id"]), seam.client("s3")
    which = {"Bucket": "uploads", "Key": upload.key, "UploadId": upload.s3_upload_id}
    tags = [
        s3.upload_part(**which, PartNumber=number, Body=b"x" * size)["ETag"]
        for number, size in ((1, 5 * MIB), (2, MIB))
    ]
    listed = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, start=1)]
    s3.complete_multipart_upload(**which, MultipartUpload={"Parts": listed})
    answer = call("uploads", "POST", f"/v1/uploads/{upload.upload_id}/complete")
    assert (answer.status, answer.json["state"]) == (200, "completed")
