"""The objects that `bench tiering --emulator` moves, and what is known of them before the night."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

import httpx

from local import times
from local.cloud import client
from local.outputs import Outputs
from local.services import Services
from reelstack.delivery import tokens
from reelstack.delivery.tokens import SigningKey
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
UNREAD = decay.Decay(rates=(0.0001,) * len(decay.EDGES))
"""Of an average object; a read a day tells that one is far above it."""
READS_A_DAY = 2
HELD_DAYS = 100
LASTING_SECONDS = 3600
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
    services: Services
    named: Outputs
    placed: list[Placed]
    _signed: dict[str, str] = field(default_factory=dict)

    @property
    def s3(self) -> Any:
        return client(self.services, "s3")

    @property
    def media(self) -> str:
        return self.named.buckets["media"]

    def fill(self) -> None:
        """Writes the objects, and what the night before knew: reads of each day, and how often an average one is."""
        _each(self._put, self.placed)
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        self._write(document_keys.history(yesterday, 0), "".join(self._rows()))
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

    def url(self, one: Placed) -> str:
        """With a token, which is made once for a clip."""
        if one.video_id not in self._signed:
            now = int(time.time())
            self._signed[one.video_id] = tokens.tokened_prefix(one.video_id, now, now + LASTING_SECONDS, self._key)
        return tokens.below(self._signed[one.video_id], one.video_id, one.key)

    @cached_property
    def _key(self) -> SigningKey:
        secrets = client(self.services, "secretsmanager")
        ring = json.loads(secrets.get_secret_value(SecretId=self.named.secrets["playback"])["SecretString"])
        return SigningKey(ring["current"], ring["keys"][ring["current"]]["secret"])

    def report(self, run: str) -> dict[str, Any]:
        try:
            body = self.s3.get_object(Bucket=self.media, Key=document_keys.report(run))["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return {"planned": {}, "counts": {}}
        return dict(json.loads(body))

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
        answer = httpx.post(self.services.endpoint + times.PATH, json=asked, headers={times.HEADER: "1"}, timeout=600)
        answer.raise_for_status()

    def empty(self) -> None:
        """Deletes the objects, and what this night has told the next one."""
        _each(lambda one: self.s3.delete_object(Bucket=self.media, Key=one.key), self.placed)
        for day in range(2):
            key = document_keys.history(datetime.now(UTC).date() - timedelta(days=day), 0)
            self.s3.delete_object(Bucket=self.media, Key=key)
        self.s3.delete_object(Bucket=self.media, Key=document_keys.FACTS)


def _each(act: Callable[[Placed], Any], placed: Iterable[Placed]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(act, placed))
