"""Remembering an upload across a crash or a new day: one small file per clip that is being uploaded."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

ENDS_BYTES = 64 * 1024
OLD_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Remembered:
    """`idempotency_key` is written before the upload is asked for, so that a crash in between asks for the same one."""

    idempotency_key: str
    upload_id: str | None = None
    mode: str | None = None
    """What was chosen for it on the way: "chunks" on a weak link, "parts" if the service knows no chunks."""
    chunk_bytes: int | None = None


def default_folder() -> Path:
    """$XDG_STATE_HOME/reelstack/uploads, or ~/.local/state/reelstack/uploads."""
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local/state") / "reelstack/uploads"


def fingerprint(file: Path, service: str, asked: str) -> str:
    """Names this file at this service with these wishes, by place, size, time of change, first and last 64 KiB."""
    stat = file.stat()
    digest = hashlib.sha256(f"{service}\n{asked}\n{file.resolve()}\n{stat.st_size}\n{stat.st_mtime_ns}\n".encode())
    with file.open("rb") as source:
        digest.update(source.read(ENDS_BYTES))
        if stat.st_size > ENDS_BYTES:
            source.seek(-ENDS_BYTES, os.SEEK_END)
            digest.update(source.read())
    return digest.hexdigest()[:32]


class Memory:
    """The files in `folder`; None as folder remembers nothing beyond the process. Nothing in them is secret."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._here: dict[str, Remembered] = {}

    def recall(self, name: str) -> Remembered:
        """What is remembered under `name`, or a fresh start that is remembered from now on."""
        if self.folder is None:
            return self._here.setdefault(name, Remembered(uuid.uuid4().hex))
        try:
            return Remembered(**json.loads((self.folder / f"{name}.json").read_text()))
        except (OSError, ValueError, TypeError):
            pass  # never begun, or a file cut off in a crash
        fresh = Remembered(uuid.uuid4().hex)
        self.keep(name, fresh)
        return fresh

    def keep(self, name: str, remembered: Remembered) -> None:
        if self.folder is None:
            self._here[name] = remembered
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._drop_old()
        fresh = self.folder / f"{name}.new"
        fresh.write_text(json.dumps(asdict(remembered)))
        fresh.replace(self.folder / f"{name}.json")

    def forget(self, name: str) -> None:
        self._here.pop(name, None)
        if self.folder is not None:
            (self.folder / f"{name}.json").unlink(missing_ok=True)

    def _drop_old(self) -> None:
        """What storage has dropped long ago need not be remembered here either."""
        assert self.folder is not None
        for file in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another upload's process was faster
                if time.time() - file.stat().st_mtime > OLD_SECONDS:
                    file.unlink()
