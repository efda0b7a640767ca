"""Uploading files: whole by `client.uploads.upload`, or request by request."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reelstack_client.errors import several
from reelstack_client.methods import operation
from reelstack_client.resume import Memory
from reelstack_client.room import Manner, Runner
from reelstack_client.sending import Sending
from reelstack_client.steps import Steps
from reelstack_client.transport import Transport
from reelstack_client.upload_requests import Upload, UploadRequests, Wishes
from reelstack_client.uploading import Uploading
from reelstack_client.videos import Visibility


class Uploads(UploadRequests[Manner]):
    """`memory` lets an upload go on where it was, after a crash or days later."""

    def __init__(self, runner: Runner, transport: Transport, memory: Memory) -> None:
        super().__init__(runner, transport)
        self._memory = memory

    @operation
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
    ) -> Steps[Upload]:
        """Uploads a file whole. Called again for the same file after a failure, it sends only what is missing.

        Raises Refused, Unreachable, UploadBroken or FileChanged.
        """
        wishes = Wishes(title, description, tuple(several(tags)), visibility, content_type, sha256, language)
        how = how or Sending()
        return Uploading(file, wishes, how, self.patient(how.timing), self._memory).run()
