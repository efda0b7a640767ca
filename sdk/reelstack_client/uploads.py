"""Uploading files: whole by `client.uploads.upload`, or request by request."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reelstack_client.resume import Memory
from reelstack_client.sending import Sending
from reelstack_client.transport import Transport
from reelstack_client.upload_requests import Upload, UploadRequests, Wishes
from reelstack_client.uploading import Uploading
from reelstack_client.videos import Visibility


class Uploads(UploadRequests):
    """`memory` lets an upload go on where it was, after a crash or days later."""

    def __init__(self, transport: Transport, memory: Memory) -> None:
        super().__init__(transport)
        self._memory = memory

    def upload(
        self,
        file: Path,
        *,
        title: str,
        description: str = "",
        tags: Iterable[str] = (),
        visibility: Visibility = "public",
        language: str | None = None,
        content_type: str | None = None,
        sha256: bool = False,
        how: Sending | None = None,
    ) -> Upload:
        """Uploads a file whole. Called again for the same file after a failure, it sends only what is missing.

        Raises Refused, Unreachable, UploadBroken or FileChanged.
        """
        wishes = Wishes(title, description, tuple(tags), visibility, content_type, sha256, language)
        how = how or Sending(sleep=self._transport.sleep)
        return Uploading(file, wishes, how, self._transport, self._memory).run()
