"""What is stored where, what it costs a month, and what it would cost by another policy. Pure; `reelstack cost report`.

Only keys, sizes, classes and ages are known, as a listing or S3 Inventory tells them: who reads what is not. So other
policies are compared by their storage alone, at their best: as if nothing old was read. Reads, requests and moves are
lines of `reelstack cost model`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from reelstack.platform.s3_prices import GB, MONITORING, S3, SMALLEST_BYTES
from reelstack.tiering.classes import CLASSES
from reelstack.tiering.policies import BY_AGE

By = Literal["class", "codec", "rendition", "video", "creator"]
PLAYED = re.compile(r"^(?:v|quarantine)/(?P<video>[^/]+)/(?P<attempt>\d+)/(?:managed/)?(?P<file>[^/]+)$")
ORIGINAL = re.compile(r"^originals/[^/]+/(?P<upload>[^/]+)$")
RENDITION = re.compile(r"^(?P<codec>avc|hevc|av1)-(?P<side>\d+)\.mp4$")
NOT_OF_A_CLIP = "(not of a clip)"


@dataclass(frozen=True)
class Stored:
    """One object, as a listing tells it."""

    key: str
    size_bytes: int
    storage_class: str
    age_days: float
    video_id: str = ""
    """Empty for what belongs to no clip. Of originals it comes with the listing: their keys name uploads."""


@dataclass(frozen=True)
class Kind:
    """What a key says of its object."""

    codec: str
    rendition: str


def kind(key: str) -> Kind:
    if ORIGINAL.match(key):
        return Kind("original", "original")
    if not (found := PLAYED.match(key)):
        return Kind("other", key.partition("/")[0] + "/")
    if rendition := RENDITION.match(found["file"]):
        return Kind(rendition["codec"], f"{rendition['codec']}-{rendition['side']}")
    if found["file"] == "sound.mp4":
        return Kind("sound", "sound")
    return Kind("other", "playlists, posters, sprites")


def video_of(key: str) -> str:
    """The clip that a key below v/ or quarantine/ belongs to; else empty."""
    found = PLAYED.match(key)
    return found["video"] if found else ""


def month(size_bytes: int, storage_class: str) -> float:
    """Dollars a month, at the first step's price. Raises KeyError for a class without a price."""
    known = S3[storage_class]
    return max(size_bytes, known.minimum_bytes) / GB * known.storage.dollars


def by_age(size_bytes: int, age_days: float) -> str:
    """The class that lifecycle rules have such an object in: the policy `ByAge` of reelstack.tiering."""
    passed = [CLASSES[code] for days, code in BY_AGE if size_bytes >= SMALLEST_BYTES and age_days >= days]
    return passed[-1] if passed else "STANDARD"


def all_standard(one: Stored) -> float:
    return month(one.size_bytes, "STANDARD")


def lifecycle(one: Stored) -> float:
    return month(one.size_bytes, by_age(one.size_bytes, one.age_days))


def intelligent_tiering(one: Stored) -> float:
    """Its tiers cost what the classes do; each object of at least 128 KiB is watched for a price."""
    if one.size_bytes < SMALLEST_BYTES:
        return month(one.size_bytes, "STANDARD")
    return lifecycle(one) + MONITORING.each


POLICIES: dict[str, Callable[[Stored], float]] = {
    "all-Standard": all_standard,
    "lifecycle by age": lifecycle,
    "Intelligent-Tiering": intelligent_tiering,
}


@dataclass
class Row:
    """Objects that have something in common."""

    name: str
    objects: int = 0
    size_bytes: int = 0
    dollars: float = 0.0
    """A month, in the classes they are in."""


@dataclass
class Report:
    """All that was listed."""

    rows: dict[str, Row] = field(default_factory=dict)
    whole: Row = field(default_factory=lambda: Row("together"))
    otherwise: dict[str, float] = field(default_factory=lambda: dict.fromkeys(POLICIES, 0.0))
    unknown: dict[str, int] = field(default_factory=dict)
    """Classes without a price here -> objects, which are in no sum of dollars."""

    def sorted(self, most: int | None = None) -> list[Row]:
        """The dearest first; what is beyond `most` rows is one row."""
        found = sorted(self.rows.values(), key=lambda row: (-row.dollars, row.name))
        if most is None or len(found) <= most:
            return found
        rest = Row(f"{len(found) - most:,} more")
        for row in found[most:]:
            _add(rest, row.objects, row.size_bytes, row.dollars)
        return [*found[:most], rest]


def report(stored: Iterable[Stored], by: By, creator_of: Callable[[str], str] = str) -> Report:
    """One pass: nothing of an object is kept but its sums. `creator_of` names the owner of a clip."""
    found = Report()
    for one in stored:
        if one.storage_class not in S3:
            found.unknown[one.storage_class] = found.unknown.get(one.storage_class, 0) + 1
            continue
        dollars = month(one.size_bytes, one.storage_class)
        if one.storage_class == "INTELLIGENT_TIERING":  # a listing does not tell the tier
            dollars = intelligent_tiering(one)
        name = _name(one, by, creator_of)
        for row in (found.rows.setdefault(name, Row(name)), found.whole):
            _add(row, 1, one.size_bytes, dollars)
        for policy, price in POLICIES.items():
            found.otherwise[policy] += price(one)
    return found


def _add(row: Row, objects: int, size_bytes: int, dollars: float) -> None:
    row.objects += objects
    row.size_bytes += size_bytes
    row.dollars += dollars


def _name(one: Stored, by: By, creator_of: Callable[[str], str]) -> str:
    if by == "class":
        return one.storage_class
    if by in ("codec", "rendition"):
        found = kind(one.key)
        return found.codec if by == "codec" else found.rendition
    if not one.video_id:
        return NOT_OF_A_CLIP
    return one.video_id if by == "video" else creator_of(one.video_id)
