"""The service and its storage as the client meets them over HTTP, in one process: an httpx transport, no sockets.

Storage refuses what S3 would: wrong sizes, wrong checksums, URLs past their time. `flaky` decides which requests fail.
"""

import base64
import json
import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from reelstack_client.crc64nvme import as_header, crc64nvme

EDGE = "http://edge.test"
STORAGE = "http://storage.test"
PART = 5
"""Bytes of a part: S3's 5 MiB, shrunk."""
LIMIT = 100
SIGNED_FIRST = 100


@dataclass
class Stored:
    size: int
    idempotency_key: str
    state: str = "open"
    chunks: bool = False
    parts: dict[int, bytes] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return -(-self.size // PART)

    def part_size(self, number: int) -> int:
        return PART if number < self.count else self.size - PART * (number - 1)


class Service(httpx.BaseTransport):
    """`clock` counts storage requests; a signed URL dies when it has moved on by `url_life`. With `answers_lost`, each
    fifth part or so is stored but the client never hears of it."""

    def __init__(
        self,
        *,
        url_life: int = 10_000,
        flaky: Callable[[int, httpx.Request], Any] = lambda number, request: None,
        answers_lost: random.Random | None = None,
    ) -> None:
        self.url_life = url_life
        self.flaky = flaky
        self.answers_lost = answers_lost
        self.clock = 0
        self.calls: list[tuple[str, str]] = []
        self.bodies: list[Any] = []
        self.puts: list[int] = []
        self.bytes_put = 0
        self.uploads: dict[str, Stored] = {}
        self.lose_at_completion: set[int] = set()
        self.loses_chunks: set[int] = set()
        self.knows_chunks = True
        self.lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        with self.lock:
            if request.url.host == "storage.test":
                return self._storage(request, body)
            self.calls.append((request.method, request.url.path))
            self.bodies.append(json.loads(body) if body else None)
            failure: httpx.Response | None = self.flaky(len(self.calls), request)
            return failure or self._api(request, self.bodies[-1])

    # --- the service ---------------------------------------------------------------------------------------------

    def _api(self, request: httpx.Request, body: Any) -> httpx.Response:
        if request.headers.get("authorization") != "Bearer good":
            return problem(401, "token-missing", "Send an access token")
        path = request.url.path
        if request.method == "POST" and path == "/v1/uploads":
            return self._create(body, request.headers["idempotency-key"])
        found = re.fullmatch(r"/v1/uploads/(\w+)(/parts|/complete)?", path)
        if not found or found[1] not in self.uploads:
            return problem(404, "upload-not-found", "There is no such upload")
        upload_id, upload = found[1], self.uploads[found[1]]
        if found[2] == "/parts":
            sums = {part["number"]: part.get("crc64nvme") for part in body["parts"]}
            return httpx.Response(200, json={"parts": self._signed(upload_id, sums)})
        if found[2] == "/complete":
            return self._complete(upload_id, upload)
        if request.method == "DELETE":
            upload.state = "aborted"
            return httpx.Response(204)
        if upload.state == "composing":
            upload.state = "completed"
            if self.loses_chunks:
                upload.parts.pop(self.loses_chunks.pop())
                upload.state = "open"
        held = [{"number": n, "size_bytes": len(data)} for n, data in sorted(upload.parts.items())]
        return httpx.Response(200, json=self._told(upload_id) | {"held": held})

    def _create(self, body: Any, key: str) -> httpx.Response:
        if "mode" in body and not self.knows_chunks:
            return problem(422, "invalid-request", "The request does not have the right form")
        if body["size_bytes"] > LIMIT:
            return problem(413, "file-too-large", "The file is too large", limit_bytes=LIMIT)
        known = next((i for i, upload in self.uploads.items() if upload.idempotency_key == key), None)
        upload_id = known or f"u{len(self.uploads) + 1}"
        upload = self.uploads.setdefault(
            upload_id, Stored(body["size_bytes"], key, chunks=body.get("mode") == "chunks")
        )
        numbers = range(1, min(upload.count, SIGNED_FIRST) + 1)
        return httpx.Response(
            201, json=self._told(upload_id) | {"parts": self._signed(upload_id, dict.fromkeys(numbers))}
        )

    def _complete(self, upload_id: str, upload: Stored) -> httpx.Response:
        for number in self.lose_at_completion:
            upload.parts.pop(number, None)
        self.lose_at_completion = set()
        if upload.state == "aborted":
            return problem(409, "upload-aborted", "This upload was aborted")
        missing = [n for n in range(1, upload.count + 1) if n not in upload.parts]
        if missing:
            return problem(409, "parts-missing", "Storage does not hold the whole file yet", missing=missing)
        upload.state = "composing" if upload.chunks else "completed"
        return httpx.Response(202 if upload.chunks else 200, json=self._told(upload_id))

    def _told(self, upload_id: str) -> dict[str, Any]:
        upload = self.uploads[upload_id]
        return {
            "upload_id": upload_id,
            "video_id": f"v{upload_id[1:]}",
            "state": upload.state,
            "size_bytes": upload.size,
            "part_size_bytes": PART,
            "part_count": upload.count,
        }

    def _signed(self, upload_id: str, checksums: dict[int, str | None]) -> list[dict[str, Any]]:
        upload, dies = self.uploads[upload_id], self.clock + self.url_life
        return [
            {
                "number": number,
                "url": f"{STORAGE}/{upload_id}/{number}?dies={dies}",
                "headers": {"x-amz-checksum-crc64nvme": checksum} if checksum else {},
                "size_bytes": upload.part_size(number),
            }
            for number, checksum in checksums.items()
        ]

    # --- storage -------------------------------------------------------------------------------------------------

    def _storage(self, request: httpx.Request, body: bytes) -> httpx.Response:
        self.clock += 1
        upload_id, _, number = request.url.path.strip("/").partition("/")
        self.puts.append(int(number))
        self.bytes_put += len(body)
        failure: httpx.Response | None = self.flaky(len(self.puts), request)
        if failure:
            return failure
        upload = self.uploads.get(upload_id)
        if upload is None or upload.state != "open":
            return httpx.Response(404, text="NoSuchUpload")
        if self.clock > int(request.url.params["dies"]):
            return httpx.Response(403, text="Request has expired")
        announced = request.headers.get("x-amz-checksum-crc64nvme")
        if announced and base64.b64decode(announced) != base64.b64decode(as_header(crc64nvme(body))):
            return httpx.Response(400, text="BadDigest")
        if len(body) != upload.part_size(int(number)) or int(request.headers["content-length"]) != len(body):
            return httpx.Response(400, text="IncompleteBody")
        upload.parts[int(number)] = body
        if self.answers_lost and self.answers_lost.random() < 0.2:
            raise httpx.ReadError("the answer was lost")
        return httpx.Response(200)

    def content(self, upload_id: str) -> bytes:
        return b"".join(data for _, data in sorted(self.uploads[upload_id].parts.items()))


def problem(status: int, kind: str, detail: str, **extra: Any) -> httpx.Response:
    body = {
        "type": f"https://reelstack.dev/problems/{kind}",
        "title": detail,
        "status": status,
        "detail": detail,
        **extra,
    }
    return httpx.Response(status, json=body, headers={"content-type": "application/problem+json"})
