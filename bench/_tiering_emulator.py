"""A night of tiering with real objects on the emulator: functions are killed at random while clips are played.

    reelstack bench tiering --emulator [--objects 10000] [--kills 20] [--playbacks 5000] [--quick] [--json]

Half of the objects are in Standard and never read, so they go down; a third are in Glacier Instant Retrieval and read
every day, so they come up; the rest is read every day where it is, and stays. Each object has its own bytes, 128 KiB of
them, the least that is moved. Afterwards every byte, header, tag and version is looked at.
"""

import argparse
import asyncio
import os
import random
import threading
import time
from datetime import UTC, datetime
from typing import Any

import httpx

from bench._edge_world import KEY, world
from bench._report import Check, Report, say
from bench._tiering_objects import Objects, Placed, made
from bench._tiering_processes import Functions, emulator
from local.edge_behaviors import Policy
from local.edge_cache import Block, Locations
from local.edge_origin import Origin
from reelstack.delivery import tokens
from reelstack.tiering.moves import MOST_OBJECTS

OBJECTS, KILLS, PLAYBACKS = 10_000, 20, 5_000
QUICK_OBJECTS, QUICK_KILLS, QUICK_PLAYBACKS = 200, 3, 200
PLAYERS = 4
PAUSE_SECONDS = 0.1
"""Between two playbacks of a player while objects are moved: the moves are what is looked at."""
EDGE_BYTES, REGIONAL_BYTES = 2**20, 2**21
"""So small that nearly each playback reads at the origin."""
LASTING_SECONDS = 6 * 3600
LOOKED_SECONDS = 2.0
RUN = "bench"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--emulator", action="store_true", help="move real objects on the emulator, under kills")
    parser.add_argument("--objects", type=int, help=f"of --emulator; else {OBJECTS}, with --quick {QUICK_OBJECTS}")
    parser.add_argument("--kills", type=int, help=f"of --emulator; else {KILLS}, with --quick {QUICK_KILLS}")
    parser.add_argument("--playbacks", type=int, help=f"of --emulator; else {PLAYBACKS}, {QUICK_PLAYBACKS}")


def measure(quick: bool, options: argparse.Namespace) -> Report:
    report = Report("tiering --emulator")
    kills = options.kills if options.kills is not None else (QUICK_KILLS if quick else KILLS)
    playbacks = options.playbacks or (QUICK_PLAYBACKS if quick else PLAYBACKS)
    placed = made(options.objects or (QUICK_OBJECTS if quick else OBJECTS))
    with emulator() as (s3, endpoint, environment):
        held = Objects(s3, endpoint, placed)
        say(f"… {len(placed)} objects are written")
        held.fill()
        _night(report, held, Functions(environment, kills, len(placed) / MOST_OBJECTS), kills, playbacks)
    return report


def _night(report: Report, held: Objects, functions: Functions, kills: int, playbacks: int) -> None:
    over, began = threading.Event(), time.monotonic()
    players, watcher = Players(held, playbacks, over), Watcher(held, over)
    for thread in (players, watcher):
        thread.start()
    planned = functions.run(held.s3, RUN, datetime.now(UTC).date().isoformat())
    seconds, during = time.monotonic() - began, players.done
    over.set()
    players.join()
    watcher.join()
    say(f"… moved in {seconds:.0f} s; a midnight goes by")
    held.midnight()
    found = held.compare()
    report.rows.append(
        {"objects": len(held.placed), "seconds": round(seconds, 1), "planned": planned["by_target"]}
        | {"dollars": round(planned["dollars"], 4), "outcomes": planned["counts"], "kills": functions.killed}
        | {"playbacks": players.done, "of them during the moves": during, "failed": players.failures[:3]}
        | {"wrong": {what: keys[:3] for what, keys in found.items() if keys}, "load": round(os.getloadavg()[0], 1)}
    )
    report.checks += [
        Check("processes killed", functions.killed, "", kills, least=True),
        *(Check(f"objects {what}", len(keys), "", 0) for what, keys in found.items()),
        Check("versions of one object at a time", watcher.most, "", 2),
        Check("playbacks", players.done, "", playbacks, least=True),
        Check("playbacks that failed", len(players.failures), "", 0),
    ]


class BucketOrigin(Origin):
    """The bucket of media, as it lies in the emulator, in place of the distribution."""

    def __init__(self, held: Objects) -> None:
        host = held.endpoint.partition("://")[2]
        super().__init__(endpoint=held.endpoint, domain=host, api_url=held.endpoint, secret="")
        self.objects: dict[str, bytes] = {}
        self._media = held.media

    async def block(self, path: str, number: int, policy: Policy) -> Block:
        return await super().block(f"/{self._media}{path}", number, policy)


class Players(threading.Thread):
    """Viewers who fetch ranges of objects through an edge, with If-Range, and look at every byte."""

    def __init__(self, held: Objects, least: int, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._held, self._least, self._over = held, least, over
        self.done, self.failures = 0, list[str]()

    def run(self) -> None:
        asyncio.run(self._all())

    async def _all(self) -> None:
        origin: Any = BucketOrigin(self._held)
        async with world([], Locations(EDGE_BYTES, REGIONAL_BYTES), origin) as at:
            await asyncio.gather(*(self._play(at.viewer, number) for number in range(PLAYERS)))
        await origin.close()

    async def _play(self, viewer: httpx.AsyncClient, number: int) -> None:
        chance = random.Random(number)
        while not self._over.is_set() or self.done < self._least:
            failure = await self._one(viewer, chance.choice(self._held.placed), chance)
            self.done += 1
            if failure:
                self.failures.append(failure)
            await asyncio.sleep(0 if self._over.is_set() else PAUSE_SECONDS)

    async def _one(self, viewer: httpx.AsyncClient, one: Placed, chance: random.Random) -> str:
        body, now = one.body, int(time.time())
        first = chance.randrange(len(body))
        last = chance.randrange(first, len(body))
        url = tokens.asset_url(one.video_id, one.key, now, now + LASTING_SECONDS, KEY)
        try:
            answer = await viewer.get(url, headers={"range": f"bytes={first}-{last}", "if-range": one.etag})
        except httpx.HTTPError as error:
            return f"{one.key}: {error!r}"
        right = (answer.status_code, answer.content) == (206, body[first : last + 1])
        return "" if right else f"{one.key}: {answer.status_code}, {len(answer.content)} bytes"


class Watcher(threading.Thread):
    """Counts the versions of objects, a clip at a time."""

    def __init__(self, held: Objects, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._held, self._over, self.most = held, over, 0

    def run(self) -> None:
        clips = sorted({one.video_id for one in self._held.placed})
        chance = random.Random(1)
        while not self._over.wait(LOOKED_SECONDS * chance.random()):
            self.most = max(self.most, *self._held.versions(chance.choice(clips)).values())
