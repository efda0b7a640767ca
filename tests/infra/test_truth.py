"""docs/truth.md says of every resource whether it was ever seen at work, and cannot be wrong about it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.checks.assemblies import LAPTOP, assembly
from infra.checks.truth import PAGE, UnknownKind, page
from infra.checks.truth_kinds import KINDS
from tests.infra.templates import Assembly


@pytest.fixture(scope="session")
def laptop(assemblies: dict[str, Assembly]) -> Path:
    """The laptop's stage. Asks for `assemblies` only to be synthesized by the same worker."""
    return assembly(LAPTOP)


def _section(text: str, title: str) -> str:
    return text.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def _with(folder: Path, resources: dict[str, Any], into: Path) -> Path:
    """A copy of a stage's State template with further resources."""
    (source,) = folder.glob("*-State.template.json")
    template = json.loads(source.read_text())
    template["Resources"] |= resources
    (into / source.name).write_text(json.dumps(template))
    return into


def _resource(type_: str, path: str) -> dict[str, Any]:
    return {"Type": type_, "Properties": {}, "Metadata": {"aws:cdk:path": path}}


def test_the_page_in_docs_is_what_the_template_says(prod: Assembly, laptop: Path) -> None:
    assert PAGE.read_text() == page(prod.folder, laptop)


def test_every_resource_of_the_template_is_counted_once(prod: Assembly, laptop: Path) -> None:
    summary = page(prod.folder, laptop).split("|---|---:|---:|\n")[1].split("\n\n")[0]
    counts = [int(line.split("|")[2]) for line in summary.splitlines()]
    assert sum(counts) == len(prod.resources)


def test_a_type_nobody_described_fails(prod: Assembly, laptop: Path, tmp_path: Path) -> None:
    odd = _with(prod.folder, {"Robot": _resource("AWS::RoboMaker::Robot", "Reelstack-prod-State/Robot")}, tmp_path)
    with pytest.raises(UnknownKind, match="AWS::RoboMaker::Robot"):
        page(odd, laptop)


def test_no_description_outlives_its_type(prod: Assembly) -> None:
    assert set(KINDS) == {resource.type for resource in prod.resources}


def test_what_the_laptop_does_not_deploy_is_never_said_to_run(prod: Assembly, laptop: Path, tmp_path: Path) -> None:
    more = _with(
        prod.folder, {"New": _resource("AWS::SQS::Queue", "Reelstack-prod-State/Elsewhere/Resource")}, tmp_path
    )
    text = page(more, laptop)
    assert "Elsewhere" not in _section(text, "Run locally")
    assert "Elsewhere" in _section(text, "Checked against the service's model")


def test_what_the_emulator_only_keeps_is_not_said_to_run(prod: Assembly, laptop: Path) -> None:
    run = _section(page(prod.folder, laptop), "Run locally")
    assert "AWS::Lambda::Function" in run
    assert not [type_ for type_, kind in KINDS.items() if not kind.acts and f"`{type_}`" in run]


def test_a_change_of_code_changes_nothing_on_the_page(prod: Assembly, laptop: Path) -> None:
    """No asset hash, version hash or stage-dependent name stands there."""
    assert not re.search(r"[0-9a-f]{16}|[0-9A-F]{8}", page(prod.folder, laptop))
