"""Which port each process listens on, and who is in the way if one is taken.

A port comes from a flag of `reelstack up`, else from REELSTACK_PORT_<NAME>, else from `.local/ports.json`, else from
the defaults below. What `up` used is written to `.local/ports.json`, so that the next `up` finds the same addresses.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local.errors import PortsInvalid, PortTaken

HOST = "127.0.0.1"
PROC = Path("/proc")
LISTENING = "0A"

Port = Field(ge=1, le=65535)


class Ports(BaseModel):
    """One port per process, all on 127.0.0.1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aws: int = Port
    edge: int = Port
    cache: int = Port
    search: int = Port


DEFAULTS = {"aws": 4566, "edge": 8080, "cache": 6390, "search": 9290}


def choose(saved: Path, flags: dict[str, int | None]) -> Ports:
    """The ports to use: flags before environment before `saved` before the defaults."""
    chosen: dict[str, int | str] = dict(DEFAULTS)
    if saved.exists():
        chosen |= json.loads(saved.read_text())
    for name in DEFAULTS:
        chosen[name] = os.environ.get(f"REELSTACK_PORT_{name.upper()}", chosen[name])
    chosen |= {name: port for name, port in flags.items() if port is not None}
    try:
        return Ports.model_validate(chosen)
    except ValidationError as error:
        wrong = ", ".join(f"{problem['loc'][0]}={problem['input']!r}" for problem in error.errors())
        raise PortsInvalid(f"not a port number: {wrong}") from error


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free(count: int) -> list[int]:
    """`count` different ports that nobody listens on now, as the system hands them out."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def require_free(name: str, port: int) -> None:
    """Raises PortTaken, saying who holds the port and how to choose another."""
    if not is_free(port):
        raise PortTaken(
            f"port {port}, wanted by {name}, is held by {holder(port)}. "
            f"Stop that program, or choose another port: reelstack up --{name}-port {port + 1000} "
            f"(or REELSTACK_PORT_{name.upper()}={port + 1000})"
        )


def holder(port: int) -> str:
    """Who listens on `port`, as far as this user may see: "pid 4242 (python -m http.server)"."""
    pid = _pid_by_proc(port) if PROC.is_dir() else _pid_by_lsof(port)
    if pid is None:
        return "a program of another user"
    return f"pid {pid} ({_command(pid)})"


def _pid_by_proc(port: int) -> int | None:
    """Linux: the inode of the listening socket leads to the process that has it open."""
    inodes = set()
    for table in ("net/tcp", "net/tcp6"):
        try:
            rows = (PROC / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in (row.split() for row in rows):
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                if any(str(link.readlink()) in inodes for link in (entry / "fd").iterdir()):
                    return int(entry.name)
            except OSError:
                continue  # another user's process, or gone
    return None


def _pid_by_lsof(port: int) -> int | None:
    lsof = shutil.which("lsof", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if lsof is None:
        return None
    answer = subprocess.run(
        [lsof, "-t", f"-iTCP:{port}", "-sTCP:LISTEN"], capture_output=True, text=True, timeout=10, check=False
    ).stdout.split()
    return int(answer[0]) if answer else None


def _command(pid: int) -> str:
    try:
        return (PROC / str(pid) / "cmdline").read_text().replace("\0", " ").strip()[:120]
    except OSError:
        return "?"
