"""Every command of `reelstack` helps with examples, and what its help names exists."""

import re

import pytest
import typer
from typer.testing import CliRunner

from cli.main import app

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # it is a group
NAMED = re.compile(r"reelstack ([a-z][a-z-]*)([^`\n]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z-]+")


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"npm"}))
def test_a_commands_help_has_examples_that_can_be_typed(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    text = COMMANDS[name].help
    assert f"reelstack {name}" in text
    for named, rest in NAMED.findall(text):
        assert named in COMMANDS, rest
        known = {option for one in COMMANDS[named].params for option in (*one.opts, *one.secondary_opts)}
        assert set(OPTION.findall(rest)) <= known or named == "bench", rest


def test_the_first_walk_names_commands_that_exist() -> None:
    assert {named for named, _ in NAMED.findall(app.info.help)} <= set(COMMANDS)
