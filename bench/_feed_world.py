"""The feed in this process: 100,000 clips with vectors, a ranker of the real shape, viewers with tastes, a real Valkey.

Tables, buckets and secrets are moto's; what they take is measured apart. Clips, their counts and their owners' accounts
are in the cache, as they are where others are shown the same clips. Of viewers the tables have everything, so that the
cache is filled by the code that is measured.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import numpy as np
from moto import mock_aws

from bench import _feed_viewers, _valkey
from bench._feed_tables import Tables
from local import programs

ROOT = Path(__file__).parent.parent
REGION, ORIGIN = "us-east-1", "only-the-cdn-knows"
CLIPS = 100_000
AT_ONCE = 5_000
FOUND = 10
PATIENCE_SECONDS = 10
HOUR_MS = 3_600_000
CONTEXT = SimpleNamespace(aws_request_id="bench", function_name="feed", get_remaining_time_in_millis=lambda: 30_000)
RATES = {"user": [10_000, 1_000], "address": [10_000, 1_000], "anonymous": [10_000, 1_000]}
ASSET = {
    "prefix": "v/1/",
    "master": "master.m3u8",
    "poster": "poster.jpg",
    "sprites": "sprites.vtt",
    "color": "#336699",
    "renditions": [
        {"name": f"{side}p", "width": side, "height": side * 16 // 9, "codecs": "av01.0.04M.08",
         "bandwidth": side * 2000,
         "average_bandwidth": side * 1500, "header_bytes": 900, "first_segment_bytes": side * 200}
        for side in (360, 480, 720, 1080)
    ],
}  # fmt: skip


@dataclass(frozen=True)
class World:
    handler: Callable[[dict[str, Any], Any], dict[str, Any]]
    viewers: Sequence[str]

    def ask(self, viewer: str) -> list[Any]:
        """The cards of a page."""
        return self.items(self.raw(viewer))

    def raw(self, viewer: str) -> dict[str, Any]:
        return self.handler(_event(viewer, "limit=20"), CONTEXT)

    def items(self, answer: dict[str, Any]) -> list[Any]:
        """Raises RuntimeError if the answer is no page of level 0."""
        page = json.loads(answer["body"])
        if answer["statusCode"] != 200 or page["level"]:
            raise RuntimeError(f"the feed answered {answer['statusCode']}: {answer['body'][:300]}")
        found: list[Any] = page["items"]
        return found


def _event(viewer: str, query: str) -> dict[str, Any]:
    claims = {"sub": viewer, "username": viewer, "cognito:groups": "[viewer]", "token_use": "access"}
    headers = {"host": "x", "x-origin-verify": ORIGIN, "authorization": "Bearer e30.e30.c2ln",
               "x-viewer-country": _feed_viewers.COUNTRY}  # fmt: skip
    return {
        "version": "2.0",
        "rawPath": "/v1/feed",
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "http": {"method": "GET", "path": "/v1/feed", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": claims, "scopes": None}},
        },
        "body": None,
        "isBase64Encoded": False,
    }


@contextmanager
def world(viewers: int, search_url: str = "", *, trained: bool = False) -> Iterator[World]:
    """`trained`: with a ranker that the trainer fitted, in minutes, in place of one of drawn weights."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="reelstack-feed-")))
        url = stack.enter_context(_valkey.server())
        _set_environment(url, search_url)
        make_ranker(folder, trained=trained)
        stack.enter_context(mock_aws())
        _make_stores(folder)
        names = [f"viewer{n:05d}" for n in range(viewers)]
        tables = Tables()
        stack.enter_context(tables.in_place())
        _fill(tables, names)
        if not search_url:
            _stand_in_for_search()
        from functions.feed.api.handler import handler

        yield World(handler, names)


def _set_environment(cache_url: str, search_url: str) -> None:
    os.environ |= {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_METRICS_NAMESPACE": "Reelstack",
    }
    os.environ.pop("AWS_ENDPOINT_URL", None)
    from reelstack.platform.config import PREFIX, Config

    given = {name: name for name in Config.model_fields if name.endswith("_table")} | {
        "stage": "bench",
        "region": REGION,
        "data_bucket": "data",
        "origin_secret": "origin",
        "playback_secret": "playback",
        "cache_url": cache_url,
        "search_url": search_url or "http://127.0.0.1:1",
        "timeline_days": "30",
        "playback_seconds_public": "21600",
        "playback_seconds_private": "3600",
        "session_cache_seconds": "600",
        "creators": "invited",
        "anonymous_reading": "on",
        "rate_limiter_fallback": "open",
        "feed_deployment": "a",
        "feed_concurrency": "100",
        "feed_cache_ms": str(PATIENCE_SECONDS * 1000),
        "feed_tables_ms": str(PATIENCE_SECONDS * 1000),
        "feed_search_ms": str(PATIENCE_SECONDS * 1000),
        "feed_artefacts_ms": str(10 * PATIENCE_SECONDS * 1000),
        "rates": json.dumps(RATES),
    }
    os.environ |= {PREFIX + name.upper(): value for name, value in given.items()}


def make_ranker(folder: Path, *, trained: bool) -> None:
    from reelstack.feed import scoring

    python = str(programs.python_of("ranker"))
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/common/python'}"}
    if trained:
        from bench import _feed_watching

        _feed_watching.write(folder, CLIPS)
    drawn = ["bench._feed_model", str(folder), str(CLIPS), json.dumps(dict(scoring.HAND_WEIGHTS))]
    arguments = ["bench._feed_training", str(folder), str(CLIPS)] if trained else drawn
    subprocess.run(
        [python, "-m", *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True, timeout=1800
    )


def _make_stores(folder: Path) -> None:
    from reelstack.platform import aws

    secrets, s3 = aws.client("secretsmanager"), aws.client("s3")
    secrets.create_secret(Name="origin", SecretString=ORIGIN)
    keys = {"current": "k1", "keys": {"k1": {"secret": "5ec2e7", "made_at": 0}}}
    secrets.create_secret(Name="playback", SecretString=json.dumps(keys))
    s3.create_bucket(Bucket="data")
    for path in folder.rglob("*.*"):
        s3.put_object(Bucket="data", Key=path.relative_to(folder).as_posix(), Body=path.read_bytes())


# --- what the stores hold --------------------------------------------------------------------------------------------


def _lift_deadlines() -> None:
    """Nothing is left out of an answer because this machine has other things to do, and no thread looks for newer
    artefacts meanwhile."""
    from reelstack.feed import artefacts, side_sources
    from reelstack.platform import breaker, cache
    from reelstack.platform.breaker import Policy

    cache.TIMEOUT_SECONDS = PATIENCE_SECONDS
    breaker.VALKEY, breaker.SEARCH = (
        Policy(one.name, PATIENCE_SECONDS * 1000) for one in (breaker.VALKEY, breaker.SEARCH)
    )
    side_sources.SEARCH_SECONDS = side_sources.FOLLOWING_SECONDS = PATIENCE_SECONDS
    artefacts.LOOK_SECONDS = artefacts.NEWCOMERS_SECONDS = 24 * 3600


def _fill(tables: Tables, viewers: Sequence[str]) -> None:
    from reelstack.feed import artefacts

    _lift_deadlines()
    table = artefacts.in_service().table
    if len(table) != CLIPS:
        raise RuntimeError(f"the feed loaded {len(table)} clips, not {CLIPS}")
    chance, now = np.random.default_rng(11), int(time.time() * 1000)
    _keep_clips(table, now)
    _keep_region(table, chance, now)
    for viewer in viewers:
        _feed_viewers.add(tables, viewer, table, np.random.default_rng(int(viewer[-5:])), now)


def _stand_in_for_search() -> None:
    """It answers at once, with clips of the tags that it is asked for."""
    from reelstack.feed import artefacts
    from reelstack.search import indexes, search

    table = artefacts.in_service().table

    def candidates(wish: Any) -> list[str]:
        rows = [int(row) for tag in wish.tags for row in table.tagged(tag, _feed_viewers.SOUGHT)[-FOUND:]]
        return [table.items.ids[row].decode() for row in rows][: wish.size]

    search.candidates = candidates
    indexes.active_share = lambda: 1.0


def _keep_clips(table: Any, now: int) -> None:
    """Clips with their counts, and the accounts of their owners, as the feed itself caches them."""
    from reelstack.accounts import users
    from reelstack.counters.counters import Counts
    from reelstack.tables.videos import Video
    from reelstack.videos import videos

    marks = ("@clip@", "@owner@", "@tag@")
    video = Video(marks[0], owner_id=marks[1], title=f"A title of {marks[0]}", tags=[marks[2]],
                  description="Some words about the clip", state="published", upload_id="u", created_at=now - 1,
                  published_at=now, shard=1, duration_ms=30_000, width=1080, height=1920, language="de",
                  asset=ASSET)  # fmt: skip
    counts = Counts(likes=120, plays=4_000, comments=7)
    text = json.dumps({"item": video.serialize(), "read_at": now // 1000, "counts": counts.model_dump()})
    made = []
    for row, (video_id, owner) in enumerate(zip(table.items.ids, table.items.arrays["owner"], strict=True)):
        known = text.replace(marks[0], video_id.decode()).replace(marks[1], table.items.words["owner"][owner])
        tags = ", ".join(json.dumps({"S": tag}) for tag in table.items.tags(row))
        known = known.replace(json.dumps({"S": marks[2]}), tags)
        made.append((videos.page_cached_as(video_id.decode()), known))
    facts = {"private": False, "friends_only": False, "suspended": False, "deleted": False, "personalised": True,
             "absent": False, "handle": "somebody", "display_name": "Somebody", "avatar": None}  # fmt: skip
    made += [(users.cached_as(owner), json.dumps(facts)) for owner in table.items.words["owner"]]
    _set(made)


def _set(pairs: Sequence[tuple[str, str]]) -> None:
    from reelstack.platform import cache

    for start in range(0, len(pairs), AT_ONCE):
        some = pairs[start : start + AT_ONCE]
        cache.run([("SET", f"{cache.PREFIX}{key}", text) for key, text in some], 30)


def _keep_region(table: Any, chance: np.random.Generator, now: int) -> None:
    """The counters of a region with as many clips as it may have, and its hot list."""
    from reelstack.feed import hot_lists, live_signals
    from reelstack.feed.hot_lists import Entry, HotList
    from reelstack.feed.live_signals import Counts
    from reelstack.platform import cache

    rows = chance.choice(len(table), live_signals.MOST_ITEMS, replace=False)
    ends = dict.fromkeys(live_signals.WINDOWS_SECONDS, now)
    windows = dict.fromkeys(ends, Counts(plays=50, viewers=40, finishes=20, shown=60, first_at=now, weight=30.0))
    items = {f"v:{table.clip(int(row)).video_id}": windows for row in rows}
    items |= {f"t:tag{n}": windows for n in chance.choice(2000, 200, replace=False)}
    clips = [table.clip(int(row)) for row in rows[: hot_lists.MOST]]
    hot = HotList(
        _feed_viewers.COUNTRY, now, [Entry(one.video_id, one.owner_id, one.tags, one.language) for one in clips]
    )
    commands: list[Any] = [
        ("SET", live_signals.region_key(_feed_viewers.COUNTRY), live_signals.pack_region(ends, items)),
        ("SET", hot_lists.key(_feed_viewers.COUNTRY), hot_lists.pack(hot)),
        ("HSET", live_signals.HEARTBEAT_KEY, "0", live_signals.pack_beat(now + HOUR_MS, 0)),
    ]
    cache.run(commands, 30)
