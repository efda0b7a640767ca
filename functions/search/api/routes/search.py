import time
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from reelstack.accounts import profiles
from reelstack.accounts.profiles import Profile
from reelstack.cards import video_cards
from reelstack.cards.answers import Answer
from reelstack.cards.video_cards import For, VideoCardPage
from reelstack.classification.creator_record import Kind
from reelstack.platform.text_fields import SearchWords, Tag
from reelstack.search import search
from reelstack.social import relationships
from reelstack.web import Cursor, Include, Limit, Moderator, Reader, declared

router = APIRouter(prefix="/v1/search", tags=["search"])

Words = Annotated[SearchWords, Query()]
WantedTag = Annotated[Tag | None, Query()]


class FoundUser(Profile):
    following: bool
    """Whether the caller follows them."""


class FoundUserPage(BaseModel):
    items: list[FoundUser]
    cursor: str | None
    """Send it back to get the next page; null on the last one."""


class FoundCreator(BaseModel):
    """A creator's record: strikes of the last 180 days, without those that an appeal overturned."""

    creator_id: str
    strikes: int
    rejected: int
    reports_upheld: int
    taken_down: int
    threshold_scale: float
    """What the thresholds for a review of their next clip are multiplied by; 1 is usual."""


class FoundCreatorPage(BaseModel):
    items: list[FoundCreator]
    cursor: str | None


@router.get("/creators", openapi_extra=declared(core=False))
def search_creators(
    caller: Moderator,  # noqa: ARG001  # names who may
    strikes: Annotated[int, Query(ge=1, le=200)] = 1,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> FoundCreatorPage:
    """Creators with at least so many strikes, the most first."""
    found, next_page = search.creators(strikes, limit, cursor)
    items = [
        FoundCreator(
            creator_id=one.creator_id,
            strikes=one.total,
            rejected=one.counts[Kind.REJECTED],
            reports_upheld=one.counts[Kind.REPORT_UPHELD],
            taken_down=one.counts[Kind.TAKEN_DOWN],
            threshold_scale=round(one.scale, 4),
        )
        for one in found
    ]
    return FoundCreatorPage(items=items, cursor=next_page)


@router.get("/videos", openapi_extra=declared(core=False))
def search_videos(
    *,
    caller: Reader,
    q: Words = "",
    tag: WantedTag = None,
    limit: Limit = 20,
    cursor: Cursor = None,
    include: Include = None,
) -> VideoCardPage:
    """Public videos by words of title, description and tags, by a tag, or both. The best first; of equals the newest.

    A page may hold fewer than were asked for."""
    read_at = int(time.time())
    found = search.videos(q, tag, caller.user_id, limit, cursor)
    answer = Answer("search", policy="relevance", session=caller.session)
    return video_cards.page(found, read_at, For(caller.user_id, playback=include is not None, answer=answer))


@router.get("/users", openapi_extra=declared(core=False))
def search_users(caller: Reader, q: Words, limit: Limit = 20, cursor: Cursor = None) -> FoundUserPage:
    """People by the beginning of their handle or by words of their name. A page may hold fewer than were asked for."""
    found, next_page = search.users(q, caller.user_id, limit, cursor)
    followed = relationships.followed(caller.user_id, (user.user_id for user in found), consistent=False)
    items = [FoundUser(**profiles.view(user).model_dump(), following=user.user_id in followed) for user in found]
    return FoundUserPage(items=items, cursor=next_page)
