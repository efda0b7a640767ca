"""Every command of `reelstack` helps with examples, and what its help names exists."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import typer
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, ProfileNotFound
from typer.testing import CliRunner

from cli.cloud import next_lines
from cli.failures import explain
from cli.main import app
from cli.session import token_provider
from local.outputs import Outputs
from local.places import places
from reelstack.web import Limit
from reelstack_client import NotFound, Refused

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


def test_up_ends_with_lines_that_a_shell_can_run_as_they_stand(tmp_path: Path) -> None:
    """A shell without the environment is told first how to find `reelstack`; no file is named that is not made."""
    here = tmp_path / "reelstack"
    here.touch(mode=0o755)
    lines = next_lines(str(tmp_path))
    assert {line.split()[0] for line in lines} == {"reelstack"}
    assert {line.split()[1] for line in lines} <= set(COMMANDS)
    assert lines.index("reelstack sample clip.mp4") < lines.index('reelstack upload clip.mp4 --title "Hi"')
    first, *rest = next_lines(str(tmp_path / "empty"))
    assert rest == lines
    assert Path(first.removeprefix(". ")).is_file()


def test_a_demo_user_is_named_with_or_without_the_sign_of_a_handle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REELSTACK_LOCAL_DIR", str(tmp_path))
    monkeypatch.delenv("REELSTACK_URL", raising=False)
    here = places()
    for target in (here.outputs, here.users):
        target.parent.mkdir(parents=True, exist_ok=True)
    said = {name: "" if field.annotation is str else {} for name, field in Outputs.model_fields.items()}
    here.outputs.write_text(json.dumps(said | {"endpoint": "http://127.0.0.1:4566"}))
    here.users.write_text(json.dumps([{"name": "bob", "role": "viewer", "password": "secret"}]))
    for name in ("bob", "@bob"):
        assert token_provider(name)
    with pytest.raises(typer.BadParameter, match="no demo user named '@eve'"):
        token_provider("@eve")


def _numbers() -> Iterator[tuple[str, ...]]:
    """Each command, and its options with limits that are no integers."""
    for name, whole in COMMANDS.items():
        for of_group, command in getattr(whole, "commands", {"": whole}).items():
            for option in command.params:
                is_number = getattr(option, "bare_type", None) is float
                if is_number and (option.min, option.max) != (None, None):
                    yield tuple(filter(None, (name, of_group, option.opts[0])))


@pytest.mark.parametrize("given", ["nan", "inf", "-1"])
@pytest.mark.parametrize("words", list(_numbers()), ids=" ".join)
def test_an_option_with_limits_takes_numbers_within_them_only(words: tuple[str, ...], given: str) -> None:
    shown = CliRunner().invoke(app, [*words, given])
    assert shown.exit_code == 2, shown.output
    assert f"Invalid value for '{words[-1]}'" in shown.output


LOCAL = {"up", "down", "status", "logs", "time", "sample", "npm", "simulate"}
OF_STAGES = {
    *("synth", "deploy", "destroy", "cost", "capacity", "bench", "check-hls", "doctor", "profiles", "experiments"),
    "feed-snapshot",
    "tiering",
}


def test_every_command_that_signs_in_says_as_whom() -> None:
    named = {name for name, command in COMMANDS.items() if any("--as" in one.opts for one in command.params)}
    assert set(COMMANDS) - named == LOCAL | OF_STAGES


@pytest.mark.parametrize(("search_url", "named"), [("http://127.0.0.1:9200", True), ("", False)])
def test_who_names_an_unknown_user_is_told_to_search_only_where_there_is_search(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, search_url: str, named: bool
) -> None:
    monkeypatch.setenv("REELSTACK_LOCAL_DIR", str(tmp_path))
    monkeypatch.delenv("REELSTACK_URL", raising=False)
    said = {name: "" if field.annotation is str else {} for name, field in Outputs.model_fields.items()}
    places().outputs.parent.mkdir(parents=True, exist_ok=True)
    places().outputs.write_text(json.dumps({**said, "search_url": search_url}))
    told = explain(NotFound(404, "user-not-found", "There is no such person", "", {}))
    assert told
    assert "a handle begins with @" in told.lower()
    assert ("reelstack search" in told) is named


def test_a_cloud_that_does_not_answer_a_command_of_its_own_apis_is_no_traceback() -> None:
    told = explain(EndpointConnectionError(endpoint_url="http://127.0.0.1:4566/applications"))
    assert told
    assert "127.0.0.1:4566" in told
    assert "reelstack up" in told
    assert explain(RuntimeError("a defect")) is None


def test_money_and_moments_of_a_refusal_are_written_as_people_do() -> None:
    extra = {"price_microdollars": 256, "limit_dollars": 1e-07, "ready_by": 1796083459766, "tier": "Bulk"}
    told = explain(Refused(409, "restore-too-costly", "Too dear", "", extra))
    assert told
    assert told.splitlines()[1:] == [
        "  price: 0.000256 $",
        "  limit: 1e-07 $",
        "  ready by: 2026-12-01 00:04:19 UTC",
        "  tier: Bulk",
    ]


@pytest.mark.parametrize(
    ("name", "value", "told"), [("LADDER", "populer", "ladder_policy"), ("AV1_RUNGS", "abc", "'abc'")]
)
def test_a_variable_of_the_laptops_stage_that_is_wrong_is_named_before_anything_begins(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"REELSTACK_LOCAL_{name}", value)
    monkeypatch.delitem(sys.modules, "infra.stages", raising=False)
    shown = CliRunner().invoke(app, ["up"])
    assert shown.exit_code == 2, shown.output
    assert "REELSTACK_LOCAL_" in shown.output
    assert told in shown.output


def test_a_shell_without_credentials_is_told_so_and_not_by_a_traceback() -> None:
    for error in (NoCredentialsError(), ProfileNotFound(profile="work")):
        told = explain(error)
        assert told
        assert str(error) in told
        assert "AWS_PROFILE" in told


def test_a_commands_limit_is_what_the_api_takes() -> None:
    """But for commands that go through pages themselves, and for the feed, whose pages are of other sizes."""
    most = next(one.le for one in get_args(Limit)[1].metadata if hasattr(one, "le"))
    limits = {name: one.max for name, c in COMMANDS.items() for one in c.params if one.name == "limit"}
    assert {name for name, limit in limits.items() if limit != most} == {"feed", "reencode"}
