"""Versions of the ranker: rank/<version>/, and rank/current.json, the one pointer that says which is in service.

A version is written once, its manifest last, and its name follows from its content: the same training gives the same
name and the same bytes. The pointer is one object, so a release and its undoing are one atomic write; it remembers the
versions that were in service before, for `rollback`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.ranker.places import Missing, Place
from reelstack.feed import features, items, rank_model

REMEMBERED = 10
REPORT, CARD = "report.json", "card.md"


class NothingBefore(LookupError):
    """No version was in service before the current one."""


@dataclass(frozen=True)
class Service:
    """The version in service, as the feed loads it."""

    version: str
    model: rank_model.RankModel | None
    refused: str = ""
    """Why the feed does not load it: it is damaged, or of another format or version of the features."""


def write(place: Place, day: str, files: Mapping[str, bytes], about: Mapping[str, Any]) -> str:
    """Writes a version, and gives its name. `about`: dimensions, weights, and what else is worth knowing."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    version = f"{day}-{hashlib.sha256(json.dumps([sums, about], sort_keys=True).encode()).hexdigest()[:12]}"
    manifest = {
        **about,
        "format": rank_model.FORMAT,
        "version": version,
        "day": day,
        "features": features.VERSION,
        "heads": list(rank_model.HEADS),
        "sha256": sums,
    }
    rank_model.check_manifest(manifest, version)
    for name, content in files.items():
        place.write(f"rank/{version}/{name}", content)
    place.write(f"rank/{version}/{rank_model.MANIFEST}", as_json(manifest))
    return version


def pointer(place: Place) -> dict[str, Any] | None:
    """What rank/current.json says; None before the first release. Raises rank_model.RankModelRefused."""
    try:
        content = place.read(rank_model.POINTER)
    except Missing:
        return None
    rank_model.current_version(lambda _: content)
    found: dict[str, Any] = json.loads(content)
    return found


def in_service(place: Place) -> str | None:
    found = pointer(place)
    return str(found["version"]) if found else None


def service(place: Place) -> Service | None:
    """None before the first release. Raises RankModelRefused if the pointer itself is of another format."""
    version = in_service(place)
    if version is None:
        return None
    try:
        return Service(version, rank_model.load(place.read, version))
    except (Missing, rank_model.RankModelRefused) as error:
        return Service(version, None, str(error))


def release(place: Place, version: str) -> None:
    """Moves the pointer. To release what is in service changes nothing. Raises RankModelRefused."""
    now = pointer(place)
    if now and now["version"] == version:
        return
    rank_model.load(place.read, version)
    point(place, version, [*now["before"], now["version"]][-REMEMBERED:] if now else [])


def before(place: Place) -> list[str]:
    """The versions that were in service before the current one, the last one last. Raises NothingBefore."""
    now = pointer(place)
    if not now or not now["before"]:
        raise NothingBefore("no version was in service before")
    return [str(version) for version in now["before"]]


def rollback(place: Place) -> str:
    """The version before the current one is in service again. Raises NothingBefore or RankModelRefused."""
    *earlier, version = before(place)
    rank_model.load(place.read, version)
    point(place, version, earlier)
    return version


def has_items(place: Place, version: str) -> bool:
    """Whether there are items of the version. Raises items.ItemsRefused if the feed would not load them."""
    if f"items/{version}.npz" not in place.keys("items/"):
        return False
    items.unpack(place.read(f"items/{version}.npz"))
    return True


def release_items(place: Place, version: str) -> None:
    """Raises Missing, and items.ItemsRefused if the archive is not one that the feed would load."""
    content = place.read(f"items/{version}.npz")
    items.unpack(content)
    sha256 = hashlib.sha256(content).hexdigest()
    place.write(items.POINTER, as_json({"format": items.FORMAT, "version": version, "sha256": sha256}))


def as_json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, indent=1).encode()


def point(place: Place, version: str, before: list[str]) -> None:
    """That the feed would load the version is the caller's to know."""
    place.write(rank_model.POINTER, as_json({"format": rank_model.FORMAT, "version": version, "before": before}))
