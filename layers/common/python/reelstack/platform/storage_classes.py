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

from botocore.exceptions import ClientError

from reelstack.platform import aws, storage
from reelstack.platform.storage import Bucket

ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")
"""Classes that want a restore first. GLACIER_IR, despite its name, is read at once."""
PRECONDITION = ("PreconditionFailed", "412")
"""S3's codes where CopySourceIfMatch does not hold."""
MOST_TAGS = 10
"""Of one object: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""

InArchive = Literal["asleep", "restoring", "restored"]
"""Of an archived object: nobody asked for a restore yet, one is under way, or a copy of it can be read."""
Replaced = Literal["replaced", "gone", "changed", "differs"]
"""What became of a copy in place: `changed` since its ETag was known, or `differs` from what was copied."""


class TagsFull(RuntimeError):
    """The object has ten other tags already; S3 takes no more."""


class TagHeld(RuntimeError):
    """The tag has a value that the caller must not replace."""


@dataclass(frozen=True)
class Stored:
    """One object as storage describes it."""

    key: str
    bytes: int
    storage_class: str = "STANDARD"
    etag: str = ""
    """With its quotation marks."""

    @property
    def is_archived(self) -> bool:
        return self.storage_class in ARCHIVES


def list_objects(bucket: Bucket, prefix: str) -> list[Stored]:
    """Every object below a prefix, by key."""
    pages = aws.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=storage.bucket_name(bucket), Prefix=prefix)
    return [
        Stored(item["Key"], item["Size"], item.get("StorageClass", "STANDARD"), item["ETag"])
        for page in found
        for item in page.get("Contents", [])
    ]


def look(bucket: Bucket, key: str) -> Stored | None:
    """One object; None if it is not there."""
    head = _head(bucket, key)
    if head is None:
        return None
    return Stored(key, head["ContentLength"], head.get("StorageClass", "STANDARD"), head["ETag"])


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


def tag(bucket: Bucket, key: str, name: str, value: str, held: str | None = None) -> bool:
    """Gives the object this tag and keeps its others. False if there is no such object. Raises TagsFull, or TagHeld if
    the tag has the value `held`, which stays."""
    known = _tags(bucket, key)
    if known is None:
        return False
    _check_held(known, name, held)
    if known.get(name) == value:
        return True
    if name not in known and len(known) >= MOST_TAGS:
        raise TagsFull(key)
    return _put_tags(bucket, key, known | {name: value})


def untag(bucket: Bucket, key: str, name: str, held: str | None = None) -> bool:
    """Takes a tag away and keeps the others. False if there is no such object. Raises TagHeld as `tag` does."""
    known = _tags(bucket, key)
    if known is None:
        return False
    _check_held(known, name, held)
    return _put_tags(bucket, key, _but(known, name)) if name in known else True


def move_in_place(bucket: Bucket, key: str, storage_class: str, without_tag: str | None = None) -> bool:
    """Copies an object of at most 5 GiB over itself into another class, with its content type and cache headers; its
    tags but `without_tag` come along. False if there is no such object.

    The copy is of the content that was looked at: what was written meanwhile is refused (PreconditionFailed).
    """
    head = _head(bucket, key)
    known = _tags(bucket, key)
    if head is None or known is None:
        return False
    try:
        _copy_over(bucket, key, storage_class, head["ETag"], _but(known, without_tag))
    except ClientError as error:
        if storage.is_missing(error):
            return False
        raise
    return True


def replace_in_place(
    bucket: Bucket, key: str, storage_class: str, etag: str, without_tag: str, held: str | None = None
) -> Replaced:
    """The same, and no second version stays: the one that was copied is deleted as soon as the copy is known to be like
    it, by size and checksums. A copy that is not goes itself, and the version before is the newest again.

    Only content with this ETag is copied. Raises TagHeld as `tag` does.
    """
    before, known = _head(bucket, key), _tags(bucket, key)
    if before is None or known is None:
        return "gone"
    if before["ETag"] != etag:
        return "changed"
    _check_held(known, without_tag, held)
    try:
        made = _copy_over(bucket, key, storage_class, etag, _but(known, without_tag))
    except ClientError as error:
        if storage.is_missing(error):
            return "gone"
        if aws.error_code(error) in PRECONDITION:
            return "changed"
        raise
    after = _head(bucket, key)
    if after is None or not is_same(before, after):
        delete_version(bucket, key, made)
        return "gone" if after is None else "differs"
    delete_version(bucket, key, before.get("VersionId"))
    return "replaced"


def delete_replaced(bucket: Bucket, key: str) -> int:
    """Deletes old versions with the content of the newest one, which copies in place left that were killed before their
    end. Returns how many. A key that is deleted keeps all it has."""
    s3, name = aws.client("s3"), storage.bucket_name(bucket)
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=name, Prefix=key)
    held = [one for page in pages for one in page.get("Versions", []) if one["Key"] == key]
    newest = next((one for one in held if one["IsLatest"]), None)
    if newest is None:
        return 0
    left = [
        one for one in held if not one["IsLatest"] and (one["ETag"], one["Size"]) == (newest["ETag"], newest["Size"])
    ]
    for one in left:
        delete_version(bucket, key, one["VersionId"])
    return len(left)


def delete_version(bucket: Bucket, key: str, version: str | None) -> None:
    """For good. None, or "null": what a bucket without versions has, which is the object itself, stays."""
    if version and version != "null":
        aws.client("s3").delete_object(Bucket=storage.bucket_name(bucket), Key=key, VersionId=version)


def is_same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two answers to HEAD tell of the same content: by size and whatever checksums both have. The ETag of an
    object that came by one PUT is its MD5; of one in parts it is not, and a copy has another."""
    names = [name for name in before if name.startswith("Checksum") and name != "ChecksumType" and name in after]
    if before.get("ChecksumType") != after.get("ChecksumType"):
        names = []
    if not in_parts(before["ETag"]) and not in_parts(after["ETag"]):
        names.append("ETag")
    return bool(before["ContentLength"] == after["ContentLength"]) and all(
        before[name] == after[name] for name in names
    )


def in_parts(etag: str) -> bool:
    """Whether the object was written in parts, so that a copy of it has another ETag."""
    return "-" in etag


def _copy_over(bucket: Bucket, key: str, storage_class: str, etag: str, tags: Mapping[str, str]) -> str | None:
    """Returns the copy's version."""
    name = storage.bucket_name(bucket)
    answer = aws.client("s3").copy_object(
        Bucket=name,
        Key=key,
        CopySource={"Bucket": name, "Key": key},
        CopySourceIfMatch=etag,
        MetadataDirective="COPY",
        TaggingDirective="REPLACE",
        Tagging=urlencode(tags),
        StorageClass=storage_class,  # type: ignore[arg-type]  # a plain word, of S3's list
    )
    return answer.get("VersionId")


def _but(tags: Mapping[str, str], name: str | None) -> dict[str, str]:
    return {one: value for one, value in tags.items() if one != name}


def _check_held(tags: Mapping[str, str], name: str, held: str | None) -> None:
    if held is not None and tags.get(name) == held:
        raise TagHeld(f"{name}={held}")


def _head(bucket: Bucket, key: str) -> Mapping[str, Any] | None:
    s3 = aws.client("s3")
    try:
        return s3.head_object(Bucket=storage.bucket_name(bucket), Key=key, ChecksumMode="ENABLED")
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
