"""Hostile and odd files go through the real steps: each ends as it must, soon, and nothing is heard of it outside."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench._memory import PeakMemory
from reelstack.failure_reasons import REASONS
from reelstack.platform.config import PREFIX, config
from tests.clips import FFMPEG, FFPROBE
from tests.corpus.case import MKV, PLAYS, Case
from tests.corpus.hostile import BOMBS, BROKEN, DISGUISED, LINKS
from tests.corpus.odd import ODD, PHONE, PLACE

SECONDS = 60
"""For all steps of one file, on a busy machine."""
MOST_MEMORY_MIB = 1500


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[str, list[Any]]]:
    """An address, and who connected to it."""
    heard: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, caller = server.accept()
                except OSError:
                    return
                heard.append(caller)
                connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: Any) -> Path:
    """Programs that write their environment into a file before they begin. Returns the file."""
    seen = tmp_path / "environments"
    for field, program in (("FFMPEG_PATH", FFMPEG), ("FFPROBE_PATH", FFPROBE)):
        script = tmp_path / field
        script.write_text(f'#!/bin/sh\n/usr/bin/env >> {seen}\nexec {program} "$@"\n')
        script.chmod(0o755)
        monkeypatch.setenv(PREFIX + field, str(script))
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token-of-the-role")
    config.cache_clear()
    return seen


def _produce(production: Any) -> str:
    """How the steps end for what was uploaded: PLAYS, or the reason that is stored."""
    probed = production.run("probe")
    if probed["outcome"] == "rejected":
        return str(probed["reason"])
    first = production.run("encode_first_rung")
    if first["outcome"] == "rejected":
        return str(first["reason"])
    for segment in probed["segments"]:
        production.run("transcode", segment=segment)
    production.run("package")
    return PLAYS


@pytest.fixture
def outcome(production: Any, tmp_path: Path, canary: tuple[str, list[Any]], watched: Path) -> Callable[[Case], str]:
    """outcome(case): how its production ends, after holding it to what every file is held to."""
    address, heard = canary

    def run(case: Case) -> str:
        folder = tmp_path / case.name.replace(" ", "-").replace(",", "")
        folder.mkdir()
        path = folder / ("clip.mkv" if case.content_type == MKV else "clip.mp4")
        case.make(path, address)
        production.clear()
        production.upload(path, content_type=case.content_type)
        started = time.monotonic()
        with PeakMemory() as programs:
            ended = _produce(production)
        took = time.monotonic() - started
        assert took < SECONDS, case.name
        assert programs.peak_kib < MOST_MEMORY_MIB * 1024, case.name
        assert heard == [], case.name
        environments = watched.read_text() if watched.exists() else ""
        assert "AWS" not in environments
        assert "REELSTACK" not in environments
        assert ended == PLAYS or not REASONS[ended].retryable
        assert ("v/v1/1/master.m3u8" in production.objects("media")) == (ended == PLAYS), case.name
        if ended == PLAYS:
            asset = json.loads(production.objects("intermediates", "work/u1/1/asset.json")["work/u1/1/asset.json"])
            assert asset["conformance"] == [], case.name
        return ended

    return run


@pytest.mark.parametrize(
    "group",
    [
        pytest.param(DISGUISED, id="disguised"),
        pytest.param(BROKEN, id="broken"),
        pytest.param(BOMBS, id="bombs", marks=pytest.mark.engines),
        pytest.param(LINKS, id="links", marks=pytest.mark.engines),
    ],
)
def test_a_hostile_file_ends_as_it_must(group: tuple[Case, ...], outcome: Callable[[Case], str]) -> None:
    assert {case.name: outcome(case) for case in group} == {case.name: case.ends for case in group}


@pytest.mark.engines
@pytest.mark.parametrize("case", ODD, ids=lambda case: case.name)
def test_an_odd_clip_plays(case: Case, outcome: Callable[[Case], str]) -> None:
    assert outcome(case) == PLAYS


def test_nothing_a_phone_wrote_into_a_file_is_published(outcome: Callable[[Case], str], production: Any) -> None:
    case = next(case for case in ODD if case.name == "where it was filmed")
    assert outcome(case) == PLAYS
    original = production.objects("uploads", "originals/")
    assert PLACE.encode() in b"".join(original.values())
    for key, content in production.objects("media").items():
        for private in (PLACE, PLACE[:8], PHONE):
            assert private.encode() not in content, key


def test_there_are_enough_of_them() -> None:
    names = [case.name for case in (*DISGUISED, *BROKEN, *BOMBS, *LINKS, *ODD)]
    assert len(names) == len(set(names)) >= 70
