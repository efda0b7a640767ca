"""The Flink job `interests` of a laptop cloud, and the feeder of segments that it reads where there is no connector.

The job is a Python client and the JVM that it starts, in one process group: a client that was killed leaves the JVM,
which ends with its group (local/processes.py). Its state, the newest checkpoint or the savepoint of an orderly end, is
kept in state/interests: the next start goes on there, or begins anew where the job cannot read it. It listens on
127.0.0.1 alone, on ports that nobody chose.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import valkey

from local.errors import NotReady, ProgramMissing
from local.places import ROOT
from local.ports import HOST
from local.services import ACCOUNT, REGION, Services
from reelstack.feed import live_signals

OLDEST_JAVA = 17
PYTHON = ROOT / ".venv-flink" / "bin" / "python"
CONNECTOR = ROOT / "build" / "interests" / "connectors.jar"
"""What jobs/interests/pom.xml builds; without it segments are read."""
STREAM = "reelstack-local-events"
ANSWER_SECONDS = 2
JOB_SECONDS = 180
"""Flink plans a dozen statements first: 20 s on a quiet machine."""
TELL_SECONDS = 10
TOLD = re.compile(r"^interests: (starts (?:anew|at the state before).*)$", re.MULTILINE)
"""What the job's log says when it does not go on where it ended."""


def require() -> None:
    """Raises ProgramMissing, with what to do, if the job cannot run on this machine."""
    if not PYTHON.exists():
        raise ProgramMissing("PyFlink is not installed: `make up ENGINES=1` does, or python3 local/bootstrap.py flink")
    require_java("the Flink job", " Without the job: reelstack up --no-engines")


def require_java(who: str, otherwise: str = "") -> None:
    """Raises ProgramMissing."""
    found = java_version()
    if found is None or found < OLDEST_JAVA:
        what = f"Java {found}" if found else "no Java"
        raise ProgramMissing(
            f"{who} needs Java ≥ {OLDEST_JAVA}, and there is {what}. On Debian and Ubuntu: apt install "
            f"openjdk-17-jre-headless.{otherwise}"
        )


def java_version() -> int | None:
    """Of JAVA_HOME, or else of PATH; None if there is none."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin/java") if home else shutil.which("java")
    if java is None:
        return None
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    except OSError:
        return None
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else None


def start(services: Services, told: Callable[[str], None] = lambda _: None) -> str:
    """Starts what does not run, and says by which way the job reads. Returns when its heartbeat is fresh; until then
    `told` hears how long it has been waited for."""
    by_connector = CONNECTOR.exists()
    if by_connector:
        services.stop("segments")
    else:
        _start_feeder(services)
    log = services.log("interests")
    begins = log.stat().st_size if log.exists() else 0
    services.start_engine("interests", _job(services, by_connector=by_connector), _environment(services), lambda: True)
    _await_heartbeat(services, told)
    reads = "reads segments of the stream: no connector here (mvn -f jobs/interests/pom.xml package)"
    return "; ".join(("reads Kinesis by the connector" if by_connector else reads, *said(log, begins)))


def said(log: Path, begins: int) -> list[str]:
    """What people are told of a start whose log begins at this byte."""
    return TOLD.findall(log.read_bytes()[begins:].decode(errors="replace"))


def heartbeat(services: Services) -> str:
    """For people: "heartbeat 0.4 s ago, 0.0 s behind"."""
    beat = _beat(services)
    if beat is None:
        return "no heartbeat"
    age = max(time.time() * 1000 - beat.written_at, 0) / 1000
    return f"heartbeat {age:.1f} s ago, {beat.lag_ms / 1000:.1f} s behind"


def _beat(services: Services) -> live_signals.Heartbeat | None:
    try:
        with valkey.Valkey(HOST, services.ports.cache, socket_timeout=ANSWER_SECONDS) as client:
            return live_signals.read_heartbeat(client)
    except (valkey.exceptions.ValkeyError, live_signals.UnknownVersion):
        return None


def _await_heartbeat(services: Services, told: Callable[[str], None]) -> None:
    """A heartbeat of the process that runs now. Raises NotReady."""
    began = time.time() * 1000

    def beats() -> bool:
        beat = _beat(services)
        waited = (time.time() * 1000 - began) / 1000
        told(f"no heartbeat yet, {waited // TELL_SECONDS * TELL_SECONDS:.0f} of {JOB_SECONDS} s")
        return beat is not None and beat.written_at > began

    if not services.wait_for("interests", beats, JOB_SECONDS):
        tail = services.log("interests").read_text(errors="replace").splitlines()[-15:]
        raise NotReady(f"the Flink job wrote no heartbeat within {JOB_SECONDS} s.\n" + "\n".join(tail))


def _start_feeder(services: Services) -> None:
    argv = [sys.executable, "-m", "local.segment_feeder", "--endpoint", services.endpoint_of("kinesis")]
    argv += ["--stream", STREAM, "--path", str(segments(services))]
    services.start_engine("segments", argv, services.administrator() | {"PYTHONPATH": str(ROOT)}, lambda: True)


def segments(services: Services) -> Path:
    folder = services.places.state / "segments"
    folder.mkdir(exist_ok=True)
    return folder


def _job(services: Services, *, by_connector: bool) -> list[str]:
    state = services.places.state / "interests"
    state.mkdir(exist_ok=True)
    argv = [str(PYTHON), "-m", "jobs.interests.main", "--cache", services.cache_url, "--state", str(state)]
    if not by_connector:
        return [*argv, "--source", "files", "--path", str(segments(services))]
    arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{STREAM}"
    argv += ["--source", "kinesis", "--stream-arn", arn, "--region", REGION, "--position", "TRIM_HORIZON"]
    return [*argv, "--endpoint", services.endpoint_of("kinesis"), "--jar", str(CONNECTOR)]


def _environment(services: Services) -> dict[str, str]:
    """The job's own environment comes first on PATH: Flink calls `python` for its workers."""
    java = {"JAVA_HOME": os.environ["JAVA_HOME"]} if "JAVA_HOME" in os.environ else {}
    return {
        **services.administrator(),
        **java,
        "PATH": os.pathsep.join((str(PYTHON.parent), "/usr/bin", "/bin")),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "layers/common/python"))),
        # Else PyFlink serves workers of its own on every interface; the job's Python runs in the JVM's threads.
        "_python_worker_execution_mode": "process",
        "FLINK_LOG_DIR": str(services.places.logs),
    }
