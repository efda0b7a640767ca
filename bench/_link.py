"""A bad link: an HTTP proxy on a port of its own that carries what a `Network` carries and fails as `Trouble` says.

The way up is shaped; the way down has its latency. `/v1/…` goes to the service, everything else to storage. Signed
addresses lead back through the link with the number of their generation in front, so that the link can let them end.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from bench._network import Network, Trouble

HOST = "127.0.0.1"
BLOCK = 32 * 1024
BUFFER = 64 * 1024
"""What the proxy's socket takes in advance: small, so that bytes count when they are over, not when they are queued."""
TICK = 0.002
RESET = struct.pack("ii", 1, 0)
EXPIRED = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
SLOW_DOWN = b"<Error><Code>SlowDown</Code></Error>"


class Broken(Exception):
    """This connection is over."""


@dataclass(frozen=True)
class Upstream:
    """Where requests end, as (host, port)."""

    service: tuple[str, int]
    storage: tuple[str, int]


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]

    @property
    def length(self) -> int:
        return int(self.headers.get("content-length", 0))

    def head(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@dataclass
class Link:
    """One upload's network. `trouble` None: nothing fails. `sent` counts the bytes of bodies that came over."""

    network: Network
    upstream: Upstream
    trouble: Trouble | None = None
    start: float = 0.0
    sent: int = 0
    generation: int = 0
    _free_at: float = 0.0
    _connections: set["Connection"] = field(default_factory=set)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Listens; yields the link's origin. Time, and with it trouble, begins now."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        listening.bind((HOST, 0))
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        server = await asyncio.start_server(self._accept, sock=listening, limit=BUFFER)
        self.origin = f"http://{HOST}:{listening.getsockname()[1]}"
        watch = asyncio.create_task(self._cut_and_expire())
        try:
            yield self.origin
        finally:
            watch.cancel()
            server.close()
            for connection in tuple(self._connections):
                connection.reset()
            await asyncio.gather(*(connection.task for connection in self._connections), return_exceptions=True)

    @property
    def now(self) -> float:
        """Seconds since it was opened."""
        return self._loop.time() - self._began

    async def carry(self, size: int) -> None:
        """Returns when `size` bytes are over."""
        at = max(self._free_at, self.now)
        self._free_at = self.network.arrival(self.start + at, size) - self.start
        if (wait := self._free_at - self.now) > TICK:
            await asyncio.sleep(wait)
        self.sent += size

    async def emptied(self) -> None:
        """Returns when no connection is left: what a killed client had sent into buffers still comes over, and counts.

        Raises TimeoutError after 30 s.
        """
        async with asyncio.timeout(30):
            while self._connections:
                await asyncio.sleep(TICK)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self, reader, writer)
        self._connections.add(connection)
        try:
            await connection.serve()
        finally:
            self._connections.discard(connection)

    def cut_ends(self) -> float | None:
        """When the cut that is now ends."""
        if self.trouble is None:
            return None
        cut = self.trouble.cut(int(self.now * self.trouble.factor // 60))
        return cut.end if cut.start <= self.now < cut.end else None

    async def _cut_and_expire(self) -> None:
        if self.trouble is None:
            return
        minute, expired = 0, False
        while True:
            cut = self.trouble.cut(minute)
            if not expired and self.trouble.expiry < cut.start:
                await asyncio.sleep(max(0, self.trouble.expiry - self.now))
                self.generation, expired = self.generation + 1, True
            await asyncio.sleep(max(0, cut.start - self.now))
            for connection in tuple(self._connections):
                connection.cut(self.trouble.rng.choice(("reset", "silent, then reset", "silent")))
            await asyncio.sleep(max(0, cut.end - self.now))
            self._free_at = self.now
            for connection in tuple(self._connections):
                if connection.fate == "silent, then reset":
                    connection.reset()
            minute += 1


class Connection:
    """One client connection, with its own to whoever it talks to."""

    def __init__(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.link = link
        self.reader = reader
        self.writer = writer
        self.fate: str | None = None
        self.task: asyncio.Task[Any] = asyncio.current_task()  # type: ignore[assignment]
        self._silence = asyncio.Event()
        self._ways: dict[tuple[str, int], tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}

    def cut(self, fate: str) -> None:
        self.fate = self.fate or fate
        if fate == "reset":
            self.reset()

    def reset(self) -> None:
        """The connection ends as when a network goes: no goodbye, whatever is in the buffers is lost."""
        self.fate = "reset"
        self._silence.set()
        if raw := self.writer.get_extra_info("socket"):
            with contextlib.suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.writer.transport.abort()
        for _, writer in self._ways.values():
            writer.transport.abort()

    async def serve(self) -> None:
        try:
            await self._refuse_in_a_cut()
            while await self._one():
                pass
        except (Broken, OSError, EOFError, asyncio.LimitOverrunError):
            pass
        finally:
            self.reset()

    async def _refuse_in_a_cut(self) -> None:
        ends = self.link.cut_ends()
        if ends is not None and self.link.trouble is not None:
            if self.link.trouble.rng.random() < 0.5:
                await asyncio.sleep(ends - self.link.now)
            raise Broken

    async def _one(self) -> bool:
        """One request and its answer."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return False
        request = _parse(head)
        await asyncio.sleep(self.link.network.latency)
        failure = self.link.trouble.failure() if self.link.trouble else None
        if not request.path.startswith("/v1/"):
            generation, _, rest = request.path[1:].partition("/")
            request.path = f"/{rest}"
            if int(generation) < self.link.generation:
                await self._answer(b"403 Forbidden", EXPIRED, last=True)
                return False
        if failure == "error":
            await self._body(None, request.length)
            await self._answer(b"503 Slow Down", SLOW_DOWN)
            return True
        await self._relay(request, failure)
        return True

    async def _relay(self, request: Request, failure: str | None) -> None:
        service = request.path.startswith("/v1/")
        to = self.link.upstream.service if service else self.link.upstream.storage
        if to not in self._ways:
            self._ways[to] = await asyncio.open_connection(*to, limit=BUFFER)
        reader, writer = self._ways[to]
        request.headers["host"] = f"{to[0]}:{to[1]}"
        if service:
            request.headers["x-link"] = f"{self.link.origin}/{self.link.generation}"
        writer.write(request.head())
        length = request.length
        if failure == "reset" and self.link.trouble is not None:
            await self._body(writer, int(length * self.link.trouble.rng.random()))
            raise Broken
        await self._body(writer, length)
        head = await reader.readuntil(b"\r\n\r\n")
        answer = await reader.readexactly(_parse(head).length)
        await self._alive()
        if failure == "unheard":
            raise Broken
        await asyncio.sleep(self.link.network.latency)
        await self._alive()
        self.writer.write(head + answer)
        await self.writer.drain()

    async def _body(self, writer: asyncio.StreamWriter | None, length: int) -> None:
        while length:
            block = await self.reader.read(min(BLOCK, length))
            if not block:
                raise Broken
            await self.link.carry(len(block))
            await self._alive()
            length -= len(block)
            if writer is not None:
                writer.write(block)
                await writer.drain()

    async def _alive(self) -> None:
        """Stays here for good if a cut has silenced this connection."""
        if self.fate is not None:
            await self._silence.wait()
            raise Broken

    async def _answer(self, status: bytes, body: bytes, *, last: bool = False) -> None:
        close = b"connection: close\r\n" if last else b""
        await asyncio.sleep(self.link.network.latency)
        self.writer.write(b"HTTP/1.1 %b\r\n%bcontent-length: %d\r\n\r\n%b" % (status, close, len(body), body))
        await self.writer.drain()
        if last:
            self.writer.write_eof()
            await asyncio.sleep(self.link.network.latency)


def _parse(head: bytes) -> Request:
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    method, path, *_ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(method, path, headers)
