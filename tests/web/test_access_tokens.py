"""Which tokens open the API, and how they are sent."""

from collections.abc import Callable
from typing import Any

import pytest

from reelstack.web import access_tokens
from reelstack.web.errors import TokenInvalid
from tests.videos.test_videos import problem

TOKEN = "e30.e30.c2ln"


@pytest.mark.parametrize("sent", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN}", f" Bearer {TOKEN} "])
def test_the_scheme_is_read_in_any_case(sent: str) -> None:
    assert access_tokens.token_of(sent) == TOKEN


def test_a_request_without_the_header_brings_no_token() -> None:
    assert access_tokens.token_of(None) is None


@pytest.mark.parametrize(
    "sent", ["", TOKEN, "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN} {TOKEN}", f"Bearer {TOKEN},Bearer x"]
)
def test_anything_else_in_the_header_is_no_access_token(sent: str) -> None:
    with pytest.raises(TokenInvalid):
        access_tokens.token_of(sent)


@pytest.mark.parametrize("use", ["id", "refresh", "", None])
def test_a_token_for_another_use_is_no_access_token(use: str | None) -> None:
    with pytest.raises(TokenInvalid):
        access_tokens.check_claims({"sub": "ann", "token_use": use})


def test_an_issuer_that_names_no_use_is_told_apart_by_its_audience() -> None:
    access_tokens.check_claims({"sub": "ann", "aud": "api"})


def test_a_service_answers_neither_an_id_token_nor_one_without_the_scheme(call: Callable[..., Any]) -> None:
    assert call("accounts", "GET", "/v1/me").status == 200
    for wrong in ({"token_use": "id"}, {"headers": {"authorization": TOKEN}}, {"headers": {"authorization": ""}}):
        assert problem(call("accounts", "GET", "/v1/me", **wrong)) == (401, "token-invalid")
