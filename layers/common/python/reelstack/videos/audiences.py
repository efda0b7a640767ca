"""Audiences: the rules of who may see whose videos. Pure; `videos.access` reads what they are asked about.

  public     everybody: in feeds, lists and search          unlisted   everybody who has its address
  friends    who follows its owner and is followed back     private    its owner

A private account shows what it has to its followers only, an account for friends to friends only, whatever the video
says. Of an account that is suspended or deleted, nothing is there. The rules are not asked about owners, who see what
is theirs, nor about moderators.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from reelstack.errors import ReelstackError
from reelstack.videos.errors import AccountForFriends, AccountPrivate, VideoForFriends, VideoNotFound, VideoPrivate


class Audience(StrEnum):
    """Values of a video's `visibility`."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FRIENDS = "friends"
    PRIVATE = "private"


OPEN = (Audience.PUBLIC, Audience.UNLISTED)
"""Audiences that need no relationship: for everybody who has the address, or who may see what the account has."""
WIDTH = {Audience.PUBLIC: 2, Audience.UNLISTED: 2, Audience.FRIENDS: 1, Audience.PRIVATE: 0}


class Relationship(Protocol):
    """How a viewer stands to an owner."""

    @property
    def follows(self) -> bool: ...

    @property
    def friends(self) -> bool: ...


@dataclass(frozen=True)
class Account:
    """What is known of an owner."""

    private: bool = False
    friends_only: bool = False
    gone: bool = False
    """Suspended or deleted."""

    @property
    def open(self) -> bool:
        return not (self.private or self.friends_only)

    @property
    def width(self) -> int:
        """Compares how many see what it has: nobody else, friends, followers, everybody."""
        if self.gone:
            return 0
        return 1 if self.friends_only else 2 if self.private else 3

    def refusal(self, relationship: Relationship) -> ReelstackError | None:
        """Why somebody other than its owner may not see what it has."""
        if self.private and not relationship.follows:
            return AccountPrivate()
        if self.friends_only and not relationship.friends:
            return AccountForFriends()
        return None


def refusal(audience: str, account: Account, relationship: Relationship) -> ReelstackError | None:
    """Why somebody other than its owner may not see a video; None: they may. Blocks are not asked about here."""
    if account.gone:
        return VideoNotFound()
    if audience == Audience.PRIVATE:
        return VideoPrivate()
    if audience == Audience.FRIENDS and not relationship.friends:
        return account.refusal(relationship) or VideoForFriends()
    return account.refusal(relationship)


def narrower(before: str, after: str) -> bool:
    """Whether some who might see a video before may not any more, so that tokens they hold must be refused."""
    return WIDTH[Audience(after)] < WIDTH[Audience(before)]
