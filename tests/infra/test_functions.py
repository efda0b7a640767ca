"""Every Lambda: what it is given, what its package holds, and that both fit."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from infra.catalogue import FUNCTIONS, ROOMS, Fn
from infra.functions.function import SNAP_START_DISK
from infra.functions.layers import LIMIT_BYTES, NAMES, built, target_of, unzipped_bytes
from infra.stages import STAGES
from reelstack.platform.config import PREFIX, Config
from reelstack.tables.model import deployed
from tests.infra.templates import Assembly, Resource, place, stack_of

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT_BYTES = 4096
PAGE_LINES = 150
LONGEST_NAME = 256
"""Bytes that a reference may become: names CloudFormation makes end at 255, ARNs of ours are shorter."""
POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}

each_line = pytest.mark.parametrize("line", FUNCTIONS, ids=lambda line: line.name)


def _function(line: Fn, assembly: Assembly) -> Resource:
    return assembly.at(place(line))


def _environment(line: Fn, assembly: Assembly) -> dict[str, Any]:
    found: dict[str, Any] = _function(line, assembly).properties["Environment"]["Variables"]
    return found


def _package(line: Fn, assembly: Assembly) -> Path:
    key = _function(line, assembly).properties["Code"]["S3Key"].removesuffix(".zip")
    return assembly.folder / f"asset.{key}"


def test_every_folder_of_functions_is_a_line_of_the_catalogue() -> None:
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "functions").rglob("handler.py")}
    assert sorted(line.folder for line in FUNCTIONS) == sorted(folders)


@each_line
def test_the_environment_is_what_the_catalogue_line_says(line: Fn, variant: Assembly) -> None:
    targets = (*line.reads, *line.writes, *line.deletes, *line.appends, *line.checks, *line.batches, *line.lists)
    stores = {f"{t.split(':')[0]}_bucket" if isinstance(t, str) else deployed(t).field for t in targets}
    stores |= {deployed(followed).field for followed in line.streams}
    fields = {"stage", "region", *line.config, *stores}
    assert fields <= set(Config.model_fields)
    assert set(_environment(line, variant)) == {PREFIX + field.upper() for field in fields} | POWERTOOLS


@each_line
def test_the_environment_fits_into_four_kilobytes(line: Fn, prod: Assembly) -> None:
    variables = _environment(line, prod)
    written = sum(len(value) if isinstance(value, str) else LONGEST_NAME for value in variables.values())
    assert sum(map(len, variables)) + written < ENVIRONMENT_BYTES


@each_line
def test_no_secret_stands_in_the_environment(line: Fn, variant: Assembly) -> None:
    """Secrets go by ARN; a value would be readable by everyone who may look at the function."""
    assert "{{resolve:" not in json.dumps(_environment(line, variant))


@each_line
def test_the_package_holds_the_functions_own_code_and_no_others(line: Fn, prod: Assembly) -> None:
    package = _package(line, prod)
    assert (package / line.folder / "handler.py").is_file()
    assert _function(line, prod).properties["Handler"] == f"{line.module}.handler"
    held = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    own = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / line.folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    above = {f"{folder}/__init__.py" for folder in PurePosixPath(line.folder).parents if folder.name}
    assert held == own | above


@each_line
def test_size_time_and_layers_are_the_catalogues(line: Fn, variant: Assembly) -> None:
    properties = _function(line, variant).properties
    assert properties["MemorySize"] == line.memory
    assert properties["Timeout"] == line.timeout
    assert properties["EphemeralStorage"]["Size"] == line.disk
    layers = {variant.flat(stack_of(line), layer) for layer in properties["Layers"]}
    assert layers == {f"{stack_of(line)}/{name.title()}Layer" for name in ("common", *line.layers)}
    assert ("VpcConfig" in properties) == (line.vpc and variant.settings.profile == "full")


@each_line
def test_every_function_is_traced_and_its_log_ends_some_day(line: Fn, variant: Assembly) -> None:
    assert _function(line, variant).properties["TracingConfig"] == {"Mode": "Active"}
    log = variant.at(place(line, "Logs"))
    assert log.properties["RetentionInDays"] == variant.settings.log_days


@each_line
def test_http_services_start_from_a_snapshot_and_nothing_else_does(line: Fn, variant: Assembly) -> None:
    snapshot = _function(line, variant).properties.get("SnapStart")
    if line.trigger != "http" or not variant.settings.snap_start:
        assert snapshot is None
        return
    assert snapshot == {"ApplyOn": "PublishedVersions"}
    assert line.disk <= SNAP_START_DISK
    # Only a published version is restored from its snapshot, so the gateway must call the alias.
    alias = variant.at(place(line, "Live"))
    assert variant.flat(stack_of(line), alias.properties["FunctionVersion"]).startswith(place(line, "/"))


def test_the_native_library_is_where_its_signatures_and_checksums_are_made_and_nowhere_else() -> None:
    def needs(line: Fn) -> bool:
        composes = "chunk_composer" in (ROOT / line.folder / "handler.py").read_text()
        return composes or bool({"write_playback_keys_store", "write_edge_settings_store"} & set(line.calls))

    with_it = {line.name for line in FUNCTIONS if "crt" in line.layers}
    assert with_it == {line.name for line in FUNCTIONS if needs(line)}
    assert len(with_it) == 4


def test_media_and_models_never_meet_in_one_function() -> None:
    assert not [line.name for line in FUNCTIONS if {"media", "ml"} <= set(line.layers)]


@pytest.mark.engines
def test_every_function_fits_into_lambda_with_layers_built_from_the_lock() -> None:
    sizes = {name: unzipped_bytes(built(name, target_of(STAGES["prod"]))) for name in NAMES}
    for line in FUNCTIONS:
        code = unzipped_bytes(ROOT / line.folder)
        assert code + sum(sizes[layer] for layer in ("common", *line.layers)) < LIMIT_BYTES, line.name


def test_every_room_has_a_page_of_its_own_and_none_is_long() -> None:
    pages = {path.stem: path for path in (ROOT / "infra/catalogue").glob("*.py") if path.stem not in ("__init__", "fn")}
    assert pages.keys() == set(ROOMS) == {line.room for line in FUNCTIONS}
    assert {room for room, page in pages.items() if len(page.read_text().splitlines()) >= PAGE_LINES} == set()
