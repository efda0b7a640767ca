"""The objects that `bench tiering --emulator` moves, and what is known of them before the night."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

import httpx

from local import times
from reelstack.tiering import decay, document_keys, history
from reelstack.tiering.objects import WINDOW_DAYS

BYTES = 128 * 1024
OF_A_CLIP = 100
CLIP = "bench-tiering-"
CACHE = "public, max-age=31536000, immutable"
AT_ONCE = 8
Kind = Literal["down", "up", "stay"]
KINDS: tuple[Kind, ...] = ("down", "up", "down", "stay", "down", "up")
CLASSES: dict[Kind, tuple[str, str]] = {
    "down": ("STANDARD", "GLACIER_IR"),
    "up": ("GLACIER_IR", "STANDARD"),
    "stay": ("STANDARD", "STANDARD"),
}
"""Before and after the night."""
UNREAD = decay.of_ages((0.0001,) * len(decay.EDGES))
"""Of an average object; a read a day tells that one is far above it."""
READS_A_DAY = 2
HELD_DAYS = 100
DAY_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Placed:
    key: str
    number: int
    kind: Kind

    @property
    def video_id(self) -> str:
        return document_keys.clip_of(self.key)

    @property
    def body(self) -> bytes:
        """Its own bytes, made of its number."""
        return hashlib.shake_128(str(self.number).encode()).digest(BYTES)

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.body, usedforsecurity=False).hexdigest()}"'


def made(number: int) -> list[Placed]:
    return [
        Placed(f"v/{CLIP}{at // OF_A_CLIP:04}/1/{at % OF_A_CLIP:02}.mp4", at, KINDS[at % len(KINDS)])
        for at in range(number)
    ]


@dataclass
class Objects:
    """`s3`: a client of the emulator at `endpoint`; `media`: the name of the bucket."""

    s3: Any
    endpoint: str
    placed: list[Placed]
    media: str = "media"

    def fill(self) -> None:
        _each(self._put, self.placed)
        self.know()

    def know(self) -> None:
        """Writes what the night before knew: reads of each day, and how often an average object is read."""
        yesterday = f"{datetime.now(UTC).date() - timedelta(days=1)}-1"
        self._write(document_keys.history(yesterday, 0), "".join(self._rows()))
        self._write(document_keys.history_end(yesterday), "")
        self._write(document_keys.FACTS, json.dumps({"decay": UNREAD.as_json(), "hot_plays": 0}))

    def _put(self, one: Placed) -> None:
        self.s3.put_object(
            Bucket=self.media,
            Key=one.key,
            Body=one.body,
            StorageClass=CLASSES[one.kind][0],
            ContentType="video/mp4",
            CacheControl=CACHE,
            Metadata={"number": str(one.number)},
            Tagging=f"number={one.number}",
        )

    def _rows(self) -> Iterator[str]:
        born = datetime.now(UTC).date() - timedelta(days=HELD_DAYS)
        for one in sorted(self.placed, key=lambda placed: placed.key):
            reads = (0 if one.kind == "down" else READS_A_DAY * BYTES,) * WINDOW_DAYS
            yield history.Row(one.key, CLASSES[one.kind][0], born, born, reads).as_line()

    def _write(self, key: str, text: str) -> None:
        self.s3.put_object(Bucket=self.media, Key=key, Body=text.encode())

    def versions(self, video_id: str) -> dict[str, int]:
        """How many each object of a clip has."""
        counted: dict[str, int] = {}
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.media, Prefix=f"v/{video_id}/")
        for version in (version for page in pages for version in page.get("Versions", [])):
            counted[version["Key"]] = counted.get(version["Key"], 0) + 1
        return counted

    def compare(self) -> dict[str, list[str]]:
        """Keys of objects that are not as they should be after the night."""
        found: dict[str, list[str]] = {what: [] for what in ("in another class", "lost or changed", "extra versions")}
        for one, (is_placed, is_whole) in zip(self.placed, _each(self._look, self.placed), strict=True):
            if not is_placed:
                found["in another class"].append(one.key)
            if not is_whole:
                found["lost or changed"].append(one.key)
        for video_id in sorted({one.video_id for one in self.placed}):
            found["extra versions"] += [key for key, number in self.versions(video_id).items() if number > 1]
        return found

    def _look(self, one: Placed) -> tuple[bool, bool]:
        """Whether it is in its class; whether bytes, headers, metadata and tags are what they were."""
        given = {"Bucket": self.media, "Key": one.key}
        try:
            answer = self.s3.get_object(**given)
        except self.s3.exceptions.ClientError:
            return False, False
        tags = {tag["Key"]: tag["Value"] for tag in self.s3.get_object_tagging(**given)["TagSet"]}
        tier = {"tier": "cold"} if one.kind == "down" else {}
        told = (answer["ETag"], answer["ContentType"], answer["CacheControl"], answer["Metadata"], tags)
        number = {"number": str(one.number)}
        whole = told == (one.etag, "video/mp4", CACHE, number, number | tier) and answer["Body"].read() == one.body
        return answer.get("StorageClass", "STANDARD") == CLASSES[one.kind][1], whole

    def midnight(self) -> None:
        """A day goes by for what the cloud holds, and its lifecycle rules act."""
        asked = {"seconds": DAY_SECONDS, "midnights": 1, "tables": {}}
        answer = httpx.post(self.endpoint + times.PATH, json=asked, headers={times.HEADER: "1"}, timeout=600)
        answer.raise_for_status()


def _each(act: Callable[[Placed], Any], placed: Iterable[Placed]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(act, placed))
