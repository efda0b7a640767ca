"""An upload across interruptions, and in chunks where the link is weak."""

from pathlib import Path

import httpx
import pytest

from reelstack_client import FileChanged, Sending, Timing, UploadBroken, UploadGone, uploading
from tests.support.service_in_process import Service
from tests.support.upload_client import CONTENT, client


def test_an_interrupted_upload_goes_on_with_what_storage_lacks(clip: Path, tmp_path: Path) -> None:
    service = Service(flaky=lambda n, request: httpx.Response(405, text="cut") if n > 6 else None)
    plain = Sending(parallel=1, checksums=False)
    with pytest.raises(UploadBroken):
        client(service, tmp_path / "resume").uploads.upload(clip, title="Clip", how=plain)
    held = set(service.uploads["u1"].parts)
    assert 0 < len(held) < 10
    service.flaky = lambda n, request: None
    service.puts.clear()
    upload = client(service, tmp_path / "resume").uploads.upload(clip, title="Clip")
    assert upload.upload_id == "u1"
    assert set(service.puts) == set(range(1, 11)) - held
    assert service.content("u1") == CONTENT


def test_a_crash_between_asking_and_hearing_makes_no_second_upload(clip: Path, tmp_path: Path) -> None:
    service = Service()

    def lost_answer(n: int, request: httpx.Request) -> None:
        if request.url.path == "/v1/uploads" and not service.uploads:
            service._create({"size_bytes": len(CONTENT)}, request.headers["idempotency-key"])
            raise httpx.ReadError("the answer was lost")

    service.flaky = lost_answer
    client(service, tmp_path / "resume").uploads.upload(clip, title="Clip")
    assert list(service.uploads) == ["u1"]


def test_another_file_under_the_same_name_begins_anew(clip: Path, tmp_path: Path) -> None:
    service = Service(flaky=lambda n, request: httpx.Response(405) if n > 6 else None)
    with pytest.raises(UploadBroken):
        client(service, tmp_path / "resume").uploads.upload(clip, title="Clip", how=Sending(checksums=False))
    service.flaky = lambda n, request: None
    clip.write_bytes(CONTENT[::-1])
    upload = client(service, tmp_path / "resume").uploads.upload(clip, title="Clip")
    assert upload.upload_id == "u2"
    assert service.content("u2") == CONTENT[::-1]


def test_an_upload_that_storage_forgot_begins_anew(clip: Path, tmp_path: Path) -> None:
    service = Service(flaky=lambda n, request: httpx.Response(405) if n > 6 else None)
    with pytest.raises(UploadBroken):
        client(service, tmp_path / "resume").uploads.upload(clip, title="Clip", how=Sending(checksums=False))
    service.flaky = lambda n, request: None
    service.uploads["u1"].state = "aborted"
    upload = client(service, tmp_path / "resume").uploads.upload(clip, title="Clip")
    assert upload.upload_id == "u2"


def test_an_upload_that_its_owner_removes_under_way_is_not_begun_again(clip: Path, tmp_path: Path) -> None:
    service = Service()

    def answer_parts(status: int) -> None:
        service.flaky = lambda n, request: httpx.Response(status) if request.url.host == "storage.test" else None

    for status in (405, 404):  # the second one is resumed
        answer_parts(status)
        with pytest.raises(UploadBroken) as broken:
            client(service, tmp_path).uploads.upload(clip, title="Clip")
    assert isinstance(broken.value, UploadGone)
    assert list(service.uploads) == ["u1"]


def test_parts_missing_at_the_end_are_sent_again(clip: Path) -> None:
    service = Service()
    service.lose_at_completion = {2, 7}
    upload = client(service).uploads.upload(clip, title="Clip")
    assert service.content(upload.upload_id) == CONTENT
    assert sorted(service.puts) == sorted([*range(1, 11), 2, 7])


def test_a_finished_upload_is_forgotten(clip: Path, tmp_path: Path) -> None:
    service = Service()
    for _ in range(2):
        client(service, tmp_path / "resume").uploads.upload(clip, title="Clip")
    assert list(service.uploads) == ["u1", "u2"]
    assert list((tmp_path / "resume").iterdir()) == []


def test_a_file_that_shrinks_under_way_is_noticed(clip: Path) -> None:
    service = Service()

    def shrink(n: int, request: httpx.Request) -> None:
        if request.url.path == "/v1/uploads":
            clip.write_bytes(CONTENT[:20])

    service.flaky = shrink
    with pytest.raises(FileChanged):
        client(service).uploads.upload(clip, title="Clip")


def test_chunks_count_as_done_once_they_are_composed(clip: Path) -> None:
    service = Service()
    upload = client(service).uploads.upload(clip, title="Clip", how=Sending(mode="chunks"))
    assert service.bodies[0]["mode"] == "chunks"
    assert upload.state == "completed"


def test_chunks_that_composing_misses_are_sent_again(clip: Path) -> None:
    service = Service()
    service.loses_chunks = {4}
    upload = client(service).uploads.upload(clip, title="Clip", how=Sending(mode="chunks"))
    assert service.content(upload.upload_id) == CONTENT


@pytest.fixture
def weak(monkeypatch: pytest.MonkeyPatch) -> Sending:
    """Any link counts as weak from the first byte on, and any part as larger than a chunk."""
    monkeypatch.setattr(uploading, "CHUNK_BYTES", 0)
    return Sending(timing=Timing(look=0, weak=0))


def test_a_weak_link_turns_to_chunks_and_drops_the_first_upload(clip: Path, weak: Sending) -> None:
    service = Service()
    upload = client(service).uploads.upload(clip, title="Clip", how=weak)
    assert upload.upload_id == "u2"
    assert service.uploads["u1"].state == "aborted"
    assert service.uploads["u2"].chunks
    assert service.content("u2") == CONTENT


def test_a_service_without_chunks_gets_parts_after_all(clip: Path, weak: Sending) -> None:
    service = Service()
    service.knows_chunks = False
    upload = client(service).uploads.upload(clip, title="Clip", how=weak)
    assert not service.uploads[upload.upload_id].chunks
    assert service.content(upload.upload_id) == CONTENT


@pytest.mark.parametrize(("wanted", "size"), [(10**9, 1024), (700 * 1024, 512), (300 * 1024, 256), (1, 256)])
def test_chunks_are_as_large_as_the_link_moves_in_two_seconds(wanted: float, size: int) -> None:
    assert uploading._chunk(wanted) == size * 1024
