"""Which requests the edge refuses while the feed is overloaded: lines of infra/edge/viewer_address.js, made from what
routes declare (`core=False`). The laptop's edge runs the same file."""

import re
from collections.abc import Mapping
from pathlib import Path

from reelstack.web.route_policy import Rule

FILE = Path(__file__).parent.parent / "infra/edge/viewer_address.js"
PREFIX = "/v1/"
SEGMENT = r"[\w~@:-][\w.~@:-]*"
"""What stands in a parameter's place: no percent sign and no dot at its beginning, so that no spelling of another
route's path is taken for one that can wait."""
PARAMETER, PLAIN = re.compile(r"\{[a-z_]+\}"), re.compile(r"[a-z/-]*")
LINES = re.compile(r"(const CAN_WAIT = \{\n)(?:  [A-Z]+: .*\n)*(?=\};\n)")


def script(rules: Mapping[str, Rule]) -> str:
    """The function's file, with these routes."""
    paths: dict[str, list[str]] = {}
    for rule in rules.values():
        if not rule.core:
            paths.setdefault(rule.method, []).append(_pattern(rule.route.path))
    lines = "".join(
        f"  {method}: /^{_escaped(PREFIX)}(?:{'|'.join(sorted(some))})$/,\n" for method, some in sorted(paths.items())
    )
    made, found = LINES.subn(lambda start: start[1] + lines, FILE.read_text())
    assert found == 1, FILE
    return made


def _pattern(path: str) -> str:
    """Raises ValueError for a path that is not made of plain words and parameters of one segment each."""
    pieces = PARAMETER.split(path.removeprefix(PREFIX))
    if not path.startswith(PREFIX) or not all(map(PLAIN.fullmatch, pieces)):
        raise ValueError(f"the edge cannot know {path}")
    return SEGMENT.join(map(_escaped, pieces))


def _escaped(plain: str) -> str:
    return plain.replace("/", "\\/")
