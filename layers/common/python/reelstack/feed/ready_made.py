"""Ready-made answers: a page of the feed put together from bytes that were made before, at level 3.

Personal are the receipts, the session, and which clips are left out: those of blocked and hidden creators, hidden clips
and tags, the viewer's own, and clips in languages that they did not choose. Who is blocked and hidden is asked of the
cache, which has HIDES_SHARE of its time; what it does not hold comes from the tables. While these do not answer, what
the cache knew last counts, which follows each change. Where nothing is known, nothing is left out, and that is counted.
What is left out makes a page no shorter: the next clips of the region's list come, then those of the world's. Clips
that the session has shown come last, the oldest first, and say that they repeat.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import Any

from reelstack.cards import answers
from reelstack.cards.answers import Answer
from reelstack.degradation.levels import Level
from reelstack.feed import choices, kept_lists, page_caps, ready_pages, session_texts, sessions
from reelstack.feed.choices import Choices
from reelstack.feed.hot_lists import WORLD
from reelstack.feed.page_caps import Shown
from reelstack.feed.ready_pages import ReadyItem, ReadyPage
from reelstack.feed.sessions import Session
from reelstack.feed.viewer_context import Asker
from reelstack.platform import cache
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.social import blocks

HIDES_SHARE = 0.25
"""Of the time that the cache has for an answer: 5 ms on AWS."""
POLICY, SOURCE = "ready-1", "hot"
PART = 60
"""Clips of which hides and blocks are asked first: mostly they fill a page."""
_clip_hash = lru_cache(10_000)(sessions.clip_hash)


class OnlyReadyMade(Exception):
    """At the level of the moment nothing is computed: the answer is a ready-made one."""


def answer(asker: Asker, texts: Sequence[str | None], limit: int, *, tables_answer: bool = True) -> bytes:
    """A FeedPage as JSON, of at most ready_pages.MOST clips. `tables_answer`: whether the tables may be asked."""
    now = now_ms()
    page = kept_lists.page(asker.country, now)
    session = session_texts.session_of(texts, asker.viewer_id, now)
    parts = _parts(page, now)
    chosen = _chosen((_allowed(part, asker.viewer_id, tables_answer) for part in parts), session, limit)
    told = Answer(
        SOURCE,
        policy=POLICY,
        session="" if asker.viewer_id else asker.session,
        level=Level.READY_MADE,
        answer_id=answers.new_id(),
        first=session.position,
    )
    receipts = answers.receipts([one.video_id for one, _ in chosen], asker.viewer_id, told)
    after = sessions.served(session, [(one.video_id, one.tags) for one, _ in chosen])
    text = session_texts.text_of(after, asker.viewer_id)
    return b"".join(
        (
            b'{"items":[',
            b",".join(_item(one, receipts[one.video_id], repeated=repeated) for one, repeated in chosen),
            b'],"cursor":',
            f'"{text}"'.encode() if chosen else b"null",
            f',"session":"{text}","level":{Level.READY_MADE:d},"label":"{ready_pages.LABEL}"'.encode(),
            f',"answer_id":"{told.answer_id}","stale":{json.dumps(page.is_stale(now))}}}'.encode(),
        )
    )


def _item(one: ReadyItem, receipt: str, *, repeated: bool) -> bytes:
    # Receipts and sessions are base64url and full stops: nothing in them is escaped in JSON.
    return b'%b,"repeated":%b,"receipt":"%b"}' % (one.text, b"true" if repeated else b"false", receipt.encode())


def _parts(page: ReadyPage, now: int) -> Iterator[Sequence[ReadyItem]]:
    """The page's first clips, the rest of it, and those of the world's that it has not: mostly the first are enough."""
    yield page.items[:PART]
    yield page.items[PART:]
    if page.region != WORLD:
        known = {one.video_id for one in page.items}
        yield [one for one in kept_lists.page(WORLD, now).items if one.video_id not in known]


def _chosen(parts: Iterable[Sequence[ReadyItem]], session: Session, limit: int) -> list[tuple[ReadyItem, bool]]:
    """With whether the session has shown each."""
    most = min(limit, ready_pages.MOST)
    age = {hashed: place for place, hashed in enumerate(session.served)}
    fresh, shown = list[ReadyItem](), list[tuple[int, ReadyItem]]()
    for part in parts:
        for one in part:
            place = age.get(_clip_hash(one.video_id))
            if place is None:
                fresh.append(one)
            else:
                shown.append((place, one))
        if len(fresh) >= most:
            break
    shown.sort(key=lambda pair: pair[0])
    page, _ = page_caps.arranged(fresh, most, [Shown(one.owner_id, one.tags) for _, one in shown])
    return [*((one, False) for one in page), *((one, True) for _, one in shown[: most - len(page)])]


def _allowed(items: Sequence[ReadyItem], viewer_id: str | None, tables_answer: bool) -> Sequence[ReadyItem]:
    if viewer_id is None or not items:
        return items
    wanted, blocked = _refused(viewer_id, {one.owner_id for one in items}, tables_answer)
    return [
        one
        for one in items
        if one.owner_id not in blocked
        and one.owner_id != viewer_id
        and wanted.lets_in(one.video_id, one.owner_id, one.tags, one.language)
    ]


def _refused(viewer_id: str, owners: Collection[str], tables_answer: bool) -> tuple[Choices, Collection[str]]:
    keys = (choices.cached_as(viewer_id), blocks.cached_as(viewer_id))
    told = _cached([*keys, *map(cache.last_of, keys)])
    found = told or {}
    if tables_answer:
        try:
            own = {key: found[key] for key in keys if key in found}
            with cache.given(own), cache.left_out() if told is None else nullcontext():
                return choices.choices_of(viewer_id), blocks.blocked_of(viewer_id, owners)
        except Exception as error:
            logger.warning("the tables did not tell hides and blocks", error=str(error))
    hides, others = (_known(found, key) for key in keys)
    if hides is None or others is None or others["others"] is None:
        # An answer with too much in it is better than none.
        logger.warning("hides and blocks are not known")
        count("FeedUnchecked")
    return choices.read(hides) if hides else Choices(), (others or {}).get("others") or ()


def _known(found: Mapping[str, str], key: str) -> Any:
    """What the cache holds, or what it knew last."""
    text = found.get(key, cache.CHANGING)
    return json.loads(text if text != cache.CHANGING else found.get(cache.last_of(key), "null"))


def _cached(keys: Sequence[str]) -> dict[str, str] | None:
    """Of these keys what the cache holds; None if it does not answer in time."""
    if not cache.address():
        return None
    try:
        texts = cache.run(
            [("GET", f"{cache.PREFIX}{key}") for key in keys], config().feed_cache_ms / 1000 * HIDES_SHARE
        )
    except cache.errors() as error:
        logger.warning("the cache did not answer", error=str(error))
        count("FeedCacheDown")
        return None
    return {key: text.decode() for key, text in zip(keys, texts, strict=True) if text is not None}
