"""`reelstack password`: asks without showing, and leaves a demo user signed in by its new password."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from local import people
from local.outputs import Outputs
from local.people import Person
from local.places import Places, places
from tests.local.tiny_origin import Asked, TinyOrigin, tiny_origin

OLD, NEW = "Correct-horse-7", "Wrong-zebra-8"
DEMO = [Person("ann", "creator", "Anns-own-1"), Person("bob", "viewer", OLD)]
SECONDS = 60


class Stage:
    """A laptop's cloud, as far as a password goes: sign-in, and the route that changes it."""

    def __init__(self, origin: TinyOrigin, home: Path) -> None:
        self.url = f"{origin.url}/api"
        self.changes: list[dict[str, str]] = []
        self.signed_in: list[str] = []
        origin.answers |= {"POST /": self._sign_in, "POST /api/v1/me/password": self._change}
        said = {name: "" if field.annotation is str else {} for name, field in Outputs.model_fields.items()}
        self.places = Places(home)
        self.places.outputs.parent.mkdir(parents=True, exist_ok=True)
        self.places.outputs.write_text(json.dumps({**said, "edge_url": self.url, "endpoint": origin.url}))
        self.places.users.write_text(json.dumps([vars(person) for person in DEMO]))

    def kept(self) -> dict[str, str]:
        return {person.name: person.password for person in people.read(self.places)}

    def _sign_in(self, asked: Asked) -> tuple[int, Any]:
        self.signed_in.append(json.loads(asked.body)["AuthParameters"]["PASSWORD"])
        return 200, {"AuthenticationResult": {"AccessToken": "a", "RefreshToken": "r", "ExpiresIn": 3600}}

    def _change(self, asked: Asked) -> tuple[int, Any]:
        self.changes.append(json.loads(asked.body))
        if self.changes[-1]["old_password"] == OLD:
            return 204, None
        told = {"type": "https://reelstack.dev/problems/password-wrong", "title": "Not the one of this account"}
        return 403, {**told, "status": 403, "detail": ""}


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stage]:
    monkeypatch.setenv("REELSTACK_LOCAL_DIR", str(tmp_path))
    monkeypatch.delenv("REELSTACK_URL", raising=False)
    with tiny_origin() as origin:
        yield Stage(origin, places().home)


def typed(*command: str, given: str = "", ends: int = 0) -> str:
    """What `reelstack` says, in a process of its own as in a person's shell."""
    argv = [sys.executable, "-m", "cli.main", *command]
    done = subprocess.run(argv, input=given, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == ends, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_demo_user_signs_in_by_the_new_password_from_then_on(stage: Stage) -> None:
    said = typed("password", "--as", "bob", given=f"{OLD}\n{NEW}\n")
    assert stage.changes == [{"old_password": OLD, "new_password": NEW}]
    assert stage.kept() == {"ann": "Anns-own-1", "bob": NEW}
    assert stage.places.users.stat().st_mode & 0o077 == 0, "only its owner may read it"
    assert "every other sign-in has ended" in said
    assert not [password for password in (OLD, NEW) if password in said]
    assert typed("token", "bob") == "a\n"
    assert stage.signed_in == [OLD, NEW]


def test_a_refused_change_leaves_the_old_password(stage: Stage) -> None:
    assert "Not the one of this account (password-wrong, 403)" in typed("password", given=f"guessed\n{NEW}\n", ends=1)
    assert stage.kept()["bob"] == OLD


def test_on_another_stage_one_is_told_to_sign_in_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSTACK_URL", stage.url)
    monkeypatch.setenv("REELSTACK_TOKEN", "mine")
    assert "sign in again with the new password" in typed("password", given=f"{OLD}\n{NEW}\n")
    assert (len(stage.changes), stage.signed_in) == (1, [])
    assert stage.kept()["bob"] == OLD, "a demo user of the laptop is somebody else"


@pytest.mark.parametrize("given", ["", f"{OLD}\n", f"{OLD}\n{NEW}\n{NEW}\n"])
def test_other_than_two_lines_are_not_sent(stage: Stage, given: str) -> None:
    done = CliRunner().invoke(app, ["password"], input=given)
    assert done.exit_code == 2
    assert stage.changes == []


def test_a_terminal_asks_twice_and_shows_nothing(stage: Stage) -> None:
    ours, theirs = pty.openpty()
    argv = [sys.executable, "-m", "cli.main", "password"]
    given: dict[str, Any] = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen(argv, **given, start_new_session=True, close_fds=True) as running:
        os.close(theirs)
        shown = ""
        for asks, answer in (
            ("Current", OLD),
            ("New password", NEW),
            ("again", "a slip"),
            ("New", NEW),
            ("again", NEW),
        ):
            shown += _until(ours, asks)
            os.write(ours, f"{answer}\n".encode())
        shown += _until(ours, None)
        assert running.wait(SECONDS) == 0, shown
    os.close(ours)
    assert "do not match" in shown
    assert "every other sign-in has ended" in shown
    assert not [password for password in (OLD, NEW, "a slip") if password in shown]
    assert stage.changes == [{"old_password": OLD, "new_password": NEW}]


def _until(terminal: int, text: str | None) -> str:
    """What a terminal shows until it asks for `text`, or to its end."""
    shown = ""
    while text is None or not (text in shown and shown.endswith(": ")):
        try:
            shown += os.read(terminal, 4096).decode()
        except OSError:  # EIO: the other end is closed
            assert text is None, shown
            break
    return shown
