"""A TCP proxy on a port of its own that can be slow, refuse, or fail a share of HTTP requests: what happens to whoever
depends on the server behind it. Faults are switched while it serves; connections that are open feel them, too."""

import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from local.ports import HOST

METHODS = (b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ")
FAILED = (
    b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
    b"connection: close\r\n\r\n{}"
)
CHUNK = 256 * 1024
DRAIN_SECONDS = 0.05


@dataclass
class Fault:
    """Of all requests from now on."""

    delay_seconds: float = 0.0
    failing: float = 0.0
    """Share of HTTP requests that are answered 500 here."""
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
            if begins and random.random() < self.fault.failing:
                with contextlib.suppress(TimeoutError):  # the rest of the request: unread, it would reset the answer
                    await asyncio.wait_for(reader.read(CHUNK), DRAIN_SECONDS)
                writer.write(FAILED)
                await writer.drain()
                return
            towards.write(data)
            await towards.drain()


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
