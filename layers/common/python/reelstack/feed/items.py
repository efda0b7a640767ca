"""The catalogue as the feed holds it in memory: of each clip its vector, facts and totals, as one NumPy archive.

`items/<version>.npz` is written each day by the job `ranker`; `items/current.json` names the version in service and its
SHA-256. 100,000 clips take less than 40 MB. An archive of another format, with arrays that do not fit one another or
with a vector that is no number is refused (ItemsRefused); the feed then keeps the catalogue that it has.
"""

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reelstack.feed.features import ClipState, Totals

FORMAT = 1
POINTER = "items/current.json"
TOTALS = ("plays", "finishes", "fast_skips", "likes", "hides")
WORDS = ("owner", "tag", "language", "region")
"""Words are stored once; clips have their numbers."""
DTYPES: Mapping[str, str] = {
    "vectors": "<f2",
    "totals": "<u4",
    "exposure": "<u4",
    "duration_ms": "<u4",
    "published_at": "<i8",
    "owner": "<u4",
    "language": "<u2",
    "region": "<u2",
    "tag": "<u4",
    "tag_ends": "<u4",
    "appeal": "<f4",
}
OPTIONAL = frozenset({"appeal"})
"""Archives of before it have none. Of newcomers it is 0."""
PER_CLIP = tuple(name for name in DTYPES if name != "tag")


DAMAGED = (
    *(ValueError, LookupError, TypeError, AttributeError, OSError, EOFError, MemoryError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)
"""What NumPy, zipfile and JSON raise for content that is not theirs, and we for members of another form."""


class ItemsRefused(ValueError):
    """An archive of items is damaged, or of a format this code does not know."""


@dataclass(frozen=True)
class Items:
    version: str
    ids: NDArray[np.bytes_]
    arrays: Mapping[str, NDArray[Any]]
    """Named as DTYPES. `totals` has one column for each of TOTALS; the tags of clip n are
    tag[tag_ends[n − 1]:tag_ends[n]]; `appeal` is the ranker's value of a clip for somebody of whom nothing is known."""
    words: Mapping[str, Sequence[str]]
    before: "Items | None" = field(default=None, repr=False, compare=False)
    """The catalogue of whose clips these are the continuation."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def vectors(self) -> NDArray[np.float16]:
        return self.arrays["vectors"]

    @property
    def plays(self) -> NDArray[np.float64]:
        found: NDArray[np.float64] = self.arrays["totals"][:, TOTALS.index("plays")].astype(np.float64)
        return found

    @property
    def harms(self) -> NDArray[np.float64]:
        """Plays that were skipped at once or hidden."""
        wrong = [TOTALS.index("fast_skips"), TOTALS.index("hides")]
        found: NDArray[np.float64] = self.arrays["totals"][:, wrong].sum(axis=1).astype(np.float64)
        return found

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Video id -> its row."""
        known = self.before.place if self.before else {}
        return {**known, **{one.decode(): row for row, one in enumerate(self.ids[len(known) :], len(known))}}

    def tags(self, row: int) -> tuple[str, ...]:
        ends = self.arrays["tag_ends"]
        first = int(ends[row - 1]) if row else 0
        return tuple(self.words["tag"][number] for number in self.arrays["tag"][first : int(ends[row])].tolist())

    def clip(self, row: int, last_hour: Totals | None = None) -> ClipState:
        """What features are made of."""
        arrays = self.arrays
        return ClipState(
            video_id=self.ids[row].decode(),
            owner_id=self.words["owner"][arrays["owner"][row]],
            tags=self.tags(row),
            language=self.words["language"][arrays["language"][row]],
            region=self.words["region"][arrays["region"][row]],
            duration_ms=int(arrays["duration_ms"][row]),
            published_at=int(arrays["published_at"][row]),
            totals=Totals(*arrays["totals"][row].tolist()),
            last_hour=last_hour or Totals(),
        )


def joined(catalogue: Items, clips: Sequence[ClipState]) -> Items:
    """The catalogue with clips that are not in it behind its own, and with their words behind its words."""
    numbers = {name: {word: n for n, word in enumerate(catalogue.words[name])} for name in WORDS}

    def number(name: str, word: str) -> int:
        return numbers[name].setdefault(word, len(numbers[name]))

    tags = [[number("tag", tag) for tag in clip.tags] for clip in clips]
    before = int(catalogue.arrays["tag_ends"][-1]) if len(catalogue) else 0
    added: dict[str, object] = {
        "vectors": np.zeros((len(clips), catalogue.vectors.shape[1])),
        "totals": np.zeros((len(clips), len(TOTALS))),
        "exposure": np.zeros(len(clips)),
        "duration_ms": [clip.duration_ms for clip in clips],
        "published_at": [clip.published_at for clip in clips],
        "owner": [number("owner", clip.owner_id) for clip in clips],
        "language": [number("language", clip.language) for clip in clips],
        "region": [number("region", clip.region) for clip in clips],
        "tag": [tag for own in tags for tag in own],
        "tag_ends": before + np.cumsum([len(own) for own in tags]),
        "appeal": np.zeros(len(clips)),
    }
    arrays = {
        name: np.concatenate([known, np.asarray(added[name], dtype=DTYPES[name])])
        for name, known in catalogue.arrays.items()
    }
    ids = np.concatenate([catalogue.ids, np.array([clip.video_id.encode() for clip in clips], dtype=bytes)])
    return Items(catalogue.version, ids, arrays, {name: tuple(numbers[name]) for name in WORDS}, catalogue)


def unpack(content: bytes) -> Items:
    """Raises ItemsRefused."""
    try:
        return _unpacked(content)
    except ItemsRefused:
        raise
    except DAMAGED as error:
        raise ItemsRefused(f"no archive of items: {error!r}") from error


def _unpacked(content: bytes) -> Items:
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    about = json.loads(arrays.pop("about").tobytes())
    words = json.loads(arrays.pop("words").tobytes())
    if about["format"] != FORMAT:
        raise ItemsRefused(f"items have format {about['format']!r}, not {FORMAT}")
    found = Items(str(about["version"]), arrays.pop("ids"), arrays, words)
    _check(found)
    return found


def load(read: Callable[[str], bytes]) -> Items:
    """The catalogue in service; `read` gives the content of a key. Raises ItemsRefused."""
    try:
        pointer = json.loads(read(POINTER))
        form, version, digest = pointer["format"], str(pointer["version"]), pointer["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise ItemsRefused(f"{POINTER}: {error!r}") from error
    if form != FORMAT:
        raise ItemsRefused(f"{POINTER} has format {form!r}, not {FORMAT}")
    content = read(f"items/{version}.npz")
    if hashlib.sha256(content).hexdigest() != digest:
        raise ItemsRefused(f"items/{version}.npz is not the file that {POINTER} names")
    return unpack(content)


def _check(items: Items) -> None:
    arrays, count = items.arrays, len(items.ids)
    if set(arrays) | OPTIONAL != set(DTYPES) or set(items.words) != set(WORDS):
        raise ItemsRefused(f"items have arrays {sorted(arrays)} and words {sorted(items.words)}")
    if items.ids.ndim != 1 or items.ids.dtype.kind != "S":
        raise ItemsRefused(f"items: ids are {items.ids.dtype}, not bytes")
    for name, dtype in ((name, DTYPES[name]) for name in arrays):
        if arrays[name].dtype != np.dtype(dtype) or (name in PER_CLIP and len(arrays[name]) != count):
            raise ItemsRefused(f"items: {name} is {arrays[name].dtype} of {len(arrays[name])}, not {dtype} of {count}")
    _check_numbers(arrays, count)
    for name in WORDS:
        if len(arrays[name]) and int(arrays[name].max()) >= len(items.words[name]):
            raise ItemsRefused(f"items: a clip has a {name} that is not among its words")
    ends = arrays["tag_ends"].astype(np.int64)
    if (np.diff(ends, prepend=0) < 0).any() or (int(ends[-1]) if count else 0) != len(arrays["tag"]):
        raise ItemsRefused("items: tags do not fit their clips")


def _check_numbers(arrays: Mapping[str, NDArray[Any]], count: int) -> None:
    appeal = arrays.get("appeal", np.zeros(count))
    if arrays["vectors"].ndim != 2 or arrays["totals"].shape != (count, len(TOTALS)) or appeal.shape != (count,):
        raise ItemsRefused("items: vectors, totals or appeal have another shape")
    if not np.isfinite(arrays["vectors"]).all() or not np.isfinite(appeal).all():
        raise ItemsRefused("items: a vector or an appeal is no number")
