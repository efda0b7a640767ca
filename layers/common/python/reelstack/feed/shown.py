"""What is about to be shown, looked at once more: only that, never all that was considered.

A clip must be published and public, its owner's account open, and no block may stand between owner and viewer. Items
come from the cache, which is told before an owner changes one and by the table's stream after any other change; so do
accounts and blocks. One request brings all of it; what the cache lacks is one read of each table, and no more of it
than the page needs. A clip's counts are kept with it: they may be KEPT_SECONDS old.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from reelstack.accounts import users
from reelstack.counters import counters
from reelstack.counters.counters import Counts
from reelstack.platform import cache
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.platform.unchecked import made
from reelstack.social import blocks
from reelstack.tables.videos import Video
from reelstack.videos import access, videos
from reelstack.videos.access import Viewed
from reelstack.videos.audiences import Audience
from reelstack.videos.videos import State

KEPT_SECONDS = 60
FEWEST = 5
"""Looked at together, in place of those that may not be shown."""
OF_OWNERS = ("owner-closed", "blocked")
"""Reasons that hold for all clips of an owner."""
_NONE = Counts().model_dump()
Unwanted = Callable[[Collection[str], str], str]
"""Why somebody does not want a clip of these tags and this language, or ""."""


def brought(
    clips: Mapping[str, str], also: Sequence[tuple[str | int, ...]], then: Callable[[Any], None] | None = None
) -> tuple[dict[str, str], list[Any]]:
    """What the cache knows of clips (id -> owner) and their owners, for `cache.given`, by one request that also runs
    the commands `also` and what `then` adds to it; and the answers to `also`. Nothing without a cache."""
    if not cache.address():
        return {}, []
    keys = [videos.page_cached_as(one) for one in clips]
    keys += [users.cached_as(owner) for owner in dict.fromkeys(clips.values())]
    try:
        with cache.pipeline(config().feed_cache_ms / 1000) as request:
            cache.add(request, [*(("GET", f"{cache.PREFIX}{key}") for key in keys), *also])
            if then:
                then(request)
            answers = request.execute()
    except cache.errors() as error:
        logger.warning("the cache did not answer", error=str(error))
        count("FeedCacheDown")
        return {}, []
    found = zip(keys, answers, strict=False)
    known = {key: text.decode() for key, text in found if text is not None}
    return known, answers[len(keys) : len(keys) + len(also)]


def visible(
    video_ids: Sequence[str], viewer_id: str | None, most: int, unwanted: Unwanted
) -> tuple[list[Viewed], dict[str, str]]:
    """The first `most` of them that may be shown, in their order; and of those passed over, why not. `unwanted`: of the
    tags and the language that a clip has by now, which lists and tables may not know."""
    page: list[Viewed] = []
    dropped: dict[str, str] = {}
    left = list(dict.fromkeys(video_ids))
    while left and len(page) < most:
        wanted = max(most - len(page), FEWEST)
        some, refused = _look(left[:wanted], viewer_id, unwanted)
        page, dropped, left = page + some, dropped | refused, left[wanted:]
    return page, dropped


def _look(video_ids: list[str], viewer_id: str | None, unwanted: Unwanted) -> tuple[list[Viewed], dict[str, str]]:
    kept = cache.remember_many("card", video_ids, KEPT_SECONDS, _load)
    found = {one: _viewed(item) for one, item in kept.items() if item}
    owners = {one.values["owner_id"] for one in found.values()}
    accounts = access.accounts(owners)
    blocked = blocks.blocked_of(viewer_id, owners) if viewer_id else set()
    page, dropped = [], {}
    for video_id in video_ids:
        one = found.get(video_id)
        reason = _refusal(one, accounts, blocked)
        if one and not reason:
            reason = unwanted(one.values.get("tags") or (), one.values.get("language") or "")
        if reason:
            dropped[video_id] = reason
        else:
            page.append(found[video_id])
    return page, dropped


def _refusal(one: Viewed | None, accounts: Mapping[str, Any], blocked: Iterable[str]) -> str:
    if one is None or one.values["state"] != State.PUBLISHED:
        return "unpublished"
    if one.values["visibility"] != Audience.PUBLIC:
        return "not-public"
    if one.values.get("archive_state"):
        return "archived"
    owner_id = one.values["owner_id"]
    account = accounts[owner_id]
    if account.gone or not account.open:
        return "owner-closed"
    return "blocked" if owner_id in blocked else ""


def _load(video_ids: list[str]) -> dict[str, Any]:
    """Of a video that is not there an empty entry, so that it is not asked for each time."""
    read_at = int(time.time())
    there = {video.video_id: video for video in Video.batch_get(video_ids, consistent_read=True)}
    counts = counters.load(list(there)) if there else {}
    return {
        one: {"item": there[one].serialize(), "read_at": read_at, "counts": counts[one].model_dump()}
        if one in there
        else {}
        for one in video_ids
    }


def _viewed(item: Mapping[str, Any]) -> Viewed:
    counts = item.get("counts")  # an earlier version cached none
    return Viewed(Video.read_raw(item["item"]), item["read_at"], made(Counts, {**_NONE, **counts}) if counts else None)
