"""Cards of videos: what a screen shows of each, so that a page of clips is one request.

The viewer may see the videos that come here: `videos.access` and `videos.listings` decided it. A viewer of None is
somebody who did not sign in. Addresses are signed as given when the videos were read; see videos.access.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from reelstack.cards import answers, user_cards
from reelstack.cards.answers import Answer
from reelstack.cards.user_cards import UserCard
from reelstack.counters import counters
from reelstack.counters.counters import Counts
from reelstack.delivery import playback
from reelstack.delivery.playback import Playback
from reelstack.interactions import bookmarks, likes, watch_positions
from reelstack.platform.unchecked import made
from reelstack.social import relationships
from reelstack.tables.videos import Video
from reelstack.videos import video_view
from reelstack.videos.access import Viewed
from reelstack.videos.video_view import VideoView


class VideoCard(VideoView):
    author: UserCard
    liked: bool
    """Whether the caller likes it. This, `bookmarked` and `following` follow what people do by about a second."""
    bookmarked: bool
    following: bool
    """Whether the caller follows its author."""
    resume_ms: int | None
    """Where the caller left it, in milliseconds from its start. Null if they never watched it, or to its end."""
    poster_url: str | None
    """Signed and relative to the site, like the addresses of `playback`. Null while there is nothing to play."""
    playback: Playback | None = None
    """Asked for with `include=playback`; null while there is nothing to play."""
    receipt: str | None = None
    """Of an item that the service chose, in a feed, a timeline or a search: send it with each event about this clip.
    Valid for a day and for this caller only; opaque."""


class VideoCardPage(BaseModel):
    items: list[VideoCard]
    cursor: str | None
    """Send it back to get the next page; null on the last one."""


@dataclass(frozen=True)
class For:
    """Whom cards are for, and what they asked for."""

    viewer_id: str | None
    playback: bool = False
    inside: bool = False
    """With what only a video's owner and admins are told."""
    follows_all: bool = False
    """That the viewer follows every author is known already."""
    knows_viewer: bool = False
    """The caller's request to the cache brought what the viewer likes, keeps and follows: tables are asked only of what
    it lacks."""
    answer: Answer | None = None
    """Of a page that the service chose: its items carry receipts."""


def of(page: Collection[Viewed], asked: For) -> list[VideoCard]:
    """The cards of a page, in its order."""
    return [made(VideoCard, one) for one in values(page, asked)]


def values(page: Collection[Viewed], asked: For) -> list[dict[str, Any]]:
    """The same as values of each field."""
    placed = [(one.video, one.values["video_id"], one.values["owner_id"]) for one in page]
    ids, viewer_id = [video_id for _, video_id, _ in placed], asked.viewer_id
    counts = _counts(page)
    marks = _marks(ids, {owner_id for _, _, owner_id in placed}, asked)
    authors = user_cards.of({owner_id for _, _, owner_id in placed}, viewer_id, marks.followed)
    left_at = watch_positions.of(viewer_id, ids) if viewer_id else {}
    signed = playback.addresses_of(page)
    receipts = answers.receipts(ids, viewer_id, asked.answer) if asked.answer else {}
    found = []
    for video, video_id, owner_id in placed:
        author, addresses, resume_ms = authors[owner_id], signed.get(video_id), left_at.get(video_id)
        found.append(
            {
                **video_view.values(video, counts[video_id], inside=asked.inside or owner_id == viewer_id),
                "author": author,
                "liked": video_id in marks.liked,
                "bookmarked": video_id in marks.saved,
                "following": author.following,
                "resume_ms": resume_ms,
                "poster_url": addresses.poster_url if addresses else None,
                "playback": playback.resuming(addresses, resume_ms) if addresses and asked.playback else None,
                "receipt": receipts.get(video_id),
            }
        )
    return found


@dataclass(frozen=True)
class _Marks:
    """What the viewer did with the videos of a page, and which of their authors they follow; None: not known yet."""

    liked: Collection[str] = ()
    saved: Collection[str] = ()
    followed: set[str] | None = None


def _marks(ids: Sequence[str], owners: set[str], asked: For) -> _Marks:
    viewer_id = asked.viewer_id
    if viewer_id is None:
        return _Marks()
    if not asked.knows_viewer:
        liked, saved = likes.liked_of(viewer_id, ids), bookmarks.saved_of(viewer_id, ids)
        return _Marks(liked, saved, owners if asked.follows_all else None)
    liked, saved = likes.liked_among(viewer_id, ids), bookmarks.saved_among(viewer_id, ids)
    return _Marks(liked, saved, relationships.followed_among(viewer_id, owners - {viewer_id}))


def _counts(page: Collection[Viewed]) -> dict[str, Counts]:
    known = {one.values["video_id"]: one.counts for one in page if one.counts}
    missing = [one.values["video_id"] for one in page if not one.counts]
    return known | (counters.read(missing) if missing else {})


def page(found: tuple[Sequence[Video], str | None], read_at: int, asked: For) -> VideoCardPage:
    """Of a list and the cursor of its next page. `read_at`: unix seconds, not after the first of them was read."""
    videos, following = found
    return VideoCardPage(items=of([Viewed(video, read_at) for video in videos], asked), cursor=following)
