"""What S3 says of an object that is not there, to a role that may not list the bucket."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reelstack.failure_reasons import Refused
from reelstack.platform import aws as seam
from reelstack.platform import storage
from reelstack.platform.config import Config

BUCKET = "uploads"


def refused(operation: str) -> ClientError:
    """What S3 answers of an object that is not there."""
    s3 = seam.client("s3")
    ask: Any = {
        "GetObject": lambda: s3.get_object(Bucket=BUCKET, Key="gone"),
        "HeadObject": lambda: s3.head_object(Bucket=BUCKET, Key="gone"),
        "CopyObject": lambda: s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "gone"}),
    }[operation]
    with pytest.raises(ClientError) as raised:
        ask()
    return raised.value


@pytest.mark.parametrize("operation", ["GetObject", "HeadObject", "CopyObject"])
def test_a_missing_object_is_known_by_the_403_that_s3_answers(aws: Config, operation: str) -> None:
    error = refused(operation)
    assert seam.error_code(error) in ("403", "AccessDenied")
    assert storage.is_missing(error)


@pytest.mark.parametrize("code", ["404", "NoSuchKey", "NotFound"])
def test_a_missing_object_is_known_by_404_to_who_may_list(code: str) -> None:
    assert storage.is_missing(ClientError({"Error": {"Code": code}}, "GetObject"))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDenied", "User: x is not authorized to perform: s3:GetObject on resource: y because no policy allows"),
        ("AccessDenied", "User: x is not authorized to perform: s3:PutObject on resource: y with an explicit deny"),
        ("NoSuchBucket", "The specified bucket does not exist"),
        ("SlowDown", "Reduce your request rate"),
    ],
)
def test_a_grant_that_is_missing_is_no_missing_object(code: str, message: str) -> None:
    assert not storage.is_missing(ClientError({"Error": {"Code": code, "Message": message}}, "GetObject"))


def test_an_original_that_is_gone_is_a_refusal(aws: Config) -> None:
    with pytest.raises(Refused) as refusal:
        storage.original("originals/normal/gone.mp4")
    assert refusal.value.reason == "file-missing"


def test_moving_what_has_moved_is_no_error(aws: Config, tmp_path: Path) -> None:
    storage.write("media", "v/a", b"x", "text/plain", storage.BRIEFLY)
    for _ in range(2):
        storage.move("media", "v/a", "quarantine/a")
    assert storage.list_keys("media", "") == ["quarantine/a"]
