"""What MediaConvert and Rekognition need of us: a queue, a topic, and a role each that may do one thing.

They exist whatever the setting: none of it costs anything until it is used, and changing the setting changes no more
than a value.
"""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_mediaconvert as mediaconvert
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.names import Names
from infra.storage.stores import Stores


class ManagedEngines(Construct):
    """MediaConvert's queue is named by infra/names.py: a laptop, which has no MediaConvert, leaves the queue out."""

    def __init__(self, scope: Construct, construct_id: str, names: Names, stores: Stores) -> None:
        super().__init__(scope, construct_id)
        mediaconvert.CfnQueue(
            self,
            "Queue",
            name=names.mediaconvert_queue,
            pricing_plan="ON_DEMAND",
            status="ACTIVE",
            description="Ladders of long clips",
        )
        self.mediaconvert_role = self._role("TranscodeRole", "mediaconvert")
        self._allow(self.mediaconvert_role, "s3:GetObject", stores.uploads.arn_for_objects("originals/*"))
        self._allow(self.mediaconvert_role, "s3:PutObject", stores.intermediates.arn_for_objects("work/*"))

        self.rekognition_topic = sns.Topic(
            self,
            "RekognitionTopic",
            enforce_ssl=True,
            # SNS's own key: whoever may publish may use it. A message holds a job's id and an object's name.
            master_key=kms.Alias.from_alias_name(self, "SnsKey", "alias/aws/sns"),
        )
        self.rekognition_role = self._role("RekognitionRole", "rekognition")
        self._allow(self.rekognition_role, "sns:Publish", self.rekognition_topic.topic_arn)

    def notify(self, function: lambda_.IFunction, dead: sqs.IQueue) -> None:
        """Calls `function` with what Rekognition reports; `dead` gets what could not be delivered."""
        self.rekognition_topic.add_subscription(subscriptions.LambdaSubscription(function, dead_letter_queue=dead))

    def _role(self, construct_id: str, service: str) -> iam.Role:
        """Only for work of this account: the service acts for others as well."""
        ours = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        return iam.Role(
            self, construct_id, assumed_by=iam.ServicePrincipal(f"{service}.amazonaws.com", conditions=ours)
        )

    def _allow(self, role: iam.Role, action: str, resource: str) -> None:
        role.add_to_policy(iam.PolicyStatement(actions=[action], resources=[resource]))
