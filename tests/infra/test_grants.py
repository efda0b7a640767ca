"""Who may do what: each function's role holds exactly what its catalogue line says, and nothing grants more."""

from fnmatch import fnmatch
from typing import Any

import pytest

from infra.catalogue import FUNCTIONS, Fn, Target
from infra.checks.anywhere import ANYWHERE
from infra.functions.access import BUCKET_ACTIONS, TABLE_ACTIONS
from infra.names import camel
from reelstack.tables.accounts import Session, User
from reelstack.tables.moderation import AuditEntry
from tests.infra.templates import Assembly, Resource, listed, place, stack_of

Grant = tuple[str, str]
"""An action and what it is allowed on."""

MACHINE = "arn:aws:states:us-east-1:111111111111:{}:reelstack-{}-production{}"
QUEUE = "arn:aws:sqs:us-east-1:111111111111:reelstack-{{stage}}-{}"
QUEUES = tuple(QUEUE.format(f"production-{priority}") for priority in ("high", "normal", "low"))
DEAD = tuple(QUEUE.format(f"production-{priority}-dead") for priority in ("high", "normal", "low"))
TABLE = "arn:aws:dynamodb:us-east-1:111111111111:table/reelstack-{{stage}}-{}"
ABILITIES: dict[str, tuple[tuple[str, ...], str | tuple[str, ...]]] = {
    "read_origin_secret": (("secretsmanager:GetSecretValue",), "State/OriginSecret"),
    "read_playback_secret": (("secretsmanager:GetSecretValue",), "State/PlaybackSecret"),
    "read_experiments": (
        ("appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"),
        "arn:aws:appconfig:us-east-1:111111111111:application/State/Experiments/environment/"
        "State/ExperimentsEnvironment/configuration/State/ExperimentsProfile",
    ),
    "change_experiments": (
        (
            *("appconfig:ListHostedConfigurationVersions", "appconfig:ListDeployments"),
            *("appconfig:GetHostedConfigurationVersion", "appconfig:CreateHostedConfigurationVersion"),
            "appconfig:StartDeployment",
        ),
        tuple(
            f"arn:aws:appconfig:us-east-1:111111111111:{part}"
            for part in (
                "application/State/Experiments",
                "application/State/Experiments/environment/State/ExperimentsEnvironment",
                "application/State/Experiments/configurationprofile/State/ExperimentsProfile",
                "application/State/Experiments/configurationprofile/State/ExperimentsProfile"
                "/hostedconfigurationversion/*",
                "deploymentstrategy/State/ExperimentsStrategy",
            )
        ),
    ),
    "write_playback_secret": (
        ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
        "State/PlaybackSecret",
    ),
    "write_playback_keys_store": (
        (
            "cloudfront-keyvaluestore:DescribeKeyValueStore",
            "cloudfront-keyvaluestore:GetKey",
            "cloudfront-keyvaluestore:ListKeys",
            "cloudfront-keyvaluestore:UpdateKeys",
        ),
        "State/PlaybackKeys.Arn",
    ),
    "write_edge_settings_store": (
        tuple(f"cloudfront-keyvaluestore:{action}" for action in ("DescribeKeyValueStore", "GetKey", "UpdateKeys")),
        "State/EdgeSettings.Arn",
    ),
    "read_distribution_parameter": (
        ("ssm:GetParameter",),
        "arn:aws:ssm:us-east-1:111111111111:parameter/reelstack/{stage}/distribution-id",
    ),
    "read_site_parameter": (
        ("ssm:GetParameter",),
        "arn:aws:ssm:us-east-1:111111111111:parameter/reelstack/{stage}/site-url",
    ),
    "invalidate_distribution": (
        ("cloudfront:CreateInvalidation",),
        "arn:aws:cloudfront::111111111111:distribution/Delivery/Edge",
    ),
    "scan_videos": (("dynamodb:Scan",), TABLE.format("videos")),
    "scan_users": (("dynamodb:Scan",), TABLE.format("users")),
    "scan_viewer_profiles": (("dynamodb:Scan",), TABLE.format("viewer-profiles")),
    "scan_strikes": (("dynamodb:Scan",), TABLE.format("strikes")),
    "put_events": (("events:PutEvents",), "arn:aws:events:us-east-1:111111111111:event-bus/reelstack-{stage}"),
    "send_plays": (("sqs:SendMessage",), QUEUE.format("plays")),
    "send_table_events": (("sqs:SendMessage",), QUEUE.format("table-events")),
    "put_behavior_events": (
        ("kinesis:PutRecords",),
        "arn:aws:kinesis:us-east-1:111111111111:stream/reelstack-{stage}-events",
    ),
    "put_event_archive": (("s3:PutObject",), "State/Data.Arn/events/*"),
    "read_play_counts": (("s3:GetObject",), "State/Data.Arn/profiles/play_counts/*"),
    "read_clip_records": (("s3:GetObject",), "State/Data.Arn/profiles/clip_records/*"),
    "read_viewer_days": (("s3:GetObject",), "State/Data.Arn/profiles/viewer_days/*"),
    "read_feed_artefacts": (
        ("s3:GetObject",),
        tuple(f"State/Data.Arn/{of}/*" for of in ("items", "lists", "rank")),
    ),
    "read_daily_lists": (("s3:GetObject",), "State/Data.Arn/lists/*"),
    "log_served_rows": (("s3:PutObject",), "State/Data.Arn/features/*"),
    "write_catalogue": (("s3:PutObject",), "State/Data.Arn/catalogue/clips/*"),
    "read_viewer_records": (("s3:GetObject",), "State/Data.Arn/profiles/viewer_records/*"),
    "read_event_archive": (
        ("s3:GetObject",),
        ("State/Data.Arn/events/*", "State/Data.Arn/profiles/events_by_viewer/*"),
    ),
    "rewrite_event_archive": (
        ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"),
        tuple(f"State/Data.Arn/{of}/*" for of in ("events", "profiles/events_by_viewer", "features", "erasures")),
    ),
    "list_event_archive": (("s3:ListBucket",), "State/Data.Arn"),
    "send_denials": (("sqs:SendMessage",), QUEUE.format("denials.fifo")),
    "send_compose_queue": (("sqs:SendMessage",), QUEUE.format("compose")),
    "receive_production_queues": (("sqs:ReceiveMessage", "sqs:DeleteMessage"), QUEUES),
    "send_dead_letters": (("sqs:SendMessage",), DEAD),
    "redrive_dead_letters": (("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"), DEAD),
    "send_production_messages": (("sqs:SendMessage",), QUEUES),
    "count_production_messages": (("sqs:GetQueueAttributes",), (*QUEUES, *DEAD)),
    "list_media": (("s3:ListBucket",), "State/Media.Arn"),
    "tag_renditions": (
        ("s3:GetObjectTagging", "s3:PutObjectTagging", "s3:DeleteObjectTagging"),
        "State/Media.Arn/v/*",
    ),
    "restore_renditions": (("s3:RestoreObject",), "State/Media.Arn/v/*"),
    "move_tiers": (
        (
            *("s3:GetObject", "s3:PutObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"),
            *("s3:GetObjectTagging", "s3:PutObjectTagging", "s3:DeleteObjectTagging"),
        ),
        ("State/Media.Arn", "State/Media.Arn/v/*"),
    ),
    "tag_originals": (("s3:GetObjectTagging", "s3:PutObjectTagging"), "State/Uploads.Arn/originals/*"),
    "restore_originals": (("s3:RestoreObject",), "State/Uploads.Arn/originals/*"),
    "start_production_machine": (("states:StartExecution",), MACHINE.format("stateMachine", "{stage}", "")),
    "describe_production_machine": (("states:DescribeExecution",), MACHINE.format("execution", "{stage}", ":*")),
    "describe_decision_machine": (
        ("states:DescribeExecution",),
        "arn:aws:states:us-east-1:111111111111:execution:reelstack-{stage}-decision:*",
    ),
    "start_decision_machine": (
        ("states:StartExecution",),
        "arn:aws:states:us-east-1:111111111111:stateMachine:reelstack-{stage}-decision",
    ),
    "answer_production": (("states:SendTaskSuccess",), MACHINE.format("stateMachine", "{stage}", "")),
    "answer_engine_steps": (
        ("states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"),
        MACHINE.format("stateMachine", "{stage}", ""),
    ),
    "create_transcode_job": (
        ("mediaconvert:CreateJob",),
        "arn:aws:mediaconvert:us-east-1:111111111111:queues/reelstack-{stage}-production",
    ),
    "cancel_transcode_jobs": (
        ("mediaconvert:CancelJob",),
        "arn:aws:mediaconvert:us-east-1:111111111111:jobs/*",
    ),
    "pass_transcode_role": (
        ("iam:PassRole",),
        "Production/Managed/TranscodeRole.Arn to mediaconvert.amazonaws.com",
    ),
    "pass_rekognition_role": (
        ("iam:PassRole",),
        "Production/Managed/RekognitionRole.Arn to rekognition.amazonaws.com",
    ),
    "administer_users": (
        tuple(
            f"cognito-idp:{action}"
            for action in (
                *("ListUsers", "AdminDisableUser", "AdminEnableUser", "AdminUserGlobalSignOut"),
                *("AdminListGroupsForUser", "AdminAddUserToGroup", "AdminRemoveUserFromGroup"),
            )
        ),
        "State/Users.Arn",
    ),
    "change_passwords": (
        ("cognito-idp:AdminInitiateAuth", "cognito-idp:AdminSetUserPassword"),
        "State/Users.Arn",
    ),
    "sign_out_users": (("cognito-idp:AdminUserGlobalSignOut",), "State/Users.Arn"),
    "disable_users": (
        tuple(
            f"cognito-idp:{action}"
            for action in ("ListUsers", "AdminDisableUser", "AdminEnableUser", "AdminUserGlobalSignOut")
        ),
        "State/Users.Arn",
    ),
    "list_users": (("cognito-idp:ListUsers",), "State/Users.Arn"),
    "delete_users": (("cognito-idp:ListUsers", "cognito-idp:AdminDeleteUser"), "State/Users.Arn"),
    "start_export_machine": (
        ("states:StartExecution",),
        "arn:aws:states:us-east-1:111111111111:stateMachine:reelstack-{stage}-export",
    ),
    "start_erasure_machine": (
        ("states:StartExecution",),
        "arn:aws:states:us-east-1:111111111111:stateMachine:reelstack-{stage}-erasure",
    ),
    "start_profiles_machine": (
        ("states:StartExecution",),
        "arn:aws:states:us-east-1:111111111111:stateMachine:reelstack-{stage}-profiles",
    ),
    "start_tiering_machine": (
        ("states:StartExecution",),
        "arn:aws:states:us-east-1:111111111111:stateMachine:reelstack-{stage}-tiering",
    ),
    "start_event_erasure_machine": (
        ("states:StartExecution",),
        "arn:aws:states:us-east-1:111111111111:stateMachine:reelstack-{stage}-event_erasure",
    ),
    "abort_uploads": (("s3:AbortMultipartUpload",), "State/Uploads.Arn/originals/*"),
    "post_to_connections": (
        ("execute-api:ManageConnections",),
        tuple(
            f"arn:aws:execute-api:us-east-1:111111111111:People/Socket/Api/live/{method}/@connections/*"
            for method in ("POST", "DELETE")
        ),
    ),
    # No stage of this checkout names a platform application.
    "push_to_devices": ((), ()),
    "detect_moderation_labels": (("rekognition:DetectModerationLabels",), "*"),
    "start_content_moderation": (("rekognition:StartContentModeration",), "*"),
    "read_content_moderation": (("rekognition:GetContentModeration", "rekognition:DetectModerationLabels"), "*"),
    "start_transcription": (("transcribe:StartTranscriptionJob",), "*"),
    "read_transcription": (
        ("transcribe:GetTranscriptionJob", "transcribe:DeleteTranscriptionJob"),
        "arn:aws:transcribe:us-east-1:111111111111:transcription-job/reelstack-{stage}-*",
    ),
}
"""What a catalogue line's `calls` mean, said a second time: a wider ability must be widened here as well."""

OF_THE_EVENT_STREAM = (
    *("put_behavior_events", "put_event_archive", "read_event_archive", "rewrite_event_archive", "list_event_archive"),
    *("read_play_counts", "read_viewer_records", "read_clip_records", "read_viewer_days"),
    *("write_catalogue", "start_profiles_machine"),
    *("read_feed_artefacts", "read_daily_lists", "log_served_rows"),
)
"""Abilities on what profile `core` does not have."""
DOMAIN = "arn:aws:es:us-east-1:111111111111:domain/reelstack-{}/{}"
INDEXES = ("videos-*", "users-*", "viewers-*", "creators-*")
SEARCHING = {
    "search": (("Post",), ("videos/_search", "users/_search", "creators/_search")),
    "watch_search": (("Get",), ("_cluster/health",)),
    "index_search": (("Get", "Post", "Put"), ("_alias/*", "_bulk", *INDEXES)),
    "reindex_search": (
        ("Get", "Post", "Put", "Delete"),
        ("_alias", "_alias/*", "_aliases", "_bulk", "_cluster/health/*", *INDEXES),
    ),
}
"""Methods and paths of the search domain, which profile `core` does not have."""

INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
SEND = ("sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl")
RECEIVE = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl")
READ_EVENTS = (
    *("DescribeStream", "DescribeStreamSummary", "DescribeStreamConsumer"),
    *("GetRecords", "GetShardIterator", "ListShards", "ListStreams", "SubscribeToShard"),
)
"""CDK's words for reading a stream, all of them on that stream."""
FOLLOW = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
IDENTITIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
RESOURCES = (
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SecretsManager::ResourcePolicy",
)
OWNER_OF_A_KEY = {"Action": "kms:*", "Resource": "*"}
"""In a key's policy "*" is the key itself, and without its account's root nobody could ever change that policy."""


def implied(line: Fn, assembly: Assembly) -> set[Grant]:
    """What the line says, written out."""
    stage = assembly.settings.stage
    grants = {(action, place(line, "Logs.Arn")) for action in ("logs:CreateLogStream", "logs:PutLogEvents")}
    grants |= {(action, "*") for action in ("xray:PutTraceSegments", "xray:PutTelemetryRecords")}
    verbs = {"reads": line.reads, "writes": line.writes, "deletes": line.deletes}
    verbs |= {"appends": line.appends, "checks": line.checks, "batches": line.batches}
    for verb, targets in verbs.items():
        for target in targets:
            grants |= _access(verb, target, assembly)
    for listing in line.lists:
        bucket, prefix = listing.split(":")
        grants.add(("s3:ListBucket", f"State/{bucket.title()}.Arn if s3:prefix is like {prefix}*"))
    for ability in line.calls:
        if ability in OF_THE_EVENT_STREAM and assembly.settings.profile == "core":
            continue
        if ability in SEARCHING:
            if assembly.settings.profile == "full":
                methods, paths = SEARCHING[ability]
                grants |= {(f"es:ESHttp{method}", DOMAIN.format(stage, path)) for method in methods for path in paths}
            continue
        actions, on = ABILITIES[ability]
        resources = (on,) if isinstance(on, str) else on
        grants |= {(action, resource.format(stage=stage)) for action in actions for resource in resources}
    for followed in line.streams:
        grants |= {(action, f"State/{followed.__name__}.StreamArn") for action in FOLLOW}
        grants.add(("dynamodb:ListStreams", "*"))
    streamed = line.event_stream and assembly.settings.profile == "full"
    if streamed:
        events = f"arn:aws:kinesis:us-east-1:111111111111:stream/reelstack-{stage}-events"
        grants |= {(f"kinesis:{action}", events) for action in READ_EVENTS}
    if line.queue:
        grants |= {(f"sqs:{action}", f"{stack_of(line)}/{camel(line.queue)}.Arn") for action in RECEIVE}
    if streamed or line.streams or line.trigger in ("event", "schedule") or line.every_minutes:
        grants |= {(action, place(line, "Dead.Arn")) for action in SEND}
    if line.vpc and assembly.settings.profile == "full":
        grants |= {(action, "*") for action in INTERFACES}
    return grants


def _access(verb: str, target: Target, assembly: Assembly) -> set[Grant]:
    if isinstance(target, str):
        bucket, prefix = target.split(":")
        return {(f"s3:{action}", f"State/{bucket.title()}.Arn/{prefix}*") for action in BUCKET_ACTIONS[verb]}
    table = assembly.table_arn(target)
    indexes = [index.Meta.index_name for index in target._indexes.values()] if verb == "reads" else []
    resources = [table, *(f"{table}/index/{index}" for index in indexes)]
    return {(f"dynamodb:{action}", resource) for action in TABLE_ACTIONS[verb] for resource in resources}


def granted(role: str, assembly: Assembly) -> set[Grant]:
    """What the policies attached to a role allow."""
    grants: set[Grant] = set()
    for policy in assembly.of(*IDENTITIES):
        if role in [assembly.flat(policy.stack, ref) for ref in policy.properties.get("Roles", [])]:
            for statement in policy.properties["PolicyDocument"]["Statement"]:
                assert statement["Effect"] == "Allow"
                only = _condition(statement)
                for action in listed(statement["Action"]):
                    grants |= {(action, assembly.flat(policy.stack, r) + only) for r in listed(statement["Resource"])}
    return grants


def _condition(statement: dict[str, Any]) -> str:
    """Only the listing of a prefix and the passing of a role have one."""
    if "Condition" not in statement:
        return ""
    if statement["Action"] == "iam:PassRole":
        (service,) = statement["Condition"]["StringEquals"].values()
        assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": service}}
        return f" to {service}"
    assert statement["Action"] == "s3:ListBucket"
    (prefix,) = statement["Condition"]["StringLike"].values()
    assert statement["Condition"] == {"StringLike": {"s3:prefix": prefix}}
    return f" if s3:prefix is like {prefix}"


def test_whoever_passes_a_role_passes_it_to_one_service_that_the_role_trusts(variant: Assembly) -> None:
    """Of functions, machines, rules and whatever CDK adds by itself."""
    for policy in variant.of(*IDENTITIES):
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            if not any(fnmatch("iam:PassRole", action) for action in listed(statement["Action"])):
                continue
            service = statement.get("Condition", {}).get("StringEquals", {}).get("iam:PassedToService")
            assert isinstance(service, str), policy.path
            for resource in listed(statement["Resource"]):
                role = variant.at(variant.flat(policy.stack, resource).removesuffix(".Arn"))
                trusted = role.properties["AssumeRolePolicyDocument"]["Statement"]
                assert [one["Principal"] for one in trusted] == [{"Service": service}]


@pytest.mark.parametrize("line", FUNCTIONS, ids=lambda line: line.name)
def test_a_function_may_do_what_its_catalogue_line_says_and_nothing_else(line: Fn, variant: Assembly) -> None:
    role = variant.at(place(line, "Role"))
    assert not {"ManagedPolicyArns", "Policies"} & set(role.properties)
    assert granted(role.path, variant) == implied(line, variant)


@pytest.mark.parametrize("line", FUNCTIONS, ids=lambda line: line.name)
def test_no_two_functions_share_a_role(line: Fn, prod: Assembly) -> None:
    users = [f.path for f in prod.of("AWS::Lambda::Function") if _role(f, prod) == place(line, "Role.Arn")]
    assert users == [place(line)]


def test_every_http_service_learns_whether_its_callers_are_still_good() -> None:
    for line in FUNCTIONS:
        if line.trigger == "http":
            assert {Session, User} <= {*line.reads} & {*line.writes}, line.name


def test_only_the_users_service_administers_accounts_and_only_erasing_deletes_them(variant: Assembly) -> None:
    holders: dict[str, set[str]] = {}
    for line in FUNCTIONS:
        for action, _ in granted(variant.at(place(line, "Role")).path, variant):
            if action.startswith("cognito-idp:"):
                holders.setdefault(line.name, set()).add(action.removeprefix("cognito-idp:"))
    assert holders.keys() == {"accounts", "end_sign_ins", "privacy", "collect_export_part", "erase_items"}
    assert [name for name, actions in holders.items() if "AdminDeleteUser" in actions] == ["erase_items"]
    assert [name for name, actions in holders.items() if "AdminAddUserToGroup" in actions] == ["accounts"]
    assert [name for name, actions in holders.items() if "AdminSetUserPassword" in actions] == ["accounts"]
    assert holders["end_sign_ins"] == {"AdminUserGlobalSignOut"}
    assert holders["collect_export_part"] == {"ListUsers"}


def test_who_is_asked_over_http_cannot_erase_anything(variant: Assembly) -> None:
    may = {action for action, _ in granted(variant.at(place("privacy", "Role")).path, variant)}
    assert "states:StartExecution" in may
    assert not [action for action in may if "BatchWrite" in action or action == "s3:DeleteObject"]


def test_reading_changes_nothing() -> None:
    assert all(action.startswith(("Get", "BatchGet", "Query")) for action in TABLE_ACTIONS["reads"])
    assert all(action.startswith("Get") for action in BUCKET_ACTIONS["reads"])


def test_only_withdrawing_invalidates_and_what_is_in_quarantine_is_read_by_moderators_and_restoring_only(
    variant: Assembly,
) -> None:
    holders: dict[str, set[str]] = {}
    for line in FUNCTIONS:
        for action, resource in granted(variant.at(place(line, "Role")).path, variant):
            if action == "cloudfront:CreateInvalidation" or (action == "s3:GetObject" and "quarantine" in resource):
                holders.setdefault(action, set()).add(line.name)
    assert holders == {
        "cloudfront:CreateInvalidation": {"withdraw_video"},
        "s3:GetObject": {"moderation", "restore_video"},
    }


def test_no_function_changes_or_deletes_an_entry_of_the_audit_log(variant: Assembly) -> None:
    found = {
        action
        for line in FUNCTIONS
        for action, resource in granted(variant.at(place(line, "Role")).path, variant)
        if resource.startswith(variant.table_arn(AuditEntry))
    }
    assert found == {"dynamodb:PutItem", *(f"dynamodb:{action}" for action in TABLE_ACTIONS["reads"])}


def test_only_services_take_roles_and_each_only_its_own(variant: Assembly) -> None:
    for role in variant.of("AWS::IAM::Role"):
        (statement,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
        assert set(statement["Principal"]) == {"Service"}, role.path


def test_no_policy_allows_an_action_by_a_wildcard(variant: Assembly) -> None:
    for policy, statement in _statements(variant):
        if statement["Effect"] == "Allow" and not OWNER_OF_A_KEY.items() <= statement.items():
            assert not [a for a in listed(statement["Action"]) if "*" in a], policy.path


def test_a_grant_on_everything_is_one_that_names_no_resource_and_says_why(variant: Assembly) -> None:
    for policy in variant.of(*IDENTITIES):
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            if "*" in listed(statement["Resource"]):
                assert set(listed(statement["Action"])) <= ANYWHERE.keys(), policy.path


def test_nothing_is_open_to_anybody(variant: Assembly) -> None:
    for policy, statement in _statements(variant):
        if statement["Effect"] == "Allow" and "Principal" in statement:
            assert statement["Principal"] not in ("*", {"AWS": "*"}), policy.path


def test_every_reason_for_a_grant_on_everything_is_needed(prod: Assembly) -> None:
    used = {
        action
        for policy in prod.of(*IDENTITIES)
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if "*" in listed(statement["Resource"])
        for action in listed(statement["Action"])
    }
    assert ANYWHERE.keys() - used == set()


def _statements(assembly: Assembly) -> list[tuple[Resource, dict[str, object]]]:
    found = [(r, s) for r in assembly.of(*IDENTITIES, *RESOURCES) for s in r.properties["PolicyDocument"]["Statement"]]
    return found + [(key, s) for key in assembly.of("AWS::KMS::Key") for s in key.properties["KeyPolicy"]["Statement"]]


def _role(function: Resource, assembly: Assembly) -> str:
    return assembly.flat(function.stack, function.properties["Role"])
