"""Gates of a day of events: what must hold before anything is concluded from it. Pure.

A gate compares a share with its limit. Shares of a few events say nothing, so that gates of shares begin at 100
events, and none fails by one or two, which are over 0.1 % of a small day. The volume is held against the median of the
last seven days that passed, from three such days on. Invariant: one viewer, who may send what they like, fails no gate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

VERSION = 1
LEAST_EVENTS = 100
LEAST_DAYS = 3
FEW = 2
"""So many stop no day, whatever their share. Three do, if their share is too great."""
VOLUME = (0.5, 2.0)
"""Of the median."""
LIMITS = {
    "broken": 0.001,
    "duplicates": 0.15,
    "late": 0.2,
    "without_receipt": 0.5,
    "unknown_types": 0.05,
    "holes": 0.05,
}
"""Name -> the greatest share.

broken: lines that are no event · duplicates: of lines · late: happened over an hour before they arrived ·
without_receipt: of plays and impressions · unknown_types: of events · holes: events within a view whose play is
neither in the day nor in the day before, and events of clips that name no owner.
"""
LATE_MS = 3600 * 1000
MOST_OF_VIEWER = 100
"""Events of one viewer that weigh in a gate. Of more each weighs less: an address may send 693,000 a day."""
OF_VIEWERS = ("duplicates", "late", "without_receipt", "unknown_types", "holes")
"""What a day has against it, and a viewer could make. The one who has most of it is not judged: a fault of the service
shows in the events of many. No viewer can write a line that is no event."""
JUDGED = ("lines", "events", "shown_or_opened", *OF_VIEWERS)
UNIT = 1_000_000
"""Of the sums that `judged` is given."""
MOST_DIFFERENCE = 0.001
"""Between plays that were counted in two ways."""


@dataclass(frozen=True)
class Gate:
    name: str
    value: float
    least: float
    most: float
    passed: bool


def judged(sums: Mapping[str, int], most: Mapping[str, int]) -> dict[str, int]:
    """Counts that one viewer raises by MOST_OF_VIEWER at most, and those of OF_VIEWERS by nothing.

    `sums`: over viewers, `most`: of the viewer who has most; both as multiples of one UNITth."""
    left = {name: sums[name] - (most[name] if name in OF_VIEWERS else 0) for name in JUDGED}
    return {name: (number + UNIT // 2) // UNIT for name, number in left.items()}


def gates(counts: Mapping[str, int], earlier: Sequence[int], lines: int) -> list[Gate]:
    """`earlier`: the numbers of events of the last seven days that passed; `lines`: all of the day, which may be more
    than weigh for another gate."""
    found = [_volume(counts["events"], earlier)]
    of = {
        "duplicates": "lines",
        "late": "events",
        "without_receipt": "shown_or_opened",
        "unknown_types": "events",
        "holes": "events",
    }
    for name, most in LIMITS.items():
        total = lines if name == "broken" else counts[of[name]]
        share = round(counts[name] / total, 6) if total else 0.0
        passed = total < LEAST_EVENTS or counts[name] <= FEW or share <= most
        found.append(Gate(name, share, 0.0, most, passed))
    return found


def differs(ours: int, theirs: int) -> bool:
    """Of plays, counted in two ways."""
    return abs(ours - theirs) > max(FEW, MOST_DIFFERENCE * max(ours, theirs))


def report(
    day: str,
    counts: Mapping[str, int],
    types: Mapping[str, int],
    earlier: Sequence[int],
    of_viewers: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """`of_viewers`: what is judged instead of the counts of the same name; `earlier` are such numbers, too."""
    weighed = dict(of_viewers or {})
    found = gates({**counts, **weighed}, earlier, counts["lines"])
    return {
        "version": VERSION,
        "day": day,
        "counts": dict(counts),
        "types": dict(types),
        "judged": weighed,
        "gates": [asdict(gate) for gate in found],
        "failed": [gate.name for gate in found if not gate.passed],
    }


def stopping(found: Mapping[str, Any] | None, despite: Sequence[str]) -> list[str]:
    """The gates that forbid what follows `collect`."""
    if found is None:
        return ["collect was not run"]
    if found["version"] != VERSION:
        raise ValueError(f"a quality report has version {VERSION}, not {found['version']}")
    return [name for name in found["failed"] if name not in despite]


def _volume(events: int, earlier: Sequence[int]) -> Gate:
    if not events:
        return Gate("volume", 0.0, 1.0, VOLUME[1], False)
    middle = median(earlier) if len(earlier) >= LEAST_DAYS else 0
    if middle < LEAST_EVENTS:
        return Gate("volume", 1.0, *VOLUME, True)
    share = round(events / middle, 6)
    return Gate("volume", share, *VOLUME, VOLUME[0] <= share <= VOLUME[1])
