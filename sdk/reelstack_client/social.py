"""Whom one follows and blocks: `client.social`."""

from __future__ import annotations

from typing import Literal

from reelstack_client.models import Answer, Page, UserCard
from reelstack_client.room import Room


class Relationship(Answer):
    """What is between the caller and a user, and how many others follow that user."""

    user_id: str
    state: Literal["following", "requested"] | None = None
    """Of the caller to the user."""
    follows_you: bool = False
    followers: int = 0
    following: int = 0


class Follower(Answer):
    """Somebody in a list of followers, of followed, or of who asks to follow. `since` in unix milliseconds."""

    user_id: str
    since: int
    user: UserCard | None = None


class Blocked(Answer):
    user_id: str
    blocked_at: int
    user: UserCard | None = None


class Social(Room):
    """Pages may hold fewer than were asked for and still have a cursor."""

    def follow(self, user_id: str) -> Relationship:
        """Follows, or asks a private account: see `state`."""
        return self._ask(Relationship, "PUT", f"/v1/users/{user_id}/follow")

    def unfollow(self, user_id: str) -> None:
        """Ends a follow, or takes a request back."""
        self._transport.call("DELETE", f"/v1/users/{user_id}/follow")

    def relationship(self, user_id: str) -> Relationship:
        """What is between me and a user."""
        return self._ask(Relationship, "GET", f"/v1/users/{user_id}/follow")

    def followers(self, user_id: str, *, limit: int | None = None, cursor: str | None = None) -> Page[Follower]:
        """Newest first."""
        return self._page(Follower, f"/v1/users/{user_id}/followers", limit, cursor)

    def following(self, user_id: str, *, limit: int | None = None, cursor: str | None = None) -> Page[Follower]:
        """By id."""
        return self._page(Follower, f"/v1/users/{user_id}/following", limit, cursor)

    def requests(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Follower]:
        """Who asks to follow me, newest first."""
        return self._page(Follower, "/v1/me/follow-requests", limit, cursor)

    def accept(self, user_id: str) -> None:
        self._transport.call("PUT", f"/v1/me/follow-requests/{user_id}")

    def decline(self, user_id: str) -> None:
        self._transport.call("DELETE", f"/v1/me/follow-requests/{user_id}")

    def remove_follower(self, user_id: str) -> None:
        self._transport.call("DELETE", f"/v1/me/followers/{user_id}")

    def block(self, user_id: str) -> None:
        """From now on neither is there for the other; follows between them end."""
        self._transport.call("PUT", f"/v1/users/{user_id}/block")

    def unblock(self, user_id: str) -> None:
        self._transport.call("DELETE", f"/v1/users/{user_id}/block")

    def blocks(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Blocked]:
        """Whom I blocked, newest first."""
        return self._page(Blocked, "/v1/me/blocks", limit, cursor)
