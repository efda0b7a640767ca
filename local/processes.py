"""Processes this cloud owns: each in a session of its own, known by pid *and* start time, stopped as a whole group.

The group matters: the emulator spawns a worker per Lambda and those spawn ffmpeg. A pid alone could, after a reboot,
belong to somebody else; nothing is signalled before the start time was compared.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

PROC = Path("/proc")
BOOT_ID = PROC / "sys/kernel/random/boot_id"
PS_SECONDS = 10


@dataclass(frozen=True)
class Owned:
    """A process we started. `started` tells it from a later process with the same pid."""

    name: str
    pid: int
    started: str
    port: int

    @property
    def alive(self) -> bool:
        return start_time(self.pid) == self.started

    def group(self) -> list[int]:
        """Living members of its process group: itself, workers, encoders; also when the leader is dead already."""
        leader = start_time(self.pid)
        if leader is not None and leader != self.started:
            return []  # the pid went to a stranger, so the group id did too
        return [pid for pid, group in _groups() if group == self.pid]


def start_time(pid: int) -> str | None:
    """When process `pid` started, as an opaque text that no later process can share; None if it is gone or a zombie."""
    if not PROC.is_dir():
        answer = _ps("-o", "stat=,lstart=", "-p", str(pid)).strip()
        return None if not answer or answer.startswith("Z") else answer.split(maxsplit=1)[1]
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{BOOT_ID.read_text().strip()}:{fields[19]}"


def _groups() -> list[tuple[int, int]]:
    """(pid, process group) of every living process."""
    if not PROC.is_dir():
        rows = (line.split() for line in _ps("-A", "-o", "pid=,pgid=,stat=").splitlines())
        return [(int(pid), int(group)) for pid, group, stat in rows if not stat.startswith("Z")]
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] not in "ZX":
                found.append((int(entry.name), int(fields[2])))
    return found


def _ps(*arguments: str) -> str:
    return subprocess.run(
        ["/bin/ps", *arguments], capture_output=True, text=True, timeout=PS_SECONDS, check=False
    ).stdout


class Pidfiles:
    """What runs, one JSON file per process, so that another shell can stop it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> Owned | None:
        try:
            return Owned(**json.loads((self.folder / f"{name}.pid.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, owned: Owned) -> None:
        target = self.folder / f"{owned.name}.pid.json"
        fresh = target.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(owned)))
        fresh.replace(target)

    def remove(self, name: str) -> None:
        (self.folder / f"{name}.pid.json").unlink(missing_ok=True)

    def start(self, name: str, port: int, argv: list[str], env: dict[str, str], cwd: Path, log: Path) -> Owned:
        """Starts `argv` apart from this terminal, with exactly `env`, its output appended to `log`."""
        with log.open("ab") as sink:
            process = subprocess.Popen(
                argv,
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process.returncode = 0  # it outlives this command: from here on it is known by its pid file only
        owned = Owned(name, process.pid, start_time(process.pid) or "gone", port)
        self.write(owned)
        return owned

    def stop(self, name: str, grace_seconds: float) -> bool:
        """Asks the process to end, waits, then ends what is left of its group. True if something was running."""
        owned = self.read(name)
        if owned is None:
            return False
        running = bool(owned.group())
        if owned.alive:
            _signal(owned.pid, signal.SIGTERM)
            wait_until(lambda: not owned.alive, grace_seconds)
        for pid in owned.group():
            _signal(pid, signal.SIGKILL)
        wait_until(lambda: not owned.group(), 5)
        _collect(owned.pid)
        self.remove(name)
        return running


def wait_until(holds: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Whether `holds` came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def _collect(pid: int) -> None:
    """If an ended process was our own child, takes its entry out of the process table."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
