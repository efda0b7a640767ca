"""Moves one line of a plan: at most 100 objects. Doing a line again changes nothing.

Down: the object gets the tag `tier`, and a lifecycle rule moves it in place, without a new version. Up: a copy in
place, only if the object is still the planned one; checksum and size are compared, and the version before is deleted
at once, so an object has one extra version at most. What was deleted or changed since the plan is skipped and reported.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from botocore.exceptions import ClientError
from pydantic import BaseModel, Field

from reelstack.platform import aws, storage
from reelstack.tiering import classes

TAG = "tier"
TIERS = {"STANDARD_IA": "warm", "GLACIER_IR": "cold", "INTELLIGENT_TIERING": "own"}
"""Class -> the value of the tag that a lifecycle rule of the bucket looks for."""
MOST_OBJECTS = 100
MOST_TAGS = 10
MOST_COPIED_BYTES = 5 * 2**30
"""What one CopyObject takes."""
Outcome = Literal["moved", "there", "gone", "changed", "tags-full", "too-large", "differs"]


class Move(BaseModel):
    """`source` and `target` are classes by S3's names; the same one: only the tag goes, which has done its work."""

    key: str
    etag: str
    size: int
    source: str
    target: str

    @property
    def is_down(self) -> bool:
        return classes.code_of(self.target) > classes.code_of(self.source)


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
    result = Result()
    for move in line.moves:
        result.add(move.key, move_one(move))
    return result


def move_one(move: Move) -> Outcome:
    try:
        return _moved(move)
    except ClientError as error:
        if storage.is_missing(error):
            return "gone"
        if aws.error_code(error) in ("PreconditionFailed", "412"):
            return "changed"
        raise


def _moved(move: Move) -> Outcome:
    if move.source == move.target:
        return _untag(move.key)
    head = _head(move.key)
    if head.get("StorageClass", "STANDARD") == move.target:
        return "there" if move.is_down else _finish_copy(move)
    if head["ETag"] != move.etag or head["ContentLength"] != move.size:
        return "changed"
    return _tag(move) if move.is_down else _copy(move, head)


def _bucket() -> str:
    return storage.bucket_name("media")


def _head(key: str) -> Any:
    return aws.client("s3").head_object(Bucket=_bucket(), Key=key, ChecksumMode="ENABLED")


def _tags(key: str) -> dict[str, str]:
    found = aws.client("s3").get_object_tagging(Bucket=_bucket(), Key=key)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def _set_tags(key: str, tags: dict[str, str]) -> None:
    """Replaces all of an object's tags: S3 knows no other way."""
    kept: Any = [{"Key": name, "Value": value} for name, value in tags.items()]
    aws.client("s3").put_object_tagging(Bucket=_bucket(), Key=key, Tagging={"TagSet": kept})


def _tag(move: Move) -> Outcome:
    tags, wanted = _tags(move.key), TIERS[move.target]
    if tags.get(TAG) == wanted:
        return "there"
    if TAG not in tags and len(tags) >= MOST_TAGS:
        return "tags-full"
    _set_tags(move.key, tags | {TAG: wanted})
    return "moved"


def _untag(key: str) -> Outcome:
    tags = _tags(key)
    if TAG not in tags:
        return "there"
    del tags[TAG]
    if tags:
        _set_tags(key, tags)
    else:
        aws.client("s3").delete_object_tagging(Bucket=_bucket(), Key=key)
    return "moved"


def _copy(move: Move, head: Any) -> Outcome:
    if move.size > MOST_COPIED_BYTES:
        return "too-large"
    # A rule would take the copy down again, for the tag that the object came down by.
    tags = "&".join(f"{name}={value}" for name, value in _tags(move.key).items() if name != TAG)
    made = aws.client("s3").copy_object(
        Bucket=_bucket(),
        Key=move.key,
        CopySource={"Bucket": _bucket(), "Key": move.key},
        CopySourceIfMatch=move.etag,
        StorageClass=move.target,  # type: ignore[arg-type]  # a plan's words are checked by `code_of`
        MetadataDirective="COPY",
        TaggingDirective="REPLACE",
        Tagging=tags,
    )
    copied = _head(move.key)
    if not _is_same(head, copied):
        # The copy goes, and the version before is the newest again.
        aws.client("s3").delete_object(Bucket=_bucket(), Key=move.key, VersionId=made["VersionId"])
        return "differs"
    _delete_version(move.key, head.get("VersionId"))
    return "moved"


def _is_same(before: Any, after: Any) -> bool:
    """By size and by whatever checksums both have. A whole object's ETag is its MD5; of an object in parts it is
    not."""
    names = [name for name in before if name.startswith("Checksum") and name != "ChecksumType" and name in after]
    if before.get("ChecksumType") != after.get("ChecksumType"):
        names = []
    whole = "-" not in before["ETag"] and "-" not in after["ETag"]
    return before["ContentLength"] == after["ContentLength"] and all(
        before[name] == after[name] for name in (*names, *(("ETag",) if whole else ()))
    )


def _finish_copy(move: Move) -> Outcome:
    """Of a call that was killed after its copy: what is left of the version before goes. Keys of media are never
    written with other content, so an older version of this size is that."""
    for page in aws.client("s3").get_paginator("list_object_versions").paginate(Bucket=_bucket(), Prefix=move.key):
        for version in page.get("Versions", []):
            if version["Key"] == move.key and not version["IsLatest"] and version["Size"] == move.size:
                _delete_version(move.key, version["VersionId"])
    return "there"


def _delete_version(key: str, version: str | None) -> None:
    if version and version != "null":
        aws.client("s3").delete_object(Bucket=_bucket(), Key=key, VersionId=version)
