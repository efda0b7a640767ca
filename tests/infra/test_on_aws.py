"""docs/on-aws.md names commands nobody could run yet: their operations, options and outputs must at least exist."""

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from infra.catalogue import FUNCTIONS, copies
from tests.infra.templates import Assembly

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "on-aws.md").read_text()
EVERYWHERE = {"query", "output", "region"}
PAGED = {"max-items"}


def _commands() -> set[tuple[str, str, frozenset[str]]]:
    """(service, operation, options) of every `aws …` in the page's shell blocks."""
    found = set()
    for block in re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            for start in [i for i, word in enumerate(words) if word == "aws"]:
                options = frozenset(w.removeprefix("--").rstrip(";") for w in words[start + 3 :] if w.startswith("--"))
                found.add((words[start + 1], words[start + 2], options))
    return found


COMMANDS = sorted(_commands(), key=lambda command: (command[0], command[1], sorted(command[2])))


@cache
def _session() -> Any:
    return botocore.session.get_session()


def _operation(service: str, name: str) -> Any:
    """The operation's model. Raises for a service or an operation that does not exist."""
    model = _session().get_service_model(service)
    (found,) = [operation for operation in model.operation_names if xform_name(operation, "-") == name]
    return model.operation_model(found)


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 30


@pytest.mark.parametrize(("service", "name", "given"), COMMANDS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_command_is_an_operation_of_its_service_with_the_options_it_takes_and_needs(
    service: str, name: str, given: frozenset[str]
) -> None:
    shape = _operation("s3" if service == "s3api" else service, name).input_shape
    assert given <= {xform_name(member, "-") for member in shape.members} | EVERYWHERE | PAGED
    assert {xform_name(member, "-") for member in shape.required_members} <= given


def test_every_output_it_asks_for_exists(prod: Assembly) -> None:
    asked = set(re.findall(r"\$\(out (\w+) (\w+)\)", TEXT))
    assert asked
    outputs = {(stack, name) for stack, template in prod.templates.items() for name in template.get("Outputs", {})}
    assert asked <= outputs


def test_every_file_it_points_to_exists() -> None:
    named = set(re.findall(r"`((?:infra|functions|tests|bench|events)/[\w./]+\.\w+)`", TEXT))
    named |= {f"layers/common/python/{path}" for path in re.findall(r"`(reelstack/\w+\.py)`", TEXT)}
    assert len(named) > 8
    assert not [path for path in named if not (ROOT / path).exists()]


def test_every_log_it_reads_is_a_functions() -> None:
    read = set(re.findall(r"\$\(log_of (\w+)\)", TEXT))
    assert read
    called = set(re.findall(r'--function-name "reelstack-\$STAGE-(\w+)"', TEXT))
    assert read | called <= {line.name for line in [*FUNCTIONS, *copies(FUNCTIONS)]}
