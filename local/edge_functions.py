"""Runs infra/edge/*.js, unchanged, in one Node process, and translates between HTTP and CloudFront's event objects."""

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

HARNESS = Path(__file__).with_name("edge_functions.mjs")
RUN_SECONDS = 10
"""CloudFront allows about a millisecond; this only ends a function that hangs, however busy the laptop."""
STOP_SECONDS = 20
LINE_BYTES = 1024 * 1024
"""Longest answer of a function; CloudFront's own limit is 40 KB."""

PLAYBACK_KEYS, EDGE_SETTINGS = "playback_keys", "edge_settings"
STORES = {
    "media_token.js": PLAYBACK_KEYS,
    "feed_deployment.js": EDGE_SETTINGS,
    "viewer_address.js": EDGE_SETTINGS,
}
"""Which KeyValueStore a function reads: it can be given one. A test holds this against the CDK app."""

Event = dict[str, Any]


class FunctionFailed(RuntimeError):
    """The function raised, hung or is not one: CloudFront answers 503."""


@dataclass(frozen=True)
class Chosen:
    """Origins that a function chose. The second is asked if the first does not answer, or with one of `codes`."""

    ids: tuple[str, ...]
    codes: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Passed:
    """A function let the request on, perhaps to another path, with other headers, or to other origins."""

    uri: str
    headers: dict[str, str]
    origins: Chosen | None = None


@dataclass(frozen=True)
class Answered:
    """A function answered itself, in the origin's place."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass
class Reads:
    """What a function asked its KeyValueStore, in requests as AWS bills them."""

    runs: int = 0
    reads: int = 0
    most_of_accepted: int = 0
    """The most of any run that let its request through."""

    def count(self, reads: int, *, let_through: bool) -> None:
        self.runs, self.reads = self.runs + 1, self.reads + reads
        if let_through:
            self.most_of_accepted = max(self.most_of_accepted, reads)


class EdgeFunctions:
    """Functions by file name. A process that died or hung is replaced at the next call."""

    def __init__(self, node: Path, files: tuple[Path, ...], run_seconds: float = RUN_SECONDS) -> None:
        self._argv = [str(node), "--experimental-vm-modules", "--no-warnings", str(HARNESS), *map(str, files)]
        self._files = [file.name for file in files]
        self._run_seconds = run_seconds
        self._worker: _Worker | None = None
        self._starting = asyncio.Lock()
        self._entries: dict[str, dict[str, str] | None] = {}
        self.reads: dict[str, Reads] = {}
        """By file: what each function asked its KeyValueStore since this object was made."""

    async def viewer_request(self, file: str, event: Event) -> Passed | Answered:
        """What the viewer-request function in `file` makes of `event`. Raises FunctionFailed."""
        worker = await self._running()
        line = await worker.run(file, event, self._run_seconds)
        result = line["result"]
        let_through = "statusCode" not in result
        self.reads.setdefault(file, Reads()).count(int(line.get("reads", 0)), let_through=let_through)
        headers = {name: str(value["value"]) for name, value in result.get("headers", {}).items()}
        if let_through:
            chosen = line.get("origins")
            origins = Chosen(tuple(chosen["ids"]), frozenset(chosen["codes"])) if chosen else None
            return Passed(str(result["uri"]), headers, origins)
        body = result.get("body", "")
        return Answered(int(result["statusCode"]), headers, body if isinstance(body, str) else str(body["data"]))

    async def hold(self, entries: dict[str, str] | None, store: str = PLAYBACK_KEYS) -> None:
        """Makes `entries` the whole content of the KeyValueStore that the functions of STORES see; None: unreadable."""
        self._entries[store] = entries
        if self._worker is not None and self._worker.alive:
            await self._worker.send(self._content(store))

    def held(self, store: str) -> dict[str, str]:
        """What functions see of it now."""
        return self._entries.get(store) or {}

    def _content(self, store: str) -> Event:
        files = [file for file in self._files if STORES.get(file, PLAYBACK_KEYS) == store]
        return {"entries": self._entries[store], "files": files}

    async def close(self) -> None:
        if self._worker is not None:
            await self._worker.end()

    async def _running(self) -> "_Worker":
        async with self._starting:
            if self._worker is None or not self._worker.alive:
                process = await asyncio.create_subprocess_exec(
                    *self._argv, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_BYTES
                )
                self._worker = _Worker(process)
                for store in self._entries:
                    await self._worker.send(self._content(store))
            return self._worker


class _Worker:
    """One Node process and the calls it has not answered yet."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Event]] = {}
        self._reader = asyncio.create_task(self._read())

    @property
    def alive(self) -> bool:
        return self._process.returncode is None and not self._reader.done()

    async def send(self, line: Event) -> None:
        self._stdin.write(json.dumps(line).encode() + b"\n")
        await self._stdin.drain()

    async def run(self, file: str, event: Event, seconds: float) -> Event:
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self.send({"id": number, "file": file, "event": event})
            line: Event = await asyncio.wait_for(answer, seconds)
        except (TimeoutError, OSError) as error:
            await self.end()
            raise FunctionFailed(f"{file} did not answer") from error
        finally:
            self._waiting.pop(number)
        if not isinstance(line.get("result"), dict):
            raise FunctionFailed(f"{file}: {line.get('error', 'returned no object')}")
        return line

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        await self._reader

    async def _read(self) -> None:
        while raw := await self._stdout.readline():
            line = json.loads(raw)
            if line["id"] in self._waiting:
                self._waiting[line["id"]].set_result(line)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError("the Node process ended"))


@dataclass(frozen=True)
class Viewer:
    """A request as it reached the edge. `uri` and `query` are as sent, nothing decoded; header names are lower case."""

    method: str
    uri: str
    query: str
    headers: dict[str, str]
    address: str
    request_id: str = field(default_factory=lambda: uuid4().hex)

    def event(self, distribution_id: str, domain: str) -> Event:
        """As CloudFront hands it to a viewer-request function (event structure 1.0), but for cookies: none is set."""
        return {
            "version": "1.0",
            "context": {
                "distributionDomainName": domain,
                "distributionId": distribution_id,
                "eventType": "viewer-request",
                "requestId": self.request_id,
            },
            "viewer": {"ip": self.address},
            "request": {
                "method": self.method,
                "uri": self.uri,
                "querystring": _parameters(self.query),
                "headers": {name: {"value": value} for name, value in self.headers.items()},
                "cookies": {},
            },
        }


def _parameters(query: str) -> Event:
    """Of a name that comes several times CloudFront gives the first value, and all of them beside it."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return {
        name: {"value": values[0]} | ({"multiValue": [{"value": value} for value in values]} if len(values) > 1 else {})
        for name, values in found.items()
    }
