import time
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Path
from pydantic import BaseModel, BeforeValidator

from reelstack.cards import user_cards, video_cards
from reelstack.cards.user_cards import UserCard
from reelstack.cards.video_cards import For, VideoCard
from reelstack.feed import choices
from reelstack.feed.choices import HiddenEntry, HiddenKind
from reelstack.platform.text_fields import Tag
from reelstack.videos import access, listings
from reelstack.videos.access import Viewed
from reelstack.web import Cursor, Limit, UserId, VideoId, Viewer

router = APIRouter(prefix="/v1/feed/hidden", tags=["feed"])
HiddenTag = Annotated[
    Tag, BeforeValidator(unquote), Path(description="Percent-encoded twice, so that any word arrives")
]
"""An HTTP API decodes a path before it looks for a route, all but "%25", and is said to end it at a "?". So a word that
was encoded twice arrives encoded once, whatever is in it; one that was encoded once arrives as well, unless it holds a
"?" or has the form of an escape ("%41")."""


class HiddenThing(BaseModel):
    kind: HiddenKind
    id: str
    """Of the video or the creator; of a tag its word."""
    hidden_at: int
    """Unix milliseconds."""
    video: VideoCard | None = None
    """Null of a creator, of a tag, and of a video that is not there for the caller any more."""
    creator: UserCard | None = None
    """Null of a video, of a tag, and of a creator who is not there for the caller any more."""


class HiddenPage(BaseModel):
    items: list[HiddenThing]
    cursor: str | None


@router.get("")
def list_hidden(caller: Viewer, kind: HiddenKind | None = None, limit: Limit = 20, cursor: Cursor = None) -> HiddenPage:
    """What I do not want to see, newest first; with `kind`, of that kind only."""
    found, following = choices.list_hidden(caller.user_id, kind, limit, cursor)
    return HiddenPage(items=_told(found, caller.user_id), cursor=following)


@router.put("/videos/{video_id}", status_code=204)
def hide_video(video_id: VideoId, caller: Viewer) -> None:
    """Not interested in this video: it is in no list of the feed any more, from the next answer on. Of 300 hidden
    videos the one that was hidden first gives way."""
    access.check_can_view(video_id, caller.user_id)
    choices.hide(caller.user_id, HiddenKind.VIDEOS, video_id)


@router.delete("/videos/{video_id}", status_code=204)
def show_video_again(video_id: VideoId, caller: Viewer) -> None:
    choices.show_again(caller.user_id, HiddenKind.VIDEOS, video_id)


@router.put("/creators/{user_id}", status_code=204)
def hide_creator(user_id: UserId, caller: Viewer) -> None:
    """Not interested in this creator's videos: the feed recommends none, from the next answer on. Whom I follow stays
    in my timeline. Of 100 hidden creators the next is refused: hidden-limit-reached."""
    access.check_present(user_id, caller.user_id)
    choices.hide(caller.user_id, HiddenKind.CREATORS, user_id)


@router.delete("/creators/{user_id}", status_code=204)
def show_creator_again(user_id: UserId, caller: Viewer) -> None:
    choices.show_again(caller.user_id, HiddenKind.CREATORS, user_id)


@router.put("/tags/{tag:path}", status_code=204)
def hide_tag(tag: HiddenTag, caller: Viewer) -> None:
    """Not interested in what has this tag, however it is spelled ("#Cats", "cats"): the feed recommends nothing of it,
    from the next answer on. Of 100 hidden tags the next is refused: hidden-limit-reached."""
    choices.hide(caller.user_id, HiddenKind.TAGS, tag)


@router.delete("/tags/{tag:path}", status_code=204)
def show_tag_again(tag: HiddenTag, caller: Viewer) -> None:
    """However it is spelled: each spelling in which I hid it goes."""
    choices.show_again(caller.user_id, HiddenKind.TAGS, tag)


def _told(found: list[HiddenEntry], viewer_id: str) -> list[HiddenThing]:
    """Who or what is not there for the viewer any more keeps its id, so that it can be taken off the list."""
    read_at = int(time.time())
    named = {kind: [entry.named for entry in found if entry.kind is kind] for kind in HiddenKind}
    seen = listings.seen(named[HiddenKind.VIDEOS], viewer_id)
    shown = video_cards.of([Viewed(video, read_at) for video in seen.values()], For(viewer_id)) if seen else []
    videos = {card.video_id: card for card in shown}
    there = access.filter_present(named[HiddenKind.CREATORS], viewer_id) if named[HiddenKind.CREATORS] else set()
    creators = user_cards.of(there, viewer_id) if there else {}
    return [
        HiddenThing(
            kind=entry.kind,
            id=entry.named,
            hidden_at=entry.hidden_at,
            video=videos.get(entry.named) if entry.kind is HiddenKind.VIDEOS else None,
            creator=creators.get(entry.named) if entry.kind is HiddenKind.CREATORS else None,
        )
        for entry in found
    ]
