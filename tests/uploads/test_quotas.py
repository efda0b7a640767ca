"""How much one creator may upload, through the service; tables by moto."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from pynamodb.exceptions import TransactWriteError

from reelstack.platform import aws as seam
from reelstack.platform.config import Config, config
from reelstack.tables.counters import Counter
from reelstack.tables.model import transact
from reelstack.tables.uploads import Upload, Usage
from reelstack.tables.videos import Video
from reelstack.uploads import quotas
from reelstack.uploads.errors import TooManyOpenUploads
from reelstack.uploads.priorities import LARGE_FOLLOWING

MIB = 1024 * 1024
Call = Callable[..., Any]


@pytest.fixture
def limits(aws: Config, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_(**values: int) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"REELSTACK_{name.upper()}", str(value))
        config.cache_clear()

    return set_


def create(call: Call, size: int = MIB, **how: Any) -> Any:
    body = {"title": "t", "size_bytes": size, "content_type": "video/mp4"}
    return call("uploads", "POST", "/v1/uploads", body=body, **how)


def kind(answer: Any) -> tuple[int, str]:
    return answer.status, answer.json["type"].rsplit("/", 1)[1]


def test_uploads_open_at_a_time_are_limited_per_creator(call: Call, limits: Callable[..., None]) -> None:
    limits(max_open_uploads=2)
    assert [create(call).status for _ in range(2)] == [201, 201]
    refused = create(call)
    assert (kind(refused), refused.json["limit"]) == ((403, "too-many-open-uploads"), 2)
    assert create(call, user="bob").status == 201


@pytest.mark.parametrize("ending", ["completed", "aborted", "composing", "expired", "forgotten"])
def test_an_upload_that_is_open_no_more_makes_room(call: Call, limits: Callable[..., None], ending: str) -> None:
    limits(max_open_uploads=1)
    upload = Upload.get(create(call).json["upload_id"])
    assert create(call).status == 403
    match ending:
        case "expired":
            upload.update(actions=[Upload.expires_at.set(1)])
        case "forgotten":
            upload.delete()
        case state:
            upload.update(actions=[Upload.state.set(state)])
    assert create(call).status == 201


def test_uploads_of_a_day_are_limited(call: Call, limits: Callable[..., None]) -> None:
    limits(max_uploads_per_day=1)
    assert create(call).status == 201
    refused = create(call)
    assert kind(refused) == (403, "daily-uploads-exceeded")
    assert 0 < refused.json["seconds_left"] <= 24 * 3600


def test_bytes_of_a_day_are_limited(call: Call, limits: Callable[..., None]) -> None:
    limits(max_upload_bytes_per_day=3 * MIB)
    assert create(call, 2 * MIB).status == 201
    refused = create(call, 2 * MIB)
    assert (kind(refused), refused.json["used"]) == ((403, "daily-bytes-exceeded"), 2 * MIB)
    assert create(call, MIB).status == 201


def test_yesterdays_uploads_do_not_count(call: Call, limits: Callable[..., None]) -> None:
    limits(max_uploads_per_day=1)
    Usage("ann", "2026-01-01", uploads=1, size_bytes=1).save()
    assert create(call).status == 201


def test_the_same_request_again_counts_once(call: Call, limits: Callable[..., None]) -> None:
    limits(max_uploads_per_day=1)
    headers = {"idempotency-key": str(uuid.uuid4())}
    assert len({create(call, headers=headers).json["upload_id"] for _ in range(3)}) == 1


def test_who_asks_in_parallel_gets_no_more(call: Call, limits: Callable[..., None]) -> None:
    """The look before the write may be too early: the write itself counts."""
    limits(max_open_uploads=1)
    quotas.check("ann", MIB)
    assert create(call).status == 201
    with pytest.raises(TransactWriteError), transact() as transaction:
        quotas.count(transaction, "ann", "another", MIB)
    with pytest.raises(TooManyOpenUploads):
        quotas.check("ann", MIB)


def test_a_refused_upload_leaves_nothing_behind(call: Call, limits: Callable[..., None]) -> None:
    limits(max_uploads_per_day=1)
    create(call)
    create(call)
    assert len(list(Video.scan())) == 1
    assert len(seam.client("s3").list_multipart_uploads(Bucket="uploads")["Uploads"]) == 1


# --- priority --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "priority"),
    [(("creator",), "normal"), (("creator", "moderator"), "high"), (("admin",), "high")],
)
def test_the_server_decides_whose_upload_goes_first(call: Call, roles: tuple[str, ...], priority: str) -> None:
    upload = Upload.get(create(call, roles=roles).json["upload_id"])
    assert upload.key == f"originals/{priority}/{upload.upload_id}"
    assert Video.get(upload.video_id).priority == priority


@pytest.mark.parametrize(("others", "priority"), [(4_000, "high"), (3_999, "normal")])
def test_a_creator_whom_many_follow_goes_first(call: Call, others: int, priority: str) -> None:
    """Their counter is hot, and spread over two items."""
    Counter("user/ann", followers=LARGE_FOLLOWING - 4_000, parts=2).save()
    Counter("user/ann#1", followers=others, open=True).save()
    upload = Upload.get(create(call, user="ann").json["upload_id"])
    assert upload.key == f"originals/{priority}/{upload.upload_id}"
