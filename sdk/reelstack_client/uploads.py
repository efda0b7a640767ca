"""Uploading a file: begin or resume, send what storage lacks, complete."""

from __future__ import annotations

import dataclasses
import hashlib
import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reelstack_client.errors import Conflict, FileChanged, NotFound, PartsMissing, UploadGone
from reelstack_client.models import Part, SignedParts, Upload, Visibility
from reelstack_client.resume import Memory, Remembered, fingerprint
from reelstack_client.sending import Sender, Sending, Signatures, Tally
from reelstack_client.transport import Transport

COMPLETIONS = 3
"""How often completing may find parts missing before the upload counts as failed."""
BEGINNINGS = 2
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


class Uploader:
    """Uploads through `transport`; `memory` lets an interrupted upload go on where it was."""

    def __init__(self, transport: Transport, memory: Memory) -> None:
        self.transport = transport
        self.memory = memory

    def upload(self, file: Path, wishes: Wishes, how: Sending) -> Upload:
        """Uploads `file` and completes it; returns the completed upload. Again for the same file: resumes."""
        name = fingerprint(file, self.transport.edge_url, repr(wishes))
        for beginning in range(BEGINNINGS):
            remembered = self.memory.recall(name)
            try:
                upload = self._begin(file, wishes, remembered)
                self.memory.keep(name, dataclasses.replace(remembered, upload_id=upload.upload_id))
                if upload.state == "open":
                    self._send(file, upload, how)
                self.memory.forget(name)
                return upload.model_copy(update={"state": "completed", "parts": [], "held": []})
            except UploadGone:
                self.memory.forget(name)
                if beginning == BEGINNINGS - 1:
                    raise
        raise AssertionError("unreachable: the last beginning returns or raises")

    def create(
        self, size_bytes: int, content_type: str, wishes: Wishes, idempotency_key: str, sha256: str | None = None
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

    def complete(self, upload_id: str) -> None:
        """POST complete. Raises PartsMissing with the numbers storage lacks. Twice is harmless."""
        self.transport.call("POST", f"/v1/uploads/{upload_id}/complete", repeatable=True)

    def abort(self, upload_id: str) -> None:
        self.transport.call("DELETE", f"/v1/uploads/{upload_id}")

    def _begin(self, file: Path, wishes: Wishes, remembered: Remembered) -> Upload:
        if remembered.upload_id is None:
            content_type = wishes.content_type or guess_type(file)
            sha256 = _sha256(file) if wishes.sha256 else None
            return self.create(file.stat().st_size, content_type, wishes, remembered.idempotency_key, sha256)
        try:
            upload = self.get(remembered.upload_id)
        except NotFound as error:
            raise UploadGone(str(error)) from error
        if upload.state not in ("open", "completed"):
            raise UploadGone(f"the upload is {upload.state}")
        return upload

    def _send(self, file: Path, upload: Upload, how: Sending) -> None:
        if file.stat().st_size != upload.size_bytes:
            raise FileChanged(f"{file} has {file.stat().st_size} bytes; its upload was begun with {upload.size_bytes}")
        tally = Tally(upload, how.progress)
        signatures = Signatures(file, tally, how, lambda sums: self.sign(upload.upload_id, sums))
        missing: Iterable[int] = [n for n in range(1, upload.part_count + 1) if n not in tally.done]
        for completion in range(COMPLETIONS):
            Sender(file, self.transport.http, tally, signatures, lambda: self._held(upload.upload_id), how).send(
                list(missing)
            )
            try:
                return self.complete(upload.upload_id)
            except PartsMissing as error:
                if completion == COMPLETIONS - 1 or not error.missing:
                    raise
                missing = error.missing
                tally.done -= set(missing)
            except Conflict as error:
                raise UploadGone(str(error)) from error
        return None

    def _held(self, upload_id: str) -> set[int]:
        return {part.number for part in self.get(upload_id).held}


def guess_type(file: Path) -> str:
    """The media type by the file's ending; the service looks into the file itself later."""
    return TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
