"""A stage can be deployed over what is there: no export in use changes, and no data, name or input is lost."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pynamodb.models import Model

from infra.catalogue import FUNCTIONS
from infra.checks import baseline, upgrade
from infra.checks.baseline import Baseline
from infra.checks.exports import conflicts, exported, imported, in_use, read_templates
from infra.checks.variants import empty_sources, new_app
from infra.functions import access
from infra.stacks.stage import build, build_foundation
from infra.storage import tables
from reelstack.tables.interactions import Comment
from reelstack.tables.model import schema
from tests.infra.templates import Assembly

REMOVED = "open_reviews"
"""The only consumer of its table's stream: nothing else needs what it imports."""


def _without_last_index(model: type[Model]) -> dict[str, Any]:
    """The model's schema; a comment's has one index less."""
    described = schema(model)
    if model is Comment:
        described["global_secondary_indexes"] = described["global_secondary_indexes"][:-1]
    return described


@pytest.fixture(scope="module")
def reduced(assemblies: dict[str, Assembly], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dev-core as it would be deployed next, with one function and one index less."""
    folder: Path = tmp_path_factory.mktemp("reduced")
    lines = [line for line in FUNCTIONS if line.name != REMOVED]
    with pytest.MonkeyPatch.context() as patch, empty_sources() as sources:
        patch.setattr(tables, "schema", _without_last_index)
        patch.setattr(access, "schema", _without_last_index)
        app = new_app(folder)
        build(app, assemblies["dev-core"].settings, sources, lines)
        app.synth()
    return folder


# --- exports ---------------------------------------------------------------------------------------------------------


def test_removing_a_function_and_an_index_needs_no_export_that_is_in_use(
    assemblies: dict[str, Assembly], reduced: Path
) -> None:
    old, new = read_templates(assemblies["dev-core"].folder), read_templates(reduced)
    assert conflicts(in_use(old), exported(new)) == []
    gone = {name for template in old.values() for name in _functions(template)}
    gone -= {name for template in new.values() for name in _functions(template)}
    assert gone == {f"reelstack-dev-{REMOVED}"}
    assert _indexes(old) - _indexes(new) == 1


def _functions(template: dict[str, Any]) -> set[str]:
    resources = template["Resources"].values()
    return {r["Properties"]["FunctionName"] for r in resources if r["Type"] == "AWS::Lambda::Function"}


def _indexes(templates: dict[str, dict[str, Any]]) -> int:
    resources = [r for template in templates.values() for r in template["Resources"].values()]
    return sum(len(r.get("Properties", {}).get("GlobalSecondaryIndexes", [])) for r in resources)


def test_what_stacks_import_does_not_depend_on_any_function(prod: Assembly, tmp_path: Path) -> None:
    """So it is there whichever function is added, renamed or removed, also if nothing imports it any more."""
    app = new_app(tmp_path)
    build_foundation(app, prod.settings)
    app.synth()
    assert conflicts(in_use(prod.templates), exported(read_templates(tmp_path))) == []


def test_stacks_of_functions_export_nothing(variant: Assembly) -> None:
    imports = imported(variant.templates)
    for name in ("Production", "Videos", "People", "Discovery", "FeedA", "FeedB", "Monitoring"):
        assert exported({name: variant.templates[name]}) == {}
        assert not [export for export in imports if f"-{name}:" in export]


def test_a_removed_and_a_changed_export_are_found() -> None:
    found = conflicts({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5})
    assert found == ["export b is in use and would be changed", "export c is in use and would be removed"]


# --- baselines -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def present(assemblies: dict[str, Assembly]) -> Baseline:
    """The baseline that this checkout would write."""
    return baseline.current(assemblies["prod-full"].folder)


@pytest.mark.parametrize("rule", upgrade.RULES, ids=lambda rule: rule.__name__)
def test_this_version_can_be_deployed_over_the_newest_baseline(rule: upgrade.Rule, present: Baseline) -> None:
    """Holds while no baseline is committed yet."""
    assert [problem for old in baseline.newest() for problem in rule(old, present)] == []


@pytest.mark.parametrize("rule", upgrade.RULES, ids=lambda rule: rule.__name__)
def test_a_version_can_be_deployed_over_itself(rule: upgrade.Rule, present: Baseline, tmp_path: Path) -> None:
    """Also after it was written and read again."""
    baseline.write(present, tmp_path)
    assert list(rule(baseline.read(tmp_path), present)) == []


def test_a_baseline_has_every_table_step_and_model(present: Baseline) -> None:
    assert set(present.steps) == {line.name for line in FUNCTIONS if line.trigger == "step"}
    assert set(present.steps) | set(present.events) == {line.name for line in FUNCTIONS}
    assert len(present.tables) == len(present.items)
    assert all(len(pair) == 2 for pair in present.items.values())


def _lose_bucket(old: Baseline) -> None:
    old.resources["Reelstack-prod-State"]["Elsewhere"] = {"type": "AWS::S3::Bucket"}


def _move_function(old: Baseline) -> None:
    stack = old.resources["Reelstack-prod-Production"]
    found = next(key for key, resource in stack.items() if resource.get("name") == "reelstack-prod-probe")
    old.resources["Reelstack-prod-Videos"]["Probe"] = stack.pop(found)


def _change_type(old: Baseline) -> None:
    stack = old.resources["Reelstack-prod-Production"]
    stack[next(iter(stack))] = {"type": "AWS::SNS::Topic"}


def _lose_export(old: Baseline) -> None:
    old.exports["gone"] = 1
    old.imports.append("gone")


def _change_keys(old: Baseline) -> None:
    old.tables["reelstack-prod-videos"]["keys"] = {"HASH": "id"}


def _change_index(old: Baseline) -> None:
    indexes = old.tables["reelstack-prod-videos"]["indexes"]
    indexes[next(iter(indexes))]["keys"] = {"HASH": "other"}


def _lack_two_indexes(old: Baseline) -> None:
    indexes = old.tables["reelstack-prod-videos"]["indexes"]
    for name in list(indexes)[:2]:
        del indexes[name]


def _lose_stream(old: Baseline) -> None:
    old.tables["reelstack-prod-videos"]["stream"] = "KEYS_ONLY"


def _lose_step(old: Baseline) -> None:
    old.steps["polish"] = {"ok": {}}


def _lack_an_input(old: Baseline) -> None:
    for case in old.steps["probe"].values():
        del case[next(iter(case))]


def _lack_an_attribute(old: Baseline) -> None:
    del old.items["Video"][1]["owner_id"]


def _store_another_type(old: Baseline) -> None:
    old.items["Video"][0]["title"] = {"N": "1"}


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        (upgrade.data_stays, _lose_bucket),
        (upgrade.names_stay, _move_function),
        (upgrade.types_stay, _change_type),
        (upgrade.exports_stay, _lose_export),
        (upgrade.keys_stay, _change_keys),
        (upgrade.keys_stay, _change_index),
        (upgrade.one_index_at_a_time, _lack_two_indexes),
        (upgrade.streams_outlive_their_consumers, _lose_stream),
        (upgrade.steps_take_old_inputs, _lose_step),
        (upgrade.steps_take_old_inputs, _lack_an_input),
        (upgrade.items_are_read, _lack_an_attribute),
        (upgrade.items_are_read, _store_another_type),
    ],
    ids=lambda part: part.__name__.lstrip("_"),
)
def test_what_a_deployment_would_break_is_found(
    rule: upgrade.Rule, change: Callable[[Baseline], None], present: Baseline
) -> None:
    old = deepcopy(present)
    change(old)
    assert list(rule(old, present))


def test_one_new_index_is_taken(present: Baseline) -> None:
    old = deepcopy(present)
    indexes = old.tables["reelstack-prod-videos"]["indexes"]
    del indexes[next(iter(indexes))]
    assert list(upgrade.one_index_at_a_time(old, present)) == []


def test_baselines_are_ordered_by_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, present: Baseline) -> None:
    monkeypatch.setattr(baseline, "FOLDER", tmp_path)
    assert baseline.newest() == []
    for version in ("0.10.0", "0.9.0"):
        baseline.write(replace(present, imports=[version]), tmp_path / version)
    assert [found.imports for found in baseline.newest()] == [["0.10.0"]]
