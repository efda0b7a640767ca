"""What MediaConvert and Rekognition need of us: a queue, a topic, and a role each that may do one thing.

There whatever the setting says: none of it costs anything until it is used, and changing the setting changes no more
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

from infra.settings import Settings
from infra.stacks.state import StateStack


class ManagedEngines(Construct):
    """`queue_arn` is built from the queue's fixed name: a laptop, which has no MediaConvert, leaves the queue out."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, state: StateStack) -> None:
        super().__init__(scope, construct_id)
        name = f"reelstack-{settings.stage}-production"
        mediaconvert.CfnQueue(
            self, "Queue", name=name, pricing_plan="ON_DEMAND", status="ACTIVE", description="Ladders of long clips"
        )
        self.queue_arn = Stack.of(self).format_arn(service="mediaconvert", resource="queues", resource_name=name)
        self.transcode_role = self._role("TranscodeRole", "mediaconvert")
        uploads = state.uploads_bucket
        self._allow(self.transcode_role, "s3:GetObject", uploads.arn_for_objects("originals/*"))
        self._allow(self.transcode_role, "s3:PutObject", uploads.arn_for_objects("work/*"))

        self.looked = sns.Topic(
            self,
            "Looked",
            enforce_ssl=True,
            # SNS's own key: whoever may publish may use it. A message holds a job's id and an object's name.
            master_key=kms.Alias.from_alias_name(self, "SnsKey", "alias/aws/sns"),
        )
        self.look_role = self._role("LookRole", "rekognition")
        self._allow(self.look_role, "sns:Publish", self.looked.topic_arn)

    def tell(self, function: lambda_.IFunction, dead: sqs.IQueue) -> None:
        """Calls `function` with what Rekognition says; `dead` gets what could not be handed over."""
        self.looked.add_subscription(subscriptions.LambdaSubscription(function, dead_letter_queue=dead))

    def _role(self, construct_id: str, service: str) -> iam.Role:
        """Only for work of this account: the service acts for others as well."""
        ours = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        return iam.Role(
            self, construct_id, assumed_by=iam.ServicePrincipal(f"{service}.amazonaws.com", conditions=ours)
        )

    def _allow(self, role: iam.Role, action: str, resource: str) -> None:
        role.add_to_policy(iam.PolicyStatement(actions=[action], resources=[resource]))
