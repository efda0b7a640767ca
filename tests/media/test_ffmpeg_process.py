"""How programs are run: bounded, without secrets, and with their complaints turned into reasons."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reelstack.media import ffmpeg_process
from reelstack.media.ffmpeg_process import ProgramFailed, ProgramMissing, ProgramTooSlow
from reelstack.platform.config import PREFIX, config

Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a shell script where ffmpeg is configured to be."""

    def write(script: str) -> None:
        program = tmp_path / "ffmpeg"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv(PREFIX + "FFMPEG_PATH", str(program))
        config.cache_clear()
        ffmpeg_process._check.cache_clear()

    return write


def test_a_program_finds_no_credentials_in_its_environment(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    install("/usr/bin/env")
    seen = ffmpeg_process.ffmpeg([], 10).output
    assert "hunter2" not in seen
    assert "AWS" not in seen


def test_a_program_that_hangs_is_killed(install: Install) -> None:
    install('[ "$1" = -version ] || exec /bin/sleep 60')
    with pytest.raises(ProgramTooSlow):
        ffmpeg_process.ffmpeg(["-i", "x"], 0.3)


def test_endless_complaints_do_not_fill_the_memory(install: Install) -> None:
    install('[ "$1" = -version ] || { /usr/bin/head -c 9000000 /dev/zero >&2; echo the end >&2; exit 3; }')
    with pytest.raises(ProgramFailed) as failed:
        ffmpeg_process.ffmpeg(["-i", "x"], 20)
    assert len(failed.value.complaint) <= ffmpeg_process.COMPLAINT_BYTES
    assert failed.value.complaint.endswith("the end\n")


def test_a_program_that_lost_its_executable_bit_is_missed(install: Install, tmp_path: Path) -> None:
    install("true")
    (tmp_path / "ffmpeg").chmod(0o644)
    with pytest.raises(ProgramMissing):
        ffmpeg_process.ffmpeg([], 10)


@pytest.mark.parametrize(
    ("complaint", "reason"),
    [
        ("[mov,mp4 @ 0x55] moov atom not found\nError opening input files", "truncated"),
        ("[mov,mp4 @ 0x55] stream 0, offset 0x1: partial file\n", "truncated"),
        ("Invalid data found when processing input", "corrupt"),
        ("", "corrupt"),
    ],
)
def test_a_complaint_names_the_reason(complaint: str, reason: str) -> None:
    assert ffmpeg_process.blame(ProgramFailed("/opt/bin/ffmpeg", 1, complaint)).reason == reason


def test_a_reason_shows_nothing_of_the_machine() -> None:
    failed = ProgramFailed("/opt/bin/ffmpeg", 1, "Error opening input file /tmp/reelstack-x/original: bad data")
    assert "/tmp" not in ffmpeg_process.blame(failed).detail


@pytest.mark.usefixtures("programs")
def test_no_other_protocol_is_opened(tmp_path: Path) -> None:
    """Even asked for by name: the list of protocols holds files only."""
    arguments = ffmpeg_process.reading(tmp_path / "x", "mov")
    with pytest.raises(ProgramFailed) as failed:
        ffmpeg_process.ffprobe([*arguments[:-1], "http://127.0.0.1:9/clip.mp4"], 10)
    assert "not on whitelist" in failed.value.complaint
