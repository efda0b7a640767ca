"""An object that is not there is hidden from who may not list its bucket, on the emulator as on S3."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from reelstack.platform import storage
from tests.cloud.driver import Driver

pytestmark = pytest.mark.cloud

OPERATIONS = ("get", "head", "copy", "part")


class Reader:
    """An IAM user who may read and write the media bucket's objects, and list what `lists` says."""

    def __init__(self, drive: Driver) -> None:
        self.bucket, self.iam = drive.outputs.buckets["media"], drive.aws("iam")
        self.iam.create_user(UserName="reader")
        made = self.iam.create_access_key(UserName="reader")["AccessKey"]
        self.key_id = made["AccessKeyId"]
        session: Any = boto3.Session(made["AccessKeyId"], made["SecretAccessKey"], region_name=drive.outputs.region)
        self.s3 = session.client("s3", endpoint_url=drive.outputs.endpoint)

    def lists(self, *statements: dict[str, Any]) -> None:
        """Replaces what the user may do: objects, and these."""
        objects = {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::{self.bucket}/*"}
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in (objects, *statements)]}
        self.iam.put_user_policy(UserName="reader", PolicyName="reads", PolicyDocument=json.dumps(document))

    def remove(self) -> None:
        self.s3.close()
        self.iam.delete_user_policy(UserName="reader", PolicyName="reads")
        self.iam.delete_access_key(UserName="reader", AccessKeyId=self.key_id)
        self.iam.delete_user(UserName="reader")

    def refusals(self, key: str) -> set[tuple[int, bool]]:
        """(status, whether our functions take it for a missing object) of each way to read an object."""
        return {self._refusal(operation, key) for operation in OPERATIONS}

    def _refusal(self, operation: str, key: str) -> tuple[int, bool]:
        source: Any = {"Bucket": self.bucket, "Key": key}
        target: Any = {"Bucket": self.bucket, "Key": "v/copy"}
        upload = self.s3.create_multipart_upload(**target)["UploadId"]
        ask = {
            "get": lambda: self.s3.get_object(**source),
            "head": lambda: self.s3.head_object(**source),
            "copy": lambda: self.s3.copy_object(**target, CopySource=source),
            "part": lambda: self.s3.upload_part_copy(**target, CopySource=source, UploadId=upload, PartNumber=1),
        }[operation]
        with pytest.raises(ClientError) as raised:
            ask()
        return raised.value.response["ResponseMetadata"]["HTTPStatusCode"], storage.is_missing(raised.value)


@pytest.fixture
def reader(drive: Driver) -> Iterator[Reader]:
    made = Reader(drive)
    made.lists()
    yield made
    made.remove()


def test_a_missing_object_is_403_to_who_may_not_list_the_whole_bucket(drive: Driver, reader: Reader) -> None:
    assert reader.refusals("v/none") == {(403, True)}
    bucket = f"arn:aws:s3:::{reader.bucket}"
    below = {"StringLike": {"s3:prefix": "v/*"}}
    reader.lists({"Action": "s3:ListBucket", "Resource": bucket, "Condition": below})
    assert reader.refusals("v/none") == {(403, True)}, "a read has no prefix that the condition could hold for"
    reader.lists({"Action": "s3:ListBucket", "Resource": bucket})
    assert reader.refusals("v/none") == {(404, True)}
    reader.s3.put_object(Bucket=reader.bucket, Key="v/there", Body=b"x")
    reader.lists()
    assert reader.s3.get_object(Bucket=reader.bucket, Key="v/there")["Body"].read() == b"x"

    address = reader.s3.generate_presigned_url("get_object", Params={"Bucket": reader.bucket, "Key": "v/none"})
    assert httpx.get(address).status_code == 403
    through_the_cdn = {"host": drive.outputs.distribution_domain, "x-forwarded-proto": "https"}
    for key, status in (("v/there", 200), ("v/none", 403)):
        assert httpx.get(f"{drive.outputs.endpoint}/{key}", headers=through_the_cdn).status_code == status
