"""Parts come whole into storage over bad networks, each once where that is possible."""

import random
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack_client import (
    Sending,
    Timing,
    Unreachable,
    UploadBroken,
)
from tests.support.service_in_process import Service
from tests.support.upload_client import CONTENT, client, failing


@settings(max_examples=25, deadline=None)
@given(size=st.integers(1, 60), parallel=st.integers(1, 6), seed=st.integers(0, 10**6))
def test_any_size_arrives_whole_over_a_bad_network(tmp_path_factory: Any, size: int, parallel: int, seed: int) -> None:
    file = tmp_path_factory.mktemp("clip") / "clip.mp4"
    file.write_bytes(random.Random(seed).randbytes(size))
    service = Service(url_life=15, flaky=failing(0.3, seed), answers_lost=random.Random(seed))
    upload = client(service).uploads.upload(file, title="Clip", how=Sending(parallel=parallel))
    assert service.content(upload.upload_id) == file.read_bytes()


def test_signatures_that_end_in_mid_upload_are_renewed(clip: Path) -> None:
    service = Service(url_life=3)
    upload = client(service).uploads.upload(clip, title="Clip", how=Sending(checksums=False, parallel=1))
    assert service.content(upload.upload_id) == CONTENT
    assert service.bytes_put <= 2 * len(CONTENT)


def test_after_a_refused_part_the_client_asks_what_storage_holds(clip: Path) -> None:
    service = Service(url_life=3)
    client(service).uploads.upload(clip, title="Clip", how=Sending(checksums=False, parallel=1))
    assert ("GET", "/v1/uploads/u1") in service.calls


def test_storage_that_refuses_every_signature_is_not_asked_for_ever(clip: Path) -> None:
    service = Service(url_life=-1)
    with pytest.raises(UploadBroken, match="refuses freshly signed parts"):
        client(service).uploads.upload(clip, title="Clip")
    assert len(service.puts) < 60


def test_a_dead_network_ends_with_a_word_about_resuming(clip: Path) -> None:
    def dead(n: int, request: httpx.Request) -> None:
        if request.url.host == "storage.test":
            raise httpx.ConnectError("no route")

    with pytest.raises(Unreachable, match="can be resumed later"):
        client(Service(flaky=dead)).uploads.upload(clip, title="Clip", how=Sending(timing=Timing(patience=0.05)))


def test_a_lost_answer_is_asked_for_before_the_part_is_sent_again(clip: Path) -> None:
    service = Service(answers_lost=random.Random(3))
    upload = client(service).uploads.upload(clip, title="Clip")
    assert service.content(upload.upload_id) == CONTENT
    assert service.bytes_put == len(CONTENT)
    assert ("GET", "/v1/uploads/u1") in service.calls


def test_bytes_damaged_on_their_way_are_sent_again(clip: Path) -> None:
    damaged = [httpx.Response(400, text="BadDigest")]
    service = Service(flaky=lambda n, r: damaged.pop() if damaged and r.url.host == "storage.test" else None)
    upload = client(service).uploads.upload(clip, title="Clip")
    assert service.content(upload.upload_id) == CONTENT


def test_a_part_that_stalled_is_given_more_time(clip: Path) -> None:
    given = list[float]()

    def silent(n: int, request: httpx.Request) -> None:
        if request.url.path.endswith("/1") and request.url.host != "edge.test":
            given.append(request.extensions["timeout"]["read"])
            if len(given) < 5:
                raise httpx.ReadTimeout("silent")

    client(Service(flaky=silent)).uploads.upload(clip, title="Clip", how=Sending(parallel=1))
    first = Timing().answer
    assert given == [first, 2 * first, 4 * first, 4 * first, 4 * first]


def test_what_other_workers_have_taken_is_signed_in_the_same_request(clip: Path) -> None:
    service = Service()
    client(service).uploads.upload(clip, title="Clip", how=Sending(parallel=8))
    assert [path for method, path in service.calls if path.endswith("/parts")] == ["/v1/uploads/u1/parts"]


def test_each_part_is_sent_once_when_nothing_fails(clip: Path) -> None:
    service = Service()
    client(service).uploads.upload(clip, title="Clip")
    assert sorted(service.puts) == list(range(1, 11))
