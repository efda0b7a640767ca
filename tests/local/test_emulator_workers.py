"""A forked function is what it would be if a Python of its own had been started for it."""

import json
import os
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator_workers import Forked, ForkServer, SharedLayers

WAIT_SECONDS = 30
SAYS = """
import json, os, random, subprocess, sys
for line in sys.stdin:
    fails = subprocess.run([sys.executable, "-c", "raise SystemExit(3)"]).returncode if line == "run\\n" else None
    own = sorted(name for name in sys.modules if name.split(".")[0] in ("reelstack", "aws_lambda_powertools"))
    print(json.dumps({"folder": os.getcwd(), "environment": dict(os.environ), "argv": sys.argv, "path": sys.path[0],
        "heard": line, "own": own, "boto3": "boto3" in sys.modules, "random": random.random(), "fails": fails,
        "open": sorted(os.listdir("/proc/self/fd"))}))
print("the end", file=sys.stderr)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    made = ForkServer()
    yield made
    made.close()


Start = Callable[[], Forked]


@pytest.fixture
def start(server: ForkServer, tmp_path: Path) -> Iterator[Start]:
    script = tmp_path / "ministack-lambda-probe" / "_worker.py"
    script.parent.mkdir()
    script.write_text(SAYS)
    made: list[Forked] = []

    def start() -> Forked:
        made.append(Forked(server, str(script), str(tmp_path), {"MINE": "1"}))
        return made[-1]

    yield start
    for forked in made:
        forked.kill()
        for file in (forked.stdin, forked.stdout, forked.stderr):
            file.close()


def parent_of(forked: Forked) -> int:
    """The fork server."""
    lines = Path(f"/proc/{forked.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("PPid:"))


def ask(forked: Forked, line: str = "hello") -> Any:
    forked.stdin.write(line + "\n")
    return json.loads(forked.stdout.readline())


def test_it_has_the_script_the_folder_the_environment_and_the_pipes_it_was_given(start: Start, tmp_path: Path) -> None:
    forked = start()
    said = ask(forked)
    script = f"{tmp_path}/ministack-lambda-probe/_worker.py"
    assert (said["folder"], said["environment"], said["heard"]) == (str(tmp_path), {"MINE": "1"}, "hello\n")
    assert (said["argv"], said["path"]) == ([script], str(Path(script).parent))
    assert said["open"] == ["0", "1", "2", "3"], "the last one lists them"
    assert script in Path(f"/proc/{forked.pid}/cmdline").read_text()
    forked.stdin.close()
    assert forked.stderr.read() == "the end\n"
    forked.wait(WAIT_SECONDS)


def test_it_has_libraries_and_nothing_of_ours_nor_what_reads_the_environment(start: Start) -> None:
    said = ask(start())
    assert (said["boto3"], said["own"]) == (True, [])


def test_each_has_chances_of_its_own_and_learns_how_its_children_ended(start: Start) -> None:
    first, second = ask(start(), "run"), ask(start())
    assert first["fails"] == 3
    assert first["random"] != second["random"]


def test_it_ends_with_its_input_and_by_a_signal(start: Start) -> None:
    ended, killed, asked = start(), start(), start()
    for forked in (ended, killed, asked):
        assert ask(forked)
        assert forked.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        killed.wait(0.01)
    ended.stdin.close()
    killed.kill()
    asked.terminate()
    for forked in (ended, killed, asked):
        forked.wait(WAIT_SECONDS)
        assert forked.poll() is not None
        assert not Path(f"/proc/{forked.pid}").exists(), "nothing is left of it"


def test_a_server_that_was_killed_is_replaced_and_what_it_forked_goes_on(start: Start, server: ForkServer) -> None:
    before = start()
    os.kill(parent_of(before), signal.SIGKILL)
    with pytest.raises(OSError, match="ended"):
        start()
    assert ask(start())["heard"] == "hello\n"
    assert ask(before)["heard"] == "hello\n"


def test_it_ends_when_the_emulator_has_and_what_it_forked_goes_on(start: Start, server: ForkServer) -> None:
    forked = start()
    parent = parent_of(forked)
    server.close()
    assert not Path(f"/proc/{parent}").exists()
    assert ask(forked)["heard"] == "hello\n"


def test_a_layer_is_unpacked_once_and_code_for_each_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def unpack(name: str, folder: str, text: str) -> Path:
        """As MiniStack does it, in the folder of one function."""
        place = tmp_path / folder / name
        place.mkdir(parents=True)
        packed = place.with_suffix(".zip")
        with zipfile.ZipFile(packed, "w") as made:
            made.writestr("python/ours.py", text)
        with SharedLayers(packed) as opened:
            assert set(opened.namelist()) <= {"python/ours.py"}
            opened.extractall(place)
        assert (place / "python/ours.py").read_text() == text
        return place

    first, second, other = (unpack("layer_0", folder, text) for folder, text in (("a", "1"), ("b", "1"), ("c", "2")))
    assert first.resolve() == second.resolve() != other.resolve()
    first.unlink()
    assert (second / "python/ours.py").exists(), "what ends takes only its link along"
    assert unpack("code", "d", "1").resolve() == tmp_path / "d/code"
