"""Moves one line of a plan: at most 100 objects. Doing a line again changes nothing.

Down: the object gets the tag `tier`, and a lifecycle rule moves it in place, without a new version. Up: a copy in
place, only if the object is still the planned one; checksum and size are compared, and the version before is deleted
at once, so an object has one extra version at most. What was deleted or changed since the plan is skipped and reported.

Archives have the same tag, and an owner's decision comes first: a video that is archived is left alone, and where an
owner archives one while a line is moved, the function `move_archives` looks at that video again.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, Field

from reelstack.platform import storage, storage_classes
from reelstack.platform.s3_prices import S3
from reelstack.platform.storage_classes import ARCHIVES, TagHeld, TagsFull
from reelstack.tiering import document_keys
from reelstack.videos import archive_objects, archives
from reelstack.videos.archive_objects import TAG, TAGGED

TIERS = {"STANDARD_IA": "warm", "GLACIER_IR": "cold", "INTELLIGENT_TIERING": "own"}
"""Class -> the value of the tag that a lifecycle rule of the bucket looks for."""
MOST_OBJECTS = 100
AT_ONCE = 8
MOST_COPIED_BYTES = 5 * 2**30
"""What one CopyObject takes."""
LOWER = tuple(S3)
"""Classes in the order in which a lifecycle rule moves objects."""
Outcome = Literal["moved", "there", "gone", "changed", "archived", "tags-full", "too-large", "in-parts", "differs"]


class Move(BaseModel):
    """`source` and `target` are classes by S3's names. If they are the same, only the tag is taken off."""

    key: str
    etag: str
    size: int
    source: str
    target: str

    @property
    def is_down(self) -> bool:
        return LOWER.index(self.target) > LOWER.index(self.source)


class Line(BaseModel):
    run: str
    number: int
    moves: list[Move] = Field(max_length=MOST_OBJECTS)


@dataclass
class Result:
    """Objects by outcome, and the keys of those that were not moved."""

    counts: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, outcome: Outcome) -> None:
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        if outcome not in ("moved", "there"):
            self.skipped.setdefault(outcome, []).append(key)


def move_all(line: Line) -> Result:
    """Raises botocore's ClientError where S3 refuses for another reason: the line is then done again."""
    result, videos = Result(), {document_keys.clip_of(move.key) for move in line.moves}
    away = archives.archived_among(videos)
    wanted = [move for move in line.moves if document_keys.clip_of(move.key) not in away]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = pool.map(move_one, wanted)
    for move in line.moves:
        result.add(move.key, "archived" if document_keys.clip_of(move.key) in away else next(outcomes))
    # Also of those that were archived before: a call before this one may have been killed when it had set a tag anew.
    _let_archive(archives.archived_among(videos))
    return result


def keep_result(line: Line, result: Result) -> None:
    document = {"counts": result.counts, "skipped": result.skipped}
    storage.write_json("media", document_keys.results(line.run, line.number), document)


def move_one(move: Move) -> Outcome:
    try:
        if move.source == move.target:
            return "there" if storage_classes.untag("media", move.key, TAG, held=TAGGED) else "gone"
        return _moved(move)
    except TagHeld:
        return "archived"
    except TagsFull:
        return "tags-full"


def is_movable(etag: str, size: int, source: str, target: str) -> bool:
    """Whether a move can be made at all. An object in parts goes down only: a copy would have another ETag, and a
    player that holds the old one would begin anew."""
    is_up = LOWER.index(target) < LOWER.index(source)
    return not is_up or (size <= MOST_COPIED_BYTES and not storage_classes.in_parts(etag))


def _moved(move: Move) -> Outcome:
    seen = storage_classes.look("media", move.key)
    if seen is None:
        return "gone"
    if seen.storage_class in ARCHIVES:
        return "archived"
    if seen.storage_class == move.target:
        return "there" if move.is_down else _finish_copy(move)
    if (seen.etag, seen.bytes) != (move.etag, move.size):
        return "changed"
    if not move.is_down:
        return _copy(move)
    return "moved" if storage_classes.tag("media", move.key, TAG, TIERS[move.target], held=TAGGED) else "gone"


def _copy(move: Move) -> Outcome:
    if move.size > MOST_COPIED_BYTES:
        return "too-large"
    if storage_classes.in_parts(move.etag):
        return "in-parts"
    # A rule would take the copy down again, for the tag that the object came down by.
    made = storage_classes.replace_in_place("media", move.key, move.target, move.etag, without_tag=TAG, held=TAGGED)
    return "moved" if made == "replaced" else made


def _finish_copy(move: Move) -> Outcome:
    """Of a call that was killed after its copy: what is left of the version before goes."""
    storage_classes.delete_replaced("media", move.key)
    return "there"


def _let_archive(videos: Iterable[str]) -> None:
    for video_id in videos:
        archive_objects.note(video_id)
