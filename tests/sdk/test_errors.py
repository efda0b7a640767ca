"""Refusals arrive as typed errors, whoever wrote them."""

import httpx
import pytest

from reelstack_client import Conflict, NotAllowed, NotFound, NotSignedIn, PartsMissing, Refused, TooMany
from reelstack_client.errors import refusal
from tests.support.service_in_process import problem


@pytest.mark.parametrize(
    ("status", "kind", "raised"),
    [
        (401, "token-missing", NotSignedIn),
        (403, "not-your-video", NotAllowed),
        (404, "video-not-found", NotFound),
        (409, "nothing-to-retry", Conflict),
        (409, "parts-missing", PartsMissing),
        (418, "teapot", Refused),
    ],
)
def test_refusals_arrive_typed(status: int, kind: str, raised: type[Refused]) -> None:
    error = refusal(problem(status, kind, "because", hint=1))
    assert type(error) is raised
    assert (error.status, error.type, error.detail, error.extra["hint"]) == (status, kind, "because", 1)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"message": "Forbidden"}'])
def test_refusals_of_gateways_arrive_typed_too(body: bytes) -> None:
    error = refusal(httpx.Response(403, content=body))
    assert isinstance(error, NotAllowed)
    assert error.title == "Forbidden"


def test_missing_parts_are_numbers() -> None:
    error = refusal(problem(409, "parts-missing", "not whole", missing=[3, 5]))
    assert isinstance(error, PartsMissing)
    assert error.missing == [3, 5]


def test_a_full_bucket_says_how_long_to_wait() -> None:
    error = refusal(httpx.Response(429, headers={"retry-after": "12"}))
    assert isinstance(error, TooMany)
    assert error.retry_after == 12


@pytest.mark.parametrize("told", [None, 5, "3", {"3": 5}, [None, "x"]])
def test_a_refusal_of_another_form_is_still_that_refusal(told: object) -> None:
    short = refusal(problem(409, "parts-missing", "not whole", missing=told))
    assert isinstance(short, PartsMissing)
    assert short.missing == []


@pytest.mark.parametrize("told", [None, "soon", [], {}, -1, "nan"])
def test_a_wait_that_is_no_number_is_a_second(told: object) -> None:
    busy = refusal(problem(429, "too-many-requests", "wait", retry_after=told))
    assert isinstance(busy, TooMany)
    assert busy.retry_after == 1
