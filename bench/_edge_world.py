"""The laptop's edge in front of an origin of clips that takes its time and counts: for `bench edge`."""

import asyncio
import json
import os
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import httpx
import uvicorn

from infra.edge.kept_answers import COUNTS_PATH
from local import ports
from local.edge_behaviors import FUNCTIONS, Behavior, Policy
from local.edge_cache import Block, Locations
from local.edge_functions import EdgeFunctions, Viewer
from local.edge_origin import Origin
from local.edge_viewer import PLACE_HEADER, Edge, application
from local.programs import node
from reelstack.delivery import tokens
from reelstack.delivery.edge_ring import spread
from reelstack.delivery.tokens import SigningKey
from reelstack.media import fetch_units, hls_writer
from reelstack.media.packager import Fragment, Track

CODE = Path(__file__).parent.parent / "infra/edge"
KEY = SigningKey("k1", "5ec2e7")
READ = frozenset({"GET", "HEAD"})
ORIGIN_SECONDS = 0.1
"""To the first byte of S3: its performance guidelines name "roughly 100–200 milliseconds" for small objects."""
SEGMENT_SECONDS, TIMESCALE, _RATE = 2, 1000, Fraction(30)
PICTURE_BYTES, SOUND_BYTES = 2500, 500
"""Of a segment: a hundredth of a real one, so that a thousand clips fit in memory. Only ratios are measured."""
READY_SECONDS = 30
HEADER_BYTES, INDEX_BYTES = 40, 20


@dataclass(frozen=True)
class Clip:
    video_id: str
    seconds: int
    picture: Track
    sound: Track

    def key(self, name: str) -> str:
        return f"v/{self.video_id}/1/{name}"

    def files(self) -> dict[str, bytes]:
        target = max(self.picture.target_seconds, self.sound.target_seconds)
        return {
            "master.m3u8": hls_writer.master_playlist([self.picture], self.sound, _RATE).encode(),
            self.picture.playlist: hls_writer.media_playlist(self.picture, target).encode(),
            self.sound.playlist: hls_writer.media_playlist(self.sound, target).encode(),
            "poster.jpg": bytes(200),
            self.picture.file: bytes(self.picture.size),
            self.sound.file: bytes(self.sound.size),
        }

    @property
    def picture_ends(self) -> list[int]:
        return fetch_units.picture_ends(self.picture)

    @property
    def sound_ends(self) -> list[int]:
        return fetch_units.sound_ends(self.sound)


def clip(video_id: str, seconds: int, weight: float = 1) -> Clip:
    """`weight`: how many bytes its picture has, beside others."""
    picture = _track("hevc-720", seconds, round(PICTURE_BYTES * weight))
    return Clip(video_id, seconds, picture, _track("sound", seconds, SOUND_BYTES))


def _track(name: str, seconds: int, size: int) -> Track:
    begins = HEADER_BYTES + INDEX_BYTES
    lasts = [SEGMENT_SECONDS] * (seconds // SEGMENT_SECONDS) + [1] * (seconds % SEGMENT_SECONDS)
    fragments = tuple(
        Fragment(offset=begins + number * size, size=size, ticks=one * TIMESCALE, samples=one * 30, delay=0)
        for number, one in enumerate(lasts)
    )
    wide = name != "sound"
    return Track(
        name=name,
        codecs="hvc1.1.6.L93.90" if wide else "mp4a.40.2",
        timescale=TIMESCALE,
        width=1280 if wide else 0,
        height=720 if wide else 0,
        header_bytes=HEADER_BYTES,
        fragments=fragments,
    )


@dataclass
class SlowOrigin:
    """In place of local.edge_origin.Origin, as far as objects go."""

    objects: dict[str, bytes] = field(default_factory=dict)
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: float = ORIGIN_SECONDS

    async def block(self, path: str, number: int, policy: Policy) -> Block:
        self.asked[path, number] += 1
        await asyncio.sleep(self.seconds)
        if path not in self.objects:
            return Block(403, (), b"<Error/>", 8, 0)
        body = self.objects[path]
        says = "public, max-age=31536000, immutable"
        kept = (("content-type", "video/mp4"), ("cache-control", says), ("etag", f'"{len(body)}"'))
        return Block(200, kept, body, len(body), policy.lifetime(says))

    async def answer(self, viewer: Viewer, policy: Policy) -> Block:
        """Counts."""
        self.asked[viewer.uri, 0] += 1
        await asyncio.sleep(self.seconds)
        says = "public, max-age=2, stale-while-revalidate=30"
        kept = (("content-type", "application/json"), ("cache-control", says))
        return Block(200, kept, b"{}", 2, policy.lifetime(says), policy.stale_seconds(says))


@dataclass
class World:
    viewer: httpx.AsyncClient
    origin: SlowOrigin
    edge: Edge

    async def get(self, one: Clip, name: str, span: tuple[int, int] | None = None, place: str = "") -> httpx.Response:
        """A viewer's request. `span`: first byte, and the one after the last."""
        now = int(time.time())
        url = tokens.asset_url(one.video_id, one.key(name), now, now + 600, KEY)
        headers = {PLACE_HEADER: place} | ({"range": f"bytes={span[0]}-{span[1] - 1}"} if span else {})
        answer = await self.viewer.get(url, headers=headers)
        answer.raise_for_status()
        return answer


@asynccontextmanager
async def world(clips: list[Clip], caches: Locations, origin: SlowOrigin | None = None) -> AsyncIterator[World]:
    os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Reelstack")
    origin = origin or SlowOrigin()
    origin.objects |= {f"/{one.key(name)}": body for one in clips for name, body in one.files().items()}
    functions = EdgeFunctions(node().path, (CODE / "media_token.js", CODE / "video_counts.js"))
    ring = spread({}, {KEY.key_id: KEY.secret}, int(time.time()))
    await functions.hold({name: value for name, value in ring.items() if value is not None})
    stands_in: Origin = origin  # type: ignore[assignment]
    media, lists = Policy(0, 86_400, 31_536_000), Policy(0, 10, 60)
    behaviors = [
        Behavior("/v/*.m3u8", "bucket", READ, lists, FUNCTIONS["/v/*.m3u8"]),
        Behavior("/v/*", "bucket", READ, media, FUNCTIONS["/v/*"]),
        Behavior("/feed/*", "bucket", READ, lists, None),
        Behavior(COUNTS_PATH, "api", READ, Policy(0, 0, 32, by_path=True), FUNCTIONS[COUNTS_PATH]),
    ]
    edge = Edge(
        distribution_id="E1", domain="d1", behaviors=behaviors, functions=functions, origin=stands_in, caches=caches
    )
    transport = httpx.ASGITransport(application(edge))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as viewer:
        yield World(viewer, origin, edge)
    await functions.close()


@contextmanager
def served(clips: list[Clip], caches: Locations, origin: SlowOrigin) -> Iterator[str]:
    """The same for programs that ask over the network: the edge's address."""
    (port,) = ports.free(1)
    ready, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with world(clips, caches, origin) as at:
            settings = uvicorn.Config(application(at.edge), host="127.0.0.1", port=port, log_level="error")
            server = uvicorn.Server(settings)
            serving = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            ready.set()
            await asyncio.to_thread(over.wait)
            server.should_exit = True
            await serving

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        if not ready.wait(READY_SECONDS):
            raise TimeoutError("the edge did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        over.set()
        thread.join()


def page(clips: list[Clip], made_at_ms: int, plays: Mapping[str, int]) -> bytes:
    """The world's ready-made page, as feed.ready_pages writes it, as far as the warm-up reads it."""
    return json.dumps({"made_at": made_at_ms, "items": [item(one, plays[one.video_id]) for one in clips]}).encode()


def item(one: Clip, plays: int) -> dict[str, Any]:
    now = int(time.time())
    signed = tokens.tokened_prefix(one.video_id, now, now + 600, KEY)

    def below(name: str) -> str:
        return tokens.below(signed, one.video_id, one.key(name))

    playback = {
        "master_url": below("master.m3u8"),
        "poster_url": below("poster.jpg"),
        "renditions": [{"name": one.picture.name, "unit_ends": one.picture_ends}],
        "sound": {"name": one.sound.name, "unit_ends": one.sound_ends},
    }
    return {"video_id": one.video_id, "plays": plays, "playback": playback}


def zipf(count: int, times: int, random: Random) -> list[int]:
    """Numbers from 0 to `count` - 1, the n-th with a weight of 1 / (n + 1): Zipf's law with exponent 1."""
    return random.choices(range(count), [1 / (rank + 1) for rank in range(count)], k=times)


class Lru:
    """A cache of `capacity` bytes as a textbook has it, written without a look at local.edge_cache."""

    def __init__(self, capacity: int) -> None:
        self._left = capacity
        self._sizes: OrderedDict[int, int] = OrderedDict()

    def hits(self, item: int) -> bool:
        if item not in self._sizes:
            return False
        self._sizes.move_to_end(item)
        return True

    def add(self, item: int, size: int) -> None:
        self._sizes[item] = size
        self._left -= size
        while self._left < 0:
            self._left += self._sizes.popitem(last=False)[1]


def simulated(trace: list[int], sizes: list[int], edge_bytes: int, regional_bytes: int) -> tuple[int, int]:
    """Hits of the edge and of the regional cache."""
    edge, regional = Lru(edge_bytes), Lru(regional_bytes)
    at_edge = at_regional = 0
    for item in trace:
        if edge.hits(item):
            at_edge += 1
            continue
        if regional.hits(item):
            at_regional += 1
        else:
            regional.add(item, sizes[item])
        edge.add(item, sizes[item])
    return at_edge, at_regional
