"""A stage without data to keep goes with everything in its buckets; one that keeps its data stays."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from deployment import teardown
from deployment.errors import CdkFailed, DataKept
from infra.settings import Settings
from infra.stages import STAGES
from local.progress import Steps


@pytest.fixture
def filled(moto: Callable[[str], Any]) -> tuple[Any, str]:
    """Two versions, a delete marker, an unfinished upload, in a bucket that keeps versions."""
    s3 = moto("s3")
    s3.create_bucket(Bucket="media")
    s3.put_bucket_versioning(Bucket="media", VersioningConfiguration={"Status": "Enabled"})
    for key in ("a", "a", "b"):
        s3.put_object(Bucket="media", Key=key, Body=b"x")
    s3.delete_object(Bucket="media", Key="b")
    s3.create_multipart_upload(Bucket="media", Key="c")
    return s3, "media"


def test_an_emptied_bucket_can_be_deleted(filled: tuple[Any, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teardown, "BATCH", 2)
    s3, bucket = filled
    assert teardown.empty(s3, bucket) == 4
    assert not {"Versions", "DeleteMarkers"} & set(s3.list_object_versions(Bucket=bucket))
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    s3.delete_bucket(Bucket=bucket)


@dataclass
class Shell:
    """A target whose stacks hold one bucket; `fails` deletions of them end badly first."""

    settings: Settings
    client: Callable[[str], Any]
    fails: int = 0
    destroyed: list[int] = field(default_factory=list)

    @property
    def account(self) -> Any:
        return self

    def check(self) -> None: ...
    def destroy_stacks(self, say: Callable[[str], None]) -> None:
        bucket = teardown.buckets(self.account, "dev")[0]
        left = self.client("s3").list_object_versions(Bucket=bucket).get("Versions", [])
        self.destroyed.append(len(left))
        if len(self.destroyed) <= self.fails:
            self.client("s3").put_object(Bucket=bucket, Key="a-late-log", Body=b"x")
            raise CdkFailed("bucket is not empty")


@pytest.fixture
def stack(moto: Callable[[str], Any]) -> Callable[[str], Any]:
    template = '{"Resources": {"Web": {"Type": "AWS::S3::Bucket"}, "T": {"Type": "AWS::SQS::Queue"}}}'
    for name in ("Reelstack-dev-State", "Reelstack-dev-anna-State", "Reelstack-prod-State"):
        moto("cloudformation").create_stack(StackName=name, TemplateBody=template)
    return moto


def test_a_log_that_comes_while_stacks_are_deleted_is_removed_too(stack: Callable[[str], Any]) -> None:
    shell = Shell(STAGES["dev"], stack, fails=1)
    stack("s3").put_object(Bucket=teardown.buckets(shell.account, "dev")[0], Key="a", Body=b"x")
    assert teardown.destroy(shell, Steps(1)) == 2  # type: ignore[arg-type]
    assert shell.destroyed == [0, 0]


def test_only_the_stages_own_buckets_are_found(stack: Callable[[str], Any]) -> None:
    shell = Shell(STAGES["dev"], stack)
    found = [teardown.buckets(shell.account, stage) for stage in ("dev", "dev-anna", "prod")]
    assert [len(buckets) for buckets in found] == [1, 1, 1]
    assert len({bucket for buckets in found for bucket in buckets}) == 3


def test_a_stage_that_keeps_data_is_not_touched(stack: Callable[[str], Any]) -> None:
    shell = Shell(STAGES["prod"], stack)
    with pytest.raises(DataKept, match="keep_data"):
        teardown.destroy(shell, Steps(1))  # type: ignore[arg-type]
    assert shell.destroyed == []
