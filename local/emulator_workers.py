"""Functions of MiniStack start by a fork of a process that has loaded their libraries, and share unpacked layers.

MiniStack starts a Python for each, which spends most of a second of processor time on importing boto3, FastAPI and
pydantic once more, and unpacks each layer for each process, which then compiles our modules again. What a function is
given stays as it was: its environment, its folder, three pipes and a process of its own. Where there are no pidfds
(they are Linux's), and when the fork server has ended, MiniStack's own way stays.
"""

import contextlib
import hashlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO

from ministack.core import lambda_runtime

SHOWN_BYTES = 600
"""Room for the command line that `ps` shows of a forked process."""


class ForkServer:
    """`local.fork_server`, started with the first function."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self, script: str, folder: str, environment: dict[str, str], files: list[int]) -> int:
        """The pid of a process that runs `script`, with these three files as its standard ones. Raises OSError."""
        asked = json.dumps({"script": script, "folder": folder, "environment": environment}).encode()
        with self._lock:
            if self._socket is None:
                self._start()
            assert self._socket
            try:
                socket.send_fds(self._socket, [asked], files)
                return int(self._socket.recv(64))
            except (OSError, ValueError) as error:
                self.close()
                raise OSError("the fork server has ended") from error

    def close(self) -> None:
        """Ends the server. The next fork starts another."""
        if self._socket is not None and self._process is not None:
            self._socket.close()
            self._process.wait()
            self._socket = self._process = None

    def _start(self) -> None:
        self._socket, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            command = [sys.executable, "-m", "local.fork_server", str(its.fileno()), " " * SHOWN_BYTES]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[its.fileno()])


class Forked:
    """What MiniStack uses of subprocess.Popen. The process is the child of another, so nobody here knows its exit code.

    Raises OSError.
    """

    returncode: int | None = None
    _pidfd = -1

    def __init__(self, server: ForkServer, script: str, folder: str, environment: dict[str, str]) -> None:
        (its_stdin, stdin), (stdout, its_stdout), (stderr, its_stderr) = (os.pipe() for _ in range(3))
        with (
            os.fdopen(its_stdin) as first,
            os.fdopen(its_stdout, "w") as second,
            os.fdopen(its_stderr, "w") as third,
            contextlib.ExitStack() as mine,
        ):
            self.stdin: TextIO = mine.enter_context(os.fdopen(stdin, "w", buffering=1, encoding="utf-8"))
            self.stdout: TextIO = mine.enter_context(os.fdopen(stdout, encoding="utf-8", errors="replace"))
            self.stderr: TextIO = mine.enter_context(os.fdopen(stderr, encoding="utf-8", errors="replace"))
            self.pid = server.fork(script, folder, environment, [first.fileno(), second.fileno(), third.fileno()])
            mine.pop_all()  # they stay open
        try:
            self._pidfd = os.pidfd_open(self.pid)
        except ProcessLookupError:  # it ended at once
            self.returncode = -1

    def __del__(self) -> None:
        if self._pidfd >= 0:
            os.close(self._pidfd)

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            ended = select.poll()  # `select` takes no descriptor above 1,023, and a burst of uploads has more
            ended.register(self._pidfd, select.POLLIN)
            if not ended.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = -1
        return self.returncode

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)


class SharedLayers(zipfile.ZipFile):
    """A zip which, being a layer, is unpacked once. Unpacking it again makes a link there, with its byte code."""

    def namelist(self) -> list[str]:
        """MiniStack checks the names before it unpacks. Those of a layer that is unpacked already were checked then."""
        return [] if _is_layer(self) and self._shared().exists() else super().namelist()

    def extractall(self, path: Any = None, *more: Any) -> None:
        if not _is_layer(self):
            super().extractall(path, *more)
            return
        if not (shared := self._shared()).exists():
            with tempfile.TemporaryDirectory() as scratch:
                super().extractall(f"{scratch}/layer")
                with contextlib.suppress(OSError):  # another has just done so
                    Path(scratch, "layer").rename(shared)
        Path(path).rmdir()
        Path(path).symlink_to(shared)

    def _shared(self) -> Path:
        digest = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        return Path(tempfile.gettempdir(), f"layer-{digest[:16]}")


def _is_layer(file: zipfile.ZipFile) -> bool:
    """As MiniStack names them, beside `code.zip`."""
    return Path(str(file.filename)).name.startswith("layer_")


def apply() -> None:
    """Puts both into MiniStack, whose workers start by `subprocess.Popen([python, script], …)`."""
    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": SharedLayers})
    if not hasattr(os, "pidfd_open"):
        return
    server = ForkServer()

    def start(command: list[str], **how: Any) -> Any:
        python, *arguments = command
        if python == sys.executable and len(arguments) == 1:
            with contextlib.suppress(OSError):
                return Forked(server, arguments[0], how["cwd"], how["env"])
        return subprocess.Popen(command, **how)

    lambda_runtime.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": start})
