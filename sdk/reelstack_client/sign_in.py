"""Signing in with name and password at a Cognito user pool, over plain HTTPS. For stages that allow it (laptops do).

Apps for people use the authorization-code flow with PKCE in a browser instead and hand the client a token provider.
"""

from __future__ import annotations

import threading
import time
from typing import cast

import httpx
from pydantic import BaseModel, Field, ValidationError

from reelstack_client.blocking import BlockingRunner
from reelstack_client.errors import SignInFailed, Unreachable
from reelstack_client.steps import Send, Steps, sending
from reelstack_client.transport import checked

EARLY_SECONDS = 60
"""How long before its end an access token is replaced."""
TARGET = "AWSCognitoIdentityProviderService.InitiateAuth"
TIMEOUT_SECONDS = 20


class SignIn:
    """Signs in on first use, and refreshes before the token ends.

    `endpoint` is https://cognito-idp.<region>.amazonaws.com, or the local cloud's AWS endpoint. Raises ClientError for
    what is no address.
    """

    def __init__(self, endpoint: str, client_id: str, name: str, password: str) -> None:
        self.endpoint = checked(endpoint)
        self.client_id = client_id
        self.name = name
        self._password = password
        self._access = ""
        self._refresh = ""
        self._ends = (0.0, 0.0)

    def token(self) -> Steps[str]:
        """An access token that is good for at least a minute. Raises SignInFailed or Unreachable."""
        if any(now >= ends for now, ends in zip(_clocks(), self._ends, strict=True)):
            yield from self._renew()
        return self._access

    def _renew(self) -> Steps[None]:
        if self._refresh:
            try:
                return (yield from self._initiate("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": self._refresh}))
            except SignInFailed:
                self._refresh = ""  # revoked or ended: the password is still there
        yield from self._initiate("USER_PASSWORD_AUTH", {"USERNAME": self.name, "PASSWORD": self._password})

    def _initiate(self, flow: str, parameters: dict[str, str]) -> Steps[None]:
        asked = {"AuthFlow": flow, "ClientId": self.client_id, "AuthParameters": parameters}
        headers = {"X-Amz-Target": TARGET, "Content-Type": "application/x-amz-json-1.1"}
        try:
            response = yield from sending(Send("POST", self.endpoint, headers, {"json": asked}))
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Unreachable(f"sign-in service at {self.endpoint} does not answer: {error}") from error
        if response.status_code >= 500:
            raise Unreachable(f"sign-in service at {self.endpoint} fails: {response.status_code}")
        told = _told(response)
        if response.status_code != 200 or not told.result:
            why = told.message or told.shouted or told.challenge or response.status_code
            raise SignInFailed(f"could not sign in as {self.name}: {why}")
        self._access = told.result.access
        self._refresh = told.result.refresh or self._refresh
        lasts = told.result.seconds - EARLY_SECONDS
        steady, shown = _clocks()
        self._ends = (steady + lasts, shown + lasts)


class _Tokens(BaseModel):
    access: str = Field(alias="AccessToken", min_length=1)
    refresh: str | None = Field(None, alias="RefreshToken")
    seconds: float = Field(alias="ExpiresIn")


class _Told(BaseModel):
    """What Cognito says. It spells `message` in two ways."""

    result: _Tokens | None = Field(None, alias="AuthenticationResult")
    challenge: str | None = Field(None, alias="ChallengeName")
    message: str | None = None
    shouted: str | None = Field(None, alias="Message")


def _told(response: httpx.Response) -> _Told:
    """Raises Unreachable for what no sign-in service says, such as the page of a hotel's network."""
    try:
        return _Told.model_validate_json(response.content or b"{}")
    except ValidationError:
        raise Unreachable(f"something else answered {response.status_code} as the sign-in service") from None


def _clocks() -> tuple[float, float]:
    """One that nobody can set, and one that goes on while the machine sleeps. In seconds."""
    return time.monotonic(), time.time()


class PasswordSignIn(SignIn):
    """The token provider of a Client; safe to share between threads."""

    def __init__(
        self, endpoint: str, client_id: str, name: str, password: str, http: httpx.Client | None = None
    ) -> None:
        super().__init__(endpoint, client_id, name, password)
        self._own = None if http else httpx.Client(timeout=TIMEOUT_SECONDS)
        self._runner = BlockingRunner(http or cast(httpx.Client, self._own))
        self._lock = threading.Lock()

    def close(self) -> None:
        """Closes the connections, but for those of an `http` that was given."""
        if self._own:
            self._own.close()

    def __call__(self) -> str:
        with self._lock:
            return self._runner.run(self.token())
