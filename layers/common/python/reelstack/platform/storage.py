"""Objects in the buckets, by the names of what is in them: "uploads" (originals, avatars as sent, exports),
"intermediates" (chunks of uploads, and what steps of a production hand each other), "media" (what plays), "data"
(events; profile `full` only) and "logs" (S3's and CloudFront's).

Whole files pass through disk in parts, never through memory; small JSON documents are read with a limit.
"""

import atexit
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from reelstack.failure_reasons import Refused
from reelstack.platform import aws
from reelstack.platform.config import config

if TYPE_CHECKING:
    from boto3.s3.transfer import TransferConfig
    from botocore.response import StreamingBody

Bucket = Literal["uploads", "intermediates", "media", "data", "logs"]

MIB = 1024 * 1024
ONE_PUT_BYTES = 5000 * MIB
"""S3 takes up to 5 GiB in one PUT."""
MAX_JSON_BYTES = 4 * MIB
FOREVER = "public, max-age=31536000, immutable"
"""For objects that are never written with other content under the same key."""
BRIEFLY = "public, max-age=60"
NEVER = "private, no-store"
"""For objects that no client is ever given."""


MISSING = ("404", "NoSuchKey", "NotFound")
"""S3's codes for an object that is not there, told to a role that may list the whole bucket."""
FORBIDDEN = ("403", "AccessDenied")
"""Its codes for the same, told to every other role: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html.
A listing that is granted below a prefix only does not count: a read has no `s3:prefix` that the condition could hold
for. Hardly any function of ours may list a whole bucket."""
ARCHIVED = ("InvalidObjectState", "ObjectNotInActiveTierError")
"""Its codes for a read or a copy of an object that has to be restored first (storage_classes); the first of them also
for the restore of one that has not."""
LACKING = re.compile(r"not authorized to perform: (s3:\w+)")
"""S3 names the action that was not allowed, but not in an answer to HEAD, which has no body."""


def is_missing(error: Exception) -> bool:
    """Whether a read, or a copy's read, failed because the object is not there. A refusal that names another action
    than listing is a grant that is missing: it must fail aloud, not pass for an object that is gone."""
    code = aws.error_code(error)
    lacking = LACKING.search(aws.error_message(error))
    return code in MISSING or (code in FORBIDDEN and (lacking is None or lacking[1] == "s3:ListBucket"))


class DocumentTooLarge(ValueError):
    """A JSON document is larger than any of ours."""


def bucket_name(bucket: Bucket) -> str:
    name: str = getattr(config(), f"{bucket}_bucket")
    return name


def read(bucket: Bucket, key: str, most_bytes: int) -> bytes:
    """A whole object, in memory. Raises DocumentTooLarge, or botocore's ClientError if there is none."""
    answer = aws.client("s3").get_object(Bucket=bucket_name(bucket), Key=key)
    if answer["ContentLength"] > most_bytes:
        raise DocumentTooLarge(f"{key}: {answer['ContentLength']} bytes")
    return answer["Body"].read()


def read_json(bucket: Bucket, key: str) -> Any:
    """A document of at most 4 MiB. Raises DocumentTooLarge, ValueError, or botocore's ClientError if there is none."""
    return json.loads(read(bucket, key, MAX_JSON_BYTES))


def read_json_or_none(bucket: Bucket, key: str) -> Any:
    """The same, and None if there is no such object."""
    try:
        return read_json(bucket, key)
    except ClientError as error:
        if is_missing(error):
            return None
        raise


def lines(bucket: Bucket, key: str) -> Iterator[bytes]:
    """The lines of an object, as they come. Raises botocore's ClientError if there is none."""
    yield from aws.client("s3").get_object(Bucket=bucket_name(bucket), Key=key)["Body"].iter_lines()


def write_json(bucket: Bucket, key: str, document: Any) -> None:
    write(bucket, key, json.dumps(document, sort_keys=True).encode(), "application/json", BRIEFLY)


def write(bucket: Bucket, key: str, content: bytes, content_type: str, cache_control: str) -> None:
    """Stores a small object. The same again overwrites it."""
    aws.client("s3").put_object(
        Bucket=bucket_name(bucket), Key=key, Body=content, ContentType=content_type, CacheControl=cache_control
    )


def list_keys(bucket: Bucket, prefix: str, after: str = "", most: int | None = None) -> list[str]:
    """Every key below a prefix, sorted; those that follow `after`, and at most `most` of them."""
    pages = aws.client("s3").get_paginator("list_objects_v2")
    # StartAfter "" is what S3 takes for none.
    limit: Any = {} if most is None else {"MaxItems": most}
    found = pages.paginate(Bucket=bucket_name(bucket), Prefix=prefix, StartAfter=after, PaginationConfig=limit)
    return [item["Key"] for page in found for item in page.get("Contents", [])]


def list_folders(bucket: Bucket, prefix: str) -> list[str]:
    """What follows a prefix up to the next slash, each once, with the prefix and the slash; sorted."""
    pages = aws.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=bucket_name(bucket), Prefix=prefix, Delimiter="/")
    return [item["Prefix"] for page in found for item in page.get("CommonPrefixes", [])]


def stream(bucket: Bucket, key: str) -> "StreamingBody | None":
    """An object's content as a file to be read once; None if there is no such object."""
    try:
        return aws.client("s3").get_object(Bucket=bucket_name(bucket), Key=key)["Body"]
    except ClientError as error:
        if is_missing(error):
            return None
        raise


def move(bucket: Bucket, source: str, target: str) -> None:
    """Copies an object of at most 5 GiB within its bucket, then deletes it. Moving what has moved is no error, and an
    older version stays as long as the bucket's lifecycle keeps any. Tags do not come along: they would take grants.
    What is archived stays where it is: S3 copies nothing that cannot be read, and nobody reads it where it is."""
    s3, name = aws.client("s3"), bucket_name(bucket)
    try:
        s3.copy_object(Bucket=name, Key=target, CopySource={"Bucket": name, "Key": source}, TaggingDirective="REPLACE")
    except s3.exceptions.ClientError as error:
        if is_missing(error) or aws.error_code(error) in ARCHIVED:
            return
        raise
    s3.delete_object(Bucket=name, Key=source)


def restore(bucket: Bucket, key: str, tier: str, days: int) -> bool:
    """Asks for a readable copy of an archived object, for `days`. S3 tells of its end by "Object Restore Completed".
    Asking again while it is made changes nothing, and later prolongs the copy's life. False if the object needs no
    restore, or is not there."""
    s3, name = aws.client("s3"), bucket_name(bucket)
    request: Any = {"Days": days, "GlacierJobParameters": {"Tier": tier}}
    try:
        s3.restore_object(Bucket=name, Key=key, RestoreRequest=request)
    except ClientError as error:
        if aws.error_code(error) == "RestoreAlreadyInProgress":
            return True
        if aws.error_code(error) in ARCHIVED or is_missing(error):
            return False
        raise
    return True


def address(bucket: Bucket, key: str, seconds: int) -> str:
    """A presigned address to read one object by, for `seconds`."""
    s3 = aws.client("s3")
    return s3.generate_presigned_url(
        "get_object", Params={"Bucket": bucket_name(bucket), "Key": key}, ExpiresIn=seconds
    )


def download(bucket: Bucket, key: str, path: Path) -> None:
    """Fetches an object into a file, in parts. Raises botocore's ClientError if it is not there."""
    aws.client("s3").download_file(bucket_name(bucket), key, str(path), Config=_transfer(16 * MIB))


def upload(bucket: Bucket, path: Path, key: str, content_type: str, cache_control: str = FOREVER) -> None:
    """Stores a file; the object appears whole or not at all.

    By one PUT, up to the 5 GiB that S3 takes: of an object in parts, a copy in place, which another storage class may
    take, has another ETag, and players that hold the old one would begin anew.
    """
    aws.client("s3").upload_file(
        str(path),
        bucket_name(bucket),
        key,
        ExtraArgs={"ContentType": content_type, "CacheControl": cache_control},
        Config=_transfer(ONE_PUT_BYTES),
    )


def delete(bucket: Bucket, key: str) -> None:
    """Removes an object from sight; its old version stays for as long as the bucket keeps those. Twice is once."""
    aws.client("s3").delete_object(Bucket=bucket_name(bucket), Key=key)


@cache
def _transfer(threshold_bytes: int) -> "TransferConfig":
    from boto3.s3.transfer import TransferConfig

    return TransferConfig(multipart_threshold=threshold_bytes, multipart_chunksize=16 * MIB, max_concurrency=4)


# --- originals -------------------------------------------------------------------------------------------------------

_kept: dict[tuple[str, str], Path] = {}


def original(key: str) -> Path:
    """The uploaded file on disk. The last one stays between invocations: a warm worker gets many segments of one clip.

    Raises Refused("file-missing") if storage no longer holds it.
    """
    try:
        etag = aws.client("s3").head_object(Bucket=bucket_name("uploads"), Key=key)["ETag"]
        if (key, etag) not in _kept:
            _evict_originals()
            path = Path(tempfile.mkdtemp(prefix="reelstack-original-")) / "original"
            _kept[key, etag] = path
            download("uploads", key, path)
    except Exception as error:
        _evict_originals()
        if is_missing(error):
            raise Refused("file-missing", complaint=key) from error
        raise
    return _kept[key, etag]


@atexit.register
def _evict_originals() -> None:
    for path in _kept.values():
        shutil.rmtree(path.parent, ignore_errors=True)
    _kept.clear()
