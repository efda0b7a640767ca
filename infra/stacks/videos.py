"""The videos themselves: lifecycle, who may see them, moderation, keys of their delivery, storage classes."""

from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from infra.messaging.queues import dead_letters
from infra.stacks.capability import CapabilityStack
from infra.workflows.machines import tiering_machine

DENIALS_SECONDS = 90
"""How long a denial that could not be written stays hidden: longer than its writer may run."""


class VideosStack(CapabilityStack):
    NAME = "Videos"
    ROOMS = ("videos", "moderation", "delivery", "tiering")
    QUEUES = {"denials": DENIALS_SECONDS}  # noqa: RUF012

    def _after(self) -> None:
        restored = sns.Topic.from_topic_arn(self, "Restored", self.wiring.names.restored_topic_arn)
        undelivered = dead_letters(self, self.alarms, "RestoredDead")
        restored.add_subscription(
            subscriptions.LambdaSubscription(self.functions["move_archives"], dead_letter_queue=undelivered)
        )
        self.machine = tiering_machine(self, self.wiring.settings, self.wiring.names, self.wiring.stores.media)
        self.alarms.machine(self.machine, essential=False)
        self._output({"TieringMachineArn": self.machine.state_machine_arn})
