"""The service's requests about uploads, one method each."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reelstack_client.models import Part, SignedParts, Upload, Visibility
from reelstack_client.transport import Transport

TYPES = {
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
}


@dataclass(frozen=True)
class Wishes:
    """What the creator says about a clip."""

    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    visibility: Visibility = "public"
    content_type: str | None = None
    """Default: from the file's name."""
    sha256: bool = False
    """True: announce the file's SHA-256, which production verifies. Reads the file once more."""


class Uploads:
    """Requests through `transport`."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def create(
        self,
        size_bytes: int,
        content_type: str,
        wishes: Wishes,
        idempotency_key: str,
        *,
        sha256: str | None = None,
        chunks: bool = False,
        chunk_bytes: int | None = None,
    ) -> Upload:
        """POST /v1/uploads. The same key with the same wishes gives the same upload."""
        body: dict[str, Any] = {
            "title": wishes.title,
            "description": wishes.description,
            "tags": list(wishes.tags),
            "visibility": wishes.visibility,
            "size_bytes": size_bytes,
            "content_type": content_type,
        }
        if sha256:
            body["sha256"] = sha256
        if chunks:
            body["mode"] = "chunks"
            if chunk_bytes:
                body["chunk_bytes"] = chunk_bytes
        headers = {"Idempotency-Key": idempotency_key}
        return Upload.model_validate(
            self.transport.call("POST", "/v1/uploads", body=body, headers=headers, repeatable=True).json()
        )

    def get(self, upload_id: str) -> Upload:
        """GET: its state and, while open, what storage holds."""
        return Upload.model_validate(self.transport.call("GET", f"/v1/uploads/{upload_id}").json())

    def sign(self, upload_id: str, checksums: dict[int, str | None]) -> list[Part]:
        """POST parts: signed URLs for part number → base64 CRC64NVME or None."""
        wanted = [{"number": number} | ({"crc64nvme": sum_} if sum_ else {}) for number, sum_ in checksums.items()]
        answer = self.transport.call("POST", f"/v1/uploads/{upload_id}/parts", body={"parts": wanted}, repeatable=True)
        return SignedParts.model_validate(answer.json()).parts

    def complete(self, upload_id: str) -> Upload:
        """POST complete; the state is "completed", or "composing" where chunks are put together first.

        Raises PartsMissing with the numbers storage lacks. Twice is harmless.
        """
        answer = self.transport.call("POST", f"/v1/uploads/{upload_id}/complete", repeatable=True)
        return Upload.model_validate(answer.json())

    def abort(self, upload_id: str) -> None:
        self.transport.call("DELETE", f"/v1/uploads/{upload_id}")


def guess_type(file: Path) -> str:
    """The media type by the file's ending; the service looks into the file itself later."""
    return TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
