"""docs/cost-model.md with its picture, and docs/capacity.md: what services of three sizes cost, line by line, and which
quotas of AWS they meet.

python -m infra.checks.cost_model            writes them
python -m infra.checks.cost_model --check    fails if what is on disk is another
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from infra import ROOT
from infra.capacity import quotas, table
from infra.costs import prices
from infra.costs.model import picture
from infra.costs.model.demand import Given
from infra.costs.model.estimate import Estimate, estimate, sensitivity
from infra.costs.model.habits import Habits
from infra.stages import STAGES

DOCS = ROOT / "docs"
SETTINGS = STAGES["prod"]
SIZES: dict[str, Given] = {
    "small": Given(daily_users=1000, minutes_a_day=30, uploads_a_second=0.001, clip_seconds=30, months=12),
    "middle": Given(viewers=1_000_000, uploads_a_second=1000, clip_seconds=30, months=12),
    "large": Given(daily_users=100_000_000, minutes_a_day=60, uploads_a_second=1000, clip_seconds=15, stored_pb=100),
}
PICTURE = "cost-model.svg"
CHANGES = 16
BEGIN, END = "<!-- written by python -m infra.checks.cost_model -->\n", "<!-- end -->\n"


def found() -> dict[str, Estimate]:
    return {name: estimate(SETTINGS, given, Habits()) for name, given in SIZES.items()}


def pages(sizes: dict[str, Estimate]) -> dict[Path, str]:
    """What each file should say: pages keep what people wrote around their passages."""
    middle = sizes["middle"]
    return {
        DOCS / "cost-model.md": _with(DOCS / "cost-model.md", "\n".join(_costs(sizes))),
        DOCS / "capacity.md": _with(DOCS / "capacity.md", "\n".join(_capacity(sizes))),
        DOCS / PICTURE: picture.svg(middle, f"{said(middle)}: {picture.money(middle.dollars)} a month"),
    }


def said(one: Estimate) -> str:
    demand = one.size.demand
    return f"{demand.viewers:,.0f} viewers at once and {demand.uploads_a_second:,.4g} uploads a second"


def _costs(sizes: dict[str, Estimate]) -> Iterator[str]:
    yield f"List prices of us-east-1 in US dollars, {prices.AS_OF}. Settings of stage `prod`, beside its idle month.\n"
    yield from _inputs(sizes)
    yield f"\n![Lines of the middle size as bars]({PICTURE})\n"
    yield "### Each size, line by line\n"
    yield "Quantities are those of the middle size. Lines below 0.005 % of every size are one.\n"
    yield from _lines(sizes)
    yield "\n### What matters, in the middle size\n"
    yield from _sensitivity(sizes["middle"])
    yield "\n### Sources\n"
    yield "| service | list prices |\n|---|---|"
    used = {line.service for one in sizes.values() for line in one.lines}
    yield from (f"| {service} | {prices.SOURCES[service]} |" for service in sorted(used))
    yield ""


ROWS: dict[str, Callable[[Estimate], str]] = {
    "viewers at once": lambda one: f"{one.size.demand.viewers:,.0f}",
    "daily users": lambda one: f"{one.size.demand.daily_users:,.0f}",
    "minutes a day": lambda one: f"{one.size.demand.minutes_a_day:,.3g}",
    "uploads a second": lambda one: f"{one.size.demand.uploads_a_second:,.4g}",
    "clip, s": lambda one: f"{one.size.demand.clip_seconds}",
    "clips kept": lambda one: f"{one.size.stored_clips:,.0f}",
    "PB kept": lambda one: f"{one.size.stored_clips * one.size.kept_gb / 1e6:,.4g}",
    "**dollars a month**": lambda one: f"**{one.dollars:,.0f}**",
    "dollars for 1,000 views": lambda one: f"{one.dollars / one.size.views * 1000:.3f}",
}


def _inputs(sizes: dict[str, Estimate]) -> Iterator[str]:
    yield f"| | {' | '.join(sizes)} |\n|---|{'---:|' * len(sizes)}"
    for what, tell in ROWS.items():
        yield f"| {what} | {' | '.join(tell(one) for one in sizes.values())} |"


def _lines(sizes: dict[str, Estimate]) -> Iterator[str]:
    columns = [{(line.group, line.what): line for line in one.lines} for one in sizes.values()]
    order = sorted({key for column in columns for key in column}, key=lambda key: (_dearest(key, sizes), key))
    shown = [key for key in order if -_dearest(key, sizes) >= 0.00005]
    middle = columns[list(sizes).index("middle")]
    yield f"| line | quantity | price, $ | {' | '.join(f'{name}, $ | share' for name in sizes)} |"
    yield f"|---|---:|---:|{'---:|---:|' * len(sizes)}"
    for key in shown:
        line = middle.get(key)
        quantity = f"{line.quantity:,.4g} {line.unit} | {line.unit_dollars:.4g}" if line else "| "
        cells = [
            f"{column[key].dollars:,.2f} | {column[key].dollars / one.dollars:.2%}" if key in column else "– | –"
            for column, one in zip(columns, sizes.values(), strict=True)
        ]
        group, what = key
        named = what if what.startswith(f"{group}: ") else f"{group}: {what}"
        yield f"| {named} | {quantity} | {' | '.join(cells)} |"
    rest = [sum(line.dollars for key, line in column.items() if key not in shown) for column in columns]
    cells = [f"{dollars:,.2f} | {dollars / one.dollars:.2%}" for dollars, one in zip(rest, sizes.values(), strict=True)]
    yield f"| {len(order) - len(shown)} lines more | | | {' | '.join(cells)} |"
    yield f"| **together** | | | {' | '.join(f'**{one.dollars:,.0f}** | ' for one in sizes.values())} |"


def _dearest(key: tuple[str, str], sizes: dict[str, Estimate]) -> float:
    """Minus the largest share that the line has of any size: to sort by."""
    return -max(
        (line.dollars / one.dollars for one in sizes.values() for line in one.lines if (line.group, line.what) == key),
        default=0.0,
    )


def _sensitivity(one: Estimate) -> Iterator[str]:
    yield "| if this were so | $ a month | |\n|---|---:|---:|"
    for change in sensitivity(one)[:CHANGES]:
        yield f"| {change.what} | {change.dollars:,.0f} | {change.dollars / one.dollars - 1:+.1%} |"


def _capacity(sizes: dict[str, Estimate]) -> Iterator[str]:
    for name in ("middle", "large"):
        one = sizes[name]
        yield f"### {said(one)}\n"
        yield f"{one.size.demand.daily_users:,.0f} daily users, {one.size.stored_clips:,.3g} clips kept.\n"
        yield from table.markdown(table.rows(one))
        yield ""
    yield "### What each need is made of\n"
    yield "| quota | need | source of the default |\n|---|---|---|"
    for row in table.rows(sizes["middle"]):
        seen = "read" if row.quota.seen else "believed"
        yield f"| {row.quota.service}: {row.quota.name} | {row.need.how} | {row.quota.source}, {seen} {quotas.AS_OF} |"
    yield ""


def _with(path: Path, text: str) -> str:
    page = path.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + text + END + after


def main() -> None:
    stale = {path: text for path, text in pages(found()).items() if not path.exists() or path.read_text() != text}
    if "--check" not in sys.argv[1:]:
        for path, text in stale.items():
            path.write_text(text)
    elif stale:
        named = ", ".join(path.name for path in stale)
        sys.exit(f"{named} say other numbers: run `python -m infra.checks.cost_model`, read the difference")


if __name__ == "__main__":
    main()
