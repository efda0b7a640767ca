"""Lifecycle rules on their way from the template to the S3 API."""

from typing import Any

from botocore.session import Session
from botocore.validate import ParamValidator

from local.amend import lifecycle_rules

RULES: list[dict[str, Any]] = [
    {"Id": "old", "Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 7}},
    {"Id": "unfinished", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    {"Id": "work", "Status": "Enabled", "Prefix": "work/", "ExpirationInDays": 1},
    {
        "Id": "warm",
        "Status": "Enabled",
        "Prefix": "v/",
        "TagFilters": [{"Key": "tier", "Value": "warm"}],
        "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}],
    },
    {
        "Id": "versions",
        "Status": "Enabled",
        "ObjectSizeGreaterThan": "1024",
        "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 3}],
    },
]


def test_every_rule_is_one_the_s3_api_takes() -> None:
    model = Session().get_service_model("s3").shape_for("BucketLifecycleConfiguration")
    report = ParamValidator().validate({"Rules": lifecycle_rules(RULES)}, model)
    assert not report.has_errors(), report.generate_report()


def test_one_condition_stands_alone_and_several_below_and() -> None:
    filters = {rule["ID"]: rule["Filter"] for rule in lifecycle_rules(RULES)}
    assert filters["work"] == {"Prefix": "work/"}
    assert filters["warm"] == {"And": {"Prefix": "v/", "Tags": [{"Key": "tier", "Value": "warm"}]}}
    assert filters["versions"] == {"And": {"Prefix": "", "ObjectSizeGreaterThan": 1024}}


def test_days_and_classes_arrive() -> None:
    made = {rule["ID"]: rule for rule in lifecycle_rules(RULES)}
    assert made["work"]["Expiration"] == {"Days": 1}
    assert made["warm"]["Transitions"] == [{"Days": 30, "StorageClass": "STANDARD_IA"}]
    assert made["versions"]["NoncurrentVersionTransitions"] == [{"NoncurrentDays": 3, "StorageClass": "GLACIER_IR"}]
    assert made["unfinished"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
