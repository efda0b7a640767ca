"""A store that is slow, throttles or is away: whoever asks hears 503 and when to ask again, whatever the route."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from reelstack.platform import aws as seam
from reelstack.platform.aws import ANSWERING, Patience
from reelstack.tables import model
from tests.support.slow_store import answering, silent
from tests.videos.test_videos import problem

Call = Callable[..., Any]
NEW = {"title": "Bunny", "size_bytes": 10, "content_type": "video/mp4"}
GATEWAY_SECONDS = 29


def throttling() -> AbstractContextManager[str]:
    body = '{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow"}'
    return answering("400 Bad Request", "application/x-amz-json-1.0", body)


def slowing_down() -> AbstractContextManager[str]:
    return answering("503 Slow Down", "application/xml", "<Error><Code>SlowDown</Code><Message>.</Message></Error>")


@pytest.fixture
def put_in_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """put_in_place("s3", address): the service is asked for there, and waited for half a second."""

    def forget_clients() -> None:
        seam.client.cache_clear()
        model._connection.cache_clear()

    def put(service: str, address: str) -> None:
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service.upper()}", address)
        seam.answer_requests(Patience(0.5, 0.5, 1))
        forget_clients()

    yield put
    seam.answer_requests()
    forget_clients()


@pytest.mark.parametrize(
    ("service", "store", "method", "tail"),
    [
        ("s3", silent, "GET", "/{upload_id}"),
        ("s3", silent, "POST", ""),
        ("s3", slowing_down, "POST", "/{upload_id}/complete"),
        ("dynamodb", silent, "GET", "/{upload_id}"),
        ("dynamodb", throttling, "GET", "/{upload_id}"),
        ("dynamodb", throttling, "DELETE", "/{upload_id}"),
    ],
)
def test_a_slow_store_is_told_with_when_to_ask_again(
    call: Call, put_in_place: Any, service: str, store: Any, method: str, tail: str
) -> None:
    opened = call("uploads", "POST", "/v1/uploads", body=NEW).json
    with store() as address:
        put_in_place(service, address)
        answer = call("uploads", method, "/v1/uploads" + tail.format(**opened), body=None if tail else NEW)
    assert problem(answer) == (503, "storage-busy")
    assert int(answer.headers["retry-after"]) >= 1


def test_a_fault_of_ours_stays_a_500(call: Call, put_in_place: Any) -> None:
    opened = call("uploads", "POST", "/v1/uploads", body=NEW).json
    forbidden = "<Error><Code>AccessDenied</Code><Message>.</Message></Error>"
    with answering("403 Forbidden", "application/xml", forbidden) as address:
        put_in_place("s3", address)
        answer = call("uploads", "GET", f"/v1/uploads/{opened['upload_id']}")
    assert problem(answer) == (500, "internal")


def test_who_answers_requests_gives_up_before_the_gateway_does() -> None:
    assert ANSWERING.seconds + 2 < GATEWAY_SECONDS
