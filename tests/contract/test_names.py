"""One word per capability: no name holds a word that the rooms gave up; functions and files stay short.

Names are identifiers of Python, names of files, DynamoDB attributes and indexes, and JSON fields of the API. Prose is
free. Complexity is ruff's (C901, pyproject.toml); both count product code, not tests.
"""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reelstack.tables.registry import TABLES

ROOT = Path(__file__).parents[2]
GIVEN_UP = {
    *("shelf", "shelves", "bell", "bells", "bury", "buries", "buried"),
    *("desk", "desks", "tie", "ties"),
    *("portrait", "portraits", "happening", "happenings", "milestone", "milestones"),
    *("settlement", "settlements"),
    *("rung", "rungs"),
}
ALLOWED_LADDER_NAMES = {
    *("rung", "rungs", "avc_rungs", "av1_rungs", "first_rung", "FIRST_RUNG", "FirstRung", "FirstRungInput"),
    *("make_first_rung", "read_first_rung", "encode_first_rung", "test_encode_first_rung"),
    *("_fetch_first_rung", "first_rung_seconds", "join_first_rung_seconds"),
    "test_a_first_rung_by_segments_is_the_same_as_in_one_piece",
    "test_a_full_hd_source_has_three_hevc_rungs_and_the_lowest_in_avc_too",
    "test_a_long_clip_has_its_segments_beside_each_other_and_its_first_rung_and_packager_in_one_piece",
    "test_a_source_below_480_has_one_rung_of_its_own_size",
    "test_further_rungs_can_have_av1_after_avc_and_hevc",
    "test_further_rungs_can_have_avc_too",
    "test_no_rung_is_larger_than_the_source_or_odd_or_out_of_shape",
    "test_pixels_a_hair_off_square_do_not_cost_a_clip_its_highest_rung",
    "test_the_first_rung_has_the_same_frames",
    "test_the_first_rung_is_made_by_segments_where_probe_says_so_and_whole_otherwise",
    "test_the_first_rung_of_a_short_clip_is_made_in_one_piece_and_of_4k_in_hdr_by_segments",
    "test_the_first_rung_is_avc_and_the_smallest",
    "test_the_first_rung_plays_for_its_owner_only",
    "test_what_was_hard_for_the_first_rung_gets_less_quality_and_what_was_easy_more",
    "test_who_watches_the_first_rung_goes_on_undisturbed",
}
"""In these names a rung is a rendition of the encoding ladder, which is the industry's word. Tables and the API have
no such names."""

FUNCTION_LINES, FILE_LINES = 40, 300
PRODUCT = ("layers/", "functions/", "infra/", "cli/", "local/", "bench/", "sdk/", "web/src/")
CODE = {".py", ".ts", ".js", ".mjs", ".css", ".html"}
LONGER: dict[str, str] = {"sdk/typescript/src/api.d.ts": "generated: one type for each schema and operation"}
"""Functions and files ("<file>") that are longer, each with its reason. At most MOST_LONGER."""
MOST_LONGER = 15


@cache
def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


@cache
def sources() -> dict[str, str]:
    """Every Python file by its path below ROOT."""
    return {str(path.relative_to(ROOT)): path.read_text() for path in tracked() if path.suffix == ".py"}


def words(name: str) -> set[str]:
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


@cache
def is_given_up(name: str) -> bool:
    return not GIVEN_UP.isdisjoint(words(name))


def is_refused(name: str) -> bool:
    return is_given_up(name) and name not in ALLOWED_LADDER_NAMES


def identifiers(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.keyword(arg=str(name)) | ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name
        case ast.ImportFrom(module=str(name)):
            yield from name.split(".")
        case ast.alias(name=name, asname=other):
            yield from [*name.split("."), *([other] if other else [])]


def fields(part: Any) -> Iterator[str]:
    """Names in an OpenAPI description: of fields, parameters, operations and schemas."""
    if isinstance(part, list):
        for one in part:
            yield from fields(one)
    elif isinstance(part, dict):
        yield from (str(part[key]) for key in ("operationId", "name") if isinstance(part.get(key), str))
        for key in ("properties", "schemas"):
            yield from part.get(key, {}) if isinstance(part.get(key), dict) else ()
        for one in part.values():
            yield from fields(one)


def functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, int]]:
    """Every function by its qualified name, and its lines with signature and docstring."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{within}{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1
            yield from functions(node, f"{within}{node.name}.")
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{within}{node.name}.")
        elif not isinstance(node, ast.expr):
            yield from functions(node, within)


@cache
def longer() -> dict[str, int]:
    """What is over the limits now, with its lines."""
    product = {name for path in tracked() if (name := str(path.relative_to(ROOT))).startswith(PRODUCT)}
    found = {
        f"{name}:{function}": lines
        for name, source in sources().items()
        if name in product
        for function, lines in functions(ast.parse(source))
        if lines > FUNCTION_LINES
    }
    code = [name for name in product if Path(name).suffix in CODE]
    lengths = {name: (ROOT / name).read_bytes().count(b"\n") for name in code}
    return found | {name: lines for name, lines in lengths.items() if lines > FILE_LINES}


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("by_shelf", True),
        ("Tie", True),
        ("TiesOf", True),
        ("CommentDesk", True),
        ("bellRung", True),
        ("SHELF", True),
        ("HTTPDesk2", True),
        ("properties", False),
        ("burying_ground", False),
        ("tier", False),
        ("desktop", False),
        ("wrung", False),
    ],
)
def test_a_word_is_found_as_a_part_of_a_name(name: str, holds: bool) -> None:
    assert is_given_up(name) is holds


def test_no_identifier_holds_a_word_that_was_given_up() -> None:
    found = {
        f"{path}: {name}"
        for path, source in sources().items()
        if any(map(is_refused, set(re.findall(r"[A-Za-z_]\w*", source))))  # most hold none, and need no parsing
        for node in ast.walk(ast.parse(source))
        for name in identifiers(node)
        if is_refused(name)
    }
    assert sorted(found) == []


def test_no_file_or_folder_holds_a_word_that_was_given_up() -> None:
    parts = {part for path in tracked() for part in path.relative_to(ROOT).parts}
    assert sorted(part for part in parts if is_refused(part.split(".")[0])) == []


def test_no_attribute_or_index_of_a_table_holds_a_word_that_was_given_up() -> None:
    found = []
    for model in TABLES:
        stored = [attribute.attr_name for attribute in model.get_attributes().values()]
        indexes = [index.Meta.index_name for index in model._indexes.values()]
        found += [f"{model.__name__}: {name}" for name in (*model.get_attributes(), *stored, *indexes)]
    assert len(found) > 200
    assert [name for name in found if is_given_up(name)] == []


def test_no_field_of_the_api_holds_a_word_that_was_given_up() -> None:
    found = set(fields(json.loads((ROOT / "docs" / "api" / "openapi.json").read_text())))
    assert {"video_id", "get_video", "Problem"} <= found
    assert sorted(name for name in found if is_given_up(name)) == []


def test_functions_and_files_are_short() -> None:
    assert {name: lines for name, lines in longer().items() if name not in LONGER} == {}


def test_what_is_longer_has_a_reason_and_is_little() -> None:
    assert len(LONGER) <= MOST_LONGER
    assert all(LONGER.values())
    assert set(LONGER) <= set(longer()), "an exception that is not needed any more"


ROOMS = sorted(path.parent for path in (ROOT / "layers/common/python/reelstack").glob("*/__init__.py"))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_rooms_docstring_names_its_modules(room: Path) -> None:
    modules = {path.stem for path in room.glob("*.py")} - {"__init__", "errors"}
    map_of_it = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    assert modules <= {line.split()[0] for line in map_of_it.splitlines() if line.strip()}
