"""Warm lists: makes every region's hot list and ready-made page, of what is hot by day, by hour and by counters.

What a stage does not have is left out: the daily lists before the first daily run, live signals without the job
`interests` or a cache, both in profile `core`. Counters and the newest clips are always there, so a list is empty only
while no clip is public. Only clips that are for everybody get in, by consistent reads before the lists are written and
once more after it: a withdrawal that came between is then taken out (warm_stores). While the cache does not answer, the
bucket gets the lists. The same run again writes the same.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from reelstack.cards import video_cards
from reelstack.cards.video_cards import For, VideoCard
from reelstack.counters import counters
from reelstack.feed import (
    hot_lists,
    hot_ranking,
    lists,
    live_signals,
    newcomers,
    page_caps,
    preload,
    public_clips,
    ready_pages,
    warm_stores,
)
from reelstack.feed.hot_lists import WORLD, Entry, HotList
from reelstack.feed.hot_ranking import Counted
from reelstack.feed.lists import Lists, Pointer
from reelstack.feed.live_signals import RegionSignals
from reelstack.feed.warm_stores import Index
from reelstack.platform import cache, storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.tables.videos import Video
from reelstack.videos import listings
from reelstack.videos.access import Viewed

MOST_REGIONS = 40
MOST_DAILY_BYTES = 64 * storage.MIB
NEWEST = 300
OF_A_LANGUAGE = 40
RESERVE = 60
"""Clips beyond a list's length: some of them are not public any more."""
CACHE_SECONDS = 1.0
EARLY = ready_pages.MOST
"""With fewer clips listed a stage is new, and its lists are made with each publication."""
EARLY_MS = 5000
"""But not while a run that began so lately is at work."""
REFUSED = (ValueError, KeyError, TypeError, AttributeError)
"""Of a daily list: it is of another version, or none."""


@dataclass(frozen=True)
class Known:
    """What the lists are made of."""

    daily: Mapping[str, Lists] = field(default_factory=dict)
    live: Mapping[str, RegionSignals] = field(default_factory=dict)
    counted: Sequence[Counted] = ()


def make_early() -> int:
    """While a stage is new: the lists, at once. Returns how many there are; 0: they are long enough."""
    index = warm_stores.read_index()
    if len(index.listed) >= EARLY or now_ms() - index.began_at < EARLY_MS:
        return 0
    return len(make())


def make() -> list[HotList]:
    """Makes and stores every list. Raises what tables and stores raise."""
    began, before = now_ms(), warm_stores.read_index()
    found, pointer = _counted(), _pointer()
    regions = _regions(found, pointer)
    known = Known(_daily(pointer, regions), _live(regions), found)
    ranked = {region: ranking(known, region, began) for region in regions}
    clips = public_clips.of(one for ranks in ranked.values() for one in ranks)
    read_at = int(time.time())
    made = [_list(region, ranks, clips, began) for region, ranks in ranked.items()]
    items = _items(made, clips, read_at)
    warm_stores.write_index(warm_stores.index_of(made, began, before))
    for one in made:
        ready = [items[entry.video_id] for entry in one.entries[: ready_pages.most_of(one.region)]]
        texts = (ready_pages.pack(one.region, began, some) for some in (ready[: ready_pages.MOST], ready))
        warm_stores.write(one, *texts)
    for region in set(before.regions) - set(regions):
        warm_stores.forget(region)
    index = warm_stores.index_of(made, began)
    warm_stores.write_index(index)
    _look_again(index, _note_newcomers(found, clips, began))
    return made


def shown_first(made: Sequence[HotList]) -> list[str]:
    """Ids of the clips of ready-made pages, which are shown to everybody and so will be watched. Of full lists only: a
    shorter one names every clip that there is. Pure."""
    full = (one.entries for one in made if len(one.entries) >= hot_lists.MOST)
    return list(dict.fromkeys(entry.video_id for entries in full for entry in entries[: ready_pages.MOST]))


def _look_again(index: Index, noted: Sequence[str]) -> None:
    """Takes out what was withdrawn since the clips were read."""
    looked_at = list(dict.fromkeys([*index.listed, *noted]))
    gone = set(looked_at) - set(public_clips.of(looked_at))
    for one in gone & set(noted):
        newcomers.withdraw(one)
    warm_stores.withdraw(gone & index.listed.keys(), index.regions)


def _note_newcomers(found: Sequence[Counted], clips: Mapping[str, Video], now: int) -> list[str]:
    """New clips of which no event told: an event was lost, or their owners showed them to everybody only now."""
    if not cache.address():
        return []
    try:
        entries, _ = newcomers.parse(cache.run([newcomers.since(0)], CACHE_SECONDS)[0])
        known = {one for one, clip in entries if clip is not None}
        since = now - newcomers.KEPT_SECONDS * 1000
        new = [one.video_id for one in found if one.published_at >= since and one.video_id in clips]
        missing = [one for one in new if one not in known]
        for one in missing:
            newcomers.add(public_clips.facts(clips[one]))
        return missing
    except cache.errors() as error:
        logger.warning("the cache did not answer", error=str(error))
        count("CacheDown")
        return []


def ranking(known: Known, region: str, now: int) -> list[str]:
    """Ids for a region's list, the best first. Pure."""
    daily, world = known.daily.get(region), known.daily.get(WORLD)
    rankings: list[tuple[float, Sequence[str]]] = []
    if region in known.live:
        trends = hot_ranking.trending(known.live[region], now, hot_lists.MOST)
        rankings.append((hot_ranking.TRENDING, trends))
    if daily:
        rankings += [(hot_ranking.HOT, daily.hot), (hot_ranking.RISING, daily.rising)]
        rankings += [(hot_ranking.LANGUAGE, best[:OF_A_LANGUAGE]) for best in daily.languages.values()]
    if world and region != WORLD:
        rankings.append((hot_ranking.WORLD, world.hot))
    own = [clip for clip in known.counted if region in (WORLD, clip.region)]
    rankings.append((hot_ranking.POPULAR, hot_ranking.popular(own, now)))
    if region != WORLD:
        rankings.append((hot_ranking.WORLD, hot_ranking.popular(known.counted, now)))
    return hot_ranking.fused(rankings, hot_lists.MOST + RESERVE)


def _regions(found: Sequence[Counted], pointer: Pointer | None) -> list[str]:
    """The world, those with daily lists, then those with most new clips."""
    of_clips = Counter(clip.region for clip in found if clip.region)
    names = [*(pointer.regions if pointer else ()), *(region for region, _ in of_clips.most_common())]
    return [WORLD, *[one for one in dict.fromkeys(names) if hot_lists.is_region(one)][:MOST_REGIONS]]


def _list(region: str, ranks: Sequence[str], clips: Mapping[str, Video], made_at: int) -> HotList:
    entries = [
        Entry(one, clips[one].owner_id, tuple(clips[one].tags), clips[one].language or "")
        for one in ranks
        if one in clips
    ]
    spread, _ = page_caps.arranged(hot_ranking.spread(entries[: hot_lists.MOST]), hot_lists.MOST)
    return HotList(region, made_at, spread)


def _items(made: Sequence[HotList], clips: Mapping[str, Video], read_at: int) -> dict[str, dict[str, Any]]:
    """Of the first clips of the lists, as the feed's items are, for somebody without an account."""
    firsts = dict.fromkeys(
        entry.video_id for one in made for entry in one.entries[: ready_pages.most_of(one.region)]
    )  # fmt: skip
    cards = video_cards.of([Viewed(clips[one], read_at) for one in firsts], For(None, playback=True))
    return {card.video_id: _item(card) for card in cards}


def _item(card: VideoCard) -> dict[str, Any]:
    renditions = card.playback.renditions if card.playback else []
    found = preload.of(renditions, card.poster_url, card.color, [])
    own = {"source": "hot", "repeated": False, "preload": found.model_dump(mode="json"), "reasons": None}
    return {**card.model_dump(mode="json"), **own}


# --- what is known ---------------------------------------------------------------------------------------------------


def _counted() -> list[Counted]:
    """The newest clips with their counters."""
    newest, _ = listings.everything(NEWEST, None)
    counts = counters.load([video.video_id for video in newest])
    return [
        Counted(
            video.video_id,
            video.region or "",
            int(video.published_at or 0),
            counts[video.video_id].model_dump(include=set(hot_ranking.ACTIONS)),
        )
        for video in newest
    ]


def _pointer() -> Pointer | None:
    """None without daily lists. One that is not as it should be is the same: counters are there."""
    if not config().data_bucket:
        return None
    content = storage.read_json_or_none("data", lists.POINTER)
    try:
        return None if content is None else lists.pointer(content)
    except REFUSED as error:
        logger.warning("the daily lists were refused", error=str(error))
        count("ArtefactRefused")
        return None


def _daily(pointer: Pointer | None, regions: Sequence[str]) -> dict[str, Lists]:
    if pointer is None:
        return {}
    wanted = [one for one in regions if one == WORLD or one in pointer.regions]
    return {one: read for one in wanted if (read := _daily_of(pointer, one)) is not None}


def _daily_of(pointer: Pointer, region: str) -> Lists | None:
    path = pointer.path(hot_lists.name_of(region))
    try:
        content = json.loads(storage.read("data", path, MOST_DAILY_BYTES))
        return lists.lists({**content, "similar": None, "clips": ()})
    except REFUSED as error:
        logger.warning("a daily list was refused", key=path, error=str(error))
        count("ArtefactRefused")
    except ClientError as error:
        if not storage.is_missing(error):
            raise
    return None


def _live(regions: Sequence[str]) -> dict[str, RegionSignals]:
    if not cache.address():
        return {}
    try:
        blobs = cache.run([("GET", live_signals.region_key(one)) for one in regions], CACHE_SECONDS)
        return {one: live_signals.parse_region(blob) for one, blob in zip(regions, blobs, strict=True) if blob}
    except live_signals.UnknownVersion as error:
        logger.warning("live signals were refused", error=str(error))
        count("LiveSignalsRefused")
    except cache.errors() as error:
        logger.warning("the cache did not answer", error=str(error))
        count("CacheDown")
    return {}
