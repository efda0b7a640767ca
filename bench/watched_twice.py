"""How soon the feed shows more of what was watched twice: events over the edge, the Flink job, Valkey, the next answer.

    reelstack up --engines && reelstack bench watched_twice

Each viewer is new and has picked another tag. The time runs from the answer to the second view until the first page
that has a clip because the viewer watched that tag. Times are of this machine; its load stands beside.
"""

import os
import time
from contextlib import ExitStack
from statistics import median
from typing import Any

import httpx

from bench import _chaos_clips
from bench._chaos_clips import TAGS
from bench._report import Check, Report, run, say
from local import outputs
from local.errors import NotReady
from local.places import places
from local.services import Services
from reelstack_client import Client
from reelstack_client.behavior import event_id

VIEWERS, QUICK_VIEWERS = 10, 3
MOST_SECONDS, EVERY_SECONDS = 30.0, 0.1
BUDGET_SECONDS = 2.0
SOURCE = "interests"
WATCHED_MS = 9_000


def _watch(client: Client, video_id: str) -> None:
    """One view of a clip, to its end, which is now."""
    now, view = int(time.time() * 1000), event_id()
    far = {"view_id": view, "watched_ms": WATCHED_MS, "position_ms": WATCHED_MS}
    told = [
        {"id": view, "type": "play", "video_id": video_id, "at": now - WATCHED_MS},
        {"id": event_id(), "type": "finish", "video_id": video_id, "at": now, **far},
    ]
    taken = client.behavior.report(told)
    if taken.accepted != len(told):
        raise NotReady(f"the events were refused: {taken.refused}")


def _seconds(client: Client, tag: str) -> float:
    """Until a page has a clip of that tag from the viewer's own interests; MOST_SECONDS if none came."""
    began = time.monotonic()
    while time.monotonic() < began + MOST_SECONDS:
        asked = time.monotonic()
        if any(item.source == SOURCE and tag in item.tags for item in client.feed.page(limit=20).items):
            return round(asked - began, 2)
        time.sleep(EVERY_SECONDS)
    return MOST_SECONDS


def measure(quick: bool) -> Report:
    here = places()
    services, named = Services.that_run(here), outputs.read(here)
    count = QUICK_VIEWERS if quick else VIEWERS
    rows: list[dict[str, Any]] = []
    with ExitStack() as stack:
        stack.callback(_chaos_clips.empty, services, named, count + 1)
        _chaos_clips.fill(services, named)
        http = stack.enter_context(httpx.Client(timeout=60))
        for number in range(count + 1):
            client = Client(named.edge_url, _chaos_clips.person(services, named, number, http), http=http)
            other = (number + 1) % len(TAGS)
            client.feed.page(limit=20)
            for clip in (other, other + len(TAGS)):
                _watch(client, f"{_chaos_clips.PREFIX}{clip}")
            rows.append(
                {"tag": TAGS[other], "seconds": _seconds(client, TAGS[other]), "load": round(os.getloadavg()[0], 1)}
            )
            say(str(rows[-1]))
    times = [row["seconds"] for row in rows[1:]]  # the first one starts functions
    budget = Check("watched twice: in an answer, longest", max(times), "s", BUDGET_SECONDS)
    return Report("watched_twice", rows, [Check("median", median(times), "s", BUDGET_SECONDS), budget])


if __name__ == "__main__":
    run(measure)
