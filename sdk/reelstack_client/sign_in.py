"""Signing in with name and password at a Cognito user pool, over plain HTTPS. For stages that allow it (laptops do).

Apps for people use the authorization-code flow with PKCE in a browser instead and hand the client a token provider.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Protocol

import httpx

from reelstack_client.errors import SignInFailed, Unreachable

EARLY_SECONDS = 60
"""How long before its end an access token is replaced."""
TARGET = "AWSCognitoIdentityProviderService.InitiateAuth"


class TokenProvider(Protocol):
    """Anything that returns a valid access token when called."""

    def __call__(self) -> str: ...


class PasswordSignIn:
    """A token provider: signs in on first use, refreshes before the token ends, safe to share between threads.

    `endpoint` is https://cognito-idp.<region>.amazonaws.com, or the local cloud's AWS endpoint.
    """

    def __init__(
        self, endpoint: str, client_id: str, name: str, password: str, http: httpx.Client | None = None
    ) -> None:
        self.endpoint = endpoint
        self.client_id = client_id
        self.name = name
        self._password = password
        self._http = http or httpx.Client(timeout=20)
        self._lock = threading.Lock()
        self._access = ""
        self._refresh = ""
        self._ends = 0.0

    def __call__(self) -> str:
        """An access token that is good for at least a minute. Raises SignInFailed or Unreachable."""
        with self._lock:
            if time.monotonic() >= self._ends:
                self._renew()
            return self._access

    def _renew(self) -> None:
        if self._refresh:
            try:
                return self._initiate("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": self._refresh})
            except SignInFailed:
                self._refresh = ""  # revoked or ended: the password is still there
        return self._initiate("USER_PASSWORD_AUTH", {"USERNAME": self.name, "PASSWORD": self._password})

    def _initiate(self, flow: str, parameters: dict[str, str]) -> None:
        try:
            response = self._http.post(
                self.endpoint,
                json={"AuthFlow": flow, "ClientId": self.client_id, "AuthParameters": parameters},
                headers={"X-Amz-Target": TARGET, "Content-Type": "application/x-amz-json-1.1"},
            )
        except httpx.TransportError as error:
            raise Unreachable(f"sign-in service at {self.endpoint} does not answer: {error}") from error
        body: dict[str, Any] = response.json() if response.content else {}
        result = body.get("AuthenticationResult")
        if response.status_code != 200 or not result:
            why = body.get("message") or body.get("Message") or body.get("ChallengeName") or response.status_code
            raise SignInFailed(f"could not sign in as {self.name}: {why}")
        self._access = str(result["AccessToken"])
        self._refresh = str(result.get("RefreshToken", self._refresh))
        self._ends = time.monotonic() + float(result["ExpiresIn"]) - EARLY_SECONDS
