"""A small origin that behaves like the emulator behind the edge, and remembers what it was asked."""

import json
import mimetypes
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class TinyOrigin:
    """`objects`: path -> (body, Cache-Control). Anything else is refused as S3 does without ListBucket.

    `answers`: "METHOD /path" -> what makes status and JSON of a request, below /api/ and at / (where Cognito is);
    with a status of 302, the address to go to.
    """

    url: str = ""
    delay: float = 0
    answers_kept: str = "max-age=60"
    """The Cache-Control of answers."""
    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    """Of objects whose ETag is not their length."""
    answers: dict[str, Callable[[Asked], tuple[int, Any]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def times(self, path: str) -> int:
        return sum(1 for asked in self.asked if asked.path == path)


@contextmanager
def tiny_origin() -> Iterator[TinyOrigin]:
    origin = TinyOrigin()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            origin.asked.append(asked)
            time.sleep(origin.delay)
            if self.path.startswith("/api/") or self.path == "/":
                self._api(asked)
            else:
                self._object()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815  # the names http.server calls

        def _api(self, asked: Asked) -> None:
            answer = origin.answers.get(f"{self.command} {self.path.partition('?')[0]}")
            status, body = answer(asked) if answer else (201, {"made": True})
            headers = {"content-type": "application/json", "cache-control": origin.answers_kept}
            if status == HTTPStatus.FOUND:
                headers["location"], body = body, None
            self._send(status, b"" if body is None else json.dumps(body).encode(), headers)

        def _object(self) -> None:
            if self.path not in origin.objects:
                self._send(403, b"<Error/>", {"content-type": "application/xml"})
                return
            body, cache_control = origin.objects[self.path]
            kind = mimetypes.guess_type(self.path)[0] or "application/octet-stream"
            etag = origin.etags.get(self.path, f'"{len(body)}"')
            headers = {"etag": etag, "content-type": kind, "x-amz-request-id": "1"}
            headers |= {"cache-control": cache_control} if cache_control else {}
            wanted = re.match(r"bytes=(\d+)-(\d+)$", self.headers.get("range", ""))
            if not wanted:
                self._send(200, body, headers)
                return
            first, last = int(wanted[1]), min(int(wanted[2]), len(body) - 1)
            self._send(206, body[first : last + 1], {**headers, "content-range": f"bytes {first}-{last}/{len(body)}"})

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    origin.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield origin
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
