"""The Flink job of the laptop cloud: what it needs, and which processes it is."""

from pathlib import Path

import pytest

from local import choices, engines
from local.choices import Choices
from local.errors import ChoiceInvalid, ProgramMissing
from local.places import Places
from local.ports import Ports
from local.services import ORDER, Services

PORTS = Ports(aws=1, edge=2, cache=3, search=4)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    made = Places(tmp_path / "cloud")
    made.make()
    return Services(made, PORTS, Choices(engines=True))


def test_it_is_stopped_before_what_it_reads_and_writes() -> None:
    stopped = list(reversed(ORDER))
    assert stopped.index("interests") < min(stopped.index(name) for name in ("segments", "cache", "aws"))


def test_without_the_choice_no_engine_is_started() -> None:
    assert Choices().processes == ("aws", "cache", "search", "edge")
    assert Choices(engines=True).processes == ("aws", "cache", "search", "edge", "segments", "interests")


def test_the_choice_is_kept_and_can_be_taken_back(tmp_path: Path) -> None:
    kept = tmp_path / "choices.json"
    kept.write_text(choices.choose(kept, engines=True).model_dump_json())
    assert choices.choose(kept).engines
    assert not choices.choose(kept, engines=False).engines


def test_profile_core_has_nothing_that_it_could_read(tmp_path: Path) -> None:
    with pytest.raises(ChoiceInvalid, match="profile full"):
        choices.choose(tmp_path / "choices.json", "core", engines=True)


def test_a_machine_without_java_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engines, "PYTHON", tmp_path)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramMissing, match="openjdk-17"):
        engines.require()


def test_an_older_java_is_told_by_its_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(engines, "PYTHON", java)
    with pytest.raises(ProgramMissing, match="there is Java 11"):
        engines.require()


def test_a_cache_that_does_not_answer_is_no_heartbeat(services: Services) -> None:
    assert engines.heartbeat(services) == "no heartbeat"


def test_people_are_told_that_the_job_starts_anew(tmp_path: Path) -> None:
    """Of the start that they wait for: the log is that of all."""
    log = tmp_path / "interests.log"
    log.write_text("interests: starts anew, once\n")
    begins = log.stat().st_size
    with log.open("a") as more:
        more.write("interests: starts at file:///s\nCaused by: x\ninterests: starts anew: /s cannot be read\n")
    assert engines.said(log, begins) == ["starts anew: /s cannot be read"]
