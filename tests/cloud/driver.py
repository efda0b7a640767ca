"""Drives the running local cloud from outside: HTTP through the edge, and the operator's AWS APIs to look behind it."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import boto3
import httpx
import valkey

from local import programs
from local.outputs import Outputs
from local.people import Person
from reelstack_client import Client, PasswordSignIn, Playback, Video
from reelstack_client.errors import Conflict

Value = TypeVar("Value")


class Driver:
    """One cloud and its demo users: ann (creator), bob (viewer), mia (moderator), ada (admin)."""

    def __init__(self, outputs: Outputs, people: list[Person]) -> None:
        self.outputs = outputs
        self.people = {person.name: person for person in people}
        self._sign_ins: dict[str, PasswordSignIn] = {}
        self._clients: dict[str, Any] = {}
        self.http = httpx.Client(base_url=outputs.edge_url, timeout=30)

    def close(self) -> None:
        self.http.close()
        for client in self._clients.values():
            client.close()

    def token(self, name: str) -> str:
        if name not in self._sign_ins:
            person, outputs = self.people[name], self.outputs
            self._sign_ins[name] = PasswordSignIn(
                outputs.endpoint, outputs.client_id, person.name, person.password, http=self.http
            )
        return self._sign_ins[name]()

    def client(self, name: str) -> Client:
        return Client(self.outputs.edge_url, lambda: self.token(name), http=self.http, resume_folder=None)

    def call(self, method: str, path: str, user: str | None = "ann", **kwargs: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token(user)}"} if user else {}
        return self.http.request(method, path, headers=headers | kwargs.pop("headers", {}), **kwargs)

    def aws(self, service: str) -> Any:
        """A client with the operator's rights."""
        if service not in self._clients:
            session: Any = boto3.Session("test", "test", region_name=self.outputs.region)
            self._clients[service] = session.client(service, endpoint_url=self.outputs.endpoint)
        return self._clients[service]

    def produce(self, file: Path, user: str = "ann", **wishes: Any) -> Video:
        """Uploads a file and returns the video as production left it."""
        client = self.client(user)
        upload = client.uploads.upload(file, **({"title": file.stem} | wishes))
        return client.videos.wait(upload.video_id, seconds=120, every=0.3)

    def executions(self, upload_id: str) -> list[str]:
        found = (
            self.aws("stepfunctions")
            .get_paginator("list_executions")
            .paginate(stateMachineArn=self.outputs.machines["production"])
        )
        names = [execution["name"] for page in found for execution in page["executions"]]
        return sorted(name for name in names if name.startswith(upload_id))


def playback(viewer: Client, video_id: str) -> Playback:
    """Of a published clip, which the cache may have for a second longer as it was before."""
    try:
        return viewer.videos.playback(video_id)
    except Conflict:
        time.sleep(1.5)
        return viewer.videos.playback(video_id)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """(status, last part of the problem's type)."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text[:300]
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[1]


def eventually(look: Callable[[], Value], holds: Callable[[Value], bool], seconds: float = 20) -> Value:
    """What `look` returns once it `holds`; the last value when the time is over, for an assertion to show.

    It looks ever less often, down to twice a second: each look is work for the very machine that is waited for.
    """
    deadline, pause = time.monotonic() + seconds, 0.1
    while not holds(value := look()) and time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(pause * 1.25, 0.5)
    return value


def traces(drive: Driver, *ids: str) -> dict[str, list[str]]:
    """Every item, object and cache key that names one of the ids, in every table, bucket and the cache."""
    found: dict[str, list[str]] = {}
    for name, table in drive.outputs.tables.items():
        pages = drive.aws("dynamodb").get_paginator("scan").paginate(TableName=table)
        items = [json.dumps(item, default=str) for page in pages for item in page["Items"]]
        found[name] = [item for item in items if any(one in item for one in ids)]
    for name, bucket in drive.outputs.buckets.items():
        pages = drive.aws("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        found[f"bucket {name}"] = [key for key in keys if any(one in key for one in ids)]
    if drive.outputs.cache_url:
        cache = valkey.Valkey.from_url(drive.outputs.cache_url)
        found["cache"] = [key.decode() for key in cache.scan_iter() if any(one in key.decode() for one in ids)]
    return {place: things for place, things in found.items() if things}


def draw(
    target: Path, size: str = "320x180", seconds: float = 2, *, audio: bool = True, more: tuple[str, ...] = ()
) -> Path:
    """A small moving picture with a tone."""
    sound = ["-f", "lavfi", "-i", f"sine=440:duration={seconds}"] if audio else []
    subprocess.run(
        [
            str(programs.ffmpeg()),
            *("-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={seconds}"),
            *sound,
            *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", *more, "-shortest", str(target)),
        ],
        check=True,
        timeout=60,
    )
    return target
