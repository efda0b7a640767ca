"""Signing in with name and password at a Cognito user pool, over plain HTTPS. For stages that allow it (laptops do).

Apps for people use the authorization-code flow with PKCE in a browser instead and hand the client a token provider.
"""

from __future__ import annotations

import threading
import time
from typing import Any, cast

import httpx

from reelstack_client.blocking import BlockingRunner
from reelstack_client.errors import SignInFailed, Unreachable
from reelstack_client.steps import Send, Steps, sending

EARLY_SECONDS = 60
"""How long before its end an access token is replaced."""
TARGET = "AWSCognitoIdentityProviderService.InitiateAuth"
TIMEOUT_SECONDS = 20


class SignIn:
    """Signs in on first use, and refreshes before the token ends.

    `endpoint` is https://cognito-idp.<region>.amazonaws.com, or the local cloud's AWS endpoint.
    """

    def __init__(self, endpoint: str, client_id: str, name: str, password: str) -> None:
        self.endpoint = endpoint
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
        except httpx.TransportError as error:
            raise Unreachable(f"sign-in service at {self.endpoint} does not answer: {error}") from error
        if response.status_code >= 500:
            raise Unreachable(f"sign-in service at {self.endpoint} fails: {response.status_code}")
        body: dict[str, Any] = response.json() if response.content else {}
        result = body.get("AuthenticationResult")
        if response.status_code != 200 or not result:
            why = body.get("message") or body.get("Message") or body.get("ChallengeName") or response.status_code
            raise SignInFailed(f"could not sign in as {self.name}: {why}")
        self._access = str(result["AccessToken"])
        self._refresh = str(result.get("RefreshToken", self._refresh))
        lasts = float(result["ExpiresIn"]) - EARLY_SECONDS
        steady, shown = _clocks()
        self._ends = (steady + lasts, shown + lasts)


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
