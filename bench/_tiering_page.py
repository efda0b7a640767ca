"""What `bench tiering` found, for docs/tiering.md: a table between two marks, and a picture."""

from collections import defaultdict
from collections.abc import Iterator
from html import escape
from typing import Any

from bench._tiering_simulation import PRICES
from infra import ROOT
from infra.costs.model.picture import opening

PAGE, PICTURE, RESULTS = (ROOT / name for name in ("docs/tiering.md", "docs/tiering.svg", "bench/results/tiering.json"))
BEGIN, END = "<!-- written by reelstack bench tiering --write -->\n", "<!-- end -->\n"
COLORS = {
    "all-standard": "#6b7280",
    "seed": "#db2777",
    "intelligent": "#7c3aed",
    "by-age": "#ea580c",
    "cost": "#2563eb",
    "optimum": "#16a34a",
}
ROW, LEFT, WIDE = 24, 130, 560
"""Pixels: height of a line, width of its name, width of what all-Standard costs."""
Shares = dict[str, dict[str, float]]


def shares(results: dict[str, Any]) -> Shares:
    """Workload -> policy -> cost of all-Standard's, the mean of its seeds."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in results["rows"]:
        if "policy" in row:
            found[row["workload"]][row["policy"]].append(row["of all-standard"])
        else:
            found[row["workload"]]["optimum"].append(row["optimum"])
    return {workload: {policy: sum(each) / len(each) for policy, each in of.items()} for workload, of in found.items()}


def svg(results: dict[str, Any]) -> str:
    """A line for each workload, a dot for each policy."""
    found = shares(results)
    title = "24 months of S3 by each policy, all-Standard = 1"
    width, height = LEFT + WIDE + 60, ROW * (len(found) + 4)
    parts = [*opening(width, height, ROW, title), *_scale(ROW * 2, ROW * (len(found) + 3))]
    for number, (workload, of) in enumerate(found.items(), start=3):
        y = ROW * number - 5
        parts.append(f'<text x="{LEFT - 12}" y="{y + 5}" text-anchor="end" fill="#111827">{escape(workload)}</text>')
        parts += [
            f'<circle cx="{_x(of[policy])}" cy="{y}" r="5" fill="{color}"/>'
            for policy, color in COLORS.items()
            if policy != "optimum"
        ]
        parts.append(
            f'<rect x="{_x(of["optimum"]) - 1}" y="{y - 9}" width="3" height="18" fill="{COLORS["optimum"]}"/>'
        )
    return "\n".join([*parts, *_legend(ROW * (len(found) + 3) + 14), "</svg>"]) + "\n"


def _x(share: float) -> int:
    return round(LEFT + WIDE * min(share, 1.05))


def _scale(top: int, bottom: int) -> Iterator[str]:
    for tenths in range(0, 11, 2):
        x = _x(tenths / 10)
        yield f'<line x1="{x}" y1="{top}" x2="{x}" y2="{bottom}" stroke="#e5e7eb"/>'
        yield f'<text x="{x}" y="{top - 4}" text-anchor="middle" fill="#6b7280">{tenths / 10:g}</text>'


def _legend(y: int) -> Iterator[str]:
    x = 10
    for policy, color in COLORS.items():
        yield f'<rect x="{x}" y="{y - 11}" width="12" height="12" fill="{color}"/>'
        yield f'<text x="{x + 17}" y="{y}" fill="#111827">{policy}</text>'
        x += 40 + 8 * len(policy)


def table(results: dict[str, Any]) -> Iterator[str]:
    found = shares(results)
    policies = [policy for policy in COLORS if policy != "all-standard"]
    summaries = defaultdict(list)
    for row in results["rows"]:
        if "policy" not in row:
            summaries[row["workload"]].append(row)
    yield f"| workload | {' | '.join(policies)} | cost × best other | cost × optimum | known rates × optimum |"
    yield f"|---|{'---:|' * (len(policies) + 3)}"
    for workload, of in found.items():
        cells = [f"{of[policy]:.2f}" for policy in policies]
        for what in ("cost × best", "cost × optimum", "known rates × optimum"):
            cells.append(" / ".join(f"{row[what]:.2f}" for row in summaries[workload]))
        yield f"| {workload} | {' | '.join(cells)} |"
    yield ""
    yield from _by_price(results)


def _by_price(results: dict[str, Any]) -> Iterator[str]:
    """Of the first workload: what each policy pays for what."""
    rows = [row for row in results["rows"] if "policy" in row]
    first = [row for row in rows if (row["workload"], row["seed"]) == (rows[0]["workload"], rows[0]["seed"])]
    whole = sum(first[0][price] for price in PRICES)
    yield f"| {rows[0]['workload']}, of 100 | {' | '.join(PRICES)} | together |"
    yield f"|---|{'---:|' * (len(PRICES) + 1)}"
    for row in first:
        cells = [100 * row[price] / whole for price in PRICES]
        yield f"| {row['policy']} | {' | '.join(f'{cell:.1f}' for cell in [*cells, sum(cells)])} |"


def page(text: str, results: dict[str, Any]) -> str:
    """The page with the tables of these results."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n".join(table(results)) + "\n" + END + after
