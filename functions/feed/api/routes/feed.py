import time

from fastapi import APIRouter

from reelstack.cards import video_cards
from reelstack.cards.answers import Answer
from reelstack.cards.video_cards import For, VideoCardPage
from reelstack.feed import choices, timelines
from reelstack.videos import listings
from reelstack.web import Cursor, Include, Limit, Reader, Viewer

router = APIRouter(prefix="/v1/feed", tags=["feed"])


@router.get("")
def get_feed(caller: Reader, limit: Limit = 20, cursor: Cursor = None, include: Include = None) -> VideoCardPage:
    """Published public videos, newest first, without what I hide."""
    read_at = int(time.time())
    hidden = choices.hidden_of(caller.user_id)
    found = listings.feed(caller.user_id, limit, cursor, hidden.hides)
    answer = Answer("newest", session=caller.session)
    return video_cards.page(found, read_at, For(caller.user_id, playback=include is not None, answer=answer))


@router.get("/following")
def get_following(caller: Viewer, limit: Limit = 20, cursor: Cursor = None, include: Include = None) -> VideoCardPage:
    """What those I follow have published, newest first, without videos that I hide. A page may hold fewer than were
    asked for."""
    read_at = int(time.time())
    found = timelines.read(caller.user_id, limit, cursor, choices.hidden_of(caller.user_id).videos)
    asked = For(caller.user_id, playback=include is not None, follows_all=True, answer=Answer("following"))
    return video_cards.page(found, read_at, asked)
