"""Uploading through the client: what arrives, what is said to the service, and what is told meanwhile."""

from pathlib import Path

import httpx
import pytest

from reelstack_client import Progress, Sending, TooLarge, TooMany
from tests.support.service_in_process import PART, Service
from tests.support.upload_client import CONTENT, client


@pytest.mark.parametrize("checksums", [True, False])
def test_the_file_arrives_as_it_is(clip: Path, checksums: bool) -> None:
    service = Service()
    upload = client(service).uploads.upload(clip, title="Clip", how=Sending(checksums=checksums))
    assert service.content(upload.upload_id) == CONTENT
    assert (upload.state, upload.video_id) == ("completed", "v1")


def test_parts_signed_at_the_creation_need_no_second_signature(clip: Path) -> None:
    service = Service()
    client(service).uploads.upload(clip, title="Clip", how=Sending(checksums=False))
    assert [path for _, path in service.calls] == ["/v1/uploads", "/v1/uploads/u1/complete"]


def test_a_file_over_the_limit_is_refused_with_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "long.mp4"
    file.write_bytes(bytes(200))
    with pytest.raises(TooLarge) as refused:
        client(Service()).uploads.upload(file, title="Long")
    assert refused.value.extra["limit_bytes"] == 100


def test_progress_grows_to_the_whole_file(clip: Path) -> None:
    seen: list[Progress] = []
    client(Service()).uploads.upload(clip, title="Clip", how=Sending(progress=seen.append, parallel=1))
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
        client(service).uploads.upload(file, title="Clip")
        assert service.bodies[0]["content_type"] == expected
        clip = file


def test_the_files_sha256_is_announced_when_wished(clip: Path) -> None:
    service = Service()
    client(service).uploads.upload(clip, title="Clip", sha256=True)
    assert len(service.bodies[0]["sha256"]) == 64
    assert len(CONTENT) == (10 - 1) * PART + 3


def test_a_quota_that_lasts_longer_than_a_minute_is_told_at_once(clip: Path) -> None:
    full = httpx.Response(429, headers={"retry-after": "3600"})
    service = Service(flaky=lambda n, request: full)
    with pytest.raises(TooMany) as refused:
        client(service).uploads.upload(clip, title="Clip")
    assert refused.value.retry_after == 3600
    assert len(service.calls) == 1


def test_a_network_that_is_away_for_long_is_waited_for_by_an_upload(clip: Path) -> None:
    service = Service()

    def away(n: int, request: httpx.Request) -> None:
        if 1 < n < 60 and request.url.host == "edge.test":
            raise httpx.ConnectError("no route")

    service.flaky = away
    upload = client(service).uploads.upload(clip, title="Clip")
    assert service.content(upload.upload_id) == CONTENT
