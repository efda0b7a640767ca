"""A TCP proxy on a port of its own that can be slow, refuse, or fail a share of HTTP requests: what happens to whoever
depends on the server behind it. Faults are switched while it serves; connections that are open feel them, too."""

import asyncio
import contextlib
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.ports import HOST

METHODS = (b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ")
SEARCH, HEALTH = b"/_search", b"/_cluster/health"
CHUNK = 256 * 1024
DRAIN_SECONDS = 0.05


@dataclass
class Fault:
    """Of all requests from now on."""

    delay_seconds: float = 0.0
    failing: float = 0.0
    """Share of searches that are answered 500 here."""
    active_percent: float | None = None
    """Of shards, as the engine's health tells whoever looks at it; None: what it tells itself."""
    down: bool = False


@dataclass
class Proxy:
    target: int
    port: int = 0
    fault: Fault = field(default_factory=Fault)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def behave(self, fault: Fault) -> None:
        self.fault = fault
        if fault.down:
            self._loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault.down:
            writer.transport.abort()
            return
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            behind, towards = await asyncio.open_connection(HOST, self.target)
            self._open |= {writer, towards}
            try:
                back = asyncio.ensure_future(_pump(behind, writer))
                await self._forward(reader, towards, writer)
                back.cancel()
            finally:
                self._open -= {writer, towards}
                for one in (writer, towards):
                    one.close()

    async def _forward(
        self, reader: asyncio.StreamReader, towards: asyncio.StreamWriter, writer: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(CHUNK):
            begins = data.startswith(METHODS) or data.startswith(b"*")  # an HTTP request, or one of Valkey's
            if begins and self.fault.delay_seconds:
                await asyncio.sleep(self.fault.delay_seconds)
            if begins and (answer := self._own_answer(data.partition(b"\r\n")[0])):
                with contextlib.suppress(TimeoutError):  # the rest of the request: unread, it would reset the answer
                    await asyncio.wait_for(reader.read(CHUNK), DRAIN_SECONDS)
                writer.write(answer)
                await writer.drain()
                return
            towards.write(data)
            await towards.drain()

    def _own_answer(self, line: bytes) -> bytes | None:
        """What is answered here, to a request that begins with this line; None: the server answers."""
        if SEARCH in line and random.random() < self.fault.failing:
            return _json("500 Internal Server Error", {})
        if HEALTH in line and self.fault.active_percent is not None:
            told = {"status": "yellow", "number_of_data_nodes": 3}
            return _json("200 OK", told | {"active_shards_percent_as_number": self.fault.active_percent})
        return None


def _json(status: str, told: dict[str, Any]) -> bytes:
    body = json.dumps(told).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close"
    return head.encode() + b"\r\n\r\n" + body


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        writer.close()


@contextmanager
def proxy(target: int) -> Iterator[Proxy]:
    """Before the server on port `target` of this machine."""
    made = Proxy(target)
    server = made._loop.run_until_complete(asyncio.start_server(made._serve, HOST, 0))
    made.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=made._loop.run_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made._loop.call_soon_threadsafe(made._loop.stop)
        thread.join(5)
        server.close()
        for task in asyncio.all_tasks(made._loop):
            task.cancel()
        made._loop.run_until_complete(asyncio.sleep(0))
        made._loop.close()
