"""Who may see whose videos: the only place that decides it. What state a video is in is `reelstack.videos`' business.

  public     everybody: in feeds, lists and search          unlisted   everybody who has its address
  friends    who follows its owner and is followed back     private    its owner

A private account shows what it has to its followers only, an account for friends to friends only, whatever the video
says. Across a block, and of an account
that is suspended or deleted, nothing is there. An owner sees what is theirs. Moderators are never asked about here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from reelstack import ties, users
from reelstack.errors import (
    AccountForFriends,
    AccountPrivate,
    ReelstackError,
    UserNotFound,
    VideoForFriends,
    VideoNotFound,
    VideoPrivate,
)
from reelstack.ties import Tie


class Audience(StrEnum):
    """Values of a video's `visibility`."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FRIENDS = "friends"
    PRIVATE = "private"


OPEN = (Audience.PUBLIC, Audience.UNLISTED)
"""For whoever has the address, and for anybody who follows an account."""
WIDTH = {Audience.PUBLIC: 2, Audience.UNLISTED: 2, Audience.FRIENDS: 1, Audience.PRIVATE: 0}


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

    def refusal(self, tie: Tie) -> ReelstackError | None:
        """Why somebody else may not see what it has."""
        if self.private and not tie.follows:
            return AccountPrivate()
        if self.friends_only and not tie.friends:
            return AccountForFriends()
        return None


class Owned(Protocol):
    """A video, as far as it matters here."""

    owner_id: str
    visibility: str


Found = TypeVar("Found", bound=Owned)


def refusal(audience: str, account: Account, tie: Tie) -> ReelstackError | None:
    """Why somebody other than its owner may not see a video; None: they may. Blocks aside."""
    if account.gone:
        return VideoNotFound()
    if audience == Audience.PRIVATE:
        return VideoPrivate()
    if audience == Audience.FRIENDS and not tie.friends:
        return account.refusal(tie) or VideoForFriends()
    return account.refusal(tie)


def check(owner_id: str, audience: str, viewer_id: str) -> None:
    """Raises VideoNotFound, VideoPrivate, AccountPrivate, AccountForFriends or VideoForFriends. For reads: it looks
    for a block too."""
    if ties.blocked(viewer_id, (owner_id,)):
        raise VideoNotFound
    check_for_write(owner_id, audience, viewer_id)


def check_for_write(owner_id: str, audience: str, viewer_id: str) -> None:
    """The same for a write that asks `blocks.stand` or has `blocks.absent` in its transaction. An open video of a
    public account costs no request at all."""
    if viewer_id == owner_id:
        return
    account = accounts((owner_id,))[owner_id]
    asked = not account.open or audience not in OPEN
    refused = refusal(audience, account, ties.between(viewer_id, (owner_id,))[owner_id] if asked else Tie())
    if refused:
        # Who is blocked is not told why.
        raise VideoNotFound if ties.blocked(viewer_id, (owner_id,)) else refused


def check_account(owner_id: str, viewer_id: str) -> None:
    """Whether `viewer_id` may see what an account has: its lists of videos and ties. Raises UserNotFound,
    AccountPrivate or AccountForFriends."""
    if viewer_id == owner_id:
        return
    check_there(owner_id, viewer_id)
    account = accounts((owner_id,))[owner_id]
    refused = None if account.open else account.refusal(ties.between(viewer_id, (owner_id,))[owner_id])
    if refused:
        raise refused


def check_there(user_id: str, viewer_id: str) -> None:
    """Whether an account is there for `viewer_id`, however little of it they may see. Raises UserNotFound."""
    if not only_there((user_id,), viewer_id):
        raise UserNotFound


def gone(user_id: str) -> bool:
    """Suspended or deleted, from the cache: for a write that looks for blocks its own way."""
    return accounts((user_id,))[user_id].gone


def only_there(user_ids: Collection[str], viewer_id: str) -> set[str]:
    """Those of `user_ids` that are there for `viewer_id`: no block between them, neither suspended nor deleted."""
    blocked = ties.blocked(viewer_id, user_ids)
    return {user_id for user_id, account in accounts(set(user_ids) - blocked).items() if not account.gone}


def only_visible(videos: Iterable[Found], viewer_id: str) -> list[Found]:
    """Those videos of a page that `viewer_id` may see, by one consistent read of blocks and at most one of follows."""
    page = list(videos)
    owners = {video.owner_id for video in page} - {viewer_id}
    blocked, known = ties.blocked(viewer_id, owners), accounts(owners)
    asked = {video.owner_id for video in page if video.visibility not in OPEN}
    asked |= {owner_id for owner_id, account in known.items() if not account.open}
    between = ties.between(viewer_id, (asked & owners) - blocked)

    def seen(video: Found) -> bool:
        owner = video.owner_id
        if owner == viewer_id:
            return True
        return owner not in blocked and not refusal(video.visibility, known[owner], between.get(owner, Tie()))

    return [video for video in page if seen(video)]


def narrower(before: str, after: str) -> bool:
    """Whether some who might see a video before may not any more, so that tokens they hold must be refused."""
    return WIDTH[Audience(after)] < WIDTH[Audience(before)]


def is_open(owner_id: str, audience: str) -> bool:
    """Whether everybody may see it, blocks aside: what its playback may be kept by, and for how long."""
    return audience == Audience.PUBLIC and accounts((owner_id,))[owner_id].open


def accounts(owner_ids: Collection[str]) -> dict[str, Account]:
    """What is known of owners, from the cache."""
    return {owner_id: _account(known) for owner_id, known in users.facts_of(owner_ids).items()}


def account_now(owner_id: str) -> Account:
    """As the table has it, for who follows a change of it."""
    return _account(users.read_facts(owner_id))


def _account(known: dict[str, bool]) -> Account:
    return Account(known["private"], known["friends_only"], known["suspended"] or known["deleted"])
