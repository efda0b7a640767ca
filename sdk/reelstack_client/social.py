"""Whom one follows and blocks: `client.social`."""

from __future__ import annotations

from typing import Literal

from reelstack_client.methods import operation, pages
from reelstack_client.models import Answer, Page, UserCard
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Steps


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


class Social(Room[Manner]):
    """Pages may hold fewer than were asked for and still have a cursor."""

    @operation
    def follow(self, user_id: str) -> Steps[Relationship]:
        """Follows, or asks a private account: see `state`."""
        return self._ask(Relationship, "PUT", f"/v1/users/{user_id}/follow")

    @operation
    def unfollow(self, user_id: str) -> Steps[None]:
        """Ends a follow, or takes a request back."""
        return self._do("DELETE", f"/v1/users/{user_id}/follow")

    @operation
    def relationship(self, user_id: str) -> Steps[Relationship]:
        """What is between me and a user."""
        return self._ask(Relationship, "GET", f"/v1/users/{user_id}/follow")

    @pages
    def followers(self, user_id: str, *, limit: int | None = None, cursor: str | None = None) -> Steps[Page[Follower]]:
        """Newest first."""
        return self._page(Follower, f"/v1/users/{user_id}/followers", limit, cursor)

    @pages
    def following(self, user_id: str, *, limit: int | None = None, cursor: str | None = None) -> Steps[Page[Follower]]:
        """By id."""
        return self._page(Follower, f"/v1/users/{user_id}/following", limit, cursor)

    @pages
    def requests(self, *, limit: int | None = None, cursor: str | None = None) -> Steps[Page[Follower]]:
        """Who asks to follow me, newest first."""
        return self._page(Follower, "/v1/me/follow-requests", limit, cursor)

    @operation
    def accept(self, user_id: str) -> Steps[None]:
        return self._do("PUT", f"/v1/me/follow-requests/{user_id}")

    @operation
    def decline(self, user_id: str) -> Steps[None]:
        return self._do("DELETE", f"/v1/me/follow-requests/{user_id}")

    @operation
    def remove_follower(self, user_id: str) -> Steps[None]:
        return self._do("DELETE", f"/v1/me/followers/{user_id}")

    @operation
    def block(self, user_id: str) -> Steps[None]:
        """From now on neither is there for the other; follows between them end."""
        return self._do("PUT", f"/v1/users/{user_id}/block")

    @operation
    def unblock(self, user_id: str) -> Steps[None]:
        return self._do("DELETE", f"/v1/users/{user_id}/block")

    @pages
    def blocks(self, *, limit: int | None = None, cursor: str | None = None) -> Steps[Page[Blocked]]:
        """Whom I blocked, newest first."""
        return self._page(Blocked, "/v1/me/blocks", limit, cursor)
