"""The uploads service through its handler, S3 by moto."""

import hashlib
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from functions.uploads.api.handler import handler
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads import completion, uploads
from reelstack.uploads.new_upload import NewUpload

MIB = 1024 * 1024
DAY = 24 * 3600
NEW = {"title": "Bunny", "size_bytes": 6 * MIB, "content_type": "video/mp4"}
Call = Callable[..., Any]


@pytest.fixture
def opened(call: Call) -> Any:
    return call("uploads", "POST", "/v1/uploads", body=NEW).json


def send(upload_id: str, number: int, size: int) -> None:
    upload = Upload.get(upload_id)
    seam.client("s3").upload_part(
        Bucket="uploads", Key=upload.key, UploadId=upload.s3_upload_id, PartNumber=number, Body=b"x" * size
    )


def test_creating_an_upload_opens_a_video_and_signs_the_first_parts(opened: Any) -> None:
    assert opened["part_count"] == 2
    assert [part["size_bytes"] for part in opened["parts"]] == [5 * MIB, MIB]
    assert "X-Amz-Signature" in opened["parts"][0]["url"]
    assert Video.get(opened["video_id"]).state == "uploading"


def test_the_same_idempotency_key_returns_the_first_upload(call: Call) -> None:
    headers = {"idempotency-key": str(uuid.uuid4())}
    first, second = (call("uploads", "POST", "/v1/uploads", body=NEW, headers=headers).json for _ in range(2))
    assert first["upload_id"] == second["upload_id"]
    other = call("uploads", "POST", "/v1/uploads", body={**NEW, "title": "Other"}, headers=headers)
    assert (other.status, other.json["type"].rsplit("/", 1)[1]) == (409, "idempotency-key-reused")


def test_a_key_whose_upload_was_aborted_starts_a_new_one(call: Call) -> None:
    headers = {"idempotency-key": str(uuid.uuid4())}
    seen = []
    for title in ("Bunny", "Bunny", "Other"):
        opened = call("uploads", "POST", "/v1/uploads", body={**NEW, "title": title}, headers=headers)
        assert (opened.status, opened.json["state"], len(opened.json["parts"])) == (201, "open", 2)
        assert call("uploads", "DELETE", f"/v1/uploads/{opened.json['upload_id']}").status == 204
        seen.append(opened.json["upload_id"])
    assert len(set(seen)) == 3
    first, second = (call("uploads", "POST", "/v1/uploads", body=NEW, headers=headers).json for _ in range(2))
    assert first["upload_id"] == second["upload_id"]
    assert first["upload_id"] not in seen


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("video/webm;codecs=vp8", "video/webm"),
        ("video/webm;codecs=vp8,opus", "video/webm"),
        ("VIDEO/MP4", "video/mp4"),
        ('video/mp4 ; codecs="avc1.4d002a, mp4a.40.2"', "video/mp4"),
        ("video/x-m4v", "video/mp4"),
        ("application/mp4", "video/mp4"),
        ("video/3gpp", "video/mp4"),
        ("Video/QuickTime; charset=binary", "video/quicktime"),
        ("video/matroska", "video/x-matroska"),
        ("video/x-matroska;codecs=avc1,opus", "video/x-matroska"),
    ],
)
def test_a_type_is_known_however_it_is_written(call: Call, written: str, stored: str) -> None:
    opened = call("uploads", "POST", "/v1/uploads", body={**NEW, "content_type": written})
    assert (opened.status, Upload.get(opened.json["upload_id"]).content_type) == (201, stored)


@pytest.mark.parametrize(
    "written", ["", "video", "video/", "/mp4", "video/mp4, video/webm", "video /mp4", "video/avi;x"]
)
def test_what_is_no_type_of_a_clip_is_refused(call: Call, written: str) -> None:
    answer = call("uploads", "POST", "/v1/uploads", body={**NEW, "content_type": written})
    assert (answer.status, answer.json["type"].rsplit("/", 1)[1]) == (415, "media-type-not-allowed")


def test_an_upload_that_is_completed_between_two_looks_is_told_as_it_is_then(aws: Config, opened: Any) -> None:
    seen = Upload.get(opened["upload_id"])
    send(opened["upload_id"], 1, 5 * MIB)
    send(opened["upload_id"], 2, MIB)
    completion.complete(Upload.get(opened["upload_id"]))
    assert uploads.find_held(seen) == []
    assert seen.state == "completed"


def test_an_upload_completes_once_whatever_the_order_of_its_parts(call: Call, opened: Any) -> None:
    path = f"/v1/uploads/{opened['upload_id']}"
    send(opened["upload_id"], 2, MIB)
    send(opened["upload_id"], 1, 5 * MIB)
    assert [part["number"] for part in call("uploads", "GET", path).json["held"]] == [1, 2]
    assert [call("uploads", "POST", f"{path}/complete").json["state"] for _ in range(2)] == ["completed"] * 2
    assert seam.client("s3").head_object(Bucket="uploads", Key=Upload.get(opened["upload_id"]).key)


def test_an_upload_that_is_never_completed_takes_its_video_along(call: Call, opened: Any) -> None:
    upload, video = Upload.get(opened["upload_id"]), Video.get(opened["video_id"])
    assert time.time() + 6 * DAY < upload.expires_at < video.expires_at < time.time() + 9 * DAY
    send(opened["upload_id"], 1, 5 * MIB)
    send(opened["upload_id"], 2, MIB)
    assert call("uploads", "POST", f"/v1/uploads/{opened['upload_id']}/complete").status == 200
    assert (Upload.get(opened["upload_id"]).expires_at, Video.get(opened["video_id"]).expires_at) == (None, None)


def test_a_completed_upload_waits_as_queued(call: Call, opened: Any) -> None:
    video = f"/v1/videos/{opened['video_id']}"
    assert call("videos", "GET", video).json["state"] == "uploading"
    send(opened["upload_id"], 1, 5 * MIB)
    send(opened["upload_id"], 2, MIB)
    call("uploads", "POST", f"/v1/uploads/{opened['upload_id']}/complete")
    assert call("videos", "GET", video).json["state"] == "queued"
    Video(opened["video_id"]).update(actions=[Video.state.set("processing")])
    completion.mark_completed(Upload.get(opened["upload_id"]))
    assert call("videos", "GET", video).json["state"] == "processing", "an event that comes late takes nothing back"


def test_a_completed_upload_of_version_0_2_0_reads_as_queued(call: Call, opened: Any) -> None:
    Video(opened["video_id"]).update(actions=[Video.expires_at.remove()])
    assert call("videos", "GET", f"/v1/videos/{opened['video_id']}").json["state"] == "queued"
    assert call("videos", "GET", "/v1/videos").json["items"][0]["state"] == "queued"


def test_an_aborted_uploads_video_ends_too(call: Call, opened: Any) -> None:
    assert call("uploads", "DELETE", f"/v1/uploads/{opened['upload_id']}").status == 204
    video = Video.get(opened["video_id"])
    assert (video.state, video.expires_at < time.time() + 2 * DAY) == ("deleted", True)


def test_missing_and_short_parts_are_named(call: Call, opened: Any) -> None:
    send(opened["upload_id"], 2, 10)
    answer = call("uploads", "POST", f"/v1/uploads/{opened['upload_id']}/complete")
    assert (answer.status, answer.json["missing"]) == (409, [1, 2])


def test_a_completion_whose_answer_was_lost_can_be_repeated(call: Call, opened: Any) -> None:
    send(opened["upload_id"], 1, 5 * MIB)
    send(opened["upload_id"], 2, MIB)
    upload = Upload.get(opened["upload_id"])
    completion.complete(upload)
    upload.update(actions=[Upload.state.set("open")])  # as if the process had died before its last write
    assert call("uploads", "POST", f"/v1/uploads/{upload.upload_id}/complete").json["state"] == "completed"


def test_chunks_are_as_small_as_asked_for(call: Call) -> None:
    asked = NEW | {"size_bytes": MIB, "mode": "chunks"}
    small = call("uploads", "POST", "/v1/uploads", body=asked | {"chunk_bytes": MIB // 4}).json
    assert (small["part_size_bytes"], small["part_count"]) == (MIB // 4, 4)
    assert call("uploads", "POST", "/v1/uploads", body=asked).json["part_size_bytes"] == MIB


def test_an_aborted_upload_stays_aborted(call: Call, opened: Any) -> None:
    path = f"/v1/uploads/{opened['upload_id']}"
    assert [call("uploads", "DELETE", path).status for _ in range(2)] == [204, 204]
    for method, tail in (("POST", "/complete"), ("POST", "/parts")):
        answer = call("uploads", method, path + tail, body={"parts": [{"number": 1}]})
        assert (answer.status, answer.json["type"].rsplit("/", 1)[1]) == (409, "upload-aborted")


def test_a_finished_upload_cannot_be_aborted(call: Call, opened: Any) -> None:
    Upload.get(opened["upload_id"]).update(actions=[Upload.state.set("completed")])
    answer = call("uploads", "DELETE", f"/v1/uploads/{opened['upload_id']}")
    assert (answer.status, answer.json["type"].rsplit("/", 1)[1]) == (409, "upload-finished")


def test_a_signed_checksum_must_be_sent_with_the_part(call: Call, opened: Any) -> None:
    body = {"parts": [{"number": 1, "crc64nvme": "AAAAAAAAAAA="}]}
    part = call("uploads", "POST", f"/v1/uploads/{opened['upload_id']}/parts", body=body).json["parts"][0]
    assert part["headers"] == {"x-amz-checksum-crc64nvme": "AAAAAAAAAAA="}
    assert "x-amz-checksum-crc64nvme" in part["url"]


@pytest.mark.parametrize(
    ("change", "status", "type_"),
    [
        ({"size_bytes": 2**40}, 413, "file-too-large"),
        ({"size_bytes": 0}, 422, "invalid-request"),
        ({"content_type": "text/plain"}, 415, "media-type-not-allowed"),
        ({"title": ""}, 422, "invalid-request"),
        ({"title": "x" * 151}, 422, "invalid-request"),
        ({"sha256": "zz"}, 422, "invalid-request"),
        ({"mode": "chunks", "chunk_bytes": 100_000}, 422, "invalid-request"),
        ({"mode": "chunks", "chunk_bytes": 2 * MIB}, 422, "invalid-request"),
        ({"visibility": "secret"}, 422, "invalid-request"),
        ({"key": "originals/high/mine"}, 422, "invalid-request"),
        ({"title": "x" * 1024 * 1024}, 413, "request-too-large"),
    ],
)
def test_a_bad_request_gets_one_clear_answer(call: Call, change: dict[str, Any], status: int, type_: str) -> None:
    answer = call("uploads", "POST", "/v1/uploads", body={**NEW, **change})
    assert (answer.status, answer.json["type"].rsplit("/", 1)[1]) == (status, type_)
    assert answer.headers["content-type"] == "application/problem+json"


def test_malformed_json_is_called_so(call: Call) -> None:
    answer = call("uploads", "POST", "/v1/uploads", body="{")
    assert (answer.status, answer.json["type"].rsplit("/", 1)[1]) == (400, "malformed-json")


def test_a_part_number_beyond_the_last_is_refused(call: Call, opened: Any) -> None:
    answer = call("uploads", "POST", f"/v1/uploads/{opened['upload_id']}/parts", body={"parts": [{"number": 3}]})
    assert (answer.status, answer.json["numbers"]) == (422, [3])


@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [
        ("GET", "", None),
        ("POST", "/parts", {"parts": [{"number": 1}]}),
        ("POST", "/complete", None),
        ("DELETE", "", None),
    ],
)
def test_an_upload_answers_its_owner_only(call: Call, opened: Any, method: str, tail: str, body: Any) -> None:
    path = f"/v1/uploads/{opened['upload_id']}{tail}"
    assert call("uploads", method, path, body=body, user="bob").status == 404
    assert call("uploads", method, path, body=body, user=None).status == 401
    assert call("uploads", method, path, body=body, roles=("viewer",)).status == 403
    assert call("uploads", method, path, body=body, through_cdn=False).json["type"].endswith("direct-access-refused")
    assert call("uploads", method, f"/v1/uploads/nope{tail}", body=body).status == 404


def test_the_sample_event_is_answered(aws: Config, event: Callable[[str], dict[str, Any]], context: Any) -> None:
    assert handler(event("uploads/api.create"), context)["statusCode"] == 201


@pytest.mark.parametrize(
    ("profile", "said", "language"), [(None, None, None), ("de", None, "de"), ("de", "fr", "fr"), ("de", "", None)]
)
def test_a_clip_is_in_the_language_it_says_or_its_creators_profile_does(
    call: Call, profile: str | None, said: str | None, language: str | None
) -> None:
    if profile:
        assert call("accounts", "PATCH", "/v1/me", body={"language": profile}).json["language"] == profile
    opened = call("uploads", "POST", "/v1/uploads", body=NEW if said is None else {**NEW, "language": said}).json
    assert Video.get(opened["video_id"]).language == language
    assert call("videos", "GET", f"/v1/videos/{opened['video_id']}").json["language"] == language


@pytest.mark.parametrize(("country", "region"), [("AT", "AT"), ("??", None), (None, None)])
def test_a_clip_keeps_the_country_it_was_uploaded_from_and_tells_its_owner_alone(
    call: Call, country: str | None, region: str | None
) -> None:
    headers = {"x-viewer-country": country} if country else {}
    opened = call("uploads", "POST", "/v1/uploads", body=NEW, headers=headers).json
    assert Video.get(opened["video_id"]).region == region
    assert call("videos", "GET", f"/v1/videos/{opened['video_id']}").json["region"] == region
    Video(opened["video_id"]).update([Video.state.set("published"), Video.published_at.set(1)])
    assert call("videos", "GET", f"/v1/videos/{opened['video_id']}", user="bob").json["region"] is None


@pytest.mark.parametrize("language", ["DE", "de-AT", "x", "german", 5])
def test_what_is_no_primary_subtag_is_refused(call: Call, language: Any) -> None:
    assert call("uploads", "POST", "/v1/uploads", body={**NEW, "language": language}).status == 422
    assert call("accounts", "PATCH", "/v1/me", body={"language": language}).status == 422


def test_the_language_of_a_video_is_changed_and_taken_back(call: Call, opened: Any) -> None:
    path = f"/v1/videos/{opened['video_id']}"
    assert call("videos", "PATCH", path, body={"language": "pt"}).json["language"] == "pt"
    assert call("videos", "PATCH", path, body={"language": ""}).json["language"] is None


def test_a_request_without_a_language_is_the_same_as_before_there_was_one() -> None:
    new = NewUpload(**NEW)
    before = hashlib.sha256(new.model_dump_json(exclude={"language"}).encode()).hexdigest()
    assert new.fingerprint() == before
    assert NewUpload(**NEW, language="de").fingerprint() != before
