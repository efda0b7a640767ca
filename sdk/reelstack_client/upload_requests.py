"""The single requests of an upload, one method each, for the client and for clients of one's own."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, PositiveInt

from reelstack_client.errors import several
from reelstack_client.methods import operation
from reelstack_client.models import Address, Answer
from reelstack_client.retry import Timing
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Steps
from reelstack_client.videos import Visibility

TYPES = {
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
}


class Part(Answer):
    """One signed part: PUT exactly `size_bytes` to `url` with `headers`."""

    number: int
    url: Address
    headers: dict[str, str] = Field(default_factory=dict)
    size_bytes: int


class Held(Answer):
    number: int
    size_bytes: int
    etag: str | None = None


class Upload(Answer):
    """An upload in any state. `parts` comes from create and sign, `held` from reading it."""

    upload_id: str
    video_id: str
    state: str
    size_bytes: int
    part_size_bytes: PositiveInt
    part_count: int
    parts: tuple[Part, ...] = ()
    held: tuple[Held, ...] = ()
    expires_at: str | int | float | None = None


class SignedParts(Answer):
    parts: list[Part]
    expires_at: str | int | float | None = None


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
    language: str | None = None
    """What is spoken or written in it, such as "de". Default: my profile's."""


class UploadRequests(Room[Manner]):
    """An upload goes: create, sign parts, PUT each of them to storage, complete."""

    def patient(self, timing: Timing) -> UploadRequests[Manner]:
        """The same requests where the network may be away for as long as an upload's patience lasts."""
        return UploadRequests[Manner](self.runner, self._transport.patient(timing))

    @operation
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
    ) -> Steps[Upload]:
        """POST /v1/uploads. The same key with the same wishes gives the same upload."""
        body: dict[str, Any] = {
            "title": wishes.title,
            "description": wishes.description,
            "tags": several(wishes.tags),
            "visibility": wishes.visibility,
            "size_bytes": size_bytes,
            "content_type": content_type,
        }
        if wishes.language is not None:
            body["language"] = wishes.language
        if sha256:
            body["sha256"] = sha256
        if chunks:
            body["mode"] = "chunks"
            if chunk_bytes:
                body["chunk_bytes"] = chunk_bytes
        headers = {"Idempotency-Key": idempotency_key}
        return self._ask(Upload, "POST", "/v1/uploads", body=body, headers=headers, repeatable=True)

    @operation
    def get(self, upload_id: str) -> Steps[Upload]:
        """GET: its state and, while open, what storage holds."""
        return self._ask(Upload, "GET", f"/v1/uploads/{upload_id}")

    @operation
    def sign(self, upload_id: str, checksums: dict[int, str | None]) -> Steps[list[Part]]:
        """POST parts: signed URLs for part number → base64 CRC64NVME or None."""
        wanted = [{"number": number} | ({"crc64nvme": sum_} if sum_ else {}) for number, sum_ in checksums.items()]
        path = f"/v1/uploads/{upload_id}/parts"
        return (yield from self._ask(SignedParts, "POST", path, body={"parts": wanted}, repeatable=True)).parts

    @operation
    def complete(self, upload_id: str) -> Steps[Upload]:
        """POST complete; the state is "completed", or "composing" where chunks are put together first.

        Raises PartsMissing with the numbers storage lacks. Twice is harmless.
        """
        return self._ask(Upload, "POST", f"/v1/uploads/{upload_id}/complete", repeatable=True)

    @operation
    def abort(self, upload_id: str) -> Steps[None]:
        return self._do("DELETE", f"/v1/uploads/{upload_id}")


def guess_type(file: Path) -> str:
    """The media type by the file's ending; the service looks into the file itself later."""
    return TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
