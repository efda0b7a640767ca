"""The passage of docs/operations.md that says what a stage costs while nobody uses it, in both profiles.

python -m infra.checks.costs            writes the passage
python -m infra.checks.costs --check    fails if the passage on disk is another
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from infra import ROOT
from infra.checks.assemblies import assembly
from infra.checks.variants import variants
from infra.costs import prices
from infra.costs.report import idle_lines

PAGE = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- written by python -m infra.checks.costs -->\n", "<!-- end -->\n"


def passage(folders: Mapping[str, Path]) -> str:
    """The table of every stage in both profiles, dollars a month."""
    columns = {name: {line.what: line.dollars for line in idle_lines(folder)} for name, folder in folders.items()}
    dearest: dict[str, float] = {}
    for costs in columns.values():
        for what, dollars in costs.items():
            dearest[what] = max(dollars, dearest.get(what, 0))
    head = ["", *(name.replace("-", ", ") for name in columns)]
    rows = [
        [what, *(f"{costs[what]:.2f}" if what in costs else "–" for costs in columns.values())]
        for what in sorted(dearest, key=lambda what: (-dearest[what], what))
    ]
    rows.append(["**together**", *(f"**{sum(costs.values()):.2f}**" for costs in columns.values())])
    table = [head, ["---", *("---:" for _ in columns)], *rows]
    source = f"List prices of us-east-1 in US dollars ({prices.AS_OF}), without the free tier.\n"
    return "\n".join([source, *(f"| {' | '.join(row)} |" for row in table), ""])


def with_passage(page: str, text: str) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + text + END + after


def main() -> None:
    page = PAGE.read_text()
    written = with_passage(page, passage({name: assembly(name) for name in variants()}))
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(written)
    elif page != written:
        sys.exit("docs/operations.md says other prices: run `python -m infra.checks.costs`, read the difference")


if __name__ == "__main__":
    main()
