"""What must never be replaced: buckets, tables, users, secrets and the event bus. The rest can be made again."""

from typing import Any

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.api.user_pool import app_client, password_client, sign_in_url, user_pool
from infra.names import Names, camel
from infra.settings import Settings
from infra.storage.buckets import Buckets
from infra.storage.event_stream import event_stream
from infra.storage.experiments import experiments
from infra.storage.stores import Stores
from infra.storage.tables import table
from reelstack.tables.model import deployed
from reelstack.tables.registry import TABLES


class StateStack(Stack):
    """`stores` is what other stacks take. Its values are exported whether or not a stack imports them today: an export
    that came and went with its last importer would stop the deployment that removes that importer."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, names: Names, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._settings = settings
        removal = RemovalPolicy.RETAIN if settings.keep_data else RemovalPolicy.DESTROY
        buckets = Buckets(self, settings, removal)
        self._tell_of_restores(buckets.media, names)
        self.tables = {model: table(self, model, settings, names, removal) for model in TABLES}
        pool = None if settings.issuer else user_pool(self, settings, removal, names.function_arn("end_sign_ins"))
        events.EventBus(self, "Bus", event_bus_name=names.bus)
        if settings.profile == "full":
            event_stream(self, names, removal)
        self.stores = Stores(
            uploads=buckets.uploads,
            intermediates=buckets.intermediates,
            media=buckets.media,
            web=buckets.web,
            logs=buckets.logs,
            data=buckets.data,
            origin_secret=self._origin_secret(removal),
            playback_secret=self._playback_secret(removal),
            playback_keys=cloudfront.KeyValueStore(
                self, "PlaybackKeys", comment="key:<id> -> secret, deny:<video> -> until (unix seconds)"
            ),
            experiments=experiments(self, names),
            edge_settings=cloudfront.KeyValueStore(
                self, "EdgeSettings", comment="feed:weights -> share of each deployment of the feed"
            ),
            streams={model: made.table_stream_arn for model, made in self.tables.items() if made.table_stream_arn},
            user_pool=pool,
            client=app_client(pool, settings) if pool else None,
            password_client=password_client(pool) if pool else None,
        )
        for value in self.stores.shared_values:
            self.export_value(value)
        self._outputs(names)

    def _tell_of_restores(self, media: s3.Bucket, names: Names) -> None:
        """S3 tells a topic when it has restored an object of the media bucket, and nothing else: by EventBridge every
        object that is written would be an event too, at 1 $ a million. The topic is here since S3 tries it when the
        bucket is told of it; a queue would be polled all month for nothing."""
        topic = sns.Topic(self, "Restored", topic_name=names.restored_topic, enforce_ssl=True)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                # Naming the bucket would tie both into a cycle.
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        plain = media.node.default_child
        assert isinstance(plain, s3.CfnBucket)
        plain.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            topic_configurations=[
                s3.CfnBucket.TopicConfigurationProperty(event="s3:ObjectRestore:Completed", topic=topic.topic_arn)
            ]
        )
        policy = topic.node.find_child("Policy").node.default_child
        assert isinstance(policy, sns.CfnTopicPolicy)
        plain.add_resource_dependency(policy)
        self.restored = topic

    def _origin_secret(self, removal: RemovalPolicy) -> secretsmanager.Secret:
        return secretsmanager.Secret(
            self,
            "OriginSecret",
            description="Only the CDN sends this header; the API refuses requests without it",
            generate_secret_string=secretsmanager.SecretStringGenerator(exclude_punctuation=True, password_length=48),
            removal_policy=removal,
        )

    def _playback_secret(self, removal: RemovalPolicy) -> secretsmanager.Secret:
        return secretsmanager.Secret(
            self,
            "PlaybackSecret",
            description='Keys that playback tokens are signed with: {"current": id, "keys": {id: secret}}',
            removal_policy=removal,
        )

    def _outputs(self, names: Names) -> None:
        stores = self.stores
        values = {
            "UploadsBucket": stores.uploads.bucket_name,
            "IntermediatesBucket": stores.intermediates.bucket_name,
            "MediaBucket": stores.media.bucket_name,
            "WebBucket": stores.web.bucket_name,
            "LogsBucket": stores.logs.bucket_name,
            "OriginSecret": stores.origin_secret.secret_arn,
            "PlaybackSecret": stores.playback_secret.secret_arn,
            "PlaybackKeysStore": stores.playback_keys.key_value_store_arn,
            "EdgeSettingsStore": stores.edge_settings.key_value_store_arn,
            "BusName": names.bus,
            **{camel(deployed(model).field): made.table_name for model, made in self.tables.items()},
        }
        if stores.data:
            values["DataBucket"] = stores.data.bucket_name
        if stores.user_pool and stores.client:
            values |= {"UserPoolId": stores.user_pool.user_pool_id, "ClientId": stores.client.user_pool_client_id}
            values["SignInUrl"] = sign_in_url(self._settings)
        for name, value in values.items():
            CfnOutput(self, f"Out{name}", key=name, value=value)
