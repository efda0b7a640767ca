"""Uploading through the client: whole files arrive, over bad networks, across interruptions, and nothing twice."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack_client import (
    Backoff,
    Client,
    FileChanged,
    Progress,
    Sending,
    Timing,
    TooLarge,
    TooMany,
    Unreachable,
    UploadBroken,
    uploading,
)
from tests.support.service_in_process import EDGE, PART, Service

CONTENT = bytes(range(48))  # ten parts, the last of three bytes


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    file = tmp_path / "clip.mp4"
    file.write_bytes(CONTENT)
    return file


def client(service: Service, folder: Path | None = None) -> Client:
    """A client that never sleeps and draws the same jitter each time."""
    return Client(
        EDGE,
        lambda: "good",
        http=httpx.Client(transport=service),
        backoff=Backoff(rng=random.Random(1)),
        resume_folder=folder,
        sleep=lambda seconds: None,
    )


def how(**wishes: Any) -> Sending:
    return Sending(**({"sleep": lambda seconds: None} | wishes))


def failing(share: float, seed: int) -> Callable[[int, httpx.Request], httpx.Response | None]:
    """Of all storage requests `share` fail, by an error or by a lost connection."""
    rng = random.Random(seed)

    def flaky(_: int, request: httpx.Request) -> httpx.Response | None:
        if request.url.host == "storage.test" and rng.random() < share:
            if rng.random() < 0.5:
                return httpx.Response(rng.choice([500, 503]))
            raise httpx.ReadError("connection lost")
        return None

    return flaky


@pytest.mark.parametrize("checksums", [True, False])
def test_the_file_arrives_as_it_is(clip: Path, checksums: bool) -> None:
    service = Service()
    upload = client(service).upload(clip, title="Clip", how=how(checksums=checksums))
    assert service.content(upload.upload_id) == CONTENT
    assert (upload.state, upload.video_id) == ("completed", "v1")


def test_each_part_is_sent_once_when_nothing_fails(clip: Path) -> None:
    service = Service()
    client(service).upload(clip, title="Clip")
    assert sorted(service.puts) == list(range(1, 11))


def test_parts_signed_at_the_creation_need_no_second_signature(clip: Path) -> None:
    service = Service()
    client(service).upload(clip, title="Clip", how=how(checksums=False))
    assert [path for _, path in service.calls] == ["/v1/uploads", "/v1/uploads/u1/complete"]


@settings(max_examples=25, deadline=None)
@given(size=st.integers(1, 60), parallel=st.integers(1, 6), seed=st.integers(0, 10**6))
def test_any_size_arrives_whole_over_a_bad_network(tmp_path_factory: Any, size: int, parallel: int, seed: int) -> None:
    file = tmp_path_factory.mktemp("clip") / "clip.mp4"
    file.write_bytes(random.Random(seed).randbytes(size))
    service = Service(url_life=15, flaky=failing(0.3, seed), answers_lost=random.Random(seed))
    upload = client(service).upload(file, title="Clip", how=how(parallel=parallel))
    assert service.content(upload.upload_id) == file.read_bytes()


def test_signatures_that_end_in_mid_upload_are_renewed(clip: Path) -> None:
    service = Service(url_life=3)
    upload = client(service).upload(clip, title="Clip", how=how(checksums=False, parallel=1))
    assert service.content(upload.upload_id) == CONTENT
    assert service.bytes_put <= 2 * len(CONTENT)


def test_after_a_refused_part_the_client_asks_what_storage_holds(clip: Path) -> None:
    service = Service(url_life=3)
    client(service).upload(clip, title="Clip", how=how(checksums=False, parallel=1))
    assert ("GET", "/v1/uploads/u1") in service.calls


def test_storage_that_refuses_every_signature_is_not_asked_for_ever(clip: Path) -> None:
    service = Service(url_life=-1)
    with pytest.raises(UploadBroken, match="refuses freshly signed parts"):
        client(service).upload(clip, title="Clip")
    assert len(service.puts) < 60


def test_an_interrupted_upload_goes_on_with_what_storage_lacks(clip: Path, tmp_path: Path) -> None:
    service = Service(flaky=lambda n, request: httpx.Response(405, text="cut") if n > 6 else None)
    with pytest.raises(UploadBroken):
        client(service, tmp_path / "resume").upload(clip, title="Clip", how=how(parallel=1, checksums=False))
    held = set(service.uploads["u1"].parts)
    assert 0 < len(held) < 10
    service.flaky = lambda n, request: None
    service.puts.clear()
    upload = client(service, tmp_path / "resume").upload(clip, title="Clip")
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
    client(service, tmp_path / "resume").upload(clip, title="Clip")
    assert list(service.uploads) == ["u1"]


def test_another_file_under_the_same_name_begins_anew(clip: Path, tmp_path: Path) -> None:
    service = Service(flaky=lambda n, request: httpx.Response(405) if n > 6 else None)
    with pytest.raises(UploadBroken):
        client(service, tmp_path / "resume").upload(clip, title="Clip", how=how(checksums=False))
    service.flaky = lambda n, request: None
    clip.write_bytes(CONTENT[::-1])
    upload = client(service, tmp_path / "resume").upload(clip, title="Clip")
    assert upload.upload_id == "u2"
    assert service.content("u2") == CONTENT[::-1]


def test_an_upload_that_storage_forgot_begins_anew(clip: Path, tmp_path: Path) -> None:
    service = Service(flaky=lambda n, request: httpx.Response(405) if n > 6 else None)
    with pytest.raises(UploadBroken):
        client(service, tmp_path / "resume").upload(clip, title="Clip", how=how(checksums=False))
    service.flaky = lambda n, request: None
    service.uploads["u1"].state = "aborted"
    upload = client(service, tmp_path / "resume").upload(clip, title="Clip")
    assert upload.upload_id == "u2"


def test_parts_missing_at_the_end_are_sent_again(clip: Path) -> None:
    service = Service()
    service.lose_at_completion = {2, 7}
    upload = client(service).upload(clip, title="Clip")
    assert service.content(upload.upload_id) == CONTENT
    assert sorted(service.puts) == sorted([*range(1, 11), 2, 7])


def test_a_finished_upload_is_forgotten(clip: Path, tmp_path: Path) -> None:
    service = Service()
    for _ in range(2):
        client(service, tmp_path / "resume").upload(clip, title="Clip")
    assert list(service.uploads) == ["u1", "u2"]
    assert list((tmp_path / "resume").iterdir()) == []


def test_a_dead_network_ends_with_a_word_about_resuming(clip: Path) -> None:
    def dead(n: int, request: httpx.Request) -> None:
        if request.url.host == "storage.test":
            raise httpx.ConnectError("no route")

    with pytest.raises(Unreachable, match="can be resumed later"):
        client(Service(flaky=dead)).upload(clip, title="Clip", how=how(timing=Timing(patience=0.05)))


def test_a_file_over_the_limit_is_refused_with_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "long.mp4"
    file.write_bytes(bytes(200))
    with pytest.raises(TooLarge) as refused:
        client(Service()).upload(file, title="Long")
    assert refused.value.extra["limit_bytes"] == 100


def test_a_file_that_shrinks_under_way_is_noticed(clip: Path) -> None:
    service = Service()

    def shrink(n: int, request: httpx.Request) -> None:
        if request.url.path == "/v1/uploads":
            clip.write_bytes(CONTENT[:20])

    service.flaky = shrink
    with pytest.raises(FileChanged):
        client(service).upload(clip, title="Clip")


def test_progress_grows_to_the_whole_file(clip: Path) -> None:
    seen: list[Progress] = []
    client(Service()).upload(clip, title="Clip", how=how(progress=seen.append, parallel=1))
    assert seen[-1] == Progress(len(CONTENT), len(CONTENT), 10, 10)
    assert [now.sent for now in seen] == sorted(now.sent for now in seen)


def test_the_type_follows_from_the_files_name(clip: Path, tmp_path: Path) -> None:
    for name, expected in {
        "a.MKV": "video/x-matroska",
        "b.mov": "video/quicktime",
        "c": "application/octet-stream",
    }.items():
        service = Service()
        file = clip.rename(tmp_path / name)
        client(service).upload(file, title="Clip")
        assert service.bodies[0]["content_type"] == expected
        clip = file


def test_the_files_sha256_is_announced_when_wished(clip: Path) -> None:
    service = Service()
    client(service).upload(clip, title="Clip", sha256=True)
    assert len(service.bodies[0]["sha256"]) == 64
    assert len(CONTENT) == (10 - 1) * PART + 3


def test_a_lost_answer_is_asked_for_before_the_part_is_sent_again(clip: Path) -> None:
    service = Service(answers_lost=random.Random(3))
    upload = client(service).upload(clip, title="Clip")
    assert service.content(upload.upload_id) == CONTENT
    assert service.bytes_put == len(CONTENT)
    assert ("GET", "/v1/uploads/u1") in service.calls


def test_bytes_damaged_on_their_way_are_sent_again(clip: Path) -> None:
    damaged = [httpx.Response(400, text="BadDigest")]
    service = Service(flaky=lambda n, r: damaged.pop() if damaged and r.url.host == "storage.test" else None)
    upload = client(service).upload(clip, title="Clip")
    assert service.content(upload.upload_id) == CONTENT


def test_a_quota_that_lasts_longer_than_a_minute_is_told_at_once(clip: Path) -> None:
    full = httpx.Response(429, headers={"retry-after": "3600"})
    service = Service(flaky=lambda n, request: full)
    with pytest.raises(TooMany) as refused:
        client(service).upload(clip, title="Clip")
    assert refused.value.retry_after == 3600
    assert len(service.calls) == 1


def test_a_network_that_is_away_for_long_is_waited_for_by_an_upload(clip: Path) -> None:
    service = Service()

    def away(n: int, request: httpx.Request) -> None:
        if 1 < n < 60 and request.url.host == "edge.test":
            raise httpx.ConnectError("no route")

    service.flaky = away
    upload = client(service).upload(clip, title="Clip")
    assert service.content(upload.upload_id) == CONTENT


def test_chunks_count_as_done_once_they_are_composed(clip: Path) -> None:
    service = Service()
    upload = client(service).upload(clip, title="Clip", how=how(mode="chunks"))
    assert service.bodies[0]["mode"] == "chunks"
    assert upload.state == "completed"


def test_chunks_that_composing_misses_are_sent_again(clip: Path) -> None:
    service = Service()
    service.loses_chunks = {4}
    upload = client(service).upload(clip, title="Clip", how=how(mode="chunks"))
    assert service.content(upload.upload_id) == CONTENT


@pytest.fixture
def weak(monkeypatch: pytest.MonkeyPatch) -> Sending:
    """Any link counts as weak from the first byte on, and any part as larger than a chunk."""
    monkeypatch.setattr(uploading, "CHUNK_BYTES", 0)
    return how(timing=Timing(look=0, weak=0))


def test_a_weak_link_turns_to_chunks_and_drops_the_first_upload(clip: Path, weak: Sending) -> None:
    service = Service()
    upload = client(service).upload(clip, title="Clip", how=weak)
    assert upload.upload_id == "u2"
    assert service.uploads["u1"].state == "aborted"
    assert service.uploads["u2"].chunks
    assert service.content("u2") == CONTENT


def test_a_service_without_chunks_gets_parts_after_all(clip: Path, weak: Sending) -> None:
    service = Service()
    service.knows_chunks = False
    upload = client(service).upload(clip, title="Clip", how=weak)
    assert not service.uploads[upload.upload_id].chunks
    assert service.content(upload.upload_id) == CONTENT


@pytest.mark.parametrize(("wanted", "size"), [(10**9, 1024), (700 * 1024, 512), (300 * 1024, 256), (1, 256)])
def test_chunks_are_as_large_as_the_link_moves_in_two_seconds(wanted: float, size: int) -> None:
    assert uploading._chunk(wanted) == size * 1024


def test_a_part_that_stalled_is_given_more_time(clip: Path) -> None:
    given = list[float]()

    def silent(n: int, request: httpx.Request) -> None:
        if request.url.path.endswith("/1") and request.url.host != "edge.test":
            given.append(request.extensions["timeout"]["read"])
            if len(given) < 5:
                raise httpx.ReadTimeout("silent")

    client(Service(flaky=silent)).upload(clip, title="Clip", how=how(parallel=1))
    first = Timing().answer
    assert given == [first, 2 * first, 4 * first, 4 * first, 4 * first]


def test_what_other_workers_have_taken_is_signed_in_the_same_request(clip: Path) -> None:
    service = Service()
    client(service).upload(clip, title="Clip", how=how(parallel=8))
    assert [path for method, path in service.calls if path.endswith("/parts")] == ["/v1/uploads/u1/parts"]
