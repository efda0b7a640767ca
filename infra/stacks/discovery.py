"""How videos are found and answered: interactions, search, the feed, and what viewers do with it."""

from aws_cdk import aws_stepfunctions as sfn

from infra.engines.spark import Spark
from infra.monitoring.feed_alarms import feed_alarms
from infra.stacks.capability import CapabilityStack
from infra.workflows.machines import profiles_machine

PLAYS_SECONDS = 180
"""How long plays that could not be counted stay hidden: six times their consumer's timeout, as Lambda advises."""

TABLE_EVENTS_SECONDS = 900
"""How long events stay hidden that the event stream did not take again: after five times, an hour and a quarter, they
are dead letters, to be sent again by hand."""


class DiscoveryStack(CapabilityStack):
    NAME = "Discovery"
    ROOMS = ("interactions", "search", "feed", "behavior", "experiments")
    QUEUES = {"plays": PLAYS_SECONDS, "table-events": TABLE_EVENTS_SECONDS}  # noqa: RUF012
    QUEUES_OF_STREAM = ("table-events",)

    spark: Spark | None = None
    machine: sfn.StateMachine | None = None
    """Where there is EMR Serverless: on AWS, in profile `full`."""

    def _after(self) -> None:
        settings, names, data = self.wiring.settings, self.wiring.names, self.wiring.stores.data
        if settings.profile == "full":
            feed_alarms(self.alarms)
        if data is None or settings.is_local:
            return
        self.spark = Spark(self, "Spark", settings, names, data)
        self.machine = profiles_machine(self, settings, names, self.spark)
        self.alarms.machine(self.machine)
        self._output({"ProfilesMachineArn": self.machine.state_machine_arn})
