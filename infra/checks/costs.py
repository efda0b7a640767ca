"""The passage of docs/operations.md that says what a stage costs while nobody uses it, in both profiles, and by events.

python -m infra.checks.costs            writes the passage
python -m infra.checks.costs --check    fails if the passage on disk is another
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from infra import ROOT
from infra.checks.assemblies import assembly
from infra.checks.variants import variants
from infra.costs import answers, events, idle, prices
from infra.costs.report import idle_lines
from infra.stages import STAGES

PAGE = ROOT / "docs" / "operations.md"
EVENTS_A_DAY = (10_000, 1_000_000, 10_000_000, 100_000_000)
DAYS = 365 / 12
ANSWERS = 1000
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
    return "\n".join([source, *_table(table), "", *_events(), "", *_answers(), ""])


def _events() -> list[str]:
    """What events of viewers cost beside an idle stage, dollars a month by events a day."""
    settings = STAGES["prod"]
    columns = [events.lines(settings, round(count * DAYS)) for count in EVENTS_A_DAY]
    rows = [[each[0].what, *(f"{line.dollars:.2f}" for line in each)] for each in zip(*columns, strict=True)]
    rows.append(["**together**", *(f"**{idle.total(found):.2f}**" for found in columns)])
    head = ["events a day", *(f"{count:,}" for count in EVENTS_A_DAY)]
    said = (
        f"Stream, archive and the Flink job of stage prod, in dollars a month beside the above. A KPU is taken "
        f"to do {events.EVENTS_A_SECOND_PER_KPU} events a second, "
        f"and the busiest hour to be {events.BUSIEST} times the mean.\n"
    )
    return [said, *_table([head, ["---", *("---:" for _ in columns)], *rows])]


def _answers() -> list[str]:
    """What answers of the feed cost beside an idle stage, in dollars."""
    found = answers.lines(STAGES["prod"], ANSWERS)
    rows = [[line.what, f"{line.dollars:.4f}"] for line in found]
    rows.append(["**together**", f"**{idle.total(found):.4f}**"])
    said = (
        f"{ANSWERS:,} answers of the feed in stage prod, each of {answers.CLIPS} clips at level 0, in dollars. "
        f"Read units, commands and bytes are counted by a test; that one takes {answers.SECONDS * 1000:.0f} ms on AWS "
        f"is assumed. The feed's {answers.METRICS} metrics are {answers.metrics_month():.2f} $ a month besides, while "
        "somebody asks.\n"
    )
    return [said, *_table([["1,000 answers", "dollars"], ["---", "---:"], *rows])]


def _table(rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in rows]


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
