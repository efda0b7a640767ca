"""What the gateway has no route for is refused in the form of all refusals, by the one service that it leads to."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from infra.catalogue import FUNCTIONS
from reelstack.web import addresses
from tests.videos.test_videos import problem

Call = Callable[..., Any]
METHODS = {"GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"}
ROUTES = [route.split(" ") for line in FUNCTIONS for route in (*line.routes, *line.public_routes)]
PATHS = sorted({path for _, path in ROUTES})
ANSWERS = "videos"
"""The service that infra/api/public_routes.py leads them to."""


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", "x", path)


@pytest.mark.engines
@pytest.mark.usefixtures("aws")
def test_a_method_that_an_address_does_not_take_is_405_and_says_which_it_takes(call: Call) -> None:
    for path in PATHS:
        taken = {method for method, of in ROUTES if filled(of) == filled(path)}
        for method in METHODS - taken:
            for user in ("ann", None):
                answer = call(ANSWERS, method, filled(path), user=user)
                if method != "HEAD":
                    assert problem(answer) == (405, "method-not-allowed"), (method, path)
                assert answer.status == 405, (method, path)
                assert set(answer.headers["allow"].split(", ")) >= {*taken, "OPTIONS"}


@pytest.mark.usefixtures("aws")
def test_an_address_of_another_service_without_a_token_is_401(call: Call) -> None:
    assert problem(call(ANSWERS, "GET", "/anonymous/v1/me/notifications", user=None)) == (401, "token-missing")


@pytest.mark.usefixtures("aws")
def test_an_address_that_is_none_is_404(call: Call) -> None:
    for path in ("/v1/", "/v1/nowhere", "/v1/me/notifications/and/more"):
        assert problem(call(ANSWERS, "GET", path, user=None)) == (404, "route-not-found")


@pytest.mark.usefixtures("aws")
def test_a_browser_that_asks_before_it_sends_hears_no_refusal(call: Call) -> None:
    for path in PATHS:
        answer = call(ANSWERS, "OPTIONS", filled(path), user=None)
        assert (answer.status, "OPTIONS" in answer.headers["allow"]) == (204, True)


def test_parameters_stand_for_one_part_of_a_path() -> None:
    assert "GET" in addresses.methods("/v1/videos/abc")
    assert addresses.methods("/v1/videos/a/b") == set()
    assert addresses.methods("/v1/feed/hidden/tags/a/b") == {"PUT", "DELETE"}, "of a word, several"
