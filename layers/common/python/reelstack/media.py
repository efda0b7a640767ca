"""Runs ffmpeg and ffprobe as programs: bounded in time and output, reading local files only, knowing no secret."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from reelstack.config import config
from reelstack.containers import Container
from reelstack.reasons import Refused

MAX_OUTPUT_BYTES = 64 * 1024 * 1024
COMPLAINT_BYTES = 16 * 1024
VERSION_SECONDS = 20
MAX_ALLOCATION = 1024 * 1024 * 1024
"""Bytes a program may ask for at once: a hostile header cannot take the machine's memory."""

TRUNCATED = ("moov atom not found", "partial file", "truncating packet", "end of file", "file ended prematurely")


class ProgramFailed(RuntimeError):
    """A program ended with an error. `complaint` is the end of what it wrote to its standard error."""

    def __init__(self, program: str, code: int, complaint: str) -> None:
        super().__init__(f"{Path(program).name} ended with {code}: {complaint[-2000:]}")
        self.complaint = complaint


class ProgramTooSlow(RuntimeError):
    """A program did not end in its time and was killed."""


class ProgramMissing(RuntimeError):
    """The configured path holds no program that runs."""


@dataclass(frozen=True)
class Ran:
    output: str
    complaint: str


def ffmpeg(arguments: list[str], seconds: float) -> Ran:
    """Runs ffmpeg for at most `seconds`. Raises ProgramFailed or ProgramTooSlow."""
    return _run(config().ffmpeg_path, ["-nostdin", "-hide_banner", "-nostats", "-y", *arguments], seconds)


def ffprobe(arguments: list[str], seconds: float) -> Ran:
    """Runs ffprobe for at most `seconds`. Raises ProgramFailed or ProgramTooSlow."""
    return _run(config().ffprobe_path, ["-hide_banner", *arguments], seconds)


def reading(path: Path, container: Container, *options: str) -> list[str]:
    """The arguments that open a clip. The demuxer is named, so that no playlist is ever followed."""
    safe = ["-protocol_whitelist", "file", "-max_alloc", str(MAX_ALLOCATION), "-f", container]
    return [*safe, *options, "-i", f"file:{path}"]


def blame(failed: ProgramFailed) -> Refused:
    """The reason to store when a program could not read an upload."""
    complaint = failed.complaint.strip()
    last_line = complaint.splitlines()[-1] if complaint else "unreadable"
    truncated = any(sign in complaint.lower() for sign in TRUNCATED)
    return Refused("truncated" if truncated else "corrupt", _without_paths(last_line))


def _without_paths(line: str) -> str:
    return " ".join(word for word in line.split() if "/" not in word)


def _run(program: str, arguments: list[str], seconds: float) -> Ran:
    _check(program)
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaints:
        try:
            # An empty environment: what decodes hostile files must not find credentials beside it.
            ended = subprocess.run(
                [program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=complaints,
                env={},
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise ProgramTooSlow(f"{Path(program).name} took more than {seconds:.0f} s") from late
        complaint = _tail(complaints, COMPLAINT_BYTES)
        if ended.returncode != 0:
            raise ProgramFailed(program, ended.returncode, complaint)
        return Ran(_tail(output, MAX_OUTPUT_BYTES), complaint)


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
