"""Warm-up: the beginning of trending clips is fetched through the edge, so that caches have it before the next viewer.

No API of CloudFront puts an object into chosen caches. What is fetched is kept where the request passes: at the edge
location nearest to the function, in the regional cache behind it and in Origin Shield. A clip that is trending is
fetched from every place, one that is warm from one place only, whose regional cache serves the edge locations around.

Candidates are the clips of the world's ready-made page, as everybody has it from the edge; its addresses are signed
already. Fetching twice is the same as once, and a run ends after MOST_REQUESTS. What fails is counted and left out:
the next run comes within minutes, and viewers fetch what is missing themselves.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from reelstack.counters import counters
from reelstack.platform.clock import now_ms
from reelstack.platform.telemetry import count, logger

PAGE = "/feed/hot-world.json"
TRENDING_PLAYS, WARM_PLAYS = 100_000, 10_000
"""That a clip has, or is expected to have within AHEAD_SECONDS."""
AHEAD_SECONDS = 3600
SHORTEST_MS = 60_000
"""A page younger than this says nothing about how fast a clip is played."""
MOST_REQUESTS = 2000
AT_ONCE = 16
OK = (200, 206)


@dataclass(frozen=True)
class Asked:
    """A request to the edge. `place`: where it is to arrive, in a world that knows places; empty: the nearest."""

    path: str
    span: tuple[int, int] | None = None
    """First and last byte."""
    place: str = ""


Fetch = Callable[[Asked], tuple[int, bytes]]
"""Status and body. Raises OSError where nobody answers."""


@dataclass(frozen=True)
class Warmed:
    trending: int
    warm: int
    requests: int
    failed: int


def expected_plays(then: int, now: int, between_ms: int) -> float:
    """Plays that a clip has in AHEAD_SECONDS at the rate of the last `between_ms`. Pure."""
    if between_ms < SHORTEST_MS:
        return now
    return now + max(0, now - then) * AHEAD_SECONDS * 1000 / between_ms


def beginning(item: dict[str, Any]) -> Iterator[Asked]:
    """What is fetched of a clip: counts, poster, playlists, and of each file the first unit. Pure."""
    found = item["playback"]
    folder = found["master_url"].rpartition("/")[0]
    yield Asked(f"/v1/videos/{item['video_id']}/counts")
    yield from (Asked(url) for url in (found["poster_url"], found["master_url"]) if url)
    for file in (*found["renditions"], *([found["sound"]] if found.get("sound") else [])):
        yield Asked(f"{folder}/{file['name']}.m3u8")
        if ends := file.get("unit_ends"):
            yield Asked(f"{folder}/{file['name']}.mp4", (0, ends[0] - 1))


def run(fetch: Fetch, places: Sequence[str]) -> Warmed:
    """Fetches what is trending through each of `places`, and what is warm through the first one. Raises OSError if the
    edge does not give the page."""
    status, body = fetch(Asked(PAGE))
    if status not in OK:
        logger.warning("there is no ready-made page", status=status)
        return Warmed(0, 0, 0, 0)
    trending, warm = _chosen(json.loads(body))
    asked = [_at(one, place) for item in trending for place in places for one in beginning(item)]
    asked += [_at(one, _beside(places[0])) for item in warm for one in beginning(item)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        failed = list(pool.map(lambda one: _fails(fetch, one), asked[:MOST_REQUESTS])).count(True)
    done = Warmed(len(trending), len(warm), min(len(asked), MOST_REQUESTS), failed)
    _count(done, left_out=len(asked) - done.requests)
    return done


def _count(done: Warmed, left_out: int) -> None:
    """Only what there was: a metric is paid for in each hour in which it is written."""
    told = {
        "WarmUpTrending": done.trending,
        "WarmUpWarm": done.warm,
        "WarmUpRequests": done.requests,
        "WarmUpFailed": done.failed,
        "WarmUpLeftOut": left_out,
    }
    for name, value in told.items():
        if value:
            count(name, value)


def _chosen(page: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Items of a page that are trending, and those that are warm. What was archived since has nothing to play."""
    items = [item for item in page["items"] if (item.get("playback") or {}).get("master_url")]
    now = counters.load([item["video_id"] for item in items]) if items else {}
    between_ms = now_ms() - page["made_at"]
    trending, warm = [], []
    for item in items:
        plays = now[item["video_id"]].plays
        expected = expected_plays(int(item.get("plays") or 0), plays, between_ms)
        if expected > TRENDING_PLAYS:
            trending.append(item)
        elif expected > WARM_PLAYS:
            warm.append(item)
    return trending, warm


def _at(one: Asked, place: str) -> Asked:
    return Asked(one.path, one.span, place)


def _beside(place: str) -> str:
    """Another edge location of the same region, in a world that knows places."""
    return f"{place}/warm-up" if place else ""


def _fails(fetch: Fetch, one: Asked) -> bool:
    try:
        return fetch(one)[0] not in OK
    except OSError:
        return True
