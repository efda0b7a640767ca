"""Lines as bars: in text for a terminal, and as SVG for a page. Both show the dearest lines, and the rest as one."""

from html import escape

from infra.costs.model.estimate import Estimate

MOST_LINES = 16
BAR = 40
"""Characters of the longest bar."""
ROW, LEFT, WIDE, RIGHT = 22, 300, 420, 200
"""Pixels: height of a line, and widths of its name, its longest bar and its numbers."""
COLORS = {
    "delivery": "#2563eb",
    "API": "#7c3aed",
    "events": "#db2777",
    "search and cache": "#ea580c",
    "people": "#ca8a04",
    "production": "#16a34a",
    "storage": "#0891b2",
    "other": "#6b7280",
}


def rows(found: Estimate) -> list[tuple[str, str, float]]:
    """(group, what, dollars) of the dearest, and together what is left."""
    shown = [(line.group, line.what, line.dollars) for line in found.lines[:MOST_LINES]]
    rest = found.lines[MOST_LINES:]
    if rest:
        shown.append(("other", f"{len(rest)} lines more", sum(line.dollars for line in rest)))
    return shown


def bars(found: Estimate) -> str:
    shown = rows(found)
    longest = max(dollars for _, _, dollars in shown)
    wide = max(len(what) for _, what, _ in shown)
    return "\n".join(
        f"{what:{wide}}  {'█' * max(1, round(BAR * dollars / longest)):{BAR}}  {money(dollars):>9}  "
        f"{dollars / found.dollars:6.1%}"
        for _, what, dollars in shown
    )


def money(dollars: float) -> str:
    """$12.3 M, $4,560, $0.12."""
    if dollars >= 1e6:
        return f"${dollars / 1e6:,.2f} M"
    return f"${dollars:,.0f}" if dollars >= 100 else f"${dollars:,.2f}"


def opening(width: float, height: float, row: float, title: str) -> list[str]:
    """A white picture with its title in the first row. Lengths are in pixels."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="13" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="{row}" font-size="15" fill="#111827">{escape(title)}</text>',
    ]


def svg(found: Estimate, title: str) -> str:
    """Names, bars and numbers are text and boxes alone: it needs no font, script or style of its own."""
    shown = rows(found)
    longest = max(dollars for _, _, dollars in shown)
    width, height = LEFT + WIDE + RIGHT, ROW * (len(shown) + 3)
    parts = opening(width, height, ROW, title)
    for number, (group, what, dollars) in enumerate(shown, start=2):
        y = ROW * number
        long = max(1, round(WIDE * dollars / longest))
        said = f"{money(dollars)}  {dollars / found.dollars:.1%}"
        parts += [
            f'<text x="{LEFT - 10}" y="{y}" text-anchor="end" fill="#111827">{escape(what)}</text>',
            f'<rect x="{LEFT}" y="{y - 13}" width="{long}" height="16" fill="{COLORS[group]}"/>',
            f'<text x="{LEFT + long + 8}" y="{y}" fill="#111827">{escape(said)}</text>',
        ]
    return "\n".join([*parts, *_legend(found, ROW * (len(shown) + 2)), "</svg>"]) + "\n"


def _legend(found: Estimate, y: int) -> list[str]:
    parts, x = [], 10
    for group, dollars in found.of_groups().items():
        said = f"{group} {dollars / found.dollars:.0%}"
        parts += [
            f'<rect x="{x}" y="{y - 11}" width="12" height="12" fill="{COLORS[group]}"/>',
            f'<text x="{x + 17}" y="{y}" fill="#111827">{escape(said)}</text>',
        ]
        x += 32 + 8 * len(said)
    return parts
