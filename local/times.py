"""Moving the times of a table's item back, and where the emulator is asked for it. Pure.

An item is as DynamoDB's API has it: {"at": {"N": "1795420800"}}.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

PATH = "/_reelstack/age"
"""Where `local.emulator_time` is asked."""
HEADER = "x-reelstack-age"
"""A page in a browser cannot send it: nobody but the command line ages a cloud."""

Item = dict[str, Any]
FIRST = 10**9
"""Unix seconds of 2001: a smaller number is no time (0: never)."""
FIRST_MS = 10**11
"""Unix seconds that large are the year 5138: from here on a number is milliseconds."""
DAY_SECONDS = 24 * 3600


def earlier(item: Item, numbers: Iterable[str], texts: Mapping[str, str], seconds: int) -> Item:
    """A copy of the item, so many seconds older. `numbers` are attributes that are unix seconds or milliseconds;
    `texts` are attributes that contain a time, each with the pattern whose only group is that time."""
    made = dict(item)
    for name in numbers:
        if "N" in item.get(name, {}):
            made[name] = {"N": _number(item[name]["N"], seconds)}
    for name, pattern in texts.items():
        found = re.match(pattern, item.get(name, {}).get("S", ""))
        if found:
            text, (start, end) = found.string, found.span(1)
            made[name] = {"S": text[:start] + _text(found[1], seconds) + text[end:]}
    return made


def _number(text: str, seconds: int) -> str:
    value = Decimal(text)
    if value < FIRST:
        return text
    return str(value - seconds * (1000 if value >= FIRST_MS else 1))


def _text(text: str, seconds: int) -> str:
    """A number keeps its width, so that texts sort as before; a date moves by whole days."""
    if text.isdigit():
        return _number(text, seconds).zfill(len(text))
    return (date.fromisoformat(text) - timedelta(days=seconds // DAY_SECONDS)).isoformat()
