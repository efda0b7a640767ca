"""Which bytes of an object a request wants (RFC 9110, 13 and 14). Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

RANGE = re.compile(r"bytes=(?:(\d{1,40})-(\d{1,40})?|-(\d{1,40}))$", re.ASCII)
"""Numbers may be larger than any object: clients that want all of the rest say so by the largest that they know."""


class Unsatisfiable(ValueError):
    """The range lies beyond the object: 416."""


@dataclass(frozen=True)
class Span:
    """Bytes `first` to `last`, both included, of `total`. An empty object's whole span ends before it begins."""

    first: int
    last: int
    total: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    def blocks(self, size: int) -> list[tuple[int, slice]]:
        """Numbers of the blocks of `size` bytes that hold this span, each with the part that belongs to it."""
        numbers = range(self.first // size, self.last // size + 1)
        return [(n, slice(max(self.first - n * size, 0), min(self.last - n * size + 1, size))) for n in numbers]


def wanted(headers: Mapping[str, str], total: int, etag: str) -> Span | None:
    """The single range asked for, or None for the whole object: no range, several, a malformed one, or If-Range names
    another version. Raises Unsatisfiable."""
    found = RANGE.match(headers.get("range", "").replace(" ", ""))
    if not found or headers.get("if-range", etag) != etag:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        first, last = str(max(total - int(suffix), 0)), None
    elif last is not None and int(last) < int(first):
        return None
    if int(first) >= total or suffix == "0":
        raise Unsatisfiable
    return Span(int(first), min(int(last) if last is not None else total - 1, total - 1), total)


def not_modified(headers: Mapping[str, str], etag: str) -> bool:
    """Whether the viewer has this version already."""
    known = headers.get("if-none-match", "")
    return known == "*" or (etag != "" and etag in (tag.strip().removeprefix("W/") for tag in known.split(",")))
