"""Costs as text, and the templates they are read from."""

import json
from collections.abc import Sequence
from pathlib import Path

from infra.costs import idle
from infra.costs.holdings import Row
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


def bytes_of(size_bytes: float) -> str:
    """1.2 TB: in steps of a thousand."""
    units = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")
    step = 0
    while size_bytes >= 1000 and step < len(units) - 1:
        size_bytes, step = size_bytes / 1000, step + 1
    return f"{size_bytes:,.0f} {units[step]}" if step == 0 else f"{size_bytes:,.1f} {units[step]}"


def row_line(row: Row, width: int, together: float) -> str:
    """A row of `reelstack cost report`; cents of cents, since a laptop holds megabytes."""
    share = f"{row.dollars / together:6.1%}" if together else ""
    return f"{row.name:{width}}  {row.objects:10,}  {bytes_of(row.size_bytes):>12}  {row.dollars:14.6f} $  {share}"
