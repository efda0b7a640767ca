"""The topic that every alarm of a stage goes to."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.names import Names
from infra.settings import Settings


def alarm_topic(scope: Construct, settings: Settings, names: Names) -> sns.Topic:
    """Encrypted, and open to this account's alarms. Its name is fixed: alarms of every stack name it."""
    key = kms.Key(scope, "TopicKey", enable_key_rotation=True, description="Encrypts alarm notices")
    cloudwatch = iam.ServicePrincipal("cloudwatch.amazonaws.com")
    # CloudWatch must be able to encrypt what it publishes, which the AWS-managed key does not allow.
    key.grant(cloudwatch, "kms:Decrypt", "kms:GenerateDataKey")
    topic = sns.Topic(scope, "Topic", topic_name=names.alarm_topic, master_key=key, enforce_ssl=True)
    # enforce_ssl gives the topic a policy, in the place of the one that lets this account's alarms in.
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["sns:Publish"],
            principals=[cloudwatch],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}},
        )
    )
    if settings.alarm_email:
        topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
    return topic
