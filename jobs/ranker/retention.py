"""What becomes of versions that are old: of more than KEPT_DAYS before the day that is trained.

Vocabularies have ids of viewers and creators, items those of creators, and an account is erased within 30 days. So an
old version is deleted; that in service and the one before it, which `rollback` needs, are replaced by copies that name
nobody. A lifecycle rule could not do it: by age it would delete what serves when nothing newer was released. Each run
of `promote` does it, refused or not, and a `train` that has too few rows. A run that breaks off has deleted nothing
that a pointer names, and the next one goes on.
"""

import dataclasses
import datetime
import io
import json
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from jobs.ranker import registry
from jobs.ranker.places import Missing, Place
from reelstack.feed import items, rank_model, rank_vocabulary
from reelstack.feed.rank_vocabulary import FIELDS

KEPT_DAYS = 18
"""A training may know an account for a week after its erasure, until the pass over its rows; the version of a day is
made on the next and deleted on the one after KEPT_DAYS; its objects are gone two days later, when their old versions
are: 7 + 2 + 18 + 2 days."""
PEOPLE = ("viewer", "owner")
NOBODY = "#"
"""Instead of an id, in its place, so that all others keep their rows of the table. No account has this id."""
MARK = "names_nobody"
VOCABULARY = "vocabulary.json"


def forget(place: Place, day: str) -> list[str]:
    """Returns the versions that are deleted."""
    last = (datetime.date.fromisoformat(day) - datetime.timedelta(days=KEPT_DAYS)).isoformat()
    old = {version for version in _stored(place) if version[: len(last)] < last}
    kept = _pointed(place)
    copies = {version: made for version in sorted(old & kept) if (made := _nameless(place, version))}
    _point(place, copies, old)
    gone = sorted(old - _pointed(place))
    for version in gone:
        for key in (*place.keys(f"rank/{version}/"), _items(version)):
            place.delete(key)
    return gone


def _stored(place: Place) -> set[str]:
    versions = {key.split("/")[1] for key in place.keys("rank/") if key.count("/") == 2}
    return versions | {Path(key).stem for key in place.keys("items/") if key.endswith(".npz")}


def _pointed(place: Place) -> set[str]:
    """The version in service, the one before it, and that of the items in service."""
    now = registry.pointer(place)
    versions = {now["version"], *now["before"][-1:]} if now else set()
    return versions | set(filter(None, [_items_in_service(place)]))


def _items_in_service(place: Place) -> str | None:
    try:
        return str(json.loads(place.read(items.POINTER))["version"])
    except Missing:
        return None


def _point(place: Place, copies: Mapping[str, str], old: Collection[str]) -> None:
    """To copies instead of what they were made of; the items first, as in a release."""
    serving = _items_in_service(place)
    if serving and copies.get(serving, serving) != serving:
        registry.release_items(place, copies[serving])
    now = registry.pointer(place)
    if now is None:
        return
    known = [*now["before"][:-1], *(copies.get(version, version) for version in now["before"][-1:])]
    before = [version for version in known if version not in old or version in copies.values()]
    version = copies.get(now["version"], now["version"])
    if (version, before) != (now["version"], now["before"]):
        registry.point(place, version, before)


def _nameless(place: Place, version: str) -> str | None:
    """The name of a copy that names nobody, or of the version itself if it is one; None if the feed would refuse it, so
    that it serves nobody."""
    try:
        rank_model.load(place.read, version)
    except (Missing, rank_model.RankModelRefused):
        return None
    files = {Path(key).name: place.read(key) for key in place.keys(f"rank/{version}/")}
    manifest = json.loads(files.pop(rank_model.MANIFEST))
    if manifest.get(MARK):
        return version
    report = files.pop(registry.REPORT, None)
    files[VOCABULARY] = _without_people(files[VOCABULARY])
    made = registry.write(place, manifest["day"], files, manifest | {MARK: True})
    if report is not None:
        place.write(f"rank/{made}/{registry.REPORT}", report)
    if _items(version) in place.keys("items/"):
        place.write(_items(made), _items_without_people(place.read(_items(version)), made))
    return made


def _without_people(vocabulary: bytes) -> bytes:
    known = rank_vocabulary.of_text(vocabulary.decode())
    fields = tuple(
        (NOBODY,) * len(values) if name in PEOPLE else values for name, values in zip(FIELDS, known.fields, strict=True)
    )
    return dataclasses.replace(known, fields=fields).as_text().encode()


def _items_without_people(content: bytes, version: str) -> bytes:
    """Creators stay apart from one another, under numbers."""
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    about, words = (json.loads(arrays[name].tobytes()) for name in ("about", "words"))
    owners = [f"{NOBODY}{number}" for number in range(len(words["owner"]))]
    for name, value in (("about", about | {"version": version}), ("words", words | {"owner": owners})):
        arrays[name] = np.frombuffer(json.dumps(value, sort_keys=True).encode(), dtype=np.uint8)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _items(version: str) -> str:
    return f"items/{version}.npz"
