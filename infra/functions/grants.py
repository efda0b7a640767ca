"""What a catalogue line's `calls` stand for: grants besides those on its tables and buckets."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from infra.functions.search_grants import SEARCH_GRANTS, search_statement
from infra.functions.wiring import Wiring
from infra.storage.stores import Stores
from reelstack.behavior import archive
from reelstack.privacy import event_erasure
from reelstack.tables.accounts import User
from reelstack.tables.feed import ViewerProfile
from reelstack.tables.moderation import Strike
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority
from reelstack.videos import catalogue

Grant = tuple[Sequence[str], str | Sequence[str]]
"""Actions, and what they are allowed on."""

OF_THE_USER_POOL: dict[str, tuple[str, ...]] = {
    "administer_users": (
        *("ListUsers", "AdminDisableUser", "AdminEnableUser", "AdminUserGlobalSignOut"),
        *("AdminListGroupsForUser", "AdminAddUserToGroup", "AdminRemoveUserFromGroup"),
    ),
    "change_passwords": ("AdminInitiateAuth", "AdminSetUserPassword"),
    "sign_out_users": ("AdminUserGlobalSignOut",),
    "disable_users": ("ListUsers", "AdminDisableUser", "AdminEnableUser", "AdminUserGlobalSignOut"),
    "list_users": ("ListUsers",),
    "delete_users": ("ListUsers", "AdminDeleteUser"),
}
"""Actions on the user pool. Stages with another issuer have none, and no use for these."""

ON_ARCHIVE: dict[str, tuple[str, ...]] = {
    "put_event_archive": ("s3:PutObject",),
    "write_catalogue": ("s3:PutObject",),
    "read_feed_artefacts": ("s3:GetObject",),
    "read_daily_lists": ("s3:GetObject",),
    "log_served_rows": ("s3:PutObject",),
    "read_event_archive": ("s3:GetObject",),
    "rewrite_event_archive": ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"),
}
ARCHIVE_PREFIXES: dict[str, tuple[str, ...]] = {
    "put_event_archive": (archive.PREFIX,),
    "write_catalogue": (catalogue.PREFIX,),
    "read_event_archive": (archive.PREFIX, archive.BY_VIEWER),
    "read_feed_artefacts": ("items/", "lists/", "rank/"),
    "read_daily_lists": ("lists/",),
    "log_served_rows": (event_erasure.FEATURES,),
    "rewrite_event_archive": (archive.PREFIX, archive.BY_VIEWER, event_erasure.FEATURES, event_erasure.FOLDER),
}
"""Of the bucket `data`, which only profile `full` has."""

MOVES = (
    *("GetObject", "PutObject", "DeleteObjectVersion", "ListBucketVersions"),
    *("GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"),
)
"""What moving objects between storage classes takes."""

PASSED_TO = {
    "pass_transcode_role": "mediaconvert.amazonaws.com",
    "pass_rekognition_role": "rekognition.amazonaws.com",
}
"""The one service that a role may be handed to. Who may pass a role may else hand it to any service the role trusts,
also to one that it comes to trust later."""


class Grants:
    """The statements that functions of one stack can ask for."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._grants: dict[str, Grant] = {
            **_secrets(wiring),
            **_data(wiring),
            **_queues(wiring),
            **_machines(wiring),
            **_managed_engines(wiring),
            **_notifications(wiring),
        }

    def statement(self, name: str) -> iam.PolicyStatement | None:
        """None where the stage lacks what the grant would be on. Raises KeyError for a name that is not known, or for
        a resource that stands in another stack."""
        if name in SEARCH_GRANTS:
            has_domain = bool(self._wiring.endpoints.search_url)
            return search_statement(name, self._wiring.names.search_domain_arn) if has_domain else None
        if name in OF_THE_USER_POOL:
            return self._on_user_pool(OF_THE_USER_POOL[name])
        actions, on = self._grants[name]
        resources = [on] if isinstance(on, str) else list(on)
        only = {"StringEquals": {"iam:PassedToService": PASSED_TO[name]}} if name in PASSED_TO else None
        return iam.PolicyStatement(actions=list(actions), resources=resources, conditions=only) if resources else None

    def _on_user_pool(self, actions: Sequence[str]) -> iam.PolicyStatement | None:
        pool = self._wiring.stores.user_pool
        if pool is None:
            return None
        return iam.PolicyStatement(
            actions=[f"cognito-idp:{action}" for action in actions], resources=[pool.user_pool_arn]
        )


def _secrets(wiring: Wiring) -> dict[str, Grant]:
    stores = wiring.stores
    origin, playback = stores.origin_secret.secret_arn, stores.playback_secret.secret_arn
    actions = ("DescribeKeyValueStore", "GetKey", "ListKeys", "UpdateKeys")
    store = [f"cloudfront-keyvaluestore:{action}" for action in actions]
    one_entry = [one for one in store if not one.endswith("ListKeys")]
    return {
        "read_origin_secret": (["secretsmanager:GetSecretValue"], origin),
        "read_playback_secret": (["secretsmanager:GetSecretValue"], playback),
        "write_playback_secret": (["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"], playback),
        "write_playback_keys_store": (store, stores.playback_keys.key_value_store_arn),
        "write_edge_settings_store": (one_entry, stores.edge_settings.key_value_store_arn),
        "read_distribution_parameter": (
            ["ssm:GetParameter"],
            wiring.names.arn("ssm", f"parameter{wiring.names.distribution_parameter}"),
        ),
        "read_site_parameter": (
            ["ssm:GetParameter"],
            wiring.names.arn("ssm", f"parameter{wiring.names.site_parameter}"),
        ),
        **_experiments(wiring),
        "invalidate_distribution": (["cloudfront:CreateInvalidation"], wiring.distribution_arn),
    }


def _experiments(wiring: Wiring) -> dict[str, Grant]:
    """To change them takes a new version, and its deployment at once: of no other application, and of no other
    strategy."""
    application, environment, profile, strategy = wiring.stores.experiments
    of = f"application/{application}"
    hosted = [f"appconfig:{does}HostedConfigurationVersion" for does in ("Get", "Create")]
    known = ["appconfig:ListHostedConfigurationVersions", "appconfig:ListDeployments"]
    parts = (of, f"{of}/environment/{environment}", f"{of}/configurationprofile/{profile}")
    versions = f"{of}/configurationprofile/{profile}/hostedconfigurationversion/*"
    on = (*parts, versions, f"deploymentstrategy/{strategy}")
    return {
        "read_experiments": (
            ["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"],
            wiring.names.arn("appconfig", f"{of}/environment/{environment}/configuration/{profile}"),
        ),
        "change_experiments": (
            [*known, *hosted, "appconfig:StartDeployment"],
            [wiring.names.arn("appconfig", part) for part in on],
        ),
    }


def _data(wiring: Wiring) -> dict[str, Grant]:
    names, stores = wiring.names, wiring.stores
    return {
        "scan_videos": (["dynamodb:Scan"], names.table_arn(Video)),
        "scan_users": (["dynamodb:Scan"], names.table_arn(User)),
        "scan_viewer_profiles": (["dynamodb:Scan"], names.table_arn(ViewerProfile)),
        "scan_strikes": (["dynamodb:Scan"], names.table_arn(Strike)),
        **_archive(stores),
        "list_media": (["s3:ListBucket"], stores.media.bucket_arn),
        # Tags, copies in place and the version before; what is there is listed by versions of a key.
        "move_tiers": (
            [f"s3:{action}" for action in MOVES],
            [stores.media.bucket_arn, stores.media.arn_for_objects("v/*")],
        ),
        "abort_uploads": (["s3:AbortMultipartUpload"], stores.uploads.arn_for_objects("originals/*")),
        "put_behavior_events": (
            ["kinesis:PutRecords"],
            [names.event_stream_arn] if wiring.settings.profile == "full" else [],
        ),
        **{
            f"read_{what}": (
                ["s3:GetObject"],
                [stores.data.arn_for_objects(f"profiles/{what}/*")] if stores.data else [],
            )
            for what in ("play_counts", "viewer_records", "viewer_days", "clip_records")
        },
        "list_event_archive": (["s3:ListBucket"], [stores.data.bucket_arn] if stores.data else []),
        **{name: (actions, _of_archive(wiring, name)) for name, actions in ON_ARCHIVE.items()},
    }


def _archive(stores: Stores) -> dict[str, Grant]:
    """What it takes to move objects between storage classes, besides reading and writing them."""
    tags = ["s3:GetObjectTagging", "s3:PutObjectTagging"]
    renditions, originals = stores.media.arn_for_objects("v/*"), stores.uploads.arn_for_objects("originals/*")
    return {
        "tag_renditions": ([*tags, "s3:DeleteObjectTagging"], renditions),
        "restore_renditions": (["s3:RestoreObject"], renditions),
        "tag_originals": (tags, originals),
        "restore_originals": (["s3:RestoreObject"], originals),
    }


def _of_archive(wiring: Wiring, name: str) -> list[str]:
    """Objects of the bucket `data`; none in a stage without one."""
    data = wiring.stores.data
    return [data.arn_for_objects(f"{prefix}*") for prefix in ARCHIVE_PREFIXES[name]] if data else []


def _queues(wiring: Wiring) -> dict[str, Grant]:
    names = wiring.names
    waiting = [names.queue_arn(f"production-{priority}") for priority in Priority]
    dead = [names.queue_arn(f"production-{priority}-dead") for priority in Priority]
    take = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
    return {
        "put_events": (["events:PutEvents"], names.bus_arn),
        "receive_production_queues": (take, waiting),
        "send_dead_letters": (["sqs:SendMessage"], dead),
        "redrive_dead_letters": ([*take, "sqs:ChangeMessageVisibility"], dead),
        "send_production_messages": (["sqs:SendMessage"], waiting),
        "count_production_messages": (["sqs:GetQueueAttributes"], [*waiting, *dead]),
        "send_plays": (["sqs:SendMessage"], names.queue_arn("plays")),
        "send_table_events": (["sqs:SendMessage"], names.queue_arn("table-events")),
        "send_denials": (["sqs:SendMessage"], names.queue_arn("denials")),
        "send_compose_queue": (["sqs:SendMessage"], names.queue_arn("compose")),
    }


def _machines(wiring: Wiring) -> dict[str, Grant]:
    names = wiring.names
    production = names.machine_arn("production")
    answers = ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"]
    return {
        "start_production_machine": (["states:StartExecution"], production),
        "describe_production_machine": (["states:DescribeExecution"], names.executions_arn("production", ":*")),
        "start_decision_machine": (["states:StartExecution"], names.machine_arn("decision")),
        "describe_decision_machine": (["states:DescribeExecution"], names.executions_arn("decision", ":*")),
        "answer_production": (["states:SendTaskSuccess"], production),
        "answer_engine_steps": (answers, production),
        "start_export_machine": (["states:StartExecution"], names.machine_arn("export")),
        "start_erasure_machine": (["states:StartExecution"], names.machine_arn("erasure")),
        "start_profiles_machine": (
            ["states:StartExecution"],
            [names.machine_arn("profiles")] if wiring.settings.has_spark else [],
        ),
        "start_tiering_machine": (["states:StartExecution"], names.machine_arn("tiering")),
        "start_event_erasure_machine": (["states:StartExecution"], names.machine_arn("event_erasure")),
    }


def _managed_engines(wiring: Wiring) -> dict[str, Grant]:
    names = wiring.names
    grants: dict[str, Grant] = {
        "create_transcode_job": (["mediaconvert:CreateJob"], names.mediaconvert_queue_arn),
        "cancel_transcode_jobs": (["mediaconvert:CancelJob"], names.arn("mediaconvert", "jobs/*")),
        # Rekognition has no resources to name for what it is sent.
        "detect_moderation_labels": (["rekognition:DetectModerationLabels"], "*"),
        "start_content_moderation": (["rekognition:StartContentModeration"], "*"),
        "read_content_moderation": (["rekognition:GetContentModeration", "rekognition:DetectModerationLabels"], "*"),
        # Starting names no resource; the caller must be allowed to read and write what the job reads and writes.
        "start_transcription": (["transcribe:StartTranscriptionJob"], "*"),
        "read_transcription": (
            ["transcribe:GetTranscriptionJob", "transcribe:DeleteTranscriptionJob"],
            names.transcription_jobs_arn,
        ),
    }
    if managed := wiring.managed:
        grants["pass_transcode_role"] = (["iam:PassRole"], managed.mediaconvert_role.role_arn)
        grants["pass_rekognition_role"] = (["iam:PassRole"], managed.rekognition_role.role_arn)
    return grants


def _notifications(wiring: Wiring) -> dict[str, Grant]:
    platforms = [
        arn
        for application in wiring.settings.push_platforms.values()
        # Its devices' endpoints are named like it: …:app/APNS/<name>, …:endpoint/APNS/<name>/<id>
        for arn in (application, f"{application.replace(':app/', ':endpoint/', 1)}/*")
    ]
    push = ["sns:CreatePlatformEndpoint", "sns:SetEndpointAttributes", "sns:DeleteEndpoint", "sns:Publish"]
    grants: dict[str, Grant] = {"push_to_devices": (push, platforms)}
    if wiring.socket:
        grants["post_to_connections"] = (["execute-api:ManageConnections"], wiring.socket.connections)
    return grants
