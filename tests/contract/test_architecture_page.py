"""docs/architecture.md names every room with its functions and tables, and the layers that lint-imports holds."""

import re
import tomllib
from pathlib import Path

from reelstack.tables.registry import TABLES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text()
PACKAGE = ROOT / "layers/common/python/reelstack"
COLUMNS = 5
"""Room, what it holds, functions, tables, API."""


def rooms() -> dict[str, list[str]]:
    """Each room's row, by its name."""
    section = PAGE.partition("## The rooms")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return {row[0]: row for row in rows[2:] if len(row) == COLUMNS}


def words(cell: str) -> set[str]:
    """What a cell lists; a name in brackets is another room's, or one that is seen elsewhere."""
    return set(re.findall(r"\w+", re.sub(r"\(.*?\)", "", cell)))


def folders(parent: Path) -> set[str]:
    return {path.name for path in parent.iterdir() if path.is_dir() and not path.name.startswith("_")}


def test_every_room_has_a_row_with_all_of_its_functions() -> None:
    said = {name: words(row[2]) for name, row in rooms().items()}
    there = {name: folders(ROOT / "functions" / name) for name in folders(ROOT / "functions")}
    assert said == {name: there.get(name, set()) for name in folders(PACKAGE)}


def test_every_table_is_in_one_row() -> None:
    said = [name for row in rooms().values() for name in sorted(words(row[3]))]
    assert sorted(said) == sorted(model.__name__ for model in TABLES)


def test_the_layers_are_those_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one.get("containers") == ["reelstack"])
    contract = [words(layer) for layer in layers]
    told = [words(cell) for cell in re.findall(r"^\| \d+(?: \(\w+\))? \| (.+) \|$", PAGE, re.MULTILINE)]
    assert told == contract
