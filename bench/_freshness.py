"""How soon the feed knows what happened: a publication, a hide, a takedown. Over the real edge of a local cloud."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import valkey

from bench import _chaos_clips
from bench._chaos_clips import TAGS
from bench._chaos_cloud import World
from bench._faulty_proxy import Fault
from bench._report import Check
from local import people
from local.cloud import client
from local.places import Places
from local.ports import HOST
from reelstack.feed import hot_lists, ready_pages
from reelstack_client import Client

TIMES = 5
EVERY_SECONDS, MOST_SECONDS = 0.2, 60.0
LEVEL_SECONDS = 12.0
LEVELS: dict[int, tuple[Callable[[World], None], Callable[[World], None]]] = {
    0: (lambda _: None, lambda _: None),
    2: (lambda made: made.search.behave(Fault(down=True)), lambda made: made.search.behave(Fault())),
    3: (lambda made: made.flood.set(), lambda made: made.flood.clear()),
}
"""How the feed is brought to a level, and back."""


@dataclass
class Viewer:
    edge_url: str
    token: Callable[[], str] | None = None

    def page(self, limit: int = 30) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.token()}"} if self.token else {}
        answer = httpx.get(f"{self.edge_url}/v1/feed", params={"limit": limit}, headers=headers, timeout=30)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def measured(made: World, places: Places) -> tuple[list[dict[str, Any]], list[Check]]:
    published, taken_down = _published(made), _taken_down(made, places)
    hidden = [_hidden(made, level) for level in LEVELS]
    rows = [
        {"freshness": "published, first in an answer", "seconds": published},
        {"freshness": "taken down, last in an answer", "seconds": [one[0] for one in taken_down]},
        {"freshness": "taken down, last in a list of Valkey or S3", "seconds": [one[1] for one in taken_down]},
        *hidden,
    ]
    checks = [
        Check("published: in an answer", max(published), "s", 5),
        Check("taken down: out of computed answers", max(one[0] for one in taken_down), "s", 10),
        Check("taken down: out of lists", max(one[1] for one in taken_down), "s", 10),
        *(Check(f"hidden: clips of it in the next answer, {row['at']}", row["shown"], "clips", 0) for row in hidden),
    ]
    return rows, checks


def _published(made: World) -> list[float]:
    """Seconds from the write that makes a clip public to the first answer that shows it, to a viewer who likes its only
    tag. The first publication starts functions, and is not counted."""
    found, tables = [], client(made.services, "dynamodb")
    table = made.named.tables["videos"]
    sample = tables.get_item(TableName=table, Key={"video_id": {"S": "chaos0"}})["Item"]
    viewer = Viewer(made.named.edge_url, made.tokens[0])
    for number in range(TIMES + 1):
        tag, video_id = f"fresh{number}", f"chaosfresh{number}"
        with httpx.Client(timeout=30) as http:
            Client(made.named.edge_url, made.tokens[0], http=http).feed.set_interests([tag])
        row = _chaos_clips.clip(sample, video_id, 0) | {"tags": {"L": [{"S": tag}]}}
        began = time.monotonic()
        tables.put_item(TableName=table, Item=row)
        found.append(_until(lambda: video_id in _ids(viewer.page()), began))  # noqa: B023  it is called at once
    return found[1:]


def _taken_down(made: World, places: Places) -> list[tuple[float, float]]:
    """Seconds from the answer to a moderator until no answer to new readers, and no list, names the clip."""
    mia = next(person for person in people.read(places) if person.name == "mia")
    reader, found = Viewer(made.named.edge_url), []
    with httpx.Client(timeout=30) as http:
        moderation = Client(made.named.edge_url, people.sign_in(made.named, mia, http), http=http).moderation
        for number in range(TIMES + 1):
            video_id = f"chaos{number}"
            moderation.take_down(video_id, "a test")
            began = time.monotonic()
            listed = _until(lambda: video_id not in _listed(made), began)  # noqa: B023
            answers = [_until(lambda: video_id not in _ids(reader.page()), began) for _ in range(3)]  # noqa: B023
            found.append((max(answers), listed))
    return found[1:]


def _hidden(made: World, level: int) -> dict[str, Any]:
    """Of clips with a tag, how many the answer after its hiding still shows."""
    begin, end = LEVELS[level]
    viewer, shown, before, levels = Viewer(made.named.edge_url, made.tokens[1]), 0, 0, set()
    begin(made)
    try:
        time.sleep(LEVEL_SECONDS if level else 0)
        with httpx.Client(timeout=30) as http:
            feed = Client(made.named.edge_url, made.tokens[1], http=http).feed
            for tag in TAGS:
                before += _with(tag, viewer.page(20))
                feed.hide("tags", tag)
                page = viewer.page(20)
                shown += _with(tag, page)
                levels.add(page["level"])
                feed.show_again("tags", tag)
    finally:
        end(made)
        time.sleep(2 * LEVEL_SECONDS if level else 0)
    return {
        "freshness": "hidden tag",
        "at": f"level {level}",
        "levels": sorted(levels),
        "before": before,
        "shown": shown,
    }


def _until(holds: Callable[[], bool], began: float) -> float:
    while not holds() and time.monotonic() < began + MOST_SECONDS:
        time.sleep(EVERY_SECONDS)
    return round(time.monotonic() - began, 1)


def _ids(page: dict[str, Any]) -> Sequence[str]:
    return [item["video_id"] for item in page["items"]]


def _with(tag: str, page: dict[str, Any]) -> int:
    return sum(tag in item["tags"] for item in page["items"])


def _listed(made: World) -> set[str]:
    """All clips that a list of the world names, in Valkey or in S3."""
    s3, media = client(made.services, "s3"), made.named.buckets["media"]
    world = hot_lists.WORLD
    keys = (hot_lists.object_key(world), ready_pages.object_key(world), ready_pages.long_object_key(world))
    texts = [s3.get_object(Bucket=media, Key=key)["Body"].read() for key in keys]
    with valkey.Valkey(HOST, made.services.ports.cache) as server:
        texts += [server.get(one.key(world)) or b"" for one in (hot_lists, ready_pages)]
    found: set[str] = set()
    for text in filter(None, texts):
        page = json.loads(text)
        found |= {one[0] for one in page.get("entries", ())} | {one["video_id"] for one in page.get("items", ())}
    return found
