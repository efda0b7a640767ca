"""Destroying a stage that keeps no data: CloudFormation deletes no bucket that holds anything, so they are emptied."""

from collections.abc import Iterator
from typing import Any

from deployment.account import Account
from deployment.errors import CdkFailed, DataKept
from deployment.target import Target
from local.progress import Steps
from local.stacks import stacks

BATCH = 1000
"""Keys that one DeleteObjects takes."""
ROUNDS = 3
"""Access logs arrive for hours: a bucket that was empty may not be when its turn comes."""


def destroy(target: Target, steps: Steps) -> int:
    """Returns how many versions of objects were deleted. Raises DataKept or what `target` does."""
    settings = target.settings
    if settings.keep_data:
        raise DataKept(
            f"stage {settings.stage} keeps its data (keep_data in infra/stages.py): deploy it with keep_data=False "
            "first, if its videos and accounts really are to go"
        )
    target.check()
    gone = 0
    for left in reversed(range(ROUNDS)):
        with steps.step("Buckets: every version, marker and unfinished upload"):
            gone += sum(
                empty(target.account.client("s3"), bucket) for bucket in buckets(target.account, settings.stage)
            )
        try:
            target.destroy_stacks(steps.note)
            break
        except CdkFailed:
            if not left:
                raise
            steps.note("Once more: a log may have come into a bucket meanwhile")
    return gone


def buckets(account: Account, stage: str) -> list[str]:
    """Every bucket of the stage's stacks; none if there are no stacks."""
    cloudformation = account.client("cloudformation")
    return [
        resource["PhysicalResourceId"]
        for stack in stacks(cloudformation, stage)
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack["StackName"])
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::S3::Bucket" and resource["ResourceStatus"] != "DELETE_COMPLETE"
    ]


def empty(s3: Any, bucket: str) -> int:
    """Deletes every version and delete marker and aborts every unfinished upload. Returns how many of the former."""
    gone = 0
    for batch in _batches(s3, bucket):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        if refused := answer.get("Errors"):
            raise CdkFailed(f"{bucket}: {len(refused)} objects stay, the first because of {refused[0]['Code']}")
        gone += len(batch)
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    return gone


def _batches(s3: Any, bucket: str) -> Iterator[list[dict[str, str]]]:
    """Listed anew from the beginning each time, since what was listed is gone."""
    while True:
        page = s3.list_object_versions(Bucket=bucket, MaxKeys=BATCH)
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not found:
            return
        yield [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
