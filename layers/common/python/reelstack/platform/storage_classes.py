"""Storage classes of objects: which one an object is in, the tags that lifecycle rules follow, and the way back from an
archive.

An object in GLACIER or DEEP_ARCHIVE cannot be read. A restore makes a readable copy of it that lasts some days; what is
to stay readable is copied in place to STANDARD meanwhile, under the same key, with the same content and headers. The
version that this replaces stays as long as the bucket keeps old versions, so nothing is lost if the copy was a mistake.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from reelstack.platform import aws, storage
from reelstack.platform.storage import Bucket

ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")
"""Classes that want a restore first. GLACIER_IR, despite its name, is read at once."""
MOST_TAGS = 10
"""Of one object: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""

InArchive = Literal["asleep", "restoring", "restored"]
"""Of an archived object: nobody asked for a restore yet, one is under way, or a copy of it can be read."""


class TagsFull(RuntimeError):
    """The object has ten other tags already; S3 takes no more."""


@dataclass(frozen=True)
class Stored:
    """One object as storage describes it."""

    key: str
    bytes: int
    storage_class: str = "STANDARD"

    @property
    def is_archived(self) -> bool:
        return self.storage_class in ARCHIVES


def list_objects(bucket: Bucket, prefix: str) -> list[Stored]:
    """Every object below a prefix, by key."""
    pages = aws.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=storage.bucket_name(bucket), Prefix=prefix)
    return [
        Stored(item["Key"], item["Size"], item.get("StorageClass", "STANDARD"))
        for page in found
        for item in page.get("Contents", [])
    ]


def exists(bucket: Bucket, key: str) -> bool:
    return _head(bucket, key) is not None


def in_archive(bucket: Bucket, key: str) -> InArchive | None:
    """How an archived object is; None if it is in no archive, or is not there."""
    answer = _head(bucket, key)
    if answer is None or answer.get("StorageClass", "STANDARD") not in ARCHIVES:
        return None
    said = answer.get("Restore", "")
    if 'ongoing-request="true"' in said:
        return "restoring"
    return "restored" if 'ongoing-request="false"' in said else "asleep"


def tag(bucket: Bucket, key: str, name: str, value: str) -> bool:
    """Gives the object this tag and keeps its others. False if there is no such object. Raises TagsFull."""
    known = _tags(bucket, key)
    if known is None:
        return False
    if known.get(name) == value:
        return True
    if name not in known and len(known) >= MOST_TAGS:
        raise TagsFull(key)
    return _put_tags(bucket, key, known | {name: value})


def untag(bucket: Bucket, key: str, name: str) -> bool:
    """Takes a tag away and keeps the others. False if there is no such object."""
    known = _tags(bucket, key)
    if known is None:
        return False
    return (
        _put_tags(bucket, key, {one: value for one, value in known.items() if one != name}) if name in known else True
    )


def move_in_place(bucket: Bucket, key: str, storage_class: str, without_tag: str | None = None) -> bool:
    """Copies an object of at most 5 GiB over itself into another class, with its content type and cache headers; its
    tags but `without_tag` come along. False if there is no such object.

    The copy is of the content that was looked at: what was written meanwhile is refused (PreconditionFailed).
    """
    s3, name = aws.client("s3"), storage.bucket_name(bucket)
    try:
        etag = s3.head_object(Bucket=name, Key=key)["ETag"]
        known = _tags(bucket, key) or {}
        kept = {one: value for one, value in known.items() if one != without_tag}
        s3.copy_object(
            Bucket=name,
            Key=key,
            CopySource={"Bucket": name, "Key": key},
            CopySourceIfMatch=etag,
            MetadataDirective="COPY",
            TaggingDirective="REPLACE",
            Tagging=urlencode(kept),
            StorageClass=storage_class,  # type: ignore[arg-type]  # a plain word, of S3's list
        )
    except s3.exceptions.ClientError as error:
        if storage.is_missing(error):
            return False
        raise
    return True


def _head(bucket: Bucket, key: str) -> Mapping[str, Any] | None:
    s3 = aws.client("s3")
    try:
        return s3.head_object(Bucket=storage.bucket_name(bucket), Key=key)
    except s3.exceptions.ClientError as error:
        if storage.is_missing(error):
            return None
        raise


def _tags(bucket: Bucket, key: str) -> dict[str, str] | None:
    s3 = aws.client("s3")
    try:
        answer = s3.get_object_tagging(Bucket=storage.bucket_name(bucket), Key=key)
    except s3.exceptions.ClientError as error:
        if storage.is_missing(error):
            return None
        raise
    return {one["Key"]: one["Value"] for one in answer["TagSet"]}


def _put_tags(bucket: Bucket, key: str, tags: dict[str, str]) -> bool:
    """False if the object went meanwhile."""
    s3, name = aws.client("s3"), storage.bucket_name(bucket)
    try:
        if tags:
            tag_set: Any = [{"Key": one, "Value": value} for one, value in tags.items()]
            s3.put_object_tagging(Bucket=name, Key=key, Tagging={"TagSet": tag_set})
        else:
            s3.delete_object_tagging(Bucket=name, Key=key)
    except s3.exceptions.ClientError as error:
        if storage.is_missing(error):
            return False
        raise
    return True
