"""docs/data.md describes every table: a new one is asked for its access patterns here."""

import re
from pathlib import Path

from reelstack.tables.registry import TABLES

PAGE = Path(__file__).parents[2] / "docs" / "data.md"


def test_every_table_has_a_section() -> None:
    """A heading may name several: "## Comment, CommentLike, Pin"."""
    prose = PAGE.read_text().split("```")[::2]
    headings = re.findall(r"^###? (.+)$", "".join(prose), re.MULTILINE)
    named = {word for heading in headings for word in re.findall(r"\w+", heading)}
    assert {model.__name__ for model in TABLES} <= named


def test_examples_are_closed() -> None:
    fences = [line for line in PAGE.read_text().splitlines() if line.startswith("```")]
    assert len(fences) > 10
    assert all(fence == ("```" if number % 2 else "```json") for number, fence in enumerate(fences))
