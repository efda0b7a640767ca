"""What people may have done with all their data: exported, and deleted. `client.privacy`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import httpx
from pydantic import AfterValidator

from reelstack_client.errors import AWAY, ClientError, Unreachable, asked_by
from reelstack_client.methods import operation
from reelstack_client.models import Address, Answer
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Fetch, Sleep, Steps

ENDED = ("done", "failed")


class ExportNotMade(ClientError):
    """The export failed, or was not done in time."""


def _plain(name: str) -> str:
    """The last part of a name: never outside of the folder, whatever a service says."""
    last = Path(name).name
    if last in ("", "..") or "\0" in last:
        raise ValueError("no name of a file")
    return last


class ExportFile(Answer):
    name: Annotated[str, AfterValidator(_plain)]
    size_bytes: int
    download_url: Address
    """Good for a quarter of an hour."""


class Export(Answer):
    """Everything that is the caller's, as zip archives. Times are unix milliseconds."""

    export_id: str
    state: str
    percent: int = 0
    finished: tuple[str, ...] = ()
    asked_at: int
    expires_at: int | None = None
    files: tuple[ExportFile, ...] = ()


class Erasure(Answer):
    """A deleted account on its way to being erased."""

    state: str
    percent: int = 0
    deleted_at: int
    erased_from: int | None = None
    left: tuple[str, ...] = ()


class Privacy(Room[Manner]):
    """`erasure`, `delete_user` and `recover_user` need the role admin."""

    @operation
    def ask_for_export(self) -> Steps[Export]:
        """Starts one; asked again within a day, it is the same."""
        return self._ask(Export, "POST", "/v1/me/export", repeatable=True)

    @operation
    def export_state(self) -> Steps[Export]:
        """The latest export, with fresh download addresses when it is done."""
        return self._ask(Export, "GET", "/v1/me/export")

    @operation
    def export(
        self, folder: Path, *, seconds: float = 3600, every: float = 2, seen: Callable[[Export], None] | None = None
    ) -> Steps[list[Path]]:
        """Asks for an export, waits, and fetches its archives into `folder`, which is made if there is none.

        A service that fails or is away for a while is asked again until the time is over. Raises ExportNotMade.
        """
        folder.mkdir(parents=True, exist_ok=True)  # before the wait: what cannot be made is told at once
        now, deadline = (yield from Privacy.ask_for_export.steps(self)), time.monotonic() + seconds
        while now.state not in ENDED:
            if time.monotonic() > deadline:
                raise ExportNotMade(f"not done after {seconds:.0f} s: {now.percent} %")
            if seen:
                seen(now)
            yield Sleep(every)
            try:
                now = yield from Privacy.export_state.steps(self)
            except AWAY as error:
                yield Sleep(min(asked_by(error), max(0.0, deadline - time.monotonic())))
        if now.state == "failed":
            raise ExportNotMade("the export failed; ask for another")
        if not now.files:
            now = yield from Privacy.export_state.steps(self)
        fetched = list[Path]()
        for file in now.files:
            fetched.append((yield from self._fetch(file, folder)))
        return fetched

    @operation
    def delete_account(self) -> Steps[Erasure]:
        """Hides the account from everybody at once and ends its sign-ins; later everything of it is erased."""
        return self._ask(Erasure, "DELETE", "/v1/me")

    @operation
    def erasure(self, user_id: str) -> Steps[Erasure]:
        """How far the erasure of a deleted account is."""
        return self._ask(Erasure, "GET", self._of(user_id, "erasure"))

    @operation
    def delete_user(self, user_id: str, reason: str) -> Steps[Erasure]:
        return self._ask(Erasure, "POST", self._of(user_id, "delete"), body={"reason": reason}, repeatable=True)

    @operation
    def recover_user(self, user_id: str, reason: str) -> Steps[None]:
        """Possible until erasing has begun."""
        return self._do("POST", self._of(user_id, "recover"), body={"reason": reason}, repeatable=True)

    def _fetch(self, file: ExportFile, folder: Path) -> Steps[Path]:
        target = folder / file.name
        try:
            status: int = yield Fetch(file.download_url, target)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Unreachable(f"storage does not answer: {error}") from error
        if status >= 400:
            raise ExportNotMade(f"storage refused {file.name}: {status}")
        return target

    def _of(self, user_id: str, what: str) -> str:
        return f"/v1/users/{quote(user_id, safe='')}/{what}"
