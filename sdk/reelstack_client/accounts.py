"""Profiles, avatars, sessions, and what administrators do to accounts: `client.accounts`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack
from urllib.parse import quote

import httpx

from reelstack_client.audit_log import AuditEntry
from reelstack_client.errors import ClientError, Unreachable, several
from reelstack_client.methods import operation, pages
from reelstack_client.models import Address, Answer, Page, SiteUrl
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Send, Sleep, Steps, sending, working

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


class ProfileChanges(TypedDict, total=False):
    """What may be changed of my profile; what is not given stays."""

    display_name: str
    bio: str
    links: Sequence[str]
    language: str | None
    privacy: Literal["public", "private", "friends"]


class Offer(Answer):
    """Where storage takes a picture, and the form that it wants beside."""

    url: Address
    fields: dict[str, str]
    max_bytes: int


class Revoked(Answer):
    revoked: int


class Roles(Answer):
    roles: list[str]


class Accounts(Room[Manner]):
    """`suspend`, `restore`, `account`, `grant`, `withdraw` and `audit` need the role admin."""

    @operation
    def me(self) -> Steps[Me]:
        return self._ask(Me, "GET", "/v1/me")

    @operation
    def find(self, name: str) -> Steps[Profile]:
        """Somebody by id, or by "@handle"."""
        path = f"/v1/users/{quote(name, safe='@')}"
        return self._ask(Profile, "GET", path)

    @operation
    def edit(self, **changes: Unpack[ProfileChanges]) -> Steps[Me]:
        """Changes display_name, bio, links, language or privacy."""
        body = dict(changes) | ({"links": several(changes["links"])} if "links" in changes else {})
        return self._ask(Me, "PATCH", "/v1/me", body=body, repeatable=True)

    @operation
    def claim_handle(self, handle: str) -> Steps[Me]:
        return self._ask(Me, "PUT", "/v1/me/handle", body={"handle": handle})

    @operation
    def release_handle(self) -> Steps[None]:
        """It stays mine for a while, should I want it back."""
        return self._do("DELETE", "/v1/me/handle")

    @operation
    def send_avatar(self, file: Path, *, seconds: float = 30) -> Steps[Me]:
        """Sends a picture and waits until it is shown. Raises PictureNotTaken."""
        content_type = PICTURES.get(file.suffix.lower())
        if content_type is None:
            raise PictureNotTaken(f"{file.name}: send one of {', '.join(PICTURES)}")
        before = yield from Accounts.me.steps(self)
        wish = {"content_type": content_type}
        offer = yield from self._ask(Offer, "POST", "/v1/me/avatar", body=wish, repeatable=True)
        if file.stat().st_size > offer.max_bytes:
            raise PictureNotTaken(f"{file.name} is larger than {offer.max_bytes} bytes")
        picture = yield from working(file.read_bytes)
        form = {"data": offer.fields, "files": {"file": (file.name, picture, content_type)}}
        try:
            taken = yield from sending(Send("POST", offer.url, options=form))
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Unreachable(f"storage does not answer: {error}") from error
        if taken.is_error:
            raise PictureNotTaken(f"storage refused {file.name}: {taken.status_code}")
        return (yield from self._shown(before, seconds))

    def _shown(self, before: Me, seconds: float) -> Steps[Me]:
        deadline = time.monotonic() + seconds
        while (now := (yield from Accounts.me.steps(self))).avatar_url == before.avatar_url:
            if now.avatar_problem:
                raise PictureNotTaken(now.avatar_problem)
            if time.monotonic() > deadline:
                raise PictureNotTaken(f"not shown after {seconds:.0f} s")
            yield Sleep(0.5)
        return now

    @operation
    def remove_avatar(self) -> Steps[None]:
        return self._do("DELETE", "/v1/me/avatar")

    # --- sessions ----------------------------------------------------------------------------------------------------

    @operation
    def sessions(self) -> Steps[list[Session]]:
        """Where I am signed in, the latest seen first."""
        return (yield from self._ask(Page[Session], "GET", "/v1/me/sessions")).items

    @operation
    def revoke(self, session_id: str) -> Steps[None]:
        """Ends a sign-in: its tokens are refused within half a minute."""
        return self._do("DELETE", f"/v1/me/sessions/{quote(session_id, safe='')}")

    @operation
    def revoke_others(self) -> Steps[int]:
        """Signs me out everywhere but here; returns how many sign-ins ended."""
        return (yield from self._ask(Revoked, "DELETE", "/v1/me/sessions")).revoked

    @operation
    def change_password(self, old: str, new: str) -> Steps[None]:
        """Signs me out everywhere but here; this sign-in ends with its access token, within an hour."""
        body = {"old_password": old, "new_password": new}
        return self._do("POST", "/v1/me/password", body=body)

    # --- accounts ----------------------------------------------------------------------------------------------------

    @operation
    def account(self, user_id: str) -> Steps[Account]:
        return self._account("GET", user_id, "account")

    @operation
    def suspend(self, user_id: str, reason: str) -> Steps[Account]:
        """Reads on, changes nothing any more, cannot sign in again."""
        return self._account("POST", user_id, "suspend", {"reason": reason})

    @operation
    def restore(self, user_id: str, reason: str) -> Steps[Account]:
        return self._account("POST", user_id, "restore", {"reason": reason})

    @operation
    def grant(self, user_id: str, role: Role) -> Steps[list[str]]:
        """Gives a role; returns all of the account's. In force with its next token."""
        return self._roles("PUT", user_id, role)

    @operation
    def withdraw(self, user_id: str, role: Role) -> Steps[list[str]]:
        return self._roles("DELETE", user_id, role)

    @pages
    def audit(self, user_id: str, *, limit: int | None = None, cursor: str | None = None) -> Steps[Page[AuditEntry]]:
        """What administrators did to an account, oldest first."""
        return self._page(AuditEntry, f"/v1/users/{quote(user_id, safe='')}/audit", limit, cursor)

    def _account(self, method: str, user_id: str, what: str, body: Any = None) -> Steps[Account]:
        path = f"/v1/users/{quote(user_id, safe='')}/{what}"
        return self._ask(Account, method, path, body=body, repeatable=True)

    def _roles(self, method: str, user_id: str, role: Role) -> Steps[list[str]]:
        return (yield from self._ask(Roles, method, f"/v1/users/{quote(user_id, safe='')}/roles/{role}")).roles
