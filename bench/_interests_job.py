"""The job as a process of its own, over segments of JSON lines: started, killed, stopped; and what it wrote."""

import json
import os
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.processes import wait_until

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".venv-flink" / "bin"
STARTED_SECONDS, ENDED_SECONDS = 150, 60
SHORT_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx1g"
"""Half of the processor time of a short run."""


@dataclass
class Job:
    folder: Path
    cache: str
    options: tuple[str, ...] = ()
    source: str = "files"
    jvm_arguments: str = "-Xmx1g"
    code: Path = ROOT
    """Where jobs/ and layers/ are: of another release, in a test."""
    _process: subprocess.Popen[bytes] | None = None
    _segments: int = 0
    log: list[str] = field(default_factory=list)

    @property
    def segments(self) -> Path:
        return self.folder / "segments"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def feed(self, events: Iterable[dict[str, Any]]) -> None:
        """One segment, renamed into place."""
        self.segments.mkdir(parents=True, exist_ok=True)
        name = f"{self._segments:08d}.jsonl"
        self._segments += 1
        hidden = self.segments / f".{name}"
        hidden.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events))
        hidden.rename(self.segments / name)

    def start(self) -> None:
        self.segments.mkdir(parents=True, exist_ok=True)
        self.state.mkdir(exist_ok=True)
        self._pids.unlink(missing_ok=True)
        argv = [
            *(str(PYTHON / "python"), "-m", "jobs.interests.main", "--source", self.source, "--cache", self.cache),
            *("--path", str(self.segments), "--state", str(self.state), "--pid-file", str(self._pids), *self.options),
        ]
        environment = os.environ | {
            "PATH": f"{PYTHON}:{os.environ['PATH']}",
            "PYTHONPATH": f"{self.code}:{self.code / 'layers/common/python'}",
            "FLINK_LOG_DIR": str(self.folder),
            "JVM_ARGS": self.jvm_arguments,
        }
        with (self.folder / "output").open("ab") as output:
            process = self._process = subprocess.Popen(
                argv, cwd=self.code, env=environment, stdout=output, stderr=output
            )
        assert wait_until(lambda: self._pids.exists() or process.poll() is not None, STARTED_SECONDS)
        assert self._pids.exists(), self.output()

    @property
    def _pids(self) -> Path:
        return self.folder / "pids"

    @property
    def jvm(self) -> int:
        return int(json.loads(self._pids.read_text())["jvm"])

    def kill(self) -> None:
        """The JVM and its client die at once, as with a machine."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)  # the client must not say farewell to its JVM
        os.kill(self.jvm, signal.SIGKILL)
        self._process.kill()
        self._process.wait(ENDED_SECONDS)

    def stop(self) -> int:
        """With a savepoint. The exit code."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(ENDED_SECONDS)
        assert wait_until(lambda: not Path(f"/proc/{self.jvm}").exists(), ENDED_SECONDS), "the JVM lives on"
        return code

    def ended(self) -> int:
        assert self._process
        return self._process.wait(STARTED_SECONDS)

    def close(self) -> None:
        if self._process and self._process.poll() is None:
            with suppress(FileNotFoundError, ProcessLookupError):
                os.kill(self.jvm, signal.SIGKILL)
            self._process.kill()
            self._process.wait(ENDED_SECONDS)

    def checkpoints(self) -> int:
        """The number of the newest complete checkpoint."""
        names = [each.parent.name for each in self.state.glob("*/*/chk-*/_metadata")]
        return max((int(name.removeprefix("chk-")) for name in names), default=0)

    def output(self) -> str:
        return (self.folder / "output").read_text()[-4000:]
