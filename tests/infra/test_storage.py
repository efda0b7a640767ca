"""Buckets and tables: private, encrypted, recoverable, and cheaper as their content ages."""

from typing import Any

import pytest
from pynamodb.models import Model

from infra.engines import spark
from infra.stages import STAGES
from infra.storage import buckets
from jobs.profiles import steps
from jobs.ranker import retention
from reelstack.privacy import event_erasure, event_export
from reelstack.tables.model import deployed, schema
from reelstack.tables.registry import TABLES
from tests.infra.templates import Assembly, listed

WEEK_DAYS = 7


def _buckets(assembly: Assembly) -> tuple[str, ...]:
    data = ["Data"] if assembly.settings.profile == "full" else []
    return ("Logs", "Uploads", "Intermediates", "Media", "Web", *data)


def _rules(assembly: Assembly, bucket: str) -> dict[str, dict[str, Any]]:
    """Lifecycle rules by id, without the id."""
    rules = assembly.at(f"State/{bucket}").properties["LifecycleConfiguration"]["Rules"]
    assert all(rule["Status"] == "Enabled" for rule in rules)
    return {rule["Id"]: {k: v for k, v in rule.items() if k not in ("Id", "Status")} for rule in rules}


def _moves(rule: dict[str, Any]) -> list[tuple[str, int]]:
    return [(step["StorageClass"], step["TransitionInDays"]) for step in rule["Transitions"]]


# --- lifecycle -------------------------------------------------------------------------------------------------------


def test_unfinished_uploads_vanish_after_seven_days(variant: Assembly) -> None:
    rule = _rules(variant, "Uploads")["unfinished-uploads"]
    assert rule == {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}


def test_work_files_are_gone_two_days_later(variant: Assembly) -> None:
    assert _rules(variant, "Intermediates")["work-files"] == {"Prefix": "work/", "ExpirationInDays": 2}
    left_by_0_2 = {"Prefix": "work/", "ExpirationInDays": 2, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}
    assert _rules(variant, "Uploads")["work-files"] == left_by_0_2


def test_archived_events_expire_and_what_an_erasure_rewrote_is_gone_in_a_week(prod: Assembly) -> None:
    settings = prod.settings
    kept = {
        "events": ("events/", settings.event_days),
        "compacted-events": ("profiles/events/", settings.event_days),
        "events-by-viewer": ("profiles/events_by_viewer/", event_export.KEPT_DAYS),
        "training": ("training/", settings.training_days),
        "logged-features": ("features/", settings.training_days),
        "event-erasures": ("erasures/", event_erasure.DAYS),
    }
    rules = _rules(prod, "Data")
    for name, (prefix, days) in kept.items():
        assert rules[name] == {"Prefix": prefix, "ExpirationInDays": days}
    assert (settings.event_days, settings.training_days) == (400, 120)
    old = _rules(prod, "Data")["old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"]
    assert old <= WEEK_DAYS


def test_what_jobs_make_ends_by_age_or_is_deleted_by_its_job_and_its_old_versions_are_gone_in_a_day(
    prod: Assembly,
) -> None:
    rules = _rules(prod, "Data").values()
    ages = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    made = {path.partition("/day=")[0] for step in steps.BY_NAME.values() for path in step.writes}
    by_their_job = {*(step.snapshots for step in steps.STEPS if step.snapshots)}
    by_age = {path for path in made if any(f"{path}/".startswith(prefix) for prefix in ages)}
    assert {path.partition("/")[0] if path.startswith("lists/") else path for path in made - by_age} == by_their_job
    # Whatever serves may be of any age.
    for kept in (*by_their_job, "rank", "items", "catalogue", "jobs"):
        assert not [prefix for prefix in ages if f"{kept}/".startswith(prefix) or prefix.startswith(f"{kept}/")]
    assert {ages[f"profiles/{name}/"] for name in ("viewer_records", "clip_records", "play_counts")} == {15}
    replaced = [rule for rule in rules if rule.get("NoncurrentVersionExpiration") == {"NoncurrentDays": 1}]
    assert {rule["Prefix"] for rule in replaced} == set(spark.WRITES)


def test_models_that_know_an_erased_account_are_gone_within_thirty_days() -> None:
    training_after_the_pass, rounding_of_s3 = 2, 1
    old_version = buckets.DAY.to_days()
    days = WEEK_DAYS + training_after_the_pass + retention.KEPT_DAYS + old_version + rounding_of_s3
    assert days <= 30


AT_ONCE = {"STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"}
"""Storage classes whose objects GetObject reads within milliseconds. (Intelligent-Tiering is one without its archive
tiers, which a bucket opts into.) Objects in GLACIER and DEEP_ARCHIVE want a restore of minutes to days first."""


def test_whatever_a_rule_moves_can_still_be_read_at_once(variant: Assembly) -> None:
    """Every prefix is read by something: originals by retries and re-encodes, media by players, logs by people. What
    its owner archived is read by nobody."""
    moved = [
        step["StorageClass"]
        for bucket in _buckets(variant)
        for name, rule in _rules(variant, bucket).items()
        if name != "archive"
        for step in (*rule.get("Transitions", []), *rule.get("NoncurrentVersionTransitions", []))
    ]
    assert set(moved) <= AT_ONCE
    assert moved
    for bucket in _buckets(variant):
        assert "IntelligentTieringConfigurations" not in variant.at(f"State/{bucket}").properties


def test_originals_go_to_instant_glacier_after_thirty_days(variant: Assembly) -> None:
    rule = _rules(variant, "Uploads")["originals-to-glacier"]
    assert rule["Prefix"] == "originals/"
    assert _moves(rule) == [("GLACIER_IR", 30)]


def test_what_its_owner_archived_goes_at_the_next_midnight(variant: Assembly) -> None:
    rule = _rules(variant, "Media")["archive"]
    assert (rule["Prefix"], rule["TagFilters"]) == ("v/", [{"Key": "tier", "Value": "archive"}])
    assert _moves(rule) == [("GLACIER", 0)]


def test_s3_tells_of_restores_and_of_nothing_else(variant: Assembly) -> None:
    """Every object that is written would be an event at 1 $ a million else."""
    media = variant.at("State/Media").properties
    (told,) = media["NotificationConfiguration"]["TopicConfigurations"]
    assert told["Event"] == "s3:ObjectRestore:Completed"
    assert media["NotificationConfiguration"].keys() == {"TopicConfigurations"}


@pytest.mark.parametrize(
    ("policy", "days", "does"),
    [
        ("instant", 30, [("GLACIER_IR", 30)]),
        ("flexible", 60, [("GLACIER", 60)]),
        ("deep", 1, [("DEEP_ARCHIVE", 1)]),
        ("delete", 7, []),
    ],
)
def test_a_produced_original_follows_its_policy(policy: str, days: int, does: list[tuple[str, int]]) -> None:
    chosen = STAGES["prod"].model_copy(update={"originals_policy": policy, "originals_days": days})
    rules = {rule.id: rule for rule in buckets._uploads_rules(chosen)}
    rule, rest = rules["produced-originals"], rules["originals-to-glacier"]
    assert rule.tag_filters == {"produced": "yes"}
    moves = [(str(one.storage_class.value), one.transition_after.to_days()) for one in rule.transitions or []]
    assert moves == does
    assert (rule.expiration.to_days() if rule.expiration else None) == (days if policy == "delete" else None)
    assert rest.transitions[0].transition_after.to_days() == max(30, days), "not before its own day"


def test_media_follows_the_tier_tag_and_not_its_age(variant: Assembly) -> None:
    rules = _rules(variant, "Media")
    warm, cold = rules["warm"], rules["cold"]
    assert (warm["TagFilters"], _moves(warm)) == ([{"Key": "tier", "Value": "warm"}], [("STANDARD_IA", 30)])
    assert (cold["TagFilters"], _moves(cold)) == ([{"Key": "tier", "Value": "cold"}], [("GLACIER_IR", 0)])
    own = rules["own"]
    assert (own["TagFilters"], _moves(own)) == ([{"Key": "tier", "Value": "own"}], [("INTELLIGENT_TIERING", 0)])


def test_media_nobody_tagged_is_moved_after_half_a_year(variant: Assembly) -> None:
    backstop = _rules(variant, "Media")["untagged-backstop"]
    assert "TagFilters" not in backstop
    assert _moves(backstop) == [("STANDARD_IA", 180)]


def test_no_rule_ever_deletes_an_original_or_what_is_played(variant: Assembly) -> None:
    expiring = {
        (bucket, rule.get("Prefix", ""))
        for bucket in set(_buckets(variant)) - {"Logs"}
        for rule in _rules(variant, bucket).values()
        if "ExpirationInDays" in rule
    }
    assert {one for one in expiring if one[0] != "Data"} == {
        ("Intermediates", "work/"),
        ("Intermediates", "chunks/"),
        ("Uploads", "exports/"),
        ("Uploads", "work/"),
        ("Uploads", "chunks/"),
        ("Uploads", "avatars/"),
        ("Media", "quarantine/"),
        ("Media", "tiering/"),
        ("Media", "feed/"),
        ("Media", "hot-lists/"),
    }


def test_chunks_nobody_came_back_for_expire_like_unfinished_uploads(variant: Assembly) -> None:
    assert _rules(variant, "Intermediates")["orphaned-chunks"] == {"Prefix": "chunks/", "ExpirationInDays": 7}
    left_by_0_2 = {"Prefix": "chunks/", "ExpirationInDays": 7, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}
    assert _rules(variant, "Uploads")["orphaned-chunks"] == left_by_0_2


def test_what_was_withdrawn_is_kept_longer_than_an_appeal_may_take_and_then_is_gone(variant: Assembly) -> None:
    rule = _rules(variant, "Media")["quarantine"]
    assert rule == {
        "Prefix": "quarantine/",
        "ExpirationInDays": variant.settings.quarantine_days,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }
    assert variant.settings.quarantine_days >= 2 * variant.settings.appeal_days


def test_what_was_overwritten_or_deleted_can_be_had_back_for_a_week(variant: Assembly) -> None:
    for bucket in set(_buckets(variant)) - {"Logs", "Intermediates"}:
        assert variant.at(f"State/{bucket}").properties["VersioningConfiguration"] == {"Status": "Enabled"}
        old = _rules(variant, bucket)["old-versions"]
        assert old == {
            "NoncurrentVersionExpiration": {"NoncurrentDays": WEEK_DAYS},
            "ExpiredObjectDeleteMarker": True,
        }


# --- buckets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Logs", "Uploads", "Intermediates", "Media", "Web", "Data"])
def test_a_bucket_is_private_encrypted_and_reached_over_tls_only(name: str, variant: Assembly) -> None:
    if name not in _buckets(variant):
        return
    bucket = variant.at(f"State/{name}").properties
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    statements = variant.at(f"State/{name}/Policy").properties["PolicyDocument"]["Statement"]
    refusals = [s["Condition"] for s in statements if s["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in refusals
    assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in refusals


def test_every_bucket_but_the_logs_own_writes_an_access_log(variant: Assembly) -> None:
    for bucket in set(_buckets(variant)) - {"Logs"}:
        logging = variant.at(f"State/{bucket}").properties["LoggingConfiguration"]
        assert variant.flat("State", logging["DestinationBucketName"]) == "State/Logs"


def test_only_the_cdn_reads_media_and_web_files_and_only_of_this_account(variant: Assembly) -> None:
    for bucket, keys in (("Media", ("feed/*", "u/*", "v/*")), ("Web", ("*",))):
        statements = variant.at(f"State/{bucket}/Policy").properties["PolicyDocument"]["Statement"]
        (allowed,) = [s for s in statements if s["Effect"] == "Allow"]
        assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert allowed["Action"] == "s3:GetObject"
        readable = sorted(variant.flat("State", resource) for resource in listed(allowed["Resource"]))
        assert readable == [f"State/{bucket}.Arn/{key}" for key in keys], "not what is in quarantine"
        source = variant.flat("State", allowed["Condition"]["StringLike"]["aws:SourceArn"])
        assert source.endswith(f":cloudfront::{variant.settings.account}:distribution/*")


def test_uploads_announce_themselves_and_let_a_browser_see_what_it_needs(variant: Assembly) -> None:
    bucket = variant.at("State/Uploads").properties
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert bucket["AccelerateConfiguration"] == {"AccelerationStatus": "Enabled"}
    (cors,) = bucket["CorsConfiguration"]["CorsRules"]
    assert "PUT" in cors["AllowedMethods"]
    assert "ETag" in cors["ExposedHeaders"]
    assert "*" not in cors["AllowedOrigins"]


def test_intermediates_announce_nothing_and_have_no_old_versions(variant: Assembly) -> None:
    """Each would be an event that no rule takes, some fifty a clip; what was deleted of them is gone."""
    announcing = {bucket for bucket in _buckets(variant) if _announces(variant, bucket)}
    assert announcing == {"Uploads"}
    bucket = variant.at("State/Intermediates").properties
    assert "VersioningConfiguration" not in bucket
    assert bucket["AccelerateConfiguration"] == {"AccelerationStatus": "Enabled"}
    (cors,) = bucket["CorsConfiguration"]["CorsRules"]
    assert cors["AllowedMethods"] == ["PUT"]
    assert "*" not in cors["AllowedOrigins"]


def _announces(assembly: Assembly, bucket: str) -> bool:
    """On the bus. The media bucket's notices of restored objects go to a topic, and nothing else of it does."""
    told = assembly.at(f"State/{bucket}").properties.get("NotificationConfiguration", {})
    return "EventBridgeConfiguration" in told


# --- tables ----------------------------------------------------------------------------------------------------------


def _keys(schema_: list[dict[str, str]]) -> dict[str, str]:
    return {key["KeyType"]: key["AttributeName"] for key in schema_}


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_table_is_what_its_model_declares(model: type[Model], variant: Assembly) -> None:
    table, described = variant.at(f"State/{model.__name__}").properties, schema(model)
    assert variant.table_arn(model).endswith(f":table/{table['TableName']}")
    assert _keys(table["KeySchema"]) == _keys(described["key_schema"])
    indexes = {i["IndexName"]: _keys(i["KeySchema"]) for i in table.get("GlobalSecondaryIndexes", [])}
    assert indexes == {i["index_name"]: _keys(i["key_schema"]) for i in described["global_secondary_indexes"]}
    meta = deployed(model)
    assert table.get("StreamSpecification", {}).get("StreamViewType", "") == meta.stream
    assert table.get("TimeToLiveSpecification", {}).get("AttributeName", "") == meta.ttl


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_table_costs_nothing_idle_and_can_be_restored_to_any_second(model: type[Model], variant: Assembly) -> None:
    table = variant.at(f"State/{model.__name__}").properties
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["DeletionProtectionEnabled"] is variant.settings.keep_data


def test_every_stream_has_a_consumer_and_every_consumer_a_stream(variant: Assembly) -> None:
    followed = {
        variant.flat(mapping.stack, mapping.properties["EventSourceArn"])
        for mapping in variant.of("AWS::Lambda::EventSourceMapping")
        if "StartingPosition" in mapping.properties  # queues have none
    }
    events = {variant.arn("kinesis", f"stream/{variant.named('events')}")}
    of_tables = {f"State/{model.__name__}.StreamArn" for model in TABLES if deployed(model).stream}
    assert followed == of_tables | (events if variant.settings.profile == "full" else set())
