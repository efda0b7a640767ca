"""Applies, after a deployment, what the emulator's CloudFormation accepted and forgot (`template.DROPPED`)."""

import json
from collections.abc import Callable
from typing import Any

from local.cloud import client, physical_ids
from local.services import Services

Properties = dict[str, Any]


def apply_dropped(services: Services) -> int:
    """Reads the deployed templates and puts each dropped property by its service's own API. Returns how many."""
    count = 0
    for path in sorted(services.places.assembly.glob("*.template.json")):
        resources = json.loads(path.read_text())["Resources"]
        names = physical_ids(services, path.name.removesuffix(".template.json"))
        for logical_id, resource in resources.items():
            for prop, apply in APPLY.get(resource["Type"], {}).items():
                value = resource.get("Properties", {}).get(prop)
                if value is not None and logical_id in names:
                    apply(services, names[logical_id], value)
                    count += 1
    return count


def lifecycle_rules(rules: list[Properties]) -> list[Properties]:
    """CloudFormation's lifecycle rules as the S3 API wants them."""
    return [_lifecycle_rule(rule) for rule in rules]


def _lifecycle_rule(rule: Properties) -> Properties:
    made: Properties = {"ID": rule["Id"], "Status": rule["Status"], "Filter": _filter(rule)}
    if "ExpirationInDays" in rule:
        made["Expiration"] = {"Days": rule["ExpirationInDays"]}
    if rule.get("ExpiredObjectDeleteMarker"):
        made["Expiration"] = {"ExpiredObjectDeleteMarker": True}
    if "Transitions" in rule:
        made["Transitions"] = [
            {"Days": step["TransitionInDays"], "StorageClass": step["StorageClass"]} for step in rule["Transitions"]
        ]
    if "NoncurrentVersionTransitions" in rule:
        made["NoncurrentVersionTransitions"] = [
            {"NoncurrentDays": step["TransitionInDays"], "StorageClass": step["StorageClass"]}
            for step in rule["NoncurrentVersionTransitions"]
        ]
    for same in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"):
        if same in rule:
            made[same] = rule[same]
    return made


def _filter(rule: Properties) -> Properties:
    """One condition stands alone in the API, several stand below And."""
    terms: Properties = {"Prefix": rule.get("Prefix", "")}
    for ours in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if ours in rule:
            terms[ours] = int(rule[ours])
    if tags := rule.get("TagFilters"):
        terms["Tags"] = tags
    return terms if len(terms) == 1 else {"And": terms}


def _lifecycle(services: Services, bucket: str, value: Properties) -> None:
    client(services, "s3").put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": lifecycle_rules(value["Rules"])}
    )


def _encryption(services: Services, bucket: str, value: Properties) -> None:
    rules = [
        {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    client(services, "s3").put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})


def _ownership(services: Services, bucket: str, value: Properties) -> None:
    client(services, "s3").put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=value)


def _time_to_live(services: Services, table: str, value: Properties) -> None:
    dynamodb = client(services, "dynamodb")
    present = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if present.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):  # enabling twice is an error
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=value)


def _point_in_time(services: Services, table: str, value: Properties) -> None:
    client(services, "dynamodb").update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=value)


APPLY: dict[str, dict[str, Callable[[Services, str, Properties], None]]] = {
    "AWS::S3::Bucket": {
        "LifecycleConfiguration": _lifecycle,
        "BucketEncryption": _encryption,
        "OwnershipControls": _ownership,
    },
    "AWS::DynamoDB::Table": {
        "TimeToLiveSpecification": _time_to_live,
        "PointInTimeRecoverySpecification": _point_in_time,
    },
}
"""How each of template.DROPPED is put; a test compares the two."""
