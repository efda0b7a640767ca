"""What a catalogue line's `calls` stand for."""

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from infra.function_config import distribution_parameter
from infra.queues import dead_letters_of
from infra.search_domain import SEARCH_ABILITIES
from infra.socket_api import connections
from reelstack.tables.users import User
from reelstack.tables.videos import Video

if TYPE_CHECKING:
    from infra.stacks.app import AppStack

OF_THE_USER_POOL = ("administer_users", "disable_users", "look_up_users", "delete_users")
"""Abilities that stages with another issuer have no use for."""


def statement(app: "AppStack", name: str) -> iam.PolicyStatement | None:
    """What a catalogue line's `calls` stand for; nothing where the stage lacks what it would be allowed on."""
    state = app.state
    if name in OF_THE_USER_POOL and not state.user_pool:
        return None
    if name == "push_to_devices" and not app.settings.push_platforms:
        return None
    if name in SEARCH_ABILITIES:
        return app.search.statement(name) if app.search else None
    origin, playback = state.origin_secret.secret_arn, state.playback_secret.secret_arn
    waiting = [queue.queue_arn for queue in app.production_queues.values()]
    dead = [dead_letters_of(queue).queue_arn for queue in app.production_queues.values()]
    abilities: dict[str, tuple[list[str], str | list[str]]] = {
        "read_origin_secret": (["secretsmanager:GetSecretValue"], origin),
        "read_playback_secret": (["secretsmanager:GetSecretValue"], playback),
        "write_playback_secret": (["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"], playback),
        "write_playback_keys_store": (
            [
                "cloudfront-keyvaluestore:DescribeKeyValueStore",
                "cloudfront-keyvaluestore:ListKeys",
                "cloudfront-keyvaluestore:UpdateKeys",
            ],
            state.playback_keys.key_value_store_arn,
        ),
        "read_distribution_parameter": (
            ["ssm:GetParameter"],
            app.format_arn(service="ssm", resource=f"parameter{distribution_parameter(app.settings)}"),
        ),
        "scan_videos": (["dynamodb:Scan"], state.tables[Video].table_arn),
        "scan_users": (["dynamodb:Scan"], state.tables[User].table_arn),
        "put_events": (["events:PutEvents"], app.bus.event_bus_arn),
        "receive_production_queues": (["sqs:ReceiveMessage", "sqs:DeleteMessage"], waiting),
        "bury_production_messages": (["sqs:SendMessage"], dead),
        "redrive_dead_letters": (
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
            dead,
        ),
        "send_production_messages": (["sqs:SendMessage"], waiting),
        "count_production_messages": (["sqs:GetQueueAttributes"], [*waiting, *dead]),
        "list_media": (["s3:ListBucket"], state.media_bucket.bucket_arn),
        "send_compose_queue": (["sqs:SendMessage"], app.compose_queue.queue_arn),
        "start_production_machine": (["states:StartExecution"], app.machine_arn),
        "describe_production_machine": (["states:DescribeExecution"], app.executions(":*")),
        "answer_production": (["states:SendTaskSuccess"], app.machine_arn),
        "answer_engine_steps": (
            ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"],
            app.machine_arn,
        ),
        "create_transcode_job": (["mediaconvert:CreateJob"], app.managed.queue_arn),
        "cancel_transcode_jobs": (
            ["mediaconvert:CancelJob"],
            app.format_arn(service="mediaconvert", resource="jobs", resource_name="*"),
        ),
        "pass_transcode_role": (["iam:PassRole"], app.managed.transcode_role.role_arn),
        "pass_rekognition_role": (["iam:PassRole"], app.managed.look_role.role_arn),
        "administer_users": (
            [
                "cognito-idp:ListUsers",
                "cognito-idp:AdminDisableUser",
                "cognito-idp:AdminEnableUser",
                "cognito-idp:AdminUserGlobalSignOut",
                "cognito-idp:AdminListGroupsForUser",
                "cognito-idp:AdminAddUserToGroup",
                "cognito-idp:AdminRemoveUserFromGroup",
            ],
            state.user_pool.user_pool_arn if state.user_pool else [],
        ),
        "disable_users": (
            [
                "cognito-idp:ListUsers",
                "cognito-idp:AdminDisableUser",
                "cognito-idp:AdminEnableUser",
                "cognito-idp:AdminUserGlobalSignOut",
            ],
            state.user_pool.user_pool_arn if state.user_pool else [],
        ),
        "look_up_users": (["cognito-idp:ListUsers"], state.user_pool.user_pool_arn if state.user_pool else []),
        "delete_users": (
            ["cognito-idp:ListUsers", "cognito-idp:AdminDeleteUser"],
            state.user_pool.user_pool_arn if state.user_pool else [],
        ),
        "start_export_machine": (["states:StartExecution"], app.rights_machine_arn("export")),
        "start_erasure_machine": (["states:StartExecution"], app.rights_machine_arn("erasure")),
        "abort_uploads": (["s3:AbortMultipartUpload"], state.uploads_bucket.arn_for_objects("originals/*")),
        "post_to_connections": (["execute-api:ManageConnections"], connections(app.socket_api)),
        "push_to_devices": (
            ["sns:CreatePlatformEndpoint", "sns:SetEndpointAttributes", "sns:DeleteEndpoint", "sns:Publish"],
            [
                arn
                for application in app.settings.push_platforms.values()
                # Its devices' endpoints are named like it: …:app/APNS/<name>, …:endpoint/APNS/<name>/<id>
                for arn in (application, f"{application.replace(':app/', ':endpoint/', 1)}/*")
            ],
        ),
        # Rekognition has no resources to name for what it is sent.
        "look_at_pictures": (["rekognition:DetectModerationLabels"], "*"),
        "start_content_moderation": (["rekognition:StartContentModeration"], "*"),
        "read_content_moderation": (
            ["rekognition:GetContentModeration", "rekognition:DetectModerationLabels"],
            "*",
        ),
    }
    actions, on = abilities[name]
    return iam.PolicyStatement(actions=actions, resources=on if isinstance(on, list) else [on])
