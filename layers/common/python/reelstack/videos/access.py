"""Access: the one module that answers whether somebody may see or act on a video or an account.

The rules are `videos.audiences`; here they meet what tables and caches say. Across a block, and of an account that
is suspended or deleted, nothing is there. `check_can_…` raise the reason, `can_…` and `filter_…` only decide.

A viewer None is an anonymous reader: they see what is published for everybody, of public accounts. No answer tells them
whether there is anything else.

A video as others than its owner see it comes from the cache for KEPT_SECONDS, where there is one, so that a video that
everybody watches is no hot item. Blocks, follows and accounts are asked for each viewer. What an owner changes is taken
out of caches before it is written (videos.edit, delete); after any other change publish_video_events does it. Until
then a viewer may be let in who should not be any more, so what they are given counts as given when the item was read: a
denial of what was given before the change (moderation.takedowns) refuses that too, however late it was given.
"""

import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypedDict, TypeVar

from reelstack.accounts import users
from reelstack.accounts.errors import UserNotFound
from reelstack.accounts.users import Facts
from reelstack.counters.counters import Counts
from reelstack.errors import ReelstackError
from reelstack.platform import cache
from reelstack.social import relationships
from reelstack.social.relationships import Relationship
from reelstack.tables.videos import SHARDS, Video
from reelstack.videos import videos
from reelstack.videos.audiences import OPEN, Account, refusal
from reelstack.videos.errors import NotYourVideo, VideoModerated, VideoNotFound, VideoProcessing
from reelstack.videos.videos import State

KEPT_SECONDS = 1
"""How long an item is in the cache."""
KNOWN_SECONDS = 60
"""How long what decides about a video is in the cache."""
ABSENT_SECONDS = 1
"""How long it is there that there is no such video: ids are random, so nobody asks for one before it is made."""


@dataclass(frozen=True)
class Viewed:
    video: Video
    read_at: int
    """Unix seconds, not after its item was read."""
    counts: Counts | None = None
    """Read with the item, by a caller that keeps both."""

    @property
    def values(self) -> dict[str, Any]:
        """The item's, by attribute: an attribute of the model takes ten times as long."""
        return self.video.attribute_values


class KnownVideo(TypedDict):
    """What the cache has of a video to decide about it."""

    owner_id: str
    state: str
    visibility: str
    like_shards: int


class Owned(Protocol):
    """A video, as far as it matters to a page."""

    owner_id: str
    visibility: str


Found = TypeVar("Found", bound=Owned)

# --- videos ----------------------------------------------------------------------------------------------------------


def find_visible(video_id: str, viewer_id: str | None, *, staff: bool = False) -> Viewed:
    """The video if `viewer_id` may see it; owners and staff see it as it is. Raises what check_can_view raises."""
    if not staff and cache.address():
        kept: dict[str, Any] | None = cache.remember(
            videos.item_cached_as(video_id),
            KEPT_SECONDS,
            lambda: _load_item(video_id),
            absent_seconds=ABSENT_SECONDS,
        )
        if kept is None:
            raise VideoNotFound
        video = Video.from_raw_data(kept["item"])
        if video.owner_id != viewer_id:
            _check_others(video.owner_id, video.visibility, video.state, viewer_id)
            return Viewed(video, kept["read_at"])
    read_at = int(time.time())
    video = videos.find(video_id)
    if video.owner_id != viewer_id and not staff:
        _check_others(video.owner_id, video.visibility, video.state, viewer_id)
    return Viewed(video, read_at)


def find_own(video_id: str, user_id: str) -> Video:
    """The video if it belongs to `user_id`. Raises VideoNotFound, also across a block, or NotYourVideo."""
    video = videos.find(video_id)
    if video.owner_id != user_id:
        raise NotYourVideo if filter_present((video.owner_id,), user_id) else VideoNotFound
    return video


def check_can_view(video_id: str, viewer_id: str | None) -> KnownVideo:
    """Decides from the cache, without the item: a hot video costs its table nothing. Blocks are looked up.

    Raises VideoNotFound, VideoPrivate, VideoForFriends, AccountPrivate, AccountForFriends, VideoModerated or
    VideoProcessing.
    """
    known = _known(video_id)
    if known["owner_id"] != viewer_id:
        _check_others(known["owner_id"], known["visibility"], known["state"], viewer_id)
    return known


def check_can_interact(video_id: str, user_id: str) -> KnownVideo:
    """As check_can_view, for a write that asks `blocks.is_blocked_with_any` or takes `blocks.absent` into its
    transaction, so that an open video of a public account costs no request here. Raises what check_can_view raises."""
    known = _known(video_id)
    if known["state"] != State.PUBLISHED:
        return check_can_view(video_id, user_id)  # what is refused here is told to nobody across a block
    if known["owner_id"] != user_id:
        _check_audience(known["owner_id"], known["visibility"], user_id)
    return known


@contextmanager
def telling_viewers(video_id: str, user_id: str) -> Iterator[None]:
    """Around what follows `check_can_interact`: whatever it refuses is told to those only who may see the video, since
    "no such comment" says that there is a video. Raises what check_can_view raises, instead of any other refusal."""
    try:
        yield
    except ReelstackError:
        check_can_view(video_id, user_id)
        raise


def can_view(video_id: str, viewer_id: str | None) -> bool:
    try:
        check_can_view(video_id, viewer_id)
    except ReelstackError:
        return False
    return True


def filter_visible(found: Iterable[Found], viewer_id: str | None) -> list[Found]:
    """Those videos of a page that `viewer_id` may see, by one consistent read of blocks and at most one of follows.
    Their states are the caller's to look at."""
    page = list(found)
    owners = {video.owner_id for video in page} - {viewer_id}
    blocked, known = relationships.blocked(viewer_id, owners), accounts(owners)
    asked = {video.owner_id for video in page if video.visibility not in OPEN}
    asked |= {owner_id for owner_id, account in known.items() if not account.open}
    between = relationships.between(viewer_id, (asked & owners) - blocked)

    def visible(video: Found) -> bool:
        owner = video.owner_id
        if owner == viewer_id:
            return True
        return owner not in blocked and not refusal(video.visibility, known[owner], between.get(owner, Relationship()))

    return [video for video in page if visible(video)]


def _check_others(owner_id: str, audience: str, state: str, viewer_id: str | None) -> None:
    """Of a viewer who is not its owner. The audience is first: what became of a video that is not for them is nobody
    else's business."""
    if relationships.blocked(viewer_id, (owner_id,)):
        raise VideoNotFound
    _check_audience(owner_id, audience, viewer_id)
    if viewer_id is None and state != State.PUBLISHED:
        raise VideoNotFound
    if state == State.REJECTED:
        raise VideoModerated
    if state != State.PUBLISHED:
        raise VideoProcessing


def _check_audience(owner_id: str, audience: str, viewer_id: str | None) -> None:
    """Of a viewer who is not its owner; looks for a block only to tell nothing across one."""
    known = account(owner_id)
    asked = not known.open or audience not in OPEN
    refused = refusal(
        audience, known, relationships.between(viewer_id, (owner_id,))[owner_id] if asked else Relationship()
    )
    if refused:
        hidden = viewer_id is None or relationships.blocked(viewer_id, (owner_id,))
        raise VideoNotFound if hidden else refused


def _known(video_id: str) -> KnownVideo:
    known: KnownVideo | None = cache.remember(
        videos.cached_as(video_id), KNOWN_SECONDS, lambda: _load_known(video_id), absent_seconds=ABSENT_SECONDS
    )
    if known is None or known["state"] == State.DELETED:
        raise VideoNotFound
    return known


def _load_known(video_id: str) -> KnownVideo | None:
    try:
        video = Video.get(video_id, consistent_read=True)
    except Video.DoesNotExist:
        return None
    return KnownVideo(
        owner_id=video.owner_id,
        state=video.state,
        visibility=video.visibility,
        like_shards=int(video.like_shards or SHARDS),
    )


def _load_item(video_id: str) -> dict[str, Any] | None:
    read_at = int(time.time())
    video = videos.find_or_none(video_id)
    return {"item": video.serialize(), "read_at": read_at} if video else None


# --- accounts --------------------------------------------------------------------------------------------------------


def filter_present(user_ids: Collection[str], viewer_id: str | None) -> set[str]:
    """Those of `user_ids` that are there for `viewer_id`: no block between them, neither suspended nor deleted. For an
    anonymous reader only public accounts are there."""
    blocked = relationships.blocked(viewer_id, user_ids)
    found = accounts(set(user_ids) - blocked)
    return {user_id for user_id, known in found.items() if not known.gone and (known.open or viewer_id is not None)}


def check_present(user_id: str, viewer_id: str | None) -> None:
    """An account is there for `viewer_id`, however little of it they may see; nobody's id is told like that of one
    who blocked them. Raises UserNotFound."""
    # What an earlier version cached does not say whether there is an account.
    if users.facts(user_id).get("absent") or not filter_present((user_id,), viewer_id):
        raise UserNotFound


def check_account(owner_id: str, viewer_id: str | None) -> None:
    """`viewer_id` may see what an account has: its lists of videos and follows.

    Raises UserNotFound, AccountPrivate or AccountForFriends.
    """
    if viewer_id == owner_id:
        return
    check_present(owner_id, viewer_id)
    known = account(owner_id)
    refused = None if known.open else known.refusal(relationships.between(viewer_id, (owner_id,))[owner_id])
    if refused:
        raise refused


def account(owner_id: str) -> Account:
    """What is known of an owner, from the cache."""
    return accounts((owner_id,))[owner_id]


def accounts(owner_ids: Collection[str]) -> dict[str, Account]:
    """The same of several, by id."""
    return {owner_id: _account(facts) for owner_id, facts in users.facts_of(owner_ids).items()}


def account_now(owner_id: str) -> Account:
    """The same as the table has it, for a function that follows a change of it."""
    return _account(users.read_facts(owner_id))


def _account(facts: Facts) -> Account:
    return Account(facts["private"], facts["friends_only"], facts["suspended"] or facts["deleted"])
