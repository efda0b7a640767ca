"""The gateway's side of WebSocket connections as functions reach it: an HTTP server on 127.0.0.1 that speaks
@connections. What is posted can be read; a connection can be closed; a post can be refused."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


class Gateway:
    def __init__(self) -> None:
        self.open: set[str] = set()
        self.posted: list[tuple[str, Any]] = []
        self.failing = False
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                connection_id = unquote(self.path.rsplit("/", 1)[1])
                if gateway.failing:
                    return self._answer(500, "InternalServerError")
                if connection_id not in gateway.open:
                    return self._answer(410, "GoneException")
                gateway.posted.append((connection_id, json.loads(body)))
                return self._answer(200)

            def do_DELETE(self) -> None:
                gateway.open.discard(unquote(self.path.rsplit("/", 1)[1]))
                self._answer(204)

            def _answer(self, status: int, error: str = "") -> None:
                self.send_response(status)
                if error:
                    self.send_header("x-amzn-ErrorType", error)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing of it belongs into the tests' output."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.server.server_port}/live"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
