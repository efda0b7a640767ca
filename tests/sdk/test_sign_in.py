"""How a password becomes a token, and stays one."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from reelstack_client import ClientError, PasswordSignIn, SignInFailed, Unreachable


def cognito(*results: dict[str, Any]) -> tuple[Callable[[httpx.Request], httpx.Response], list[dict[str, Any]]]:
    """A user pool that answers with `results` in turn, and the requests it got."""
    asked: list[dict[str, Any]] = []
    waiting = list(results)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        result = waiting.pop(0)
        return httpx.Response(200 if "AuthenticationResult" in result else 400, json=result)

    return answer, asked


def tokens(access: str, seconds: int, **more: str) -> dict[str, Any]:
    return {"AuthenticationResult": {"AccessToken": access, "ExpiresIn": seconds, **more}}


def sign_in(answer: Callable[[httpx.Request], httpx.Response]) -> PasswordSignIn:
    http = httpx.Client(transport=httpx.MockTransport(answer))
    return PasswordSignIn("http://cognito.test", "client", "ann", "secret", http)


def test_a_token_is_kept_while_it_is_good() -> None:
    answer, asked = cognito(tokens("one", 3600))
    provider = sign_in(answer)
    assert [provider(), provider()] == ["one", "one"]
    assert asked[0]["AuthParameters"] == {"USERNAME": "ann", "PASSWORD": "secret"}
    assert len(asked) == 1


def test_an_ending_token_is_refreshed_without_the_password() -> None:
    answer, asked = cognito(tokens("one", 30, RefreshToken="again"), tokens("two", 3600))
    provider = sign_in(answer)
    assert [provider(), provider()] == ["one", "two"]
    assert asked[1]["AuthFlow"] == "REFRESH_TOKEN_AUTH"
    assert asked[1]["AuthParameters"] == {"REFRESH_TOKEN": "again"}


def test_a_token_that_ended_while_the_machine_slept_is_refreshed(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, asked = cognito(tokens("one", 3600, RefreshToken="again"), tokens("two", 3600))
    provider = sign_in(answer)
    assert provider() == "one"
    morning = time.time() + 8 * 3600
    monkeypatch.setattr(time, "time", lambda: morning)  # the steady clock stood still
    assert [provider(), provider()] == ["two", "two"]
    assert asked[1]["AuthFlow"] == "REFRESH_TOKEN_AUTH"


def test_a_revoked_refresh_token_falls_back_to_the_password() -> None:
    refused = {"__type": "NotAuthorizedException", "message": "revoked"}
    answer, asked = cognito(tokens("one", 30, RefreshToken="again"), refused, tokens("two", 3600))
    provider = sign_in(answer)
    assert [provider(), provider()] == ["one", "two"]
    assert [request["AuthFlow"] for request in asked] == [
        "USER_PASSWORD_AUTH",
        "REFRESH_TOKEN_AUTH",
        "USER_PASSWORD_AUTH",
    ]


def test_a_wrong_password_says_who_and_why() -> None:
    answer, _ = cognito({"__type": "NotAuthorizedException", "message": "Incorrect username or password."})
    with pytest.raises(SignInFailed, match=r"ann: Incorrect username or password\."):
        sign_in(answer)()


def test_a_sign_in_service_that_fails_refuses_nobody() -> None:
    failing = httpx.MockTransport(lambda _: httpx.Response(503, text="<h1>Busy</h1>"))
    with pytest.raises(Unreachable, match="fails: 503"):
        PasswordSignIn("http://cognito.test", "client", "ann", "secret", httpx.Client(transport=failing))()


def test_a_challenge_is_not_taken_for_a_token() -> None:
    http = httpx.Client(
        transport=httpx.MockTransport(lambda request: httpx.Response(200, json={"ChallengeName": "MFA"}))
    )
    with pytest.raises(SignInFailed, match="MFA"):
        PasswordSignIn("http://cognito.test", "client", "ann", "secret", http)()


@pytest.mark.parametrize(
    "body", [b"<h1>Welcome</h1>", b"[]", b"\xff", b'{"AuthenticationResult": {}}', b'{"AuthenticationResult": 5}']
)
def test_what_no_user_pool_says_is_no_answer(body: bytes) -> None:
    with pytest.raises(Unreachable, match="something else answered 200"):
        sign_in(lambda _: httpx.Response(200, content=body))()


def test_an_empty_answer_is_no_sign_in() -> None:
    with pytest.raises(SignInFailed):
        sign_in(lambda _: httpx.Response(200))()


@pytest.mark.parametrize("address", ["http://[::1", "cognito.test", "", "ftp://cognito.test", "http://"])
def test_what_is_no_address_is_told_before_anything_is_asked(address: str) -> None:
    with pytest.raises(ClientError, match="is no address of a service"):
        PasswordSignIn(address, "client", "ann", "secret")
