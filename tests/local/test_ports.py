"""Ports: where each number comes from, and what is said when somebody else is on one."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import ports
from local.errors import PortsInvalid, PortTaken


@pytest.fixture
def listener() -> Iterator[int]:
    """A port that this very process listens on."""
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        yield server.getsockname()[1]


def test_without_wishes_the_defaults_hold(tmp_path: Path) -> None:
    assert ports.choose(tmp_path / "ports.json", {}).model_dump() == ports.DEFAULTS


def test_a_flag_beats_the_environment_which_beats_the_saved_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = tmp_path / "ports.json"
    saved.write_text(json.dumps({"aws": 1001, "edge": 1002, "cache": 1003}))
    monkeypatch.setenv("REELSTACK_PORT_EDGE", "2002")
    monkeypatch.setenv("REELSTACK_PORT_CACHE", "2003")
    chosen = ports.choose(saved, {"cache": 3003, "aws": None})
    assert (chosen.aws, chosen.edge, chosen.cache) == (1001, 2002, 3003)


def test_what_is_no_port_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSTACK_PORT_EDGE", "eighty")
    with pytest.raises(PortsInvalid, match="edge='eighty'"):
        ports.choose(tmp_path / "ports.json", {})


def test_a_clash_names_who_holds_the_port_and_another_port(listener: int) -> None:
    with pytest.raises(PortTaken) as refused:
        ports.require_free("edge", listener)
    said = str(refused.value)
    assert f"port {listener}" in said
    assert f"pid {os.getpid()} (" in said
    assert f"reelstack up --edge-port {listener + 1000}" in said


def test_a_free_port_is_free_until_somebody_listens(listener: int) -> None:
    (port,) = ports.free(1)
    assert ports.is_free(port)
    ports.require_free("edge", port)
    assert not ports.is_free(listener)


def test_free_ports_are_different() -> None:
    assert len(set(ports.free(20))) == 20
