"""What must never be replaced: buckets, tables, users, secrets. Everything else can be torn down and made again."""

from typing import Any

from aws_cdk import Aws, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct
from pynamodb.models import Model

from infra.function import camel
from infra.settings import Settings
from infra.user_pool import app_client, user_pool
from reelstack import exports
from reelstack.tables.base import deployed, schema
from reelstack.tables.every import TABLES

KINDS = {"S": dynamodb.AttributeType.STRING, "N": dynamodb.AttributeType.NUMBER, "B": dynamodb.AttributeType.BINARY}


class StateStack(Stack):
    def __init__(self, scope: Construct, construct_id: str, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.settings = settings
        self.removal = RemovalPolicy.RETAIN if settings.keep_data else RemovalPolicy.DESTROY

        self.logs_bucket = self._logs()
        self.uploads_bucket = self._uploads()
        self.media_bucket = self._media()
        self.web_bucket = self._bucket("Web")
        self._readable_by_cdn(self.media_bucket, "v/*", "u/*")
        self._readable_by_cdn(self.web_bucket, "*")

        self.tables = {model: self._table(model) for model in TABLES}

        self.origin_secret = secretsmanager.Secret(
            self,
            "OriginSecret",
            description="Only the CDN sends this header; the API refuses requests without it",
            generate_secret_string=secretsmanager.SecretStringGenerator(exclude_punctuation=True, password_length=48),
            removal_policy=self.removal,
        )
        self.playback_secret = secretsmanager.Secret(
            self,
            "PlaybackSecret",
            description='Keys that playback tokens are signed with: {"current": id, "keys": {id: secret}}',
            removal_policy=self.removal,
        )
        self.playback_keys = cloudfront.KeyValueStore(
            self, "PlaybackKeys", comment="key:<id> -> secret, deny:<video> -> until (unix seconds)"
        )
        self.user_pool = None if settings.issuer else user_pool(self, settings, self.removal)
        self.client = app_client(self.user_pool, settings) if self.user_pool else None
        self._outputs()

    # --- buckets ---------------------------------------------------------------------------------------------------

    def _bucket(self, name: str, **kwargs: Any) -> s3.Bucket:
        kwargs.setdefault("versioned", True)
        rules = [
            s3.LifecycleRule(
                id="old-versions",
                noncurrent_version_expiration=Duration.days(7),
                # What is left of a deleted object is a marker with its key, and avatars' keys name their owners.
                expired_object_delete_marker=True,
            ),
            *kwargs.pop("lifecycle_rules", []),
        ]
        if name != "Logs":
            kwargs |= {
                "server_access_logs_bucket": self.logs_bucket,
                "server_access_logs_prefix": f"s3/{name.lower()}/",
            }
        return s3.Bucket(
            self,
            name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=kwargs.pop("object_ownership", s3.ObjectOwnership.BUCKET_OWNER_ENFORCED),
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=None if self.settings.is_local else 1.2,
            removal_policy=self.removal,
            lifecycle_rules=rules,
            **kwargs,
        )

    def _logs(self) -> s3.Bucket:
        return self._bucket(
            "Logs",
            versioned=False,
            # CloudFront's standard logs are still written through ACLs.
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
            lifecycle_rules=[s3.LifecycleRule(id="logs-expire", expiration=Duration.days(90))],
        )

    def _uploads(self) -> s3.Bucket:
        origins = [f"https://{self.settings.domain}"] if self.settings.domain else []
        bucket = self._bucket(
            "Uploads",
            transfer_acceleration=self.settings.transfer_acceleration,
            cors=[
                s3.CorsRule(
                    # PUT sends a part, GET lists parts, POST joins them (Uppy speaks S3's own protocol).
                    allowed_methods=[s3.HttpMethods.PUT, s3.HttpMethods.GET, s3.HttpMethods.POST],
                    allowed_origins=[*origins, *self.settings.web_origins] or ["https://*.cloudfront.net"],
                    allowed_headers=["*"],
                    exposed_headers=["ETag", "x-amz-checksum-crc64nvme"],
                    max_age=3600,
                )
            ],
            lifecycle_rules=[
                s3.LifecycleRule(id="unfinished-uploads", abort_incomplete_multipart_upload_after=Duration.days(7)),
                # Chunks go when their upload is composed or aborted; this is for those nobody came back to.
                s3.LifecycleRule(
                    id="orphaned-chunks",
                    prefix="chunks/",
                    expiration=Duration.days(7),
                    noncurrent_version_expiration=Duration.days(1),
                ),
                # An avatar is made of it at once, and it goes; this is for those that nobody could make one of.
                s3.LifecycleRule(
                    id="avatars-as-sent",
                    prefix="avatars/",
                    expiration=Duration.days(1),
                    noncurrent_version_expiration=Duration.days(1),
                ),
                s3.LifecycleRule(
                    id="exports",
                    prefix=exports.PREFIX,
                    expiration=Duration.days(exports.DAYS),
                    noncurrent_version_expiration=Duration.days(1),
                ),
                s3.LifecycleRule(
                    id="work-files",
                    prefix="work/",
                    expiration=Duration.days(1),
                    noncurrent_version_expiration=Duration.days(1),
                ),
                s3.LifecycleRule(
                    id="originals-to-glacier",
                    prefix="originals/",
                    transitions=[
                        s3.Transition(storage_class=s3.StorageClass.GLACIER, transition_after=Duration.days(30))
                    ],
                ),
            ],
        )
        # Said on the bucket itself: CDK's `event_bridge_enabled` would add a custom resource to say the same.
        plain = bucket.node.default_child
        assert isinstance(plain, s3.CfnBucket)
        plain.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
        )
        return bucket

    def _media(self) -> s3.Bucket:
        """Tiers follow the `tier` tag the nightly job sets: lifecycle alone counts days since creation, not plays."""
        warm = s3.Transition(storage_class=s3.StorageClass.INFREQUENT_ACCESS, transition_after=Duration.days(30))
        return self._bucket(
            "Media",
            lifecycle_rules=[
                s3.LifecycleRule(id="warm", prefix="v/", tag_filters={"tier": "warm"}, transitions=[warm]),
                s3.LifecycleRule(
                    id="cold",
                    prefix="v/",
                    tag_filters={"tier": "cold"},
                    transitions=[
                        s3.Transition(
                            storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, transition_after=Duration.days(31)
                        )
                    ],
                ),
                s3.LifecycleRule(
                    id="untagged-backstop",
                    prefix="v/",
                    transitions=[
                        s3.Transition(
                            storage_class=s3.StorageClass.INFREQUENT_ACCESS, transition_after=Duration.days(180)
                        )
                    ],
                ),
                s3.LifecycleRule(
                    id="quarantine",
                    prefix="quarantine/",
                    expiration=Duration.days(self.settings.quarantine_days),
                    noncurrent_version_expiration=Duration.days(1),
                ),
            ],
        )

    def _readable_by_cdn(self, bucket: s3.Bucket, *keys: str) -> None:
        """Lets this account's distributions read. Naming the one distribution would tie both stacks into a cycle."""
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["s3:GetObject"],
                resources=[bucket.arn_for_objects(key) for key in keys],
                principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
                conditions={
                    "StringLike": {"aws:SourceArn": f"arn:{Aws.PARTITION}:cloudfront::{self.account}:distribution/*"}
                },
            )
        )

    # --- tables ----------------------------------------------------------------------------------------------------

    def _table(self, model: type[Model]) -> dynamodb.Table:
        described = schema(model)
        kinds = {a["AttributeName"]: KINDS[a["AttributeType"]] for a in described["attribute_definitions"]}

        def keys(key_schema: list[dict[str, str]]) -> dict[str, Any]:
            roles = {"HASH": "partition_key", "RANGE": "sort_key"}
            return {
                roles[k["KeyType"]]: dynamodb.Attribute(name=k["AttributeName"], type=kinds[k["AttributeName"]])
                for k in key_schema
            }

        meta = deployed(model)
        table = dynamodb.Table(
            self,
            model.__name__,
            **keys(described["key_schema"]),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=self.settings.keep_data,
            stream=dynamodb.StreamViewType(meta.stream) if meta.stream else None,
            time_to_live_attribute=meta.ttl or None,
            removal_policy=self.removal,
        )
        for index in described["global_secondary_indexes"]:
            table.add_global_secondary_index(
                index_name=index["index_name"],
                projection_type=dynamodb.ProjectionType(index["projection"]["ProjectionType"]),
                **keys(index["key_schema"]),
            )
        return table

    def _outputs(self) -> None:
        values = {
            "UploadsBucket": self.uploads_bucket.bucket_name,
            "MediaBucket": self.media_bucket.bucket_name,
            "WebBucket": self.web_bucket.bucket_name,
            "LogsBucket": self.logs_bucket.bucket_name,
            "OriginSecret": self.origin_secret.secret_arn,
            "PlaybackSecret": self.playback_secret.secret_arn,
            "PlaybackKeysStore": self.playback_keys.key_value_store_arn,
            **{camel(deployed(model).field): table.table_name for model, table in self.tables.items()},
        }
        if self.user_pool and self.client:
            values |= {"UserPoolId": self.user_pool.user_pool_id, "ClientId": self.client.user_pool_client_id}
        for name, value in values.items():
            CfnOutput(self, f"Out{name}", key=name, value=value)
