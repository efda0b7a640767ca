"""What holds data, as the constructs of other stacks take it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from pynamodb.models import Model


@dataclass(frozen=True)
class Stores:
    """Tables are missing here: everybody names them by infra/names.py. Their streams have names that AWS makes up."""

    uploads: s3.Bucket
    intermediates: s3.Bucket
    media: s3.Bucket
    web: s3.Bucket
    logs: s3.Bucket
    origin_secret: secretsmanager.Secret
    playback_secret: secretsmanager.Secret
    playback_keys: cloudfront.KeyValueStore
    experiments: tuple[str, str, str, str]
    """Ids that AppConfig makes up: of the application, the environment, the profile and the deployment strategy of the
    experiments."""
    edge_settings: cloudfront.KeyValueStore
    """What edge functions are told besides keys and denials: weights of the feed's deployments, and that the feed is
    overloaded."""
    data: s3.Bucket | None
    """What jobs read: only where there is a stream of events to archive."""
    streams: Mapping[type[Model], str]
    """Model -> ARN of its table's stream, of each table that has one."""
    user_pool: cognito.UserPool | None
    """None where the settings name another issuer."""
    client: cognito.UserPoolClient | None
    password_client: cognito.UserPoolClient | None
    """Of the service alone, which proves passwords by it."""

    @property
    def buckets(self) -> Mapping[str, s3.Bucket]:
        """By the word that a catalogue line's targets begin with."""
        return {
            "uploads": self.uploads,
            "intermediates": self.intermediates,
            "media": self.media,
            "web": self.web,
            "logs": self.logs,
        }

    @property
    def shared_values(self) -> tuple[str, ...]:
        """Everything that another stack may import, whether or not one does today."""
        buckets = (*self.buckets.values(), self.logs, *([self.data] if self.data else []))
        users = (self.user_pool.user_pool_id, self.user_pool.user_pool_arn) if self.user_pool else ()
        return (
            *(bucket.bucket_name for bucket in buckets),
            *(bucket.bucket_arn for bucket in buckets),
            *(bucket.bucket_regional_domain_name for bucket in buckets),
            *(self.origin_secret.secret_arn, self.playback_secret.secret_arn),
            *(self.playback_keys.key_value_store_arn, self.edge_settings.key_value_store_arn),
            *self.experiments,
            *self.streams.values(),
            *users,
            *(client.user_pool_client_id for client in (self.client, self.password_client) if client),
        )
