"""Three ways to upload one file, each run in a process of its own: our client, parts one after the other, one PUT."""

import hashlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from reelstack_client import Client, Sending, Timing
from reelstack_client.errors import ClientError
from reelstack_client.upload_requests import Wishes

BLOCK = 64 * 1024
MIB = 1024 * 1024


@dataclass(frozen=True)
class Task:
    """One upload. `gives_up` in seconds: what is not done then counts as failed. `puts`: the addresses of a single PUT,
    before and after the URLs' end."""

    way: str
    origin: str
    size: int
    seed: int
    factor: float
    gives_up: float
    puts: tuple[str, str]
    mode: str = "auto"


@dataclass(frozen=True)
class Outcome:
    """`error` None: it is done, after `seconds`."""

    seconds: float
    sha256: str
    error: str | None = None
    upload_id: str | None = None
    chunks: bool = False


def upload(task: Task) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        content = random.Random(task.seed).randbytes(task.size)
        file.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        del content
        timing = Timing().faster(task.factor)
        # What is idle for 5 s is not used again: httpx' own default, as much faster as everything else.
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0 / task.factor)
        http = httpx.Client(timeout=httpx.Timeout(timing.stall, connect=timing.connect), limits=limits)
        began = time.monotonic()
        try:
            with http:
                done = WAYS[task.way](task, file, timing, http)
        except (ClientError, httpx.HTTPError, GaveUp) as error:
            return Outcome(time.monotonic() - began, sha256, f"{type(error).__name__}: {error}")
        return Outcome(time.monotonic() - began, sha256, None, *done)


class GaveUp(Exception):
    """Not done in time."""


def our_client(task: Task, file: Path, timing: Timing, http: httpx.Client) -> tuple[str, bool]:
    client = Client(task.origin, http=http, backoff=timing.backoff, resume_folder=None)
    how = Sending(timing=timing, mode=task.mode)  # type: ignore[arg-type]  # it crossed processes as text
    done = client.uploads.upload(file, title="Clip", how=how)
    return done.upload_id, done.part_size_bytes <= MIB


def one_after_the_other(task: Task, file: Path, timing: Timing, http: httpx.Client) -> tuple[str, bool]:
    """Multipart as most clients do it: one part at a time, each tried until storage has it."""
    client = Client(task.origin, http=http, backoff=timing.backoff, resume_folder=None)
    uploads = client.uploads.patient(timing)
    made = uploads.create(task.size, "video/mp4", Wishes("Clip"), f"sequential-{task.seed}")
    signed = {part.number: part for part in made.parts}
    for number in range(1, made.part_count + 1):

        def put(number: int = number) -> int:
            part = signed[number]
            blocks = _blocks(file, (number - 1) * made.part_size_bytes, part.size_bytes)
            headers = part.headers | {"content-length": str(part.size_bytes)}
            return http.put(part.url, content=blocks, headers=headers).status_code

        def sign(number: int = number) -> None:
            signed.update({part.number: part for part in uploads.sign(made.upload_id, {number: None})})

        _until_done(task, timing, put, sign)
    uploads.complete(made.upload_id)
    return made.upload_id, False


def one_put(task: Task, file: Path, timing: Timing, http: httpx.Client) -> tuple[str, bool]:
    """The whole file in one request, from the start after each failure."""
    addresses = list(task.puts)

    def put() -> int:
        blocks = _blocks(file, 0, task.size)
        return http.put(addresses[0], content=blocks, headers={"content-length": str(task.size)}).status_code

    _until_done(task, timing, put, lambda: addresses.reverse())
    return f"put-{task.seed}", False


def _until_done(task: Task, timing: Timing, put: Callable[[], int], renew: Callable[[], None]) -> None:
    deadline, attempt = time.monotonic() + task.gives_up, 0
    while time.monotonic() < deadline:
        try:
            status = put()
        except httpx.TransportError:
            status = 0
        if status == 200:
            return
        if status == 403:
            renew()
        time.sleep(timing.backoff.delay(attempt, lost=status == 0))
        attempt += 1
    raise GaveUp(f"{task.gives_up:.1f} s")


def _blocks(file: Path, start: int, size: int) -> Iterator[bytes]:
    with file.open("rb") as source:
        source.seek(start)
        while size and (block := source.read(min(BLOCK, size))):
            size -= len(block)
            yield block


WAYS = {"our client": our_client, "parts, one after the other": one_after_the_other, "one PUT": one_put}
