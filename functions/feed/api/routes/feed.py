import time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from reelstack.cards import video_cards
from reelstack.cards.answers import Answer
from reelstack.cards.video_cards import For, VideoCardPage
from reelstack.degradation.levels import Level
from reelstack.feed import choices, explanations, pages, serving, timelines
from reelstack.feed.explanations import FeedExplanation
from reelstack.feed.pages import FeedPage
from reelstack.feed.plans import Asked
from reelstack.feed.sessions import MAX_LENGTH
from reelstack.feed.viewer_context import Asker
from reelstack.videos import listings
from reelstack.web import (
    Admin,
    Country,
    Cursor,
    Include,
    Limit,
    Reader,
    UserId,
    Viewer,
    answers_directly,
    country_of,
    declared,
    reader,
)

router = APIRouter(prefix="/v1/feed", tags=["feed"])
LEVEL = "x-feed-level"
LIMITS = frozenset(map(str, range(1, pages.MOST + 1)))
PageLimit = Annotated[int, Query(ge=1, le=pages.MOST)]
SessionText = Annotated[str | None, Query(max_length=MAX_LENGTH)]


def _answered(asked: Asked, *texts: str | None, checked: bool) -> Response:
    answer = serving.answer(asked, *texts, tables_answer=checked)
    level, body = (Level.READY_MADE, answer) if isinstance(answer, bytes) else (answer.level, answer.model_dump_json())
    return Response(body, media_type="application/json", headers={LEVEL: str(int(level))})


def _directly(request: Request) -> Response | None:
    """The same as get_feed, of a request whose parameters need no second look."""
    query = request.query_params
    texts, limit = (query.get("cursor"), query.get("session")), query.get("limit", "20")
    if limit not in LIMITS or "explain" in query or any(text and len(text) > MAX_LENGTH for text in texts):
        return None
    caller = reader(request)
    asked = Asked(Asker(caller.user_id, caller.session, country_of(request)), int(limit))
    return _answered(asked, *texts, checked=not caller.unchecked)


@router.get("", response_model=FeedPage, openapi_extra=declared(outlives_tables=True))
@answers_directly(_directly)
async def get_feed(
    caller: Reader,
    country: Country,
    limit: PageLimit = 20,
    session: SessionText = None,
    cursor: SessionText = None,
    explain: bool = False,
) -> Response:
    """Clips chosen for me, the best first. Never empty while there is a public clip: when all have been shown, the
    oldest come again, marked `repeated`. `cursor` goes before `session`, unless it is damaged or another's."""
    asked = Asked(Asker(caller.user_id, caller.session, country), limit, explain)
    # It waits here, in no thread of its own: a function has one request at a time, and a thread costs 0.3 ms.
    return _answered(asked, cursor, session, checked=not caller.unchecked)


@router.get("/explanations/{user_id}")
def explain_feed(_caller: Admin, user_id: UserId, limit: PageLimit = 20) -> FeedExplanation:
    """What this user's next page would be made of: candidates by source, what each stage left out and why, scores. It
    is not served, and notes nothing."""
    return explanations.of(user_id, limit)


@router.get("/latest")
def get_latest(caller: Reader, limit: Limit = 20, cursor: Cursor = None, include: Include = None) -> VideoCardPage:
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
