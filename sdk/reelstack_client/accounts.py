"""Profiles, avatars, sessions, and what administrators do to accounts: `client.accounts`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import httpx

from reelstack_client.audit_log import AuditEntry
from reelstack_client.errors import ClientError, Unreachable
from reelstack_client.models import Answer, Page, SiteUrl
from reelstack_client.room import Room

Role = Literal["viewer", "creator", "moderator", "admin"]
PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


class PictureNotTaken(ClientError):
    """The file is no JPEG, PNG or WebP by its name, or storage or moderation did not take it."""


class Profile(Answer):
    """What everybody may know of a person. Times are unix milliseconds."""

    user_id: str
    handle: str | None = None
    display_name: str = ""
    bio: str = ""
    links: tuple[str, ...] = ()
    avatar_url: SiteUrl | None = None
    privacy: str = "public"
    created_at: int


class Me(Profile):
    avatar_problem: str | None = None
    """Why the picture that was sent last is not shown."""
    suspended_at: int | None = None
    suspended_reason: str | None = None
    language: str | None = None
    """Of the clips that I upload without saying theirs."""


class Account(Profile):
    suspended_at: int | None = None
    suspended_by: str | None = None
    suspended_reason: str | None = None


class Session(Answer):
    """A sign-in that is still good. `seen_at` is behind by a quarter of an hour at most."""

    session_id: str
    agent: str = ""
    created_at: int
    seen_at: int
    current: bool = False


class Accounts(Room):
    """`suspend`, `restore`, `account`, `grant`, `withdraw` and `audit` need the role admin."""

    def me(self) -> Me:
        return self._ask(Me, "GET", "/v1/me")

    def find(self, name: str) -> Profile:
        """Somebody by id, or by "@handle"."""
        path = f"/v1/users/{quote(name, safe='@')}"
        return self._ask(Profile, "GET", path)

    def edit(self, **changes: Any) -> Me:
        """Changes display_name, bio, links, language or privacy ("public", "private" or "friends")."""
        return self._ask(Me, "PATCH", "/v1/me", body=changes, repeatable=True)

    def claim_handle(self, handle: str) -> Me:
        return self._ask(Me, "PUT", "/v1/me/handle", body={"handle": handle})

    def release_handle(self) -> None:
        """It stays mine for a while, should I want it back."""
        self._transport.call("DELETE", "/v1/me/handle")

    def send_avatar(self, file: Path, *, seconds: float = 30) -> Me:
        """Sends a picture and waits until it is shown. Raises PictureNotTaken."""
        content_type = PICTURES.get(file.suffix.lower())
        if content_type is None:
            raise PictureNotTaken(f"{file.name}: send one of {', '.join(PICTURES)}")
        before = self.me()
        wish = {"content_type": content_type}
        offer = self._transport.call("POST", "/v1/me/avatar", body=wish, repeatable=True).json()
        if file.stat().st_size > offer["max_bytes"]:
            raise PictureNotTaken(f"{file.name} is larger than {offer['max_bytes']} bytes")
        try:
            taken = self._transport.http.post(
                offer["url"], data=offer["fields"], files={"file": (file.name, file.read_bytes(), content_type)}
            )
        except httpx.TransportError as error:
            raise Unreachable(f"storage does not answer: {error}") from error
        if taken.is_error:
            raise PictureNotTaken(f"storage refused {file.name}: {taken.status_code}")
        return self._shown(before, seconds)

    def _shown(self, before: Me, seconds: float) -> Me:
        deadline = time.monotonic() + seconds
        while (now := self.me()).avatar_url == before.avatar_url:
            if now.avatar_problem:
                raise PictureNotTaken(now.avatar_problem)
            if time.monotonic() > deadline:
                raise PictureNotTaken(f"not shown after {seconds:.0f} s")
            self._transport.sleep(0.5)
        return now

    def remove_avatar(self) -> None:
        self._transport.call("DELETE", "/v1/me/avatar")

    # --- sessions ----------------------------------------------------------------------------------------------------

    def sessions(self) -> list[Session]:
        """Where I am signed in, the latest seen first."""
        items = self._transport.call("GET", "/v1/me/sessions").json()["items"]
        return [Session.model_validate(item) for item in items]

    def revoke(self, session_id: str) -> None:
        """Ends a sign-in: its tokens are refused within half a minute."""
        self._transport.call("DELETE", f"/v1/me/sessions/{quote(session_id, safe='')}")

    def revoke_others(self) -> int:
        """Signs me out everywhere but here; returns how many sign-ins ended."""
        return int(self._transport.call("DELETE", "/v1/me/sessions").json()["revoked"])

    def change_password(self, old: str, new: str) -> None:
        """Signs me out everywhere but here; this sign-in ends with its access token, within an hour."""
        body = {"old_password": old, "new_password": new}
        self._transport.call("POST", "/v1/me/password", body=body)

    # --- accounts ----------------------------------------------------------------------------------------------------

    def account(self, user_id: str) -> Account:
        return self._account("GET", user_id, "account")

    def suspend(self, user_id: str, reason: str) -> Account:
        """Reads on, changes nothing any more, cannot sign in again."""
        return self._account("POST", user_id, "suspend", {"reason": reason})

    def restore(self, user_id: str, reason: str) -> Account:
        return self._account("POST", user_id, "restore", {"reason": reason})

    def grant(self, user_id: str, role: Role) -> list[str]:
        """Gives a role; returns all of the account's. In force with its next token."""
        return self._roles("PUT", user_id, role)

    def withdraw(self, user_id: str, role: Role) -> list[str]:
        return self._roles("DELETE", user_id, role)

    def audit(self, user_id: str, *, limit: int | None = None, cursor: str | None = None) -> Page[AuditEntry]:
        """What administrators did to an account, oldest first."""
        return self._page(AuditEntry, f"/v1/users/{quote(user_id, safe='')}/audit", limit, cursor)

    def _account(self, method: str, user_id: str, what: str, body: Any = None) -> Account:
        path = f"/v1/users/{quote(user_id, safe='')}/{what}"
        return self._ask(Account, method, path, body=body, repeatable=True)

    def _roles(self, method: str, user_id: str, role: Role) -> list[str]:
        answer = self._transport.call(method, f"/v1/users/{quote(user_id, safe='')}/roles/{role}")
        return [str(name) for name in answer.json()["roles"]]
