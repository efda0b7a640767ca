"""Nobody changes the shape of the job's state without a look at its generation."""

import ast
import hashlib
import json
import re
from collections.abc import Iterator

import pytest

from infra import ROOT
from infra.job_settings import INTERESTS_GENERATION
from jobs.interests import checkpoints, statements
from jobs.interests.options import Options
from jobs.interests.settings import settings

JOB = ROOT / "jobs" / "interests"
KEPT = json.loads((JOB / "state.json").read_text())
WHAT_TO_DO = """What shapes the state of the Flink job has changed, and jobs/interests/state.json does not say so.
A) The job still reads the state of the release before, and its numbers mean the same: renew the digest alone.
   docs/interests.md#a-release-with-another-state says how to see it.
B) It does not, or you have not looked: renew the digest, and raise the generation to {next}.
The digest is {digest}"""


def _shape(sql: str = "") -> Iterator[str]:
    """SQL without comments and spaces, Python without comments, spaces and docstrings, Flink's settings and version."""
    options = Options(managed=True, checkpoint_ms=0, watermark_ms=0)
    for statement in (statements.source(options).split("WITH (")[0], *statements.told(), *statements.views(1), sql):
        yield _squeezed(re.sub(r"--.*", "", statement))
    for name in ("plan.py", "sink.py"):
        yield _code((JOB / name).read_text())
    yield json.dumps(settings(options), sort_keys=True)
    (version,) = re.findall(r"^apache-flink==([\w.]+)", (ROOT / "requirements" / "flink.txt").read_text(), re.MULTILINE)
    yield version


def _code(text: str) -> str:
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return _squeezed("\n".join(re.sub(r"(^|\s)# .*", "", line) for line in lines))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _digest(shape: Iterator[str]) -> str:
    return hashlib.sha256("\n".join(shape).encode()).hexdigest()[:16]


def test_the_generation_was_looked_at_when_the_shape_of_the_state_changed() -> None:
    digest = _digest(_shape())
    assert KEPT["digest"] == digest, WHAT_TO_DO.format(next=KEPT["generation"] + 1, digest=digest)


def test_the_job_and_its_application_go_by_that_generation() -> None:
    assert checkpoints.GENERATION == INTERESTS_GENERATION == KEPT["generation"] >= 2


def test_a_comment_is_no_change_and_a_column_is_one() -> None:
    assert _digest(_shape("-- said\n")) == _digest(_shape("  \n-- otherwise"))
    assert _digest(_shape("SELECT 1")) != _digest(_shape("SELECT 2"))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ('def f() -> int:\n    """Said."""\n    return 1  # why\n', True),
        ("def f() -> int:\n    # why\n\n    return 1\n", True),
        ("def f() -> int:\n    return 2\n", False),
    ],
)
def test_what_is_said_of_code_is_no_change(text: str, same: bool) -> None:
    assert (_code(text) == _code("def f() -> int:\n    return 1\n")) is same
