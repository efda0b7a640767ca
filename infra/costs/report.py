"""Costs as text, and the templates they are read from."""

import json
from collections.abc import Sequence
from pathlib import Path

from infra.costs import idle
from infra.costs.idle import Line


def idle_lines(folder: Path) -> list[Line]:
    """Of a synthesized assembly. Raises UnknownPrice."""
    return idle.lines([json.loads(path.read_text()) for path in sorted(folder.glob("*.template.json"))])


def as_text(found: Sequence[Line], last: str) -> str:
    """One line each and their sum, in dollars; with more digits where all together is less than one."""
    together = idle.total(found)
    digits = 2 if together >= 1 else 4
    rows = [(f"{line.number} ×" if line.number > 1 else "", line.what, line.dollars) for line in found]
    rows.append(("", last, together))
    width = max(len(what) for _, what, _ in rows)
    return "\n".join(f"{number:>8}  {what:{width}}  {dollars:10.{digits}f} $" for number, what, dollars in rows)
