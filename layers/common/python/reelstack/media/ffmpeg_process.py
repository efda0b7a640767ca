"""Runs ffmpeg and ffprobe as programs: bounded in time, memory and output, reading local files, knowing no secret."""

import os
import resource
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from reelstack.failure_reasons import Refused
from reelstack.media import complaints
from reelstack.media.file_types import Container
from reelstack.platform.config import config

MAX_OUTPUT_BYTES = 64 * 1024 * 1024
COMPLAINT_BYTES = 16 * 1024
VERSION_SECONDS = 20
MAX_ALLOCATION = 1024 * 1024 * 1024
"""Bytes a program may ask for at once: a hostile header cannot take the machine's memory."""
MAX_PIXELS = 4096 * 2304
"""Of one picture, wherever in the file it comes: 4K. The header may promise less."""
MAX_TRACKS = 256
"""Of any kind. How many pictures and sounds there may be among them is probe's to say."""
MAX_FILE_BYTES = 4 * 1024 * 1024 * 1024
PROBE_MEMORY_BYTES = 1024 * 1024 * 1024
DEFAULT_MEMORY_MIB = 8192
"""Where no Lambda says how much there is."""
CPU_SHARE = 0.8
"""Of what all cores could give in a program's time: work that is too much is told from a machine that is busy."""
MAX_OPEN_FILES = 256

TRUNCATED = complaints.TRUNCATED
TOO_LARGE, TOO_MANY = "exceeds specified max pixel count", "exceeds max_streams"


class ProgramFailed(RuntimeError):
    """A program ended with an error. `complaint` is the end of what it wrote to its standard error."""

    def __init__(self, program: str, code: int, complaint: str) -> None:
        super().__init__(f"{Path(program).name} ended with {code}: {complaint[-2000:]}")
        self.complaint = complaint


class ProgramTooSlow(RuntimeError):
    """A program did not end in its time and was killed."""


class ProgramTooGreedy(ProgramFailed):
    """A program was stopped because it took more processor time or memory, or wrote more, than it may."""


class ProgramMissing(RuntimeError):
    """The configured path holds no program that runs."""


@dataclass(frozen=True)
class Ran:
    output: str
    complaint: str


@dataclass(frozen=True)
class Limits:
    """What one run may take: seconds on the clock and of processor time, bytes of memory and of any file it writes."""

    seconds: float
    cpu_seconds: float
    memory_bytes: int
    file_bytes: int


def ffmpeg(arguments: list[str], seconds: float) -> Ran:
    """Runs ffmpeg for at most `seconds`. Raises ProgramFailed, ProgramTooGreedy or ProgramTooSlow."""
    cores, mebibytes = os.cpu_count() or 1, int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", DEFAULT_MEMORY_MIB))
    limits = Limits(seconds, seconds * cores * CPU_SHARE, mebibytes * 1024 * 1024, MAX_FILE_BYTES)
    return _run(config().ffmpeg_path, ["-nostdin", "-hide_banner", "-nostats", "-y", *arguments], limits)


def ffprobe(arguments: list[str], seconds: float) -> Ran:
    """Runs ffprobe for at most `seconds`. Raises ProgramFailed, ProgramTooGreedy or ProgramTooSlow."""
    limits = Limits(seconds, seconds * CPU_SHARE, PROBE_MEMORY_BYTES, MAX_OUTPUT_BYTES)
    return _run(config().ffprobe_path, ["-hide_banner", *arguments], limits)


def reading(path: Path, container: Container, *options: str) -> list[str]:
    """The arguments that open a clip. The demuxer is named, so that no playlist is ever followed."""
    safe = ["-protocol_whitelist", "file", "-max_alloc", str(MAX_ALLOCATION), "-f", container]
    safe += ["-max_streams", str(MAX_TRACKS), "-max_pixels", str(MAX_PIXELS)]
    return [*safe, *options, "-i", f"file:{path}"]


def blame(failed: ProgramFailed) -> Refused:
    """The reason to store when a program could not read an upload."""
    complaint = failed.complaint.strip()
    if isinstance(failed, ProgramTooGreedy):
        return Refused("too-demanding", complaint=complaint)
    if TOO_MANY in complaint:
        return Refused("too-many-streams", f"The file holds more than {MAX_TRACKS} tracks.", complaint)
    if TOO_LARGE in complaint:
        return Refused("too-large-picture")
    return Refused(complaints.reason(complaint), complaints.sentence(complaint), complaint)


def _run(program: str, arguments: list[str], limits: Limits) -> Ran:
    _check(program)
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as said:
        # An empty environment: what decodes hostile files must not find credentials beside it.
        with subprocess.Popen(
            [program, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=said, env={}
        ) as running:
            _hold(running.pid, limits)
            try:
                code = running.wait(limits.seconds)
            except subprocess.TimeoutExpired as late:
                raise ProgramTooSlow(f"{Path(program).name} took more than {limits.seconds:.0f} s") from late
            finally:
                running.kill()
        complaint = _tail(said, COMPLAINT_BYTES)
        if -code in (signal.SIGXCPU, signal.SIGXFSZ, signal.SIGKILL) or (code and "annot allocate memory" in complaint):
            raise ProgramTooGreedy(program, code, complaint)
        if code != 0:
            raise ProgramFailed(program, code, complaint)
        return Ran(_tail(output, MAX_OUTPUT_BYTES), complaint)


def _hold(pid: int, limits: Limits) -> None:
    """Sets the limits on a program that has just begun, where the system can (Linux). No callback beside threads."""
    if not hasattr(resource, "prlimit"):
        return
    cpu = max(1, round(limits.cpu_seconds))
    for what, most in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_DATA, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.prlimit(pid, what, (most, most))
        except ProcessLookupError:
            return  # it has ended already


def _tail(file: IO[bytes], limit: int) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - limit))
    return file.read().decode("utf-8", "replace")


@cache
def _check(program: str) -> None:
    """Raises ProgramMissing. A layer that lost its executable bit must not end in whatever else is on PATH."""
    try:
        subprocess.run([program, "-version"], capture_output=True, env={}, timeout=VERSION_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise ProgramMissing(f"{program}: {error}") from error
